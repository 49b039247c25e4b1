/* The fields that the definitions mention, and `fields`, those that are made from others. */
#include "base/limits.h"
#include "match/loader.h"

#include <assert.h>

#define NO_DEFINITION UINT32_MAX

/* Keeps the sorting of definitions, which looks at each again and again, short. */
enum { SOURCES_MAX = 64 };

bool wend__url_part(struct wend_bytes part, enum wend_field_kind *kind,
                    struct wend_bytes *parameter) {
    static const char query[] = "query.";
    size_t prefix = sizeof query - 1;
    *parameter = WEND_BYTES_ABSENT;
    if (wend__bytes_is(part, "host")) {
        *kind = WEND_FIELD_URL_HOST;
        return true;
    }
    if (wend__bytes_is(part, "path")) {
        *kind = WEND_FIELD_URL_PATH;
        return true;
    }
    if (part.len > prefix && memcmp(part.data, query, prefix) == 0) {
        *kind = WEND_FIELD_URL_QUERY;
        *parameter = wend__bytes(part.data + prefix, part.len - prefix);
        return true;
    }
    return false;
}

static bool is_same(const struct wend_field *a, const struct wend_field *b) {
    if (a->kind != b->kind || a->source_count != b->source_count) {
        return false;
    }
    switch (a->kind) {
    case WEND_FIELD_PLAIN:
        return wend__bytes_equal(a->name, b->name);
    case WEND_FIELD_FIRST:
    case WEND_FIELD_JOIN:
        return memcmp(a->sources, b->sources, a->source_count * sizeof *a->sources) == 0;
    case WEND_FIELD_EVENT:
        return true;
    default:
        return a->source == b->source && wend__bytes_equal(a->parameter, b->parameter);
    }
}

enum wend_status wend__field_add(struct wend_loader *loader, const struct wend_node *node,
                                 const struct wend_field *field, uint32_t *index) {
    struct wend_ruleset *ruleset = loader->ruleset;
    for (uint32_t i = 0; i < ruleset->field_count; i++) {
        if (is_same(&ruleset->fields[i], field)) {
            *index = i;
            return WEND_OK;
        }
    }
    if (ruleset->field_count == WEND_MAX_FIELDS) {
        return WEND_NODE_FAIL(loader, node, "more than %u fields are used", WEND_MAX_FIELDS);
    }
    if (ruleset->fields == NULL) {
        ruleset->fields = wend__loader_alloc(loader, WEND_MAX_FIELDS, sizeof *ruleset->fields);
        if (ruleset->fields == NULL) {
            return WEND_ERROR_MEMORY;
        }
    }
    struct wend_field *made = &ruleset->fields[ruleset->field_count];
    *made = *field;
    WEND_TRY(wend__loader_keep(loader, field->name, &made->name));
    WEND_TRY(wend__loader_keep(loader, field->parameter, &made->parameter));
    *index = ruleset->field_count++;
    return WEND_OK;
}

enum wend_status wend__field_url(struct wend_loader *loader, const struct wend_node *node,
                                 uint32_t source, struct wend_bytes part, uint32_t *index) {
    struct wend_field field = {.name = part, .source = source};
    (void)wend__url_part(part, &field.kind, &field.parameter);
    return wend__field_add(loader, node, &field, index);
}

static uint32_t find_definition(const struct wend_loader *loader, struct wend_bytes name) {
    for (uint32_t i = 0; i < loader->definition_count; i++) {
        if (wend__bytes_equal(loader->definitions[i].key->text, name)) {
            return i;
        }
    }
    return NO_DEFINITION;
}

/* The definition behind a source; where a definition names itself it means the record's field. */
static uint32_t definition_of(const struct wend_loader *loader,
                              const struct wend_field_definition *user,
                              const struct wend_node *source) {
    uint32_t found = find_definition(loader, source->text);
    bool is_itself = found != NO_DEFINITION && &loader->definitions[found] == user;
    return is_itself ? NO_DEFINITION : found;
}

