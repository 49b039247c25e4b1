#include "decode/sampler.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/status.h"
#include "decode/detect_internal.h"
#include "decode/preset.h"
#include "decode/sampler_internal.h"
#include "decode/scan.h"
#include "decode/time.h"

static bool reads_as_time(struct wend_bytes value) {
    struct wend_time_state state = {WEND_TIME_UNIT_AUTO, false};
    int64_t ts_us;
    enum wend_time_result result = wend__time_parse(value, &state, &ts_us);
    if (result == WEND_TIME_NEEDS_UNIT && wend__time_infer(value, &state)) {
        result = wend__time_parse(value, &state, &ts_us);
    }
    return result == WEND_TIME_OK;
}

/* The number of the field `name`; `*is_known` false when there is no room for another. */
static bool find_field(struct wend_sampler *sampler, struct wend_bytes name, uint32_t *field,
                       bool *is_known) {
    *field = wend__strings_find(&sampler->names, name);
    *is_known = *field != WEND_STRING_NONE;
    if (*is_known || sampler->names.count >= WEND_SAMPLE_MAX_FIELDS) {
        return true;
    }
    void *fields = sampler->fields;
    bool is_good = wend__reserve(&fields, &sampler->field_capacity, sampler->names.count + 1U,
                                 sizeof *sampler->fields);
    sampler->fields = fields;
    if (!is_good || !wend__strings_intern(&sampler->names, name, field, NULL)) {
        return false;
    }
    sampler->fields[*field] = (struct wend_field_counts){0};
    *is_known = true;
    return true;
}

static bool count_value(struct wend_sampler *sampler, uint32_t field, struct wend_bytes value) {
    uint32_t id;
    bool is_new;
    wend__buffer_clear(&sampler->key);
    if (!wend__buffer_append(&sampler->key, &field, sizeof field) ||
        !wend__buffer_append(&sampler->key, value.data, value.len) ||
        !wend__strings_intern(&sampler->values, wend__buffer_view(&sampler->key), &id, &is_new)) {
        return false;
    }
    void *counts = sampler->value_counts;
    bool is_good = wend__reserve(&counts, &sampler->value_capacity, sampler->values.count,
                                 sizeof *sampler->value_counts);
    sampler->value_counts = counts;
    if (!is_good) {
        return false;
    }
    sampler->value_counts[id] = is_new ? 1 : sampler->value_counts[id] + 1;
    return true;
}

bool wend__sampler_count(struct wend_sampler *sampler, struct wend_bytes name,
                         struct wend_bytes value) {
    uint32_t field;
    bool is_known;
    if (!find_field(sampler, name, &field, &is_known)) {
        return false;
    }
    if (!is_known || sampler->fields[field].last_record == sampler->record_number) {
        return true;
    }
    struct wend_number number;
    struct wend_field_counts *counts = &sampler->fields[field];
    counts->last_record = sampler->record_number;
    counts->count++;
    counts->number_count += wend__number_parse(value, &number);
    counts->time_count += reads_as_time(value);
    return count_value(sampler, field, value);
}

static bool sample_delimited(struct wend_sampler *sampler, const uint8_t *at, const uint8_t *end,
                             struct wend_cell *cells) {
    const struct wend_detected *detected = sampler->detected;
    uint32_t count;
    if (!wend__delimited_split(at, end, detected->separator, cells, detected->column_count,
                               &count) ||
        count != detected->column_count) {
        sampler->record_number--;
        return true;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct wend_bytes text = cells[i].text;
        if (text.len == 0 || detected->columns[i].data == NULL) {
            continue;
        }
        if (cells[i].is_doubled) {
            uint8_t *out = wend__arena_alloc(&sampler->scratch, text.len);
            if (out == NULL) {
                return false;
            }
            text = (struct wend_bytes){out, wend__delimited_unquote(text, out)};
        }
        if (!wend__sampler_count(sampler, detected->columns[i], text)) {
            return false;
        }
    }
    return true;
}

static bool sample_access_log(struct wend_sampler *sampler, const uint8_t *at, const uint8_t *end) {
    struct wend_bytes words[WEND_LOG_FIELD_COUNT];
    if (!wend__access_log_split(at, end, words)) {
        sampler->record_number--;
        return true;
    }
    for (int i = 0; i < WEND_LOG_FIELD_COUNT; i++) {
        if (!wend__access_log_unescape(&sampler->scratch, &words[i])) {
            return false;
        }
    }
    wend__access_log_request(words);
    for (int i = 0; i < WEND_LOG_FIELD_COUNT; i++) {
        if (words[i].data != NULL &&
            !wend__sampler_count(sampler, wend__bytes_text(wend__access_log_fields[i]), words[i])) {
            return false;
        }
    }
    return true;
}

