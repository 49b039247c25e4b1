#include "decode/decoder.h"

#include "base/memory.h"
#include "base/status.h"
#include "decode/decoder_internal.h"
#include "decode/scan.h"

enum wend_status wend__decoder_create(const struct wend_field *fields, uint32_t field_count,
                                      struct wend_decoder **decoder, struct wend_error *error) {
    *decoder = NULL;
    struct wend_decoder *created = wend__alloc_zeroed(1, sizeof *created);
    if (created == NULL) {
        return wend__fail_memory(error);
    }
    created->level = wend__simd_choose();
    created->fields = fields;
    created->field_count = field_count;
    created->targets = wend__alloc_zeroed(field_count + 1U, sizeof *created->targets);
    created->message_targets =
        wend__alloc_zeroed(field_count + 1U, sizeof *created->message_targets);
    created->json_nodes = wend__alloc_zeroed(field_count + 1U, sizeof *created->json_nodes);
    struct wend_bytes *names = wend__alloc_zeroed(field_count + 1U, sizeof *names);
    if (created->targets == NULL || created->json_nodes == NULL ||
        created->message_targets == NULL || names == NULL) {
        wend__free(names);
        wend__decoder_destroy(created);
        return wend__fail_memory(error);
    }
    for (uint32_t i = 0; i < field_count; i++) {
        struct wend_message_target *target =
            &created->message_targets[created->message_target_count];
        names[i] = fields[i].kind == WEND_FIELD_PLAIN ? fields[i].name : WEND_BYTES_ABSENT;
        if (names[i].data != NULL && wend__message_field(names[i], target)) {
            target->field = i;
            created->message_target_count++;
        }
    }
    enum wend_status status = wend__json_init(&created->json, names, field_count, &created->scratch,
                                              created->json_nodes, error);
    wend__free(names);
    if (status != WEND_OK) {
        wend__decoder_destroy(created);
        return status;
    }
    *decoder = created;
    return WEND_OK;
}

void wend__decoder_destroy(struct wend_decoder *decoder) {
    if (decoder == NULL) {
        return;
    }
    wend__json_deinit(&decoder->json);
    wend__arena_deinit(&decoder->scratch);
    wend__free(decoder->ndjson);
    wend__free(decoder->index);
    wend__free(decoder->json_nodes);
    wend__free(decoder->targets);
    wend__free(decoder->message_targets);
    wend__free(decoder->cells);
    wend__free(decoder);
}

/* Where the format at hand has the field; UINT32_MAX: nowhere. */
static uint32_t source_of(const struct wend_decoder *decoder, uint32_t field) {
    switch (decoder->detected->kind) {
    case WEND_FORMAT_NDJSON:
        return decoder->json_nodes[field];
    case WEND_FORMAT_DELIMITED:
        return wend__detected_column(decoder->detected, decoder->fields[field].name);
    case WEND_FORMAT_ACCESS_LOG:
        for (uint32_t i = 0; i < WEND_LOG_FIELD_COUNT; i++) {
            if (wend__bytes_is(decoder->fields[field].name, wend__access_log_fields[i])) {
                return i;
            }
        }
        return UINT32_MAX;
    case WEND_FORMAT_AUTO:
    default:
        return UINT32_MAX;
    }
}

enum wend_status wend__decoder_set_input(struct wend_decoder *decoder,
                                         const struct wend_detected *detected,
                                         struct wend_error *error) {
    decoder->detected = detected;
    decoder->target_count = 0;
    decoder->wanted = 0;
    for (uint32_t i = 0; i < decoder->field_count; i++) {
        uint32_t source =
            decoder->fields[i].kind == WEND_FIELD_PLAIN ? source_of(decoder, i) : UINT32_MAX;
        if (source != UINT32_MAX) {
            decoder->targets[decoder->target_count++] = (struct wend_target){i, source};
            decoder->wanted |= source < WEND_LOG_FIELD_COUNT ? UINT32_C(1) << source : 0;
        }
    }
    if (decoder->index == NULL) {
        decoder->index = wend__alloc(sizeof *decoder->index);
        if (decoder->index == NULL) {
            decoder->detected = NULL;
            return wend__fail_memory(error);
        }
        decoder->index->level = decoder->level;
    }
    bool is_ndjson = detected->kind == WEND_FORMAT_NDJSON;
    if (is_ndjson && decoder->ndjson == NULL && !decoder->json.has_selectors) {
        enum wend_status status = wend__ndjson_create(decoder->level, &decoder->ndjson, error);
        if (status != WEND_OK) {
            decoder->detected = NULL;
            return status;
        }
    }
    if (detected->column_count > decoder->cell_capacity) {
        struct wend_cell *cells = wend__alloc_zeroed(detected->column_count, sizeof *cells);
        if (cells == NULL) {
            decoder->detected = NULL;
            return wend__fail_memory(error);
        }
        wend__free(decoder->cells);
        decoder->cells = cells;
        decoder->cell_capacity = detected->column_count;
    }
    return WEND_OK;
}

