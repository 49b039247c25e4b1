/* `format` and `max_record`: how the records are written. */
#include "base/limits.h"
#include "match/loader.h"

enum { COLUMNS_MAX = 65536 };

static const char *const kinds[] = {"auto", "ndjson", "csv", "access-log", NULL};

/* The names of the kinds and of the presets; NULL-terminated, in scratch memory. */
static const char **all_kinds(struct wend_loader *loader) {
    const struct wend_preset_lookup *presets = loader->presets;
    size_t count = 0;
    while (presets != NULL && presets->names[count] != NULL) {
        count++;
    }
    size_t kind_count = sizeof kinds / sizeof *kinds - 1;
    const char **all = wend__arena_alloc(&loader->scratch, (kind_count + count + 1) * sizeof *all);
    if (all == NULL) {
        return NULL;
    }
    memcpy(all, kinds, kind_count * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        all[kind_count + i] = presets->names[i];
    }
    all[kind_count + count] = NULL;
    return all;
}

static enum wend_status load_preset(struct wend_loader *loader, const char *name) {
    static const char prefix[] = "preset ";
    struct wend_node *root;
    const char *text = loader->presets->find(name);
    size_t name_len = strlen(name);
    char *file = wend__arena_alloc(&loader->scratch, sizeof prefix + name_len);
    if (file == NULL) {
        return wend__fail_memory(loader->error);
    }
    memcpy(file, prefix, sizeof prefix - 1);
    memcpy(file + sizeof prefix - 1, name, name_len + 1);
    WEND_TRY(
        wend__yaml_parse(wend__bytes_text(text), file, &loader->scratch, &root, loader->error));
    if (root == NULL || root->kind != WEND_NODE_MAP) {
        return wend__fail_at(loader->error, file, 1, 1, "the preset is no definition file");
    }
    loader->preset = root;
    return WEND_OK;
}

/* `kind` of the user's text: one of ours, or a preset's, whose own kind it then is. */
static enum wend_status take_kind(struct wend_loader *loader, const struct wend_node *node,
                                  const char *key, bool may_be_preset) {
    if (node->kind == WEND_NODE_TEXT && wend__bytes_is(node->text, "tsv")) {
        return WEND_NODE_FAIL(loader, node,
                              "`%s` has no tsv; write format: {kind: csv, separator: tab}", key);
    }
    const char *const *choices = kinds;
    if (may_be_preset) {
        choices = all_kinds(loader);
    }
    if (choices == NULL) {
        return wend__fail_memory(loader->error);
    }
    uint32_t index;
    WEND_TRY(wend__value_choice(loader, node, key, choices, &index));
    if (index < sizeof kinds / sizeof *kinds - 1) {
        loader->ruleset->format.kind = (enum wend_format_kind)index;
        return WEND_OK;
    }
    return load_preset(loader, choices[index]);
}

static enum wend_status take_separator(struct wend_loader *loader, const struct wend_node *node) {
    struct wend_bytes text;
    static const char form[] = "one ASCII character such as \";\", or tab";
    WEND_TRY(wend__value_text(loader, node, "separator", form, &text));
    if (wend__bytes_is(text, "tab")) {
        text = wend__bytes_text("\t");
    }
    uint8_t c = text.data[0];
    if (text.len != 1 || c >= 0x80) {
        return WEND_NODE_FAIL(loader, node, "`separator` takes %s", form);
    }
    if (c == '"' || c == '\r' || c == '\n') {
        return WEND_NODE_FAIL(loader, node, "a quote or a line end cannot be the `separator`");
    }
    loader->ruleset->format.separator = c;
    return WEND_OK;
}

static enum wend_status take_header(struct wend_loader *loader, const struct wend_node *node) {
    static const char *const words[] = {"auto", "yes", "no", NULL};
    bool is_header;
    if (node->kind == WEND_NODE_TEXT &&
        (wend__bytes_is(node->text, "true") || wend__bytes_is(node->text, "false"))) {
        WEND_TRY(wend__value_flag(loader, node, "header", &is_header));
        loader->ruleset->format.header = is_header ? WEND_HEADER_YES : WEND_HEADER_NO;
        return WEND_OK;
    }
    uint32_t index;
    WEND_TRY(wend__value_choice(loader, node, "header", words, &index));
    loader->ruleset->format.header = (enum wend_header_kind)index;
    return WEND_OK;
}