static enum wend_status source_field(struct wend_loader *loader,
                                     const struct wend_field_definition *user,
                                     const struct wend_node *source, uint32_t *index) {
    uint32_t definition = definition_of(loader, user, source);
    if (definition != NO_DEFINITION) {
        *index = loader->definitions[definition].field;
        return WEND_OK;
    }
    struct wend_field field = {.name = source->text, .kind = WEND_FIELD_PLAIN};
    return wend__field_add(loader, source, &field, index);
}

/* All definitions that it is made from have their field. */
static enum wend_status make_field(struct wend_loader *loader,
                                   struct wend_field_definition *definition) {
    struct wend_field field = {.name = definition->key->text,
                               .kind = definition->kind,
                               .parameter = definition->parameter};
    assert(definition->sources != NULL);
    if (definition->kind != WEND_FIELD_FIRST && definition->kind != WEND_FIELD_JOIN) {
        uint32_t source;
        WEND_TRY(source_field(loader, definition, definition->sources, &source));
        if (definition->kind == WEND_FIELD_PLAIN) {
            definition->field = source;
            return WEND_OK;
        }
        field.source = source;
        return wend__field_add(loader, definition->key, &field, &definition->field);
    }
    field.sources = wend__loader_alloc(loader, definition->source_count, sizeof *field.sources);
    if (field.sources == NULL) {
        return WEND_ERROR_MEMORY;
    }
    const struct wend_node *source = definition->sources;
    for (; source != NULL; source = source->next) {
        WEND_TRY(source_field(loader, definition, source, &field.sources[field.source_count++]));
    }
    return wend__field_add(loader, definition->key, &field, &definition->field);
}

/* Definitions stand behind those that they are made from: one pass down finds what is needed, one
 * pass up makes it. */
static enum wend_status make_needed(struct wend_loader *loader, uint32_t last) {
    for (uint32_t i = 0; i <= last; i++) {
        loader->definitions[i].is_needed = i == last;
    }
    for (uint32_t i = last + 1; i > 0; i--) {
        struct wend_field_definition *user = &loader->definitions[i - 1];
        const struct wend_node *source = user->is_needed ? user->sources : NULL;
        for (; source != NULL; source = source->next) {
            uint32_t definition = definition_of(loader, user, source);
            if (definition != NO_DEFINITION) {
                loader->definitions[definition].is_needed = true;
            }
        }
    }
    for (uint32_t i = 0; i <= last; i++) {
        struct wend_field_definition *definition = &loader->definitions[i];
        if (definition->is_needed && definition->field == WEND_NO_FIELD) {
            WEND_TRY(make_field(loader, definition));
        }
    }
    return WEND_OK;
}

enum wend_status wend__field_plain(struct wend_loader *loader, const struct wend_node *node,
                                   struct wend_bytes name, uint32_t *index) {
    uint32_t definition = find_definition(loader, name);
    if (definition == NO_DEFINITION) {
        struct wend_field field = {.name = name, .kind = WEND_FIELD_PLAIN};
        return wend__field_add(loader, node, &field, index);
    }
    if (loader->definitions[definition].field == WEND_NO_FIELD) {
        WEND_TRY(make_needed(loader, definition));
    }
    *index = loader->definitions[definition].field;
    return WEND_OK;
}

static enum wend_status read_url(struct wend_loader *loader, const struct wend_node *map,
                                 struct wend_field_definition *made) {
    static const char *const keys[] = {"url", "part", NULL};
    struct wend_bytes part;
    WEND_TRY(wend__expect_keys(loader, map, "a field made from a URL", keys));
    const struct wend_node *node = wend__node_get(map, "part");
    if (node == NULL) {
        return WEND_NODE_FAIL(loader, map, "`url` needs a `part`: host, path or query.NAME");
    }
    WEND_TRY(wend__value_text(loader, node, "part", "host, path or query.NAME", &part));
    if (!wend__url_part(part, &made->kind, &made->parameter)) {
        static const char *const parts[] = {"host", "path", "query.NAME", NULL};
        return WEND_NODE_FAIL(loader, node, "`part` is host, path or query.NAME, not `%s`%s",
                              wend__shown(part).text, wend__nearest_of(part, parts).text);
    }
    made->sources = wend__node_get(map, "url");
    return WEND_OK;
}

