/* `segments`: fields that become columns of every table. */
#include "base/limits.h"
#include "match/loader.h"
#include "model/schema.h"

static uint8_t fold_case(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* Query engines compare the names of columns without regard to case. */
static bool is_same_column(struct wend_bytes a, struct wend_bytes b) {
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (fold_case(a.data[i]) != fold_case(b.data[i])) {
            return false;
        }
    }
    return true;
}

static bool is_letter(uint8_t c) {
    uint8_t lower = fold_case(c);
    return (lower >= 'a' && lower <= 'z') || c == '_';
}

static bool is_column_name(struct wend_bytes name) {
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        if (!is_letter(c) && (i == 0 || c < '0' || c > '9')) {
            return false;
        }
    }
    return name.len > 0 && name.len <= 63; /* what PostgreSQL keeps of a name */
}

/* The table that has a column of that name, or NULL. */
static const char *table_with(struct wend_bytes name) {
    for (uint32_t i = 0; i < WEND_COMMON_COLUMNS; i++) {
        if (is_same_column(name, wend__bytes_text(wend__common_columns[i].name))) {
            return "every table";
        }
    }
    for (uint32_t t = 0; t < WEND_TABLE_COUNT; t++) {
        const struct wend_schema *schema = &wend__schemas[t];
        for (uint32_t i = 0; i < schema->column_count; i++) {
            if (is_same_column(name, wend__bytes_text(schema->columns[i].name))) {
                return schema->name;
            }
        }
    }
    return NULL;
}

static enum wend_status check_column(struct wend_loader *loader, const struct wend_node *node,
                                     struct wend_bytes name) {
    const struct wend_ruleset *ruleset = loader->ruleset;
    if (!is_column_name(name)) {
        return WEND_NODE_FAIL(loader, node,
                              "`%s` cannot be the name of a column (letters, digits and _, at most "
                              "63); give it one: {NAME: %s}",
                              wend__shown(name).text, wend__shown(name).text);
    }
    const char *table = table_with(name);
    if (table != NULL) {
        return WEND_NODE_FAIL(loader, node,
                              "`%s` is already a column of %s; give the segment another name: "
                              "{NAME: FIELD}",
                              wend__shown(name).text, table);
    }
    for (uint32_t i = 0; i < ruleset->segment_count; i++) {
        if (is_same_column(ruleset->segments[i].name, name)) {
            return WEND_NODE_FAIL(loader, node, "there is another segment `%s`",
                                  wend__shown(name).text);
        }
    }
    return WEND_OK;
}

static enum wend_status define_segment(struct wend_loader *loader, const struct wend_node *node,
                                       struct wend_segment_rule *segment) {
    const struct wend_node *name_node = node;
    const struct wend_node *field = node;
    struct wend_bytes name;
    if (node->kind == WEND_NODE_MAP && node->count == 1) {
        name_node = node->first;
        field = node->first->value;
    }
    WEND_TRY(wend__value_text(loader, name_node, "segments", "fields, or {NAME: FIELD}", &name));
    WEND_TRY(check_column(loader, name_node, name));
    WEND_TRY(wend__loader_keep(loader, name, &segment->name));
    return wend__field_of_node(loader, field, "segments", &segment->field);
}

enum wend_status wend__define_segments(struct wend_loader *loader) {
    struct wend_ruleset *ruleset = loader->ruleset;
    const struct wend_node *list = wend__loader_get(loader, "segments");
    const struct wend_node *item = list == NULL ? NULL : wend__node_items(list);
    for (; item != NULL; item = item->next) {
        if (ruleset->segment_count == WEND_MAX_SEGMENTS) {
            return WEND_NODE_FAIL(loader, item, "more than %u segments", WEND_MAX_SEGMENTS);
        }
        WEND_TRY(define_segment(loader, item, &ruleset->segments[ruleset->segment_count]));
        ruleset->segment_count++;
    }
    return WEND_OK;
}
