#include "base/calendar.h"
#include "base/utf8.h"
#include "model/ruleset.h"
#include "snapshot/customer_ids.h"
#include "snapshot/derived.h"
#include "snapshot/manifest.h"
#include "snapshot/row_values.h"
#include "snapshot/staging.h"

#include <jansson.h>

/* Without memory a value is NULL; then setting it fails, and `failed` stays. */
struct builder {
    bool failed;
};

static void set(struct builder *builder, json_t *object, const char *key, json_t *value) {
    if (json_object_set_new_nocheck(object, key, value) != 0) {
        builder->failed = true;
    }
}

static void append(struct builder *builder, json_t *array, json_t *value) {
    if (json_array_append_new(array, value) != 0) {
        builder->failed = true;
    }
}

static json_t *text_of(struct wend_bytes text) {
    struct wend_buffer clean = {0};
    json_t *value = NULL;
    if (wend__utf8_append_clean(&clean, text)) {
        struct wend_bytes view = wend__buffer_view(&clean);
        value = json_stringn_nocheck((const char *)view.data, view.len);
    }
    wend__buffer_deinit(&clean);
    return value;
}

static json_t *text_or_null(const char *text) {
    return text == NULL ? json_null() : text_of(wend__bytes_text(text));
}

static json_t *hash_of(struct wend_hash128 hash) {
    char text[WEND_HASH_HEX_LEN];
    wend__hash128_format(hash, text);
    return json_stringn_nocheck(text, sizeof text);
}

static json_t *count_of(uint64_t count) {
    return json_integer((json_int_t)count);
}

static json_t *time_of(int64_t ts_us) {
    char text[WEND_TIME_TEXT_BYTES];
    wend__time_format(ts_us, 6, text);
    return json_string(text);
}

static json_t *names_of(struct builder *builder, const struct wend_bytes *names, uint32_t count) {
    json_t *array = json_array();
    for (uint32_t i = 0; i < count; i++) {
        append(builder, array, text_of(names[i]));
    }
    return array;
}

static json_t *definitions_of(struct builder *builder, const struct wend_manifest *manifest) {
    json_t *object = json_object();
    set(builder, object, "name", text_or_null(manifest->definitions_name));
    set(builder, object, "hash", hash_of(manifest->definitions_hash));
    return object;
}

static json_t *inputs_of(struct builder *builder, const struct wend_manifest *manifest) {
    json_t *array = json_array();
    for (size_t i = 0; i < manifest->input_count; i++) {
        const struct wend_manifest_input *input = &manifest->inputs[i];
        json_t *object = json_object();
        set(builder, object, "name", text_or_null(input->name));
        set(builder, object, "format", text_or_null(input->format));
        set(builder, object, "wrapper", text_or_null(input->wrapper));
        set(builder, object, "bytes", count_of(input->bytes));
        set(builder, object, "trouble", text_or_null(input->trouble));
        if (input->has_offsets) {
            set(builder, object, "begin_offset", json_integer(input->begin_offset));
            set(builder, object, "end_offset", json_integer(input->end_offset));
            set(builder, object, "tombstones", count_of(input->tombstones));
            set(builder, object, "null_keys", count_of(input->null_keys));
        }
        append(builder, array, object);
    }
    return array;
}

static json_t *files_of(struct builder *builder, const struct wend_manifest_content *content) {
    json_t *array = json_array();
    for (size_t i = 0; i < content->file_count; i++) {
        const struct wend_snapshot_file *file = &content->files[i];
        json_t *object = json_object();
        set(builder, object, "table", json_string(wend__schemas[file->table].name));
        set(builder, object, "path", text_or_null(file->path));
        set(builder, object, "rows", count_of(file->rows));
        set(builder, object, "bytes", count_of(file->bytes));
        set(builder, object, "xxh3_128", hash_of(file->checksum));
        append(builder, array, object);
    }
    return array;
}

static json_t *journeys_of(struct builder *builder, const struct wend_manifest_content *content) {
    json_t *object = json_object();
    const struct wend_snapshot_options *options = &content->options;
    for (uint32_t scope = 1; scope < options->scope_count; scope++) {
        const uint64_t *units = content->manifest.counters.units[scope];
        json_t *outcomes = json_object();
        for (unsigned i = 0; i < WEND_OUTCOME_KINDS; i++) {
            set(builder, outcomes, wend__outcome_name((enum wend_outcome)i), count_of(units[i]));
        }
        struct wend_buffer name = {0};
        if (!wend__utf8_append_clean(&name, options->scopes[scope]) ||
            !wend__buffer_append(&name, "", 1)) {
            builder->failed = true;
            json_decref(outcomes);
        } else {
            set(builder, object, (const char *)name.data, outcomes);
        }
        wend__buffer_deinit(&name);
    }
    return object;
}