static enum wend_status take_columns(struct wend_loader *loader, const struct wend_node *list) {
    struct wend_format *format = &loader->ruleset->format;
    if (list->kind != WEND_NODE_LIST || list->count == 0) {
        return WEND_NODE_FAIL(loader, list, "`columns` is a list of names: [NAME, NAME]");
    }
    if (list->count > COLUMNS_MAX) {
        return WEND_NODE_FAIL(loader, list, "more than %d columns", COLUMNS_MAX);
    }
    format->columns = wend__loader_alloc(loader, list->count, sizeof *format->columns);
    if (format->columns == NULL) {
        return WEND_ERROR_MEMORY;
    }
    format->column_count = 0;
    for (const struct wend_node *item = list->first; item != NULL; item = item->next) {
        struct wend_bytes name;
        WEND_TRY(wend__value_text(loader, item, "columns", "names, none of them empty", &name));
        WEND_TRY(wend__loader_keep(loader, name, &format->columns[format->column_count++]));
    }
    return WEND_OK;
}

static enum wend_status take_envelope(struct wend_loader *loader, const struct wend_node *node) {
    static const char *const words[] = {"none", "cloudevents", NULL};
    uint32_t index;
    WEND_TRY(wend__value_choice(loader, node, "envelope", words, &index));
    loader->ruleset->format.is_cloudevents = index == 1;
    return WEND_OK;
}

/* The keys beside `kind`, each for one format only. */
static enum wend_status take_details(struct wend_loader *loader, const struct wend_node *map) {
    static const struct {
        const char *name;
        enum wend_status (*take)(struct wend_loader *loader, const struct wend_node *node);
        enum wend_format_kind kind;
    } keys[] = {{"separator", take_separator, WEND_FORMAT_DELIMITED},
                {"header", take_header, WEND_FORMAT_DELIMITED},
                {"columns", take_columns, WEND_FORMAT_DELIMITED},
                {"envelope", take_envelope, WEND_FORMAT_NDJSON}};
    enum wend_format_kind kind = loader->ruleset->format.kind;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct wend_node *node = wend__node_get(map, keys[i].name);
        if (node == NULL || wend__node_is_null(node)) {
            continue;
        }
        if (kind != WEND_FORMAT_AUTO && kind != keys[i].kind) {
            return WEND_NODE_FAIL(loader, node, "`%s` is for %s only, and this is %s", keys[i].name,
                                  kinds[keys[i].kind], kinds[kind]);
        }
        WEND_TRY(keys[i].take(loader, node));
    }
    return WEND_OK;
}

static enum wend_status take_format(struct wend_loader *loader, const struct wend_node *node,
                                    bool may_be_preset) {
    static const char *const keys[] = {"kind", "separator", "header", "columns", "envelope", NULL};
    if (node->kind == WEND_NODE_TEXT) {
        return take_kind(loader, node, "format", may_be_preset);
    }
    WEND_TRY(wend__expect_keys(loader, node, "`format`", keys));
    const struct wend_node *kind = wend__node_get(node, "kind");
    if (kind != NULL && !wend__node_is_null(kind)) {
        WEND_TRY(take_kind(loader, kind, "kind", may_be_preset));
    }
    return WEND_OK;
}

enum wend_status wend__define_format(struct wend_loader *loader) {
    struct wend_format *format = &loader->ruleset->format;
    const struct wend_node *own = wend__loader_get(loader, "format");
    if (own != NULL) {
        WEND_TRY(take_format(loader, own, true));
    }
    const struct wend_node *preset =
        loader->preset == NULL ? NULL : wend__node_get(loader->preset, "format");
    if (preset != NULL) {
        WEND_TRY(take_format(loader, preset, false));
    }
    if (preset != NULL && preset->kind == WEND_NODE_MAP) {
        WEND_TRY(take_details(loader, preset));
    }
    if (own != NULL && own->kind == WEND_NODE_MAP) {
        WEND_TRY(take_details(loader, own));
    }
    format->max_record_bytes = WEND_MAX_RECORD_BYTES;
    const struct wend_node *most = wend__loader_get(loader, "max_record");
    return most == NULL ? WEND_OK
                        : wend__value_size(loader, most, "max_record", WEND_BLOCK_BYTES_MIN,
                                           WEND_BLOCK_BYTES_MAX, &format->max_record_bytes);
}