static bool sample_record(struct wend_sampler *sampler, const uint8_t *at, const uint8_t *end,
                          const uint8_t *limit, struct wend_cell *cells) {
    sampler->record_number++;
    wend__arena_clear(&sampler->scratch);
    if (sampler->detected->kind == WEND_FORMAT_DELIMITED) {
        return sample_delimited(sampler, at, end, cells);
    }
    if (sampler->detected->kind == WEND_FORMAT_ACCESS_LOG) {
        return sample_access_log(sampler, at, end);
    }
    if (!wend__json_parse(&sampler->json, at, end, limit)) {
        sampler->record_number--;
        return true;
    }
    return wend__sampler_json(sampler, at, end);
}

/* Behind the record at `at`. */
static const uint8_t *record_end(const struct wend_sampler *sampler, const uint8_t *at,
                                 const uint8_t *limit) {
    if (sampler->detected->kind == WEND_FORMAT_DELIMITED) {
        struct wend_head head = {at, limit, true};
        return wend__detect_next_record(&head, &at, sampler->detected->separator,
                                        sampler->detected->max_record_bytes);
    }
    const uint8_t *line_end = wend__find_byte(at, limit, '\n');
    return line_end == NULL ? limit : line_end + 1;
}

static bool sample_records(struct wend_sampler *sampler, const uint8_t *at, const uint8_t *limit,
                           bool complete) {
    const struct wend_detected *detected = sampler->detected;
    bool is_delimited = detected->kind == WEND_FORMAT_DELIMITED;
    struct wend_cell *cells = wend__alloc_zeroed(detected->column_count + 1U, sizeof *cells);
    bool is_good = cells != NULL;
    while (is_good && at < limit) {
        const uint8_t *next = record_end(sampler, at, limit);
        if (next == limit && !complete && next[-1] != '\n') {
            break;
        }
        while (is_delimited && at < next && (*at == '\n' || *at == '\r')) {
            at++; /* the empty lines that were passed over */
        }
        const uint8_t *end = wend__without_line_end(at, next);
        bool is_blank = is_delimited ? at == end : wend__is_blank_line(at, end);
        if (!is_blank && (size_t)(end - at) <= detected->max_record_bytes) {
            is_good = sample_record(sampler, at, end, limit, cells);
        }
        at = next;
    }
    wend__free(cells);
    return is_good;
}

/* All columns are fields, in their order, also those that are always empty. */
static bool add_columns(struct wend_sampler *sampler) {
    bool is_good = true;
    for (uint32_t i = 0; i < sampler->detected->column_count && is_good; i++) {
        uint32_t field;
        bool is_known;
        is_good = sampler->detected->columns[i].data == NULL ||
                  find_field(sampler, sampler->detected->columns[i], &field, &is_known);
    }
    return is_good;
}

/* A value with the field it belongs to, for sorting. */
struct entry {
    uint32_t field;
    uint64_t count;
    struct wend_bytes value;
};

static int compare_entries(const void *left, const void *right) {
    const struct entry *a = left;
    const struct entry *b = right;
    if (a->field != b->field) {
        return a->field < b->field ? -1 : 1;
    }
    if (a->count != b->count) {
        return a->count > b->count ? -1 : 1;
    }
    return wend__bytes_compare(a->value, b->value);
}

/* Field by field, the most frequent values first. Copied, for the tables go away. */
static struct entry *sort_values(const struct wend_sampler *sampler) {
    struct entry *entries = wend__alloc_zeroed(sampler->values.count + 1U, sizeof *entries);
    if (entries == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < sampler->values.count; i++) {
        struct wend_bytes key = wend__strings_get(&sampler->values, i);
        entries[i].count = sampler->value_counts[i];
        entries[i].value = wend__bytes(key.data + sizeof(uint32_t), key.len - sizeof(uint32_t));
        memcpy(&entries[i].field, key.data, sizeof(uint32_t));
    }
    qsort(entries, sampler->values.count, sizeof *entries, compare_entries);
    return entries;
}