static enum wend_status read_request(struct wend_loader *loader, const struct wend_node *map,
                                     struct wend_field_definition *made) {
    static const char *const keys[] = {"request", "part", NULL};
    static const char *const parts[] = {"method", "target", NULL};
    struct wend_bytes part;
    WEND_TRY(wend__expect_keys(loader, map, "a field made from a request line", keys));
    const struct wend_node *node = wend__node_get(map, "part");
    if (node == NULL) {
        return WEND_NODE_FAIL(loader, map, "`request` needs a `part`: method or target");
    }
    WEND_TRY(wend__value_text(loader, node, "part", "method or target", &part));
    if (wend__bytes_is(part, "method")) {
        made->kind = WEND_FIELD_REQUEST_METHOD;
    } else if (wend__bytes_is(part, "target")) {
        made->kind = WEND_FIELD_REQUEST_TARGET;
    } else {
        return WEND_NODE_FAIL(loader, node, "`part` is method or target, not `%s`%s",
                              wend__shown(part).text, wend__nearest_of(part, parts).text);
    }
    made->sources = wend__node_get(map, "request");
    return WEND_OK;
}

static enum wend_status read_address(struct wend_loader *loader, const struct wend_node *map,
                                     struct wend_field_definition *made) {
    static const char *const keys[] = {"address", "part", NULL};
    struct wend_bytes part;
    WEND_TRY(wend__expect_keys(loader, map, "a field made from an address", keys));
    const struct wend_node *node = wend__node_get(map, "part");
    if (node == NULL) {
        return WEND_NODE_FAIL(loader, map, "`address` needs a `part`: host");
    }
    WEND_TRY(wend__value_text(loader, node, "part", "host", &part));
    if (!wend__bytes_is(part, "host")) {
        return WEND_NODE_FAIL(loader, node, "`part` of an address is host, not `%s`",
                              wend__shown(part).text);
    }
    made->kind = WEND_FIELD_ADDRESS_HOST;
    made->sources = wend__node_get(map, "address");
    return WEND_OK;
}

static enum wend_status read_definition(struct wend_loader *loader, const struct wend_node *key,
                                        struct wend_field_definition *made) {
    static const char *const field_keys[] = {"field", NULL};
    static const char *const join_keys[] = {"join", NULL};
    static const char *const first_keys[] = {"first", NULL};
    static const char form[] = "a field is written {field: NAME}, {url: NAME, part: PART}, "
                               "{request: NAME, part: PART}, {address: NAME, part: PART}, "
                               "{first: [NAME, NAME]} or {join: [NAME, NAME]}";
    const struct wend_node *map = key->value;
    *made = (struct wend_field_definition){.key = key, .field = WEND_NO_FIELD};
    if (key->text.len == 0) {
        return WEND_NODE_FAIL(loader, key, "a field needs a name");
    }
    if (map->kind != WEND_NODE_MAP) {
        return WEND_NODE_FAIL(loader, map, form);
    }
    if (wend__node_get(map, "url") != NULL) {
        WEND_TRY(read_url(loader, map, made));
    } else if (wend__node_get(map, "request") != NULL) {
        WEND_TRY(read_request(loader, map, made));
    } else if (wend__node_get(map, "address") != NULL) {
        WEND_TRY(read_address(loader, map, made));
    } else if (wend__node_get(map, "first") != NULL) {
        WEND_TRY(wend__expect_keys(loader, map, "a field made from others", first_keys));
        made->kind = WEND_FIELD_FIRST;
        made->sources = wend__node_items(wend__node_get(map, "first"));
    } else if (wend__node_get(map, "join") != NULL) {
        WEND_TRY(wend__expect_keys(loader, map, "a field joined from others", join_keys));
        made->kind = WEND_FIELD_JOIN;
        made->sources = wend__node_items(wend__node_get(map, "join"));
    } else if (wend__node_get(map, "field") != NULL) {
        WEND_TRY(wend__expect_keys(loader, map, "a field with another name", field_keys));
        made->sources = wend__node_get(map, "field");
    } else {
        return WEND_NODE_FAIL(loader, map, form);
    }
    struct wend_bytes text;
    for (const struct wend_node *source = made->sources; source != NULL; source = source->next) {
        WEND_TRY(wend__value_text(loader, source, wend__shown(key->text).text,
                                  "names of fields here", &text));
        if (++made->source_count > SOURCES_MAX) {
            return WEND_NODE_FAIL(loader, source, "more than %d fields in one list", SOURCES_MAX);
        }
    }
    return made->source_count > 0 ? WEND_OK : WEND_NODE_FAIL(loader, map, form);
}

