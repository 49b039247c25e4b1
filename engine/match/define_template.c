/* Templates: "{host}|{agent}", with {{ and }} for the braces themselves. */
#include "match/loader.h"

struct template_reader {
    struct wend_loader *loader;
    const struct wend_node *node;
    wend_field_finder *find;
    struct wend_bytes text;
    size_t at;
    uint8_t *literal; /* the literal that is being read; room for all of the text */
    size_t literal_len;
    struct wend_template *made;
};

static enum wend_status end_literal(struct template_reader *reader) {
    if (reader->literal_len == 0) {
        return WEND_OK;
    }
    struct wend_template_part *part = &reader->made->parts[reader->made->part_count++];
    part->field = WEND_NO_FIELD;
    WEND_TRY(wend__loader_keep(reader->loader, wend__bytes(reader->literal, reader->literal_len),
                               &part->literal));
    reader->literal_len = 0;
    return WEND_OK;
}

static enum wend_status fail_brace(const struct template_reader *reader, const char *problem) {
    return wend__fail_at(reader->loader->error, reader->node->file, reader->node->line,
                         wend__node_column_at(reader->node, reader->at),
                         "%s; a template is written \"{field}|{field}\", {{ and }} stand for the "
                         "braces themselves",
                         problem);
}

/* From the opening brace to the closing one. */
static enum wend_status take_field(struct template_reader *reader) {
    const uint8_t *begin = reader->text.data + reader->at + 1;
    size_t left = reader->text.len - reader->at - 1;
    const uint8_t *end = memchr(begin, '}', left);
    if (end == NULL) {
        return fail_brace(reader, "this brace is not closed");
    }
    struct wend_bytes name = wend__bytes(begin, (size_t)(end - begin));
    if (name.len == 0 || memchr(name.data, '{', name.len) != NULL) {
        return fail_brace(reader, "no field stands in these braces");
    }
    WEND_TRY(end_literal(reader));
    struct wend_template_part *part = &reader->made->parts[reader->made->part_count++];
    part->literal = WEND_BYTES_ABSENT;
    reader->at += name.len + 2;
    return reader->find(reader->loader, reader->node, name, &part->field);
}

static enum wend_status read_template(struct template_reader *reader) {
    while (reader->at < reader->text.len) {
        uint8_t c = reader->text.data[reader->at];
        bool is_double = reader->at + 1 < reader->text.len && (c == '{' || c == '}') &&
                         reader->text.data[reader->at + 1] == c;
        if (c == '{' && !is_double) {
            WEND_TRY(take_field(reader));
            continue;
        }
        if (c == '}' && !is_double) {
            return fail_brace(reader, "this brace was not opened");
        }
        reader->literal[reader->literal_len++] = c;
        reader->at += is_double ? 2 : 1;
    }
    return end_literal(reader);
}

enum wend_status wend__define_template(struct wend_loader *loader, const struct wend_node *node,
                                       bool bare_is_field, wend_field_finder *find,
                                       struct wend_template *made) {
    struct wend_bytes text = node->text;
    bool is_template = memchr(text.data, '{', text.len) != NULL;
    /* A part takes at least one byte of the text, a field three. */
    made->parts = wend__loader_alloc(loader, is_template ? text.len : 1, sizeof *made->parts);
    if (made->parts == NULL) {
        return WEND_ERROR_MEMORY;
    }
    if (!is_template && bare_is_field) {
        made->part_count = 1;
        return find(loader, node, text, &made->parts[0].field);
    }
    if (!is_template) {
        made->part_count = 1;
        made->parts[0].field = WEND_NO_FIELD;
        return wend__loader_keep(loader, text, &made->parts[0].literal);
    }
    uint8_t *literal = wend__arena_alloc(&loader->scratch, text.len);
    if (literal == NULL) {
        return wend__fail_memory(loader->error);
    }
    struct template_reader reader = {loader, node, find, text, 0, literal, 0, made};
    return read_template(&reader);
}
