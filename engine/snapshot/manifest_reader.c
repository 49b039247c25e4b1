#include "base/limits.h"
#include "base/memory.h"
#include "decode/time.h"
#include "ds/strings.h"
#include "model/ruleset.h"
#include "snapshot/customer_ids.h"
#include "snapshot/derived.h"
#include "snapshot/manifest.h"
#include "snapshot/row_values.h"
#include "snapshot/staging.h"

#include <jansson.h>

/* The first failure stays; what is read after it is nothing, and harmless. */
struct reading {
    const char *shown;
    struct wend_arena *arena;
    enum wend_status status;
    struct wend_error *error;
};

static void fail_damaged(struct reading *reading, const char *key, const char *what) {
    if (reading->status == WEND_OK) {
        reading->status =
            wend__fail(reading->error, WEND_ERROR_IO,
                       "%s is damaged: '%s' %s; make the snapshot anew", reading->shown, key, what);
    }
}

static void *take_memory(struct reading *reading, size_t count, size_t size) {
    void *memory = wend__arena_alloc(reading->arena, (count + 1) * size);
    if (memory == NULL && reading->status == WEND_OK) {
        reading->status = wend__fail_memory(reading->error);
    } else if (memory != NULL) {
        memset(memory, 0, (count + 1) * size);
    }
    return memory;
}

static const json_t *object_of(struct reading *reading, const json_t *parent, const char *key) {
    const json_t *value = json_object_get(parent, key);
    if (!json_is_object(value)) {
        fail_damaged(reading, key, "is no object");
    }
    return value;
}

/* An array of at most `count_max` items, and how many it has. */
static const json_t *array_of(struct reading *reading, const json_t *parent, const char *key,
                              size_t count_max, size_t *count) {
    const json_t *value = json_object_get(parent, key);
    *count = json_array_size(value);
    if (!json_is_array(value)) {
        fail_damaged(reading, key, "is no list");
    } else if (*count > count_max) {
        fail_damaged(reading, key, "is too long");
        *count = 0;
    }
    return value;
}

/* Zero-terminated in the arena; "" after a failure. */
static struct wend_bytes text_of(struct reading *reading, const json_t *value, const char *key) {
    if (!json_is_string(value)) {
        fail_damaged(reading, key, "is no text");
        return wend__bytes_text("");
    }
    size_t len = json_string_length(value);
    const uint8_t *copy = wend__arena_copy(reading->arena, json_string_value(value), len + 1);
    if (copy == NULL) {
        if (reading->status == WEND_OK) {
            reading->status = wend__fail_memory(reading->error);
        }
        return wend__bytes_text("");
    }
    return wend__bytes(copy, len);
}

static struct wend_bytes text_at(struct reading *reading, const json_t *parent, const char *key) {
    return text_of(reading, json_object_get(parent, key), key);
}

static const char *text_or_null(struct reading *reading, const json_t *parent, const char *key) {
    const json_t *value = json_object_get(parent, key);
    return json_is_null(value) ? NULL : (const char *)text_of(reading, value, key).data;
}

static uint64_t count_at(struct reading *reading, const json_t *parent, const char *key) {
    const json_t *value = json_object_get(parent, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        fail_damaged(reading, key, "is no count");
        return 0;
    }
    return (uint64_t)json_integer_value(value);
}

static struct wend_hash128 hash_at(struct reading *reading, const json_t *parent, const char *key) {
    struct wend_hash128 hash = {0, 0};
    if (!wend__hash128_parse(text_at(reading, parent, key), &hash)) {
        fail_damaged(reading, key, "is no hash of 32 hex digits");
    }
    return hash;
}

static int64_t time_at(struct reading *reading, const json_t *parent, const char *key) {
    const struct wend_time_state state = {.unit = WEND_TIME_UNIT_MICROSECONDS};
    int64_t ts_us = 0;
    struct wend_bytes text = text_at(reading, parent, key);
    if (memchr(text.data, 'T', text.len) == NULL ||
        wend__time_parse(text, &state, &ts_us) != WEND_TIME_OK) {
        fail_damaged(reading, key, "is no time");
    }
    return ts_us;
}

static const struct wend_bytes *names_at(struct reading *reading, const json_t *parent,
                                         const char *key, size_t count_max, uint32_t *count) {
    size_t items;
    const json_t *array = array_of(reading, parent, key, count_max, &items);
    struct wend_bytes *names = take_memory(reading, items, sizeof *names);
    *count = 0;
    for (size_t i = 0; names != NULL && i < items; i++) {
        names[i] = text_of(reading, json_array_get(array, i), key);
        for (size_t j = 0; j < i; j++) {
            if (wend__bytes_equal(names[i], names[j])) {
                fail_damaged(reading, key, "has a name twice");
            }
        }
        *count = (uint32_t)(i + 1);
    }
    return names;
}

