#include "snapshot/row_key.h"

#include "ds/sortkey.h"

#include <assert.h>

static const char *const patterns[WEND_AGGREGATE_COUNT] = {
    [WEND_TABLE_PATHS] = "t",        [WEND_TABLE_TRANSITIONS] = "tt",
    [WEND_TABLE_FLOW] = "tntt",      [WEND_TABLE_STAGES] = "nt",
    [WEND_TABLE_ABANDONMENT] = "to", [WEND_TABLE_TOUCHPOINTS] = "to",
    [WEND_TABLE_SWITCHES] = "ttttt",
};

const char *wend__key_pattern(enum wend_table_id table) {
    assert((unsigned)table < WEND_AGGREGATE_COUNT);
    return patterns[table];
}

uint32_t wend__key_column(enum wend_table_id table, uint32_t part) {
    /* Stages are ordered by their position, and shown with their name in front. */
    return table == WEND_TABLE_STAGES ? 1 - part : part;
}

/* A text in the buffer that may still move. */
struct span {
    struct wend_bytes *text;
    size_t start;
};

struct parse {
    struct wend_bytes rest;
    struct wend_buffer *texts;
    struct span spans[1 + WEND_MAX_SEGMENTS + WEND_KEY_PARTS_MAX];
    uint32_t span_count;
};

static enum wend_sortkey_read take_text(struct parse *parse, struct wend_bytes *text) {
    size_t start = parse->texts->len;
    enum wend_sortkey_read read = wend__sortkey_read_text(&parse->rest, parse->texts);
    if (read == WEND_SORTKEY_OK) {
        parse->spans[parse->span_count++] = (struct span){text, start};
        *text = (struct wend_bytes){NULL, parse->texts->len - start};
    }
    return read;
}

static enum wend_sortkey_read take_nullable_text(struct parse *parse, struct wend_bytes *text) {
    bool present;
    enum wend_sortkey_read read = wend__sortkey_read_present(&parse->rest, &present);
    *text = WEND_BYTES_ABSENT;
    return read == WEND_SORTKEY_OK && present ? take_text(parse, text) : read;
}

static enum wend_sortkey_read take_group(struct parse *parse, struct wend_row_key *key) {
    enum wend_sortkey_read read = take_text(parse, &key->scope);
    if (read == WEND_SORTKEY_OK) {
        read = wend__sortkey_read_present(&parse->rest, &key->has_window);
    }
    if (read == WEND_SORTKEY_OK && key->has_window) {
        read = wend__sortkey_read_int64(&parse->rest, &key->window_us);
    }
    for (uint32_t i = 0; read == WEND_SORTKEY_OK && i < key->segment_count; i++) {
        read = take_nullable_text(parse, &key->segments[i]);
    }
    return read;
}

static enum wend_sortkey_read take_parts(struct parse *parse, const char *pattern,
                                         struct wend_row_key *key) {
    enum wend_sortkey_read read = WEND_SORTKEY_OK;
    for (uint32_t i = 0; read == WEND_SORTKEY_OK && pattern[i] != '\0'; i++) {
        if (pattern[i] == 'n') {
            read = wend__sortkey_read_uint32(&parse->rest, &key->number);
        } else if (pattern[i] == 'o') {
            read = take_nullable_text(parse, &key->parts[i]);
        } else {
            read = take_text(parse, &key->parts[i]);
        }
    }
    return read == WEND_SORTKEY_OK && parse->rest.len > 0 ? WEND_SORTKEY_DAMAGED : read;
}

enum wend_status wend__row_key_read(struct wend_bytes bytes, enum wend_table_id table,
                                    uint32_t segment_count, struct wend_buffer *texts,
                                    struct wend_row_key *key, struct wend_error *error) {
    assert(segment_count <= WEND_MAX_SEGMENTS);
    wend__buffer_clear(texts);
    *key = (struct wend_row_key){.segment_count = segment_count};
    struct parse parse = {.rest = bytes, .texts = texts};
    enum wend_sortkey_read read = take_group(&parse, key);
    key->group_len = bytes.len - parse.rest.len;
    if (read == WEND_SORTKEY_OK) {
        read = take_parts(&parse, wend__key_pattern(table), key);
    }
    if (read == WEND_SORTKEY_NO_MEMORY) {
        return wend__fail_memory(error);
    }
    if (read != WEND_SORTKEY_OK) {
        return wend__fail(error, WEND_ERROR_IO,
                          "a row of table %s has a damaged key; run again, and check the disk of "
                          "the temporary files",
                          wend__schemas[table].name);
    }
    struct wend_bytes all = wend__buffer_view(texts);
    for (uint32_t i = 0; i < parse.span_count; i++) {
        parse.spans[i].text->data = all.data + parse.spans[i].start;
    }
    return WEND_OK;
}

bool wend__row_key_write(const struct wend_row_key *key, enum wend_table_id table,
                         struct wend_buffer *out) {
    bool done = wend__key_append_group(out, key->scope, key->has_window, key->window_us,
                                       key->segments, key->segment_count);
    const char *pattern = wend__key_pattern(table);
    for (uint32_t i = 0; done && pattern[i] != '\0'; i++) {
        if (pattern[i] == 'n') {
            done = wend__sortkey_append_uint32(out, key->number);
        } else if (pattern[i] == 'o') {
            done = wend__sortkey_append_nullable_text(out, key->parts[i]);
        } else {
            done = wend__sortkey_append_text(out, key->parts[i]);
        }
    }
    return done;
}
