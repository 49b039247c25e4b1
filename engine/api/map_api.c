/* The public journey map: translation only. */
#include "base/memory.h"
#include "map/map.h"

#include <wend/map.h>

typedef enum wend_status make_call(const struct wend_snapshot *snapshot,
                                   const struct wend_map_options *options, struct wend_buffer *out,
                                   struct wend_error *error);

static struct wend_bytes optional(const char *text) {
    return text == NULL ? WEND_BYTES_ABSENT : wend__bytes_text(text);
}

static enum wend_status make(make_call *call, const struct wend_snapshot *snapshot,
                             const struct wend_map_settings *settings, char **text, size_t *len,
                             struct wend_error *error) {
    const struct wend_map_options options = {
        .steps = settings->steps,
        .top = settings->top,
        .ideal = optional(settings->ideal),
        .scope = optional(settings->scope),
        .segment = optional(settings->segment),
        .paper = settings->paper,
        .tag = optional(settings->tag),
    };
    struct wend_buffer out = {0};
    *text = NULL;
    *len = 0;
    enum wend_status status = call(snapshot, &options, &out, error);
    if (status == WEND_OK && !wend__buffer_append(&out, "", 1)) {
        status = wend__fail_memory(error);
    }
    if (status != WEND_OK) {
        wend__buffer_deinit(&out);
        return status;
    }
    *text = (char *)out.data;
    *len = out.len - 1;
    return WEND_OK;
}

enum wend_status wend_map_page(const struct wend_snapshot *snapshot,
                               const struct wend_map_settings *settings, char **text, size_t *len,
                               struct wend_error *error) {
    return make(wend__map_page, snapshot, settings, text, len, error);
}

enum wend_status wend_map_poster(const struct wend_snapshot *snapshot,
                                 const struct wend_map_settings *settings, char **text, size_t *len,
                                 struct wend_error *error) {
    return make(wend__map_poster, snapshot, settings, text, len, error);
}

void wend_map_free(char *text) {
    wend__free(text);
}