static json_t *counters_of(struct builder *builder, const struct wend_manifest_content *content) {
    const struct wend_counters *counters = &content->manifest.counters;
    json_t *rejected = json_object();
    set(builder, rejected, "shape", count_of(counters->rejected[WEND_REJECT_SHAPE]));
    set(builder, rejected, "time", count_of(counters->rejected[WEND_REJECT_TIME]));
    set(builder, rejected, "customer", count_of(counters->rejected[WEND_REJECT_CUSTOMER]));
    set(builder, rejected, "future", count_of(counters->rejected[WEND_REJECT_FUTURE]));
    json_t *object = json_object();
    set(builder, object, "read", count_of(counters->read));
    set(builder, object, "accepted", count_of(counters->accepted));
    set(builder, object, "filtered", count_of(counters->filtered));
    set(builder, object, "rejected", rejected);
    set(builder, object, "late", count_of(counters->late));
    set(builder, object, "duplicate", count_of(counters->duplicate));
    set(builder, object, "unmatched", count_of(counters->unmatched));
    set(builder, object, "bad_value", count_of(counters->bad_value));
    set(builder, object, "sessions", count_of(counters->sessions));
    set(builder, object, "journeys", journeys_of(builder, content));
    return object;
}

static json_t *snapshot_id_of(const struct wend_manifest_content *content) {
    struct wend_buffer hashes = {0};
    json_t *id = NULL;
    bool done = wend__buffer_reserve(&hashes, (1 + content->file_count) * WEND_HASH_HEX_LEN);
    if (done) {
        wend__hash128_format(content->manifest.definitions_hash, (char *)hashes.data);
        hashes.len = WEND_HASH_HEX_LEN;
        for (size_t i = 0; i < content->file_count; i++) {
            wend__hash128_format(content->files[i].checksum, (char *)hashes.data + hashes.len);
            hashes.len += WEND_HASH_HEX_LEN;
        }
        id = hash_of(wend__hash128(wend__buffer_view(&hashes), 0));
    }
    wend__buffer_deinit(&hashes);
    return id;
}

static json_t *build(struct builder *builder, const struct wend_manifest_content *content) {
    const struct wend_manifest *manifest = &content->manifest;
    const struct wend_snapshot_options *options = &content->options;
    bool is_unlimited = manifest->lateness_us == WEND_LATENESS_UNLIMITED;
    json_t *root = json_object();
    set(builder, root, "format", json_string(WEND_MANIFEST_FORMAT));
    set(builder, root, "format_version", json_integer(WEND_SNAPSHOT_FORMAT_VERSION));
    set(builder, root, "engine_version", json_string(WEND_ENGINE_VERSION));
    set(builder, root, "snapshot_id", snapshot_id_of(content));
    set(builder, root, "definitions", definitions_of(builder, manifest));
    set(builder, root, "scopes", names_of(builder, options->scopes, options->scope_count));
    set(builder, root, "segments", names_of(builder, options->segments, options->segment_count));
    set(builder, root, "customer_ids", json_string(wend__customer_ids_name(options->customer_ids)));
    set(builder, root, "now", time_of(manifest->now_us));
    set(builder, root, "watermark",
        manifest->has_watermark ? time_of(manifest->watermark_us) : json_null());
    set(builder, root, "lateness",
        is_unlimited ? json_string("unlimited") : json_integer(manifest->lateness_us));
    set(builder, root, "window",
        manifest->window_us == 0 ? json_null() : json_integer(manifest->window_us));
    set(builder, root, "close_all", json_boolean(manifest->close_all));
    set(builder, root, "inputs", inputs_of(builder, manifest));
    set(builder, root, "files", files_of(builder, content));
    set(builder, root, "counters", counters_of(builder, content));
    return root;
}

struct dump {
    struct wend_buffer *out;
    bool failed; /* jansson does not look at what it is told about keys of objects */
};

static int add_to_buffer(const char *text, size_t len, void *context) {
    struct dump *dump = context;
    dump->failed = dump->failed || !wend__buffer_append(dump->out, text, len);
    return dump->failed ? -1 : 0;
}

enum wend_status wend__manifest_write(const struct wend_manifest_content *content,
                                      struct wend_buffer *out, struct wend_error *error) {
    struct builder builder = {0};
    struct dump dump = {out, false};
    json_t *root = build(&builder, content);
    bool done = !builder.failed &&
                json_dump_callback(root, add_to_buffer, &dump, JSON_INDENT(2)) == 0 &&
                !dump.failed && wend__buffer_append(out, "\n", 1);
    json_decref(root);
    return done ? WEND_OK : wend__fail_memory(error);
}
