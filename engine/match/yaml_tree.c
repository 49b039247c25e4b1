#include "match/yaml_tree.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "match/nearest.h"

#include <stdio.h>
#include <yaml.h>

enum { WHERE_BYTES = 128 };

/* A place in the text: libyaml counts characters, people and editors need lines and bytes. */
struct cursor {
    size_t index; /* characters before `at`, behind a byte-order mark */
    size_t at;
    uint32_t line; /* from 1 */
    size_t line_start;
};

struct open_node {
    struct wend_node *node;
    struct wend_node *key; /* MAP: the key that waits for its value */
};

struct builder {
    yaml_parser_t parser;
    struct wend_bytes text;
    size_t mark_len; /* of a byte-order mark */
    const char *file;
    struct wend_arena *arena;
    struct wend_error *error;
    struct cursor cursor;
    struct wend_node *root;
    uint32_t node_count;
    bool has_document;
    uint32_t depth;
    struct open_node open[WEND_YAML_DEPTH_MAX];
};

static void rewind_cursor(struct builder *builder) {
    builder->cursor = (struct cursor){0, builder->mark_len, 1, 0};
}

static void step(struct builder *builder) {
    struct cursor *cursor = &builder->cursor;
    if (builder->text.data[cursor->at] == '\n') {
        cursor->line++;
        cursor->line_start = cursor->at + 1;
    }
    cursor->at++;
    while (cursor->at < builder->text.len && (builder->text.data[cursor->at] & 0xC0) == 0x80) {
        cursor->at++;
    }
    cursor->index++;
}

/* Marks come nearly in order, so that the cursor seldom starts again. */
static struct cursor locate(struct builder *builder, size_t index) {
    if (index < builder->cursor.index) {
        rewind_cursor(builder);
    }
    while (builder->cursor.index < index && builder->cursor.at < builder->text.len) {
        step(builder);
    }
    return builder->cursor;
}

static uint32_t column_of(const struct cursor *cursor) {
    return (uint32_t)(cursor->at - cursor->line_start + 1);
}

static enum wend_status fail_at_byte(struct builder *builder, size_t at, const char *problem) {
    rewind_cursor(builder);
    while (builder->cursor.at < at && builder->cursor.at < builder->text.len) {
        step(builder);
    }
    return wend__fail_at(builder->error, builder->file, builder->cursor.line,
                         (uint32_t)(at - builder->cursor.line_start + 1), "%s", problem);
}

/* What is no UTF-8, or a control character: libyaml would say so with less. */
static enum wend_status check_bytes(struct builder *builder) {
    struct wend_bytes text = builder->text;
    size_t valid = wend__utf8_valid_prefix(text);
    for (size_t i = 0; i < valid; i++) {
        uint8_t c = text.data[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) {
            return fail_at_byte(builder, i,
                                c == 0 ? "a zero byte: definition files are UTF-8 text"
                                       : "a control character; remove it, or write it as an "
                                         "escape such as \"\\x1b\"");
        }
    }
    if (valid < text.len) {
        return fail_at_byte(builder, valid,
                            "not valid UTF-8; save the file as UTF-8 (iconv -f ISO-8859-1 -t "
                            "UTF-8 converts from Latin-1)");
    }
    return WEND_OK;
}

static const char *advice(const struct builder *builder, size_t at) {
    uint8_t c = at < builder->text.len ? builder->text.data[at] : 0;
    const char *problem = builder->parser.problem == NULL ? "" : builder->parser.problem;
    const char *context = builder->parser.context == NULL ? "" : builder->parser.context;
    if (c == '\t') {
        return "; a tab cannot indent a line, use blanks";
    }
    if (c == '%' || c == '@' || c == '`' || c == '*' || c == '&' || c == '!') {
        return "; a text that begins with this character must be quoted";
    }
    if (strstr(problem, "mapping values") != NULL) {
        return "; a text with a colon and a blank in it must be quoted";
    }
    if (strstr(problem, "alphabetic or numeric") != NULL) {
        return "; a text that begins with * or & must be quoted";
    }
    if (strstr(context, "a tag") != NULL) {
        return "; a text that begins with ! must be quoted";
    }
    return "; look for a missing quote, bracket or blank, or a wrong indent";
}