static void read_options(struct reading *reading, const json_t *root,
                         struct wend_snapshot_options *options) {
    options->scopes =
        names_at(reading, root, "scopes", 1 + WEND_MAX_JOURNEYS, &options->scope_count);
    if (options->scope_count == 0) {
        fail_damaged(reading, "scopes", "is empty");
    }
    options->segments =
        names_at(reading, root, "segments", WEND_MAX_SEGMENTS, &options->segment_count);
    if (!wend__customer_ids_find(text_at(reading, root, "customer_ids"), &options->customer_ids)) {
        fail_damaged(reading, "customer_ids", "is none of raw, hash, none");
    }
}

static void read_run(struct reading *reading, const json_t *root, struct wend_manifest *manifest) {
    const json_t *definitions = object_of(reading, root, "definitions");
    manifest->definitions_name = text_or_null(reading, definitions, "name");
    manifest->definitions_hash = hash_at(reading, definitions, "hash");
    manifest->now_us = time_at(reading, root, "now");
    manifest->has_watermark = !json_is_null(json_object_get(root, "watermark"));
    if (manifest->has_watermark) {
        manifest->watermark_us = time_at(reading, root, "watermark");
    }
    manifest->lateness_us = WEND_LATENESS_UNLIMITED;
    const json_t *lateness = json_object_get(root, "lateness");
    if (!json_is_string(lateness) || strcmp(json_string_value(lateness), "unlimited") != 0) {
        manifest->lateness_us = (int64_t)count_at(reading, root, "lateness");
    }
    if (!json_is_null(json_object_get(root, "window"))) {
        manifest->window_us = (int64_t)count_at(reading, root, "window");
    }
    const json_t *close_all = json_object_get(root, "close_all");
    if (!json_is_boolean(close_all)) {
        fail_damaged(reading, "close_all", "is neither true nor false");
    }
    manifest->close_all = json_is_true(close_all);
}

static void read_inputs(struct reading *reading, const json_t *root,
                        struct wend_manifest *manifest) {
    size_t count;
    const json_t *array = array_of(reading, root, "inputs", SIZE_MAX, &count);
    struct wend_manifest_input *inputs = take_memory(reading, count, sizeof *inputs);
    for (size_t i = 0; inputs != NULL && i < count; i++) {
        const json_t *item = json_array_get(array, i);
        inputs[i] = (struct wend_manifest_input){
            .name = text_or_null(reading, item, "name"),
            .format = text_or_null(reading, item, "format"),
            .wrapper = text_or_null(reading, item, "wrapper"),
            .bytes = count_at(reading, item, "bytes"),
            .trouble = text_or_null(reading, item, "trouble"),
            .has_offsets = json_object_get(item, "end_offset") != NULL,
        };
        if (inputs[i].has_offsets) {
            inputs[i].begin_offset = (int64_t)count_at(reading, item, "begin_offset");
            inputs[i].end_offset = (int64_t)count_at(reading, item, "end_offset");
            inputs[i].tombstones = count_at(reading, item, "tombstones");
            inputs[i].null_keys = count_at(reading, item, "null_keys");
        }
    }
    manifest->inputs = inputs;
    manifest->input_count = inputs == NULL ? 0 : count;
}

/* Whether a path leads to below the directory: relative, and every part a name. */
static bool stays_inside(struct wend_bytes path) {
    size_t start = 0;
    for (size_t at = 0; at <= path.len; at++) {
        if (at < path.len && path.data[at] != '/') {
            continue;
        }
        struct wend_bytes part = wend__bytes(path.data + start, at - start);
        if (part.len == 0 || wend__bytes_is(part, ".") || wend__bytes_is(part, "..")) {
            return false;
        }
        start = at + 1;
    }
    return true;
}

static void read_file(struct reading *reading, const json_t *item, struct wend_strings *seen,
                      struct wend_snapshot_file *file) {
    struct wend_bytes path = text_at(reading, item, "path");
    uint32_t id;
    bool is_new = false;
    file->table = wend__table_find(text_at(reading, item, "table"));
    file->path = (const char *)path.data;
    file->rows = count_at(reading, item, "rows");
    file->bytes = count_at(reading, item, "bytes");
    file->checksum = hash_at(reading, item, "xxh3_128");
    if (file->table == WEND_TABLE_COUNT) {
        fail_damaged(reading, "table", "is no table of wend");
        file->table = WEND_TABLE_PATHS;
    }
    if (!stays_inside(path)) {
        fail_damaged(reading, "path", "leads out of the snapshot");
    }
    if (!wend__strings_intern(seen, path, &id, &is_new)) {
        reading->status =
            reading->status == WEND_OK ? wend__fail_memory(reading->error) : reading->status;
    } else if (!is_new) {
        fail_damaged(reading, "path", "stands twice");
    }
}