bool wend__ndjson_record(struct wend_decoder *decoder, const uint8_t *at, const uint8_t *end,
                         const uint8_t *limit, struct wend_bytes *row) {
    if (!wend__json_parse(&decoder->json, at, end, limit)) {
        return false;
    }
    wend__ndjson_values(decoder, row);
    return true;
}

void wend__ndjson_values(struct wend_decoder *decoder, struct wend_bytes *row) {
    struct wend_json *json = &decoder->json;
    for (uint32_t i = 0; i < decoder->target_count; i++) {
        uint32_t node = decoder->targets[i].source;
        struct wend_json_capture found = json->captures[node];
        bool is_as_written = json->kinds[node] == WEND_JSON_TEXT && found.len > 0;
        row[decoder->targets[i].field] = is_as_written ? (struct wend_bytes){found.data, found.len}
                                                       : wend__json_value(json, node);
    }
}

const uint8_t *wend__decoder_record_end(const struct wend_detected *detected, const uint8_t *at,
                                        const uint8_t *limit) {
    if (detected->kind == WEND_FORMAT_DELIMITED) {
        size_t scanned = 0;
        bool in_quotes = false;
        size_t end = 0;
        (void)wend__delimited_extent(at, (size_t)(limit - at), true, detected->separator,
                                     detected->max_record_bytes, &scanned, &in_quotes, &end);
        return at + end;
    }
    const uint8_t *line_end = wend__find_byte(at, limit, '\n');
    return line_end == NULL ? limit : line_end + 1;
}

static bool decode_record(struct wend_decoder *decoder, const uint8_t *at, const uint8_t *end,
                          const uint8_t *limit, struct wend_bytes *row) {
    switch (decoder->detected->kind) {
    case WEND_FORMAT_NDJSON:
        return wend__ndjson_record(decoder, at, end, limit, row);
    case WEND_FORMAT_DELIMITED:
        return wend__delimited_record(decoder, at, end, row);
    case WEND_FORMAT_ACCESS_LOG:
        return wend__access_log_record(decoder, at, end, row);
    case WEND_FORMAT_AUTO:
    default:
        return false;
    }
}

void wend__decoder_add(struct wend_decoder *decoder, const uint8_t *at, const uint8_t *end,
                       const uint8_t *limit, uint64_t offset, struct wend_batch *batch) {
    size_t max_record = decoder->detected->max_record_bytes;
    size_t size = (size_t)(end - at);
    bool is_delimited = decoder->detected->kind == WEND_FORMAT_DELIMITED;
    bool is_blank = is_delimited ? at == end : wend__is_blank_line(at, end);
    /* A blank line may be a cut one, whose rest nobody saw: then its size is what counts. */
    if (is_blank && size <= max_record) {
        return;
    }
    struct wend_bytes *row = wend__decoder_row(batch);
    struct wend_record *record = &batch->records[batch->record_count++];
    *record = (struct wend_record){wend__bytes(at, size < max_record ? size : max_record), offset,
                                   WEND_REJECT_NONE, WEND_FLAW_NONE};
    if (size > max_record || !decode_record(decoder, at, end, limit, row)) {
        record->reject = WEND_REJECT_SHAPE;
    }
}

/* An input whose head is blank has no format; selectors are the parser's alone. */
static bool has_fast_path(const struct wend_decoder *decoder) {
    enum wend_format_kind kind = decoder->detected->kind;
    return kind != WEND_FORMAT_AUTO && (kind != WEND_FORMAT_NDJSON || !decoder->json.has_selectors);
}

enum wend_status wend__decoder_batch(struct wend_decoder *decoder, const uint8_t *bytes, size_t len,
                                     size_t *consumed, struct wend_batch *batch,
                                     struct wend_error *error) {
    const uint8_t *at = bytes;
    const uint8_t *limit = bytes + len;
    bool is_fast = !decoder->is_plain && has_fast_path(decoder);
    batch->record_count = 0;
    wend__arena_clear(&decoder->scratch);
    while (at < limit && batch->record_count < batch->record_capacity) {
        if (is_fast) {
            at += wend__windows_batch(decoder, at, (size_t)(limit - at), bytes, batch);
            if (at == limit || batch->record_count == batch->record_capacity) {
                break;
            }
        }
        const uint8_t *next = wend__decoder_record_end(decoder->detected, at, limit);
        const uint8_t *end = wend__without_line_end(at, next);
        wend__decoder_add(decoder, at, end, limit, (uint64_t)(at - bytes), batch);
        at = next;
    }
    *consumed = (size_t)(at - bytes);
    return wend__decoder_check_memory(decoder, error);
}

enum wend_status wend__decoder_check_memory(struct wend_decoder *decoder,
                                            struct wend_error *error) {
    if (decoder->is_out_of_memory || decoder->json.is_out_of_memory) {
        decoder->is_out_of_memory = false;
        decoder->json.is_out_of_memory = false;
        return wend__fail_memory(error);
    }
    return WEND_OK;
}