static enum wend_status fail_parser(struct builder *builder) {
    const yaml_parser_t *parser = &builder->parser;
    if (parser->error == YAML_MEMORY_ERROR) {
        return wend__fail_memory(builder->error);
    }
    if (parser->error == YAML_READER_ERROR) {
        return fail_at_byte(builder, builder->mark_len + parser->problem_offset,
                            "a character that YAML does not allow; remove it");
    }
    char where[WHERE_BYTES] = "";
    struct cursor begin = locate(builder, parser->context_mark.index);
    struct cursor place = locate(builder, parser->problem_mark.index);
    if (parser->context != NULL && begin.line != place.line) {
        (void)snprintf(where, sizeof where, "%s from line %u on, ", parser->context, begin.line);
    } else if (parser->context != NULL) {
        (void)snprintf(where, sizeof where, "%s, ", parser->context);
    }
    return wend__fail_at(builder->error, builder->file, place.line, column_of(&place),
                         "not valid YAML: %s%s%s", where,
                         parser->problem == NULL ? "unknown problem" : parser->problem,
                         advice(builder, place.at));
}

#define FAIL_NODE(builder, node, ...)                                                              \
    wend__fail_at((builder)->error, (node)->file, (node)->line, (node)->column, __VA_ARGS__)

static enum wend_status check_key(struct builder *builder, const struct wend_node *map,
                                  const struct wend_node *key) {
    if (key->kind != WEND_NODE_TEXT) {
        return FAIL_NODE(builder, key, "a key is a text, not a list or a map");
    }
    if (map->count == WEND_YAML_KEYS_MAX) {
        return FAIL_NODE(builder, key, "more than %u keys in one map", WEND_YAML_KEYS_MAX);
    }
    for (const struct wend_node *other = map->first; other != NULL; other = other->next) {
        if (wend__bytes_equal(other->text, key->text)) {
            return FAIL_NODE(builder, key, "`%s` is already on line %u; write it once",
                             wend__shown(key->text).text, other->line);
        }
    }
    return WEND_OK;
}

static enum wend_status attach(struct builder *builder, struct wend_node *node) {
    if (builder->depth == 0) {
        builder->root = node;
        return WEND_OK;
    }
    struct open_node *top = &builder->open[builder->depth - 1];
    if (top->key != NULL) {
        top->key->value = node;
        top->key = NULL;
        return WEND_OK;
    }
    if (top->node->kind == WEND_NODE_MAP) {
        WEND_TRY(check_key(builder, top->node, node));
        top->key = node;
    }
    if (top->node->first == NULL) {
        top->node->first = node;
    } else {
        top->node->last->next = node;
    }
    top->node->last = node;
    top->node->count++;
    return WEND_OK;
}

static enum wend_status make_node(struct builder *builder, const yaml_event_t *event,
                                  enum wend_node_kind kind, struct wend_node **made) {
    struct wend_node *node = wend__arena_alloc(builder->arena, sizeof *node);
    if (node == NULL) {
        return wend__fail_memory(builder->error);
    }
    struct cursor place = locate(builder, event->start_mark.index);
    *node = (struct wend_node){
        .kind = kind, .line = place.line, .column = column_of(&place), .file = builder->file};
    node->source = wend__bytes(builder->text.data + place.at, 0);
    if (++builder->node_count > WEND_YAML_NODES_MAX) {
        return FAIL_NODE(builder, node, "more than %u values in one file", WEND_YAML_NODES_MAX);
    }
    *made = node;
    return WEND_OK;
}

static enum wend_status check_properties(struct builder *builder, const yaml_event_t *event,
                                         const yaml_char_t *anchor, const yaml_char_t *tag) {
    struct cursor place = locate(builder, event->start_mark.index);
    if (anchor != NULL) {
        return wend__fail_at(builder->error, builder->file, place.line, column_of(&place),
                             "`&%s` is an anchor, which definition files do not have; write the "
                             "value out, or quote a text that begins with &",
                             wend__shown(wend__bytes_text((const char *)anchor)).text);
    }
    if (tag != NULL) {
        return wend__fail_at(builder->error, builder->file, place.line, column_of(&place),
                             "a tag (`!...`), which definition files do not have; remove it, or "
                             "quote a text that begins with !");
    }
    return WEND_OK;
}