static void read_files(struct reading *reading, const json_t *root,
                       struct wend_manifest_content *content) {
    size_t count;
    struct wend_strings seen;
    const json_t *array = array_of(reading, root, "files", SIZE_MAX, &count);
    wend__strings_init(&seen, (uint64_t)(uintptr_t)array);
    content->files = take_memory(reading, count, sizeof *content->files);
    for (size_t i = 0; content->files != NULL && i < count; i++) {
        read_file(reading, json_array_get(array, i), &seen, &content->files[i]);
        content->file_count = i + 1;
    }
    wend__strings_deinit(&seen);
}

static void read_counters(struct reading *reading, const json_t *root,
                          struct wend_manifest_content *content) {
    struct wend_counters *counters = &content->manifest.counters;
    const json_t *object = object_of(reading, root, "counters");
    counters->read = count_at(reading, object, "read");
    counters->accepted = count_at(reading, object, "accepted");
    counters->filtered = count_at(reading, object, "filtered");
    const json_t *rejected = object_of(reading, object, "rejected");
    counters->rejected[WEND_REJECT_SHAPE] = count_at(reading, rejected, "shape");
    counters->rejected[WEND_REJECT_TIME] = count_at(reading, rejected, "time");
    counters->rejected[WEND_REJECT_CUSTOMER] = count_at(reading, rejected, "customer");
    counters->rejected[WEND_REJECT_FUTURE] = count_at(reading, rejected, "future");
    counters->late = count_at(reading, object, "late");
    counters->duplicate = count_at(reading, object, "duplicate");
    counters->unmatched = count_at(reading, object, "unmatched");
    counters->bad_value = count_at(reading, object, "bad_value");
    counters->sessions = count_at(reading, object, "sessions");
    const json_t *journeys = object_of(reading, object, "journeys");
    for (uint32_t scope = 1; scope < content->options.scope_count; scope++) {
        const char *name = (const char *)content->options.scopes[scope].data;
        const json_t *outcomes = object_of(reading, journeys, name);
        for (unsigned i = 0; i < WEND_OUTCOME_KINDS; i++) {
            counters->units[scope][i] =
                count_at(reading, outcomes, wend__outcome_name((enum wend_outcome)i));
        }
    }
}

/* That it is a snapshot at all, and one that this version reads. */
static void read_version(struct reading *reading, const json_t *root) {
    const json_t *format = json_object_get(root, "format");
    const json_t *version = json_object_get(root, "format_version");
    const json_t *engine = json_object_get(root, "engine_version");
    if (!json_is_string(format) || strcmp(json_string_value(format), WEND_MANIFEST_FORMAT) != 0) {
        reading->status = wend__fail(reading->error, WEND_ERROR_USAGE,
                                     "%s is not that of a wend snapshot; give the directory that "
                                     "wend wrote",
                                     reading->shown);
    } else if (!json_is_integer(version) || json_integer_value(version) < 1) {
        fail_damaged(reading, "format_version", "is no version");
    } else if (json_integer_value(version) > WEND_SNAPSHOT_FORMAT_VERSION) {
        reading->status = wend__fail(
            reading->error, WEND_ERROR_USAGE,
            "%s has format %lld, and this wend reads up to %d; use wend %.64s or later",
            reading->shown, (long long)json_integer_value(version), WEND_SNAPSHOT_FORMAT_VERSION,
            json_is_string(engine) ? json_string_value(engine) : "of that format");
    }
}

static void read_root(struct reading *reading, const json_t *root,
                      struct wend_manifest_content *content) {
    read_version(reading, root);
    if (reading->status != WEND_OK) {
        return;
    }
    content->snapshot_id = hash_at(reading, root, "snapshot_id");
    read_options(reading, root, &content->options);
    read_run(reading, root, &content->manifest);
    read_inputs(reading, root, &content->manifest);
    read_files(reading, root, content);
    read_counters(reading, root, content);
}

enum wend_status wend__manifest_read(struct wend_bytes text, const char *shown,
                                     struct wend_arena *arena,
                                     struct wend_manifest_content *content,
                                     struct wend_error *error) {
    *content = (struct wend_manifest_content){0};
    json_error_t problem;
    json_t *root = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL) {
        if (json_error_code(&problem) == json_error_out_of_memory) {
            return wend__fail_memory(error);
        }
        return wend__fail(error, WEND_ERROR_IO,
                          "%s is damaged: line %d, column %d: %s; make the snapshot anew", shown,
                          problem.line, problem.column, problem.text);
    }
    struct reading reading = {.shown = shown, .arena = arena, .error = error};
    read_root(&reading, root, content);
    json_decref(root);
    return reading.status;
}