/* Keeps the first values of `entries`, which are those of one field. */
static bool keep_values(struct wend_arena *arena, const struct entry *entries, uint32_t count,
                        struct wend_sample_field *field) {
    field->distinct_count = count;
    field->value_count = count < WEND_SAMPLE_VALUES ? count : WEND_SAMPLE_VALUES;
    struct wend_sample_value *values =
        wend__arena_alloc(arena, (field->value_count + 1U) * sizeof *values);
    if (values == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < field->value_count; i++) {
        values[i].count = entries[i].count;
        values[i].value = (struct wend_bytes){
            wend__arena_copy(arena, entries[i].value.data, entries[i].value.len),
            entries[i].value.len};
        if (values[i].value.data == NULL) {
            return false;
        }
    }
    field->values = values;
    return true;
}

static bool keep_fields(const struct wend_sampler *sampler, const struct entry *entries,
                        struct wend_sampled *sampled) {
    uint32_t count = sampler->names.count;
    struct wend_sample_field *fields =
        wend__arena_alloc(&sampled->arena, (count + 1U) * sizeof *fields);
    if (fields == NULL) {
        return false;
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct wend_bytes name = wend__strings_get(&sampler->names, i);
        fields[i] = (struct wend_sample_field){
            .name = {wend__arena_copy(&sampled->arena, name.data, name.len), name.len},
            .count = sampler->fields[i].count,
            .number_count = sampler->fields[i].number_count,
            .time_count = sampler->fields[i].time_count};
        uint32_t start = at;
        while (at < sampler->values.count && entries[at].field == i) {
            at++;
        }
        if (fields[i].name.data == NULL ||
            !keep_values(&sampled->arena, entries + start, at - start, &fields[i])) {
            return false;
        }
    }
    sampled->sample.fields = fields;
    sampled->sample.field_count = count;
    return true;
}

static bool finish(const struct wend_sampler *sampler, struct wend_sampled *sampled) {
    const struct wend_detected *detected = sampler->detected;
    struct wend_sample *sample = &sampled->sample;
    struct entry *entries = sort_values(sampler);
    bool is_good = entries != NULL && keep_fields(sampler, entries, sampled);
    wend__free(entries);
    sample->record_count = sampler->record_number;
    sample->format =
        (struct wend_format){.kind = detected->kind,
                             .header = detected->has_header ? WEND_HEADER_YES : WEND_HEADER_NO,
                             .separator = detected->separator,
                             .max_record_bytes = detected->max_record_bytes};
    if (is_good && detected->kind == WEND_FORMAT_DELIMITED && !detected->has_header &&
        detected->duplicate_count == 0) {
        sample->format.columns = detected->columns;
        sample->format.column_count = detected->column_count;
    }
    sample->preset = wend__preset_recognise(sample);
    return is_good;
}

enum wend_status wend__sample_fields(const uint8_t *head, size_t len, bool complete,
                                     const struct wend_detected *detected,
                                     struct wend_bytes source_name, uint64_t seed,
                                     struct wend_sampled *sampled, struct wend_error *error) {
    *sampled = (struct wend_sampled){0};
    struct wend_sampler *sampler = wend__alloc_zeroed(1, sizeof *sampler);
    if (sampler == NULL) {
        return wend__fail_memory(error);
    }
    sampler->detected = detected;
    wend__strings_init(&sampler->names, seed);
    wend__strings_init(&sampler->values, seed);
    bool is_good =
        wend__json_init(&sampler->json, NULL, 0, &sampler->scratch, NULL, NULL) == WEND_OK &&
        add_columns(sampler) &&
        sample_records(sampler, head + detected->data_offset, head + len, complete) &&
        finish(sampler, sampled);
    sampled->sample.source_name = (struct wend_bytes){
        wend__arena_copy(&sampled->arena, source_name.data, source_name.len), source_name.len};
    is_good &= source_name.data == NULL || sampled->sample.source_name.data != NULL;
    wend__json_deinit(&sampler->json);
    wend__strings_deinit(&sampler->names);
    wend__strings_deinit(&sampler->values);
    wend__buffer_deinit(&sampler->name);
    wend__buffer_deinit(&sampler->key);
    wend__arena_deinit(&sampler->scratch);
    wend__free(sampler->fields);
    wend__free(sampler->value_counts);
    wend__free(sampler);
    return is_good ? WEND_OK : wend__fail_memory(error);
}

void wend__sampled_deinit(struct wend_sampled *sampled) {
    wend__arena_deinit(&sampled->arena);
    sampled->sample = (struct wend_sample){0};
}