static enum wend_status add_text(struct builder *builder, const yaml_event_t *event) {
    struct wend_node *node;
    WEND_TRY(check_properties(builder, event, event->data.scalar.anchor, event->data.scalar.tag));
    WEND_TRY(make_node(builder, event, WEND_NODE_TEXT, &node));
    size_t len = event->data.scalar.length;
    const uint8_t *copy = wend__arena_copy(builder->arena, event->data.scalar.value, len);
    if (copy == NULL) {
        return wend__fail_memory(builder->error);
    }
    node->text = wend__bytes(copy, len);
    struct cursor end = locate(builder, event->end_mark.index);
    node->source.len = (size_t)(builder->text.data + end.at - node->source.data);
    yaml_scalar_style_t style = event->data.scalar.style;
    node->style = style == YAML_SINGLE_QUOTED_SCALAR_STYLE   ? WEND_STYLE_SINGLE
                  : style == YAML_DOUBLE_QUOTED_SCALAR_STYLE ? WEND_STYLE_DOUBLE
                  : style == YAML_PLAIN_SCALAR_STYLE         ? WEND_STYLE_PLAIN
                                                             : WEND_STYLE_BLOCK;
    if (memchr(copy, 0, len) != NULL) {
        return FAIL_NODE(builder, node, "a text cannot hold a zero byte");
    }
    return attach(builder, node);
}

static enum wend_status begin_group(struct builder *builder, const yaml_event_t *event,
                                    enum wend_node_kind kind) {
    struct wend_node *node;
    bool is_map = kind == WEND_NODE_MAP;
    WEND_TRY(check_properties(
        builder, event,
        is_map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor,
        is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag));
    WEND_TRY(make_node(builder, event, kind, &node));
    if (builder->depth == WEND_YAML_DEPTH_MAX) {
        return FAIL_NODE(builder, node, "nested more than %u levels deep", WEND_YAML_DEPTH_MAX);
    }
    WEND_TRY(attach(builder, node));
    builder->open[builder->depth++] = (struct open_node){node, NULL};
    return WEND_OK;
}

static enum wend_status take_event(struct builder *builder, const yaml_event_t *event) {
    struct cursor place;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        place = locate(builder, event->start_mark.index);
        if (builder->has_document) {
            return wend__fail_at(builder->error, builder->file, place.line, column_of(&place),
                                 "a second document begins here; a definition file is one, "
                                 "remove the `---`");
        }
        builder->has_document = true;
        return WEND_OK;
    case YAML_ALIAS_EVENT:
        place = locate(builder, event->start_mark.index);
        return wend__fail_at(builder->error, builder->file, place.line, column_of(&place),
                             "`*%s` is an alias, which definition files do not have; write the "
                             "value out, or quote a text that begins with *",
                             wend__shown(wend__bytes_text((char *)event->data.alias.anchor)).text);
    case YAML_SCALAR_EVENT:
        return add_text(builder, event);
    case YAML_SEQUENCE_START_EVENT:
        return begin_group(builder, event, WEND_NODE_LIST);
    case YAML_MAPPING_START_EVENT:
        return begin_group(builder, event, WEND_NODE_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        builder->depth--;
        return WEND_OK;
    default:
        return WEND_OK;
    }
}

static enum wend_status read_events(struct builder *builder) {
    bool is_end = false;
    while (!is_end) {
        yaml_event_t event;
        if (yaml_parser_parse(&builder->parser, &event) == 0) {
            return fail_parser(builder);
        }
        is_end = event.type == YAML_STREAM_END_EVENT;
        enum wend_status status = take_event(builder, &event);
        yaml_event_delete(&event);
        WEND_TRY(status);
    }
    return WEND_OK;
}

enum wend_status wend__yaml_parse(struct wend_bytes text, const char *file,
                                  struct wend_arena *arena, struct wend_node **root,
                                  struct wend_error *error) {
    struct builder builder = {.text = text, .file = file, .arena = arena, .error = error};
    *root = NULL;
    if (text.len > WEND_MAX_DEFINITION_BYTES) {
        return wend__fail_at(error, file, 1, 1, "the file has %zu bytes, %u are the most", text.len,
                             WEND_MAX_DEFINITION_BYTES);
    }
    if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0) {
        builder.mark_len = 3;
    }
    rewind_cursor(&builder);
    WEND_TRY(check_bytes(&builder));
    if (yaml_parser_initialize(&builder.parser) == 0) {
        return wend__fail_memory(error);
    }
    static const uint8_t nothing = 0;
    const uint8_t *begin = text.len == 0 ? &nothing : text.data + builder.mark_len;
    yaml_parser_set_input_string(&builder.parser, begin, text.len - builder.mark_len);
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    rewind_cursor(&builder);
    enum wend_status status = read_events(&builder);
    yaml_parser_delete(&builder.parser);
    *root = status == WEND_OK ? builder.root : NULL;
    return status;
}