static enum wend_status read_map(struct wend_loader *loader, const struct wend_node *map,
                                 uint32_t own_count) {
    if (map == NULL || wend__node_is_null(map)) {
        return WEND_OK;
    }
    if (map->kind != WEND_NODE_MAP) {
        return WEND_NODE_FAIL(loader, map,
                              "`fields` is a map: a name, and what it is made from, such as "
                              "{field: NAME}");
    }
    for (const struct wend_node *key = map->first; key != NULL; key = key->next) {
        uint32_t known = find_definition(loader, key->text);
        if (known != NO_DEFINITION && known < own_count) {
            continue; /* the user's stands before the preset's */
        }
        if (loader->definition_count == WEND_MAX_FIELDS) {
            return WEND_NODE_FAIL(loader, key, "more than %u fields", WEND_MAX_FIELDS);
        }
        WEND_TRY(read_definition(loader, key, &loader->definitions[loader->definition_count]));
        loader->definition_count++;
    }
    return WEND_OK;
}

/* True when what it is made from is among the first `sorted` definitions. */
static bool is_ready(const struct wend_loader *loader, uint32_t index, uint32_t sorted) {
    const struct wend_field_definition *user = &loader->definitions[index];
    for (const struct wend_node *source = user->sources; source != NULL; source = source->next) {
        uint32_t definition = definition_of(loader, user, source);
        if (definition != NO_DEFINITION && definition >= sorted) {
            return false;
        }
    }
    return true;
}

/* Those that are left cannot be sorted; the user's own are told before the preset's. */
static enum wend_status fail_circle(struct wend_loader *loader, uint32_t sorted) {
    uint32_t told = sorted;
    while (told + 1 < loader->definition_count &&
           loader->definitions[told].key->file != loader->file) {
        told++;
    }
    const struct wend_node *key = loader->definitions[told].key;
    return WEND_NODE_FAIL(loader, key, "the field `%s` is made from itself, by way of others",
                          wend__shown(key->text).text);
}

/* Moves each definition behind those that it is made from. */
static enum wend_status sort_definitions(struct wend_loader *loader) {
    for (uint32_t sorted = 0; sorted < loader->definition_count; sorted++) {
        uint32_t ready = sorted;
        while (ready < loader->definition_count && !is_ready(loader, ready, sorted)) {
            ready++;
        }
        if (ready == loader->definition_count) {
            return fail_circle(loader, sorted);
        }
        struct wend_field_definition moved = loader->definitions[ready];
        loader->definitions[ready] = loader->definitions[sorted];
        loader->definitions[sorted] = moved;
    }
    return WEND_OK;
}

enum wend_status wend__define_fields(struct wend_loader *loader) {
    loader->definitions =
        wend__arena_alloc(&loader->scratch, WEND_MAX_FIELDS * sizeof *loader->definitions);
    if (loader->definitions == NULL) {
        return wend__fail_memory(loader->error);
    }
    WEND_TRY(read_map(loader, wend__node_get(loader->root, "fields"), 0));
    if (loader->preset != NULL) {
        WEND_TRY(
            read_map(loader, wend__node_get(loader->preset, "fields"), loader->definition_count));
    }
    return sort_definitions(loader);
}
