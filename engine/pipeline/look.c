#include "pipeline/look.h"

#include "base/clock.h"
#include "source/inputs.h"
#include <fcntl.h>
#include <unistd.h>

const struct wend_preset_lookup wend__builtin_presets = {wend__preset_find, wend__preset_name_list};

uint64_t wend__secret_seed(void) {
    uint64_t seed = 0;
    int descriptor = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    bool done = descriptor >= 0 && read(descriptor, &seed, sizeof seed) == (ssize_t)sizeof seed;
    if (descriptor >= 0) {
        (void)close(descriptor);
    }
    /* Without the device the clock is what is left; no result depends on it. */
    return done ? seed : wend__hash_mix((uint64_t)wend__clock_us(CLOCK_REALTIME));
}

enum wend_status wend__format_named(const char *kind, struct wend_format *format,
                                    struct wend_error *error) {
    static const struct {
        const char *name;
        enum wend_format_kind kind;
    } known[] = {{"auto", WEND_FORMAT_AUTO},
                 {"ndjson", WEND_FORMAT_NDJSON},
                 {"csv", WEND_FORMAT_DELIMITED},
                 {"access-log", WEND_FORMAT_ACCESS_LOG}};
    *format = (struct wend_format){.max_record_bytes = WEND_MAX_RECORD_BYTES};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (kind == NULL || strcmp(kind, known[i].name) == 0) {
            format->kind = known[i].kind;
            return WEND_OK;
        }
    }
    return wend__fail(error, WEND_ERROR_USAGE,
                      "no format is called %s; use auto, ndjson, csv or access-log", kind);
}

/* Detects and samples the present stream; `*found` false: there is no record in it. */
static enum wend_status look_at_stream(struct wend_opened_stream *opened,
                                       const struct wend_format *format, struct wend_look *look,
                                       bool *found, struct wend_error *error) {
    struct wend_head *head = &opened->head;
    enum wend_status status = wend__head_read(head, opened->source, &opened->is_end, error);
    if (status == WEND_OK) {
        status = wend__detect(wend__head_data(head), wend__head_len(head), opened->is_end, format,
                              &look->detected, error);
    }
    *found = status == WEND_OK && look->detected.kind != WEND_FORMAT_AUTO;
    if (*found) {
        status = wend__sample_fields(wend__head_data(head), wend__head_len(head), opened->is_end,
                                     &look->detected, wend__bytes_text(opened->stream.name),
                                     wend__secret_seed(), &look->sampled, error);
    } else {
        wend__detected_deinit(&look->detected);
        look->detected = (struct wend_detected){0};
    }
    return status;
}

static enum wend_status look_at_file(const char *path, const struct wend_format *format,
                                     const struct wend_source_options *options,
                                     struct wend_look *look, struct wend_opened_stream *kept,
                                     bool *found, struct wend_error *error) {
    struct wend_opened_stream opened = {0};
    WEND_TRY(wend__source_open(path, options, &opened.source, error));
    enum wend_status status = WEND_OK;
    bool any = true;
    *found = false;
    while (status == WEND_OK && any && !*found) {
        status = wend__source_next(opened.source, &any, &opened.stream, error);
        if (status == WEND_OK && any) {
            status = look_at_stream(&opened, format, look, found, error);
        }
    }
    if (status == WEND_OK && *found && kept != NULL) {
        *kept = opened;
    } else {
        wend__opened_stream_deinit(&opened);
    }
    return status;
}

enum wend_status wend__look_at(const char *name, const struct wend_format *format,
                               const struct wend_source_options *options, struct wend_look *look,
                               struct wend_opened_stream *opened, struct wend_error *error) {
    struct wend_inputs inputs = {0};
    enum wend_status status = wend__inputs_expand(&name, 1, &inputs, error);
    bool found = false;
    for (size_t i = 0; status == WEND_OK && i < inputs.count && !found; i++) {
        status = look_at_file(inputs.items[i].path, format, options, look, opened, &found, error);
    }
    if (status == WEND_OK && !found) {
        status = wend__fail(error, WEND_ERROR_EMPTY, "there is no record in %s", name);
    }
    wend__inputs_deinit(&inputs);
    return status;
}

void wend__look_deinit(struct wend_look *look) {
    wend__sampled_deinit(&look->sampled);
    wend__detected_deinit(&look->detected);
    *look = (struct wend_look){0};
}
