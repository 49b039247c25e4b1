/* time, customer, event, id, value: what every record is asked for. */
#include "match/loader.h"

static bool is_access_log(const struct wend_loader *loader) {
    return loader->ruleset->format.kind == WEND_FORMAT_ACCESS_LOG;
}

enum wend_status wend__field_mapped(struct wend_loader *loader, const struct wend_node *node,
                                    struct wend_bytes name, uint32_t *index) {
    const struct wend_template *event = &loader->ruleset->event;
    if (event->part_count == 0 || !wend__bytes_is(name, "event")) {
        return wend__field_plain(loader, node, name, index);
    }
    if (event->part_count == 1) {
        *index = event->parts[0].field;
        return WEND_OK;
    }
    struct wend_field field = {.name = wend__bytes_text("event"), .kind = WEND_FIELD_EVENT};
    return wend__field_add(loader, node, &field, index);
}

/* The name of one field, no template. */
static enum wend_status field_name(struct wend_loader *loader, const struct wend_node *node,
                                   const char *key, struct wend_bytes *name) {
    WEND_TRY(wend__value_text(loader, node, key, "the name of a field", name));
    if (memchr(name->data, '{', name->len) != NULL) {
        return WEND_NODE_FAIL(loader, node, "`%s` takes the name of a field, not a template", key);
    }
    return WEND_OK;
}

enum wend_status wend__field_of_node(struct wend_loader *loader, const struct wend_node *node,
                                     const char *key, uint32_t *index) {
    struct wend_bytes name;
    WEND_TRY(field_name(loader, node, key, &name));
    return wend__field_mapped(loader, node, name, index);
}

/* An optional key that names a field; not the event as mapped, for it may be read before it. */
static enum wend_status plain_field(struct wend_loader *loader, const char *key, uint32_t *index) {
    struct wend_bytes name;
    const struct wend_node *node = wend__loader_get(loader, key);
    *index = WEND_NO_FIELD;
    if (node == NULL) {
        return WEND_OK;
    }
    WEND_TRY(field_name(loader, node, key, &name));
    return wend__field_plain(loader, node, name, index);
}

static enum wend_status define_time(struct wend_loader *loader) {
    static const char *const keys[] = {"field", "unit", NULL};
    static const char *const units[] = {"auto", "s", "ms", "us", "ns", NULL};
    struct wend_ruleset *ruleset = loader->ruleset;
    const struct wend_node *node = wend__loader_get(loader, "time");
    const struct wend_node *unit = NULL;
    struct wend_bytes name = wend__bytes_text("time");
    if (node != NULL && node->kind != WEND_NODE_TEXT) {
        const struct wend_node *map = node;
        WEND_TRY(wend__expect_keys(loader, map, "`time`", keys));
        unit = wend__node_get(map, "unit");
        node = wend__node_get(map, "field");
        if (node == NULL) {
            return WEND_NODE_FAIL(loader, map, "`time` needs the `field` that holds it");
        }
    }
    if (node != NULL) {
        WEND_TRY(field_name(loader, node, "time", &name));
    } else if (!is_access_log(loader)) {
        return WEND_NODE_FAIL(loader, loader->root,
                              "`time` is missing; name the field that holds it, such as time: ts");
    }
    if (unit != NULL && !wend__node_is_null(unit)) {
        uint32_t index;
        WEND_TRY(wend__value_choice(loader, unit, "unit", units, &index));
        ruleset->time_unit = (enum wend_time_unit)index;
    }
    return wend__field_plain(loader, node == NULL ? loader->root : node, name,
                             &ruleset->time_field);
}

static bool names_field(const struct wend_template *made) {
    for (uint32_t i = 0; i < made->part_count; i++) {
        if (made->parts[i].field != WEND_NO_FIELD) {
            return true;
        }
    }
    return false;
}

/* A field or a template of fields. */
static enum wend_status field_template(struct wend_loader *loader, const struct wend_node *node,
                                       const char *key, wend_field_finder *find,
                                       struct wend_template *made) {
    struct wend_bytes text;
    WEND_TRY(wend__value_text(
        loader, node, key, "a field, or a template of fields such as \"{host}|{agent}\"", &text));
    WEND_TRY(wend__define_template(loader, node, true, find, made));
    if (!names_field(made)) {
        return WEND_NODE_FAIL(loader, node, "`%s` names no field; write it as \"{field}\"", key);
    }
    return WEND_OK;
}

/* A node for a default, as if it were written at the top of the file. */
static struct wend_node default_node(const struct wend_loader *loader, const char *text) {
    return (struct wend_node){.kind = WEND_NODE_TEXT,
                              .line = 1,
                              .column = 1,
                              .file = loader->file,
                              .text = wend__bytes_text(text)};
}

static enum wend_status define_event_name(struct wend_loader *loader) {
    struct wend_node path = default_node(loader, "path");
    const struct wend_node *node = wend__loader_get(loader, "event");
    if (node == NULL && is_access_log(loader)) {
        node = &path;
    }
    if (node == NULL) {
        return WEND_OK;
    }
    /* Until it is whole, `event` in it is the field of that name. */
    struct wend_template event = {0};
    WEND_TRY(field_template(loader, node, "event", wend__field_plain, &event));
    loader->ruleset->event = event;
    return WEND_OK;
}

static enum wend_status define_customer(struct wend_loader *loader) {
    struct wend_ruleset *ruleset = loader->ruleset;
    struct wend_node host = default_node(loader, "host");
    struct wend_node host_and_agent = default_node(loader, "{host}|{agent}");
    const struct wend_node *node = wend__loader_get(loader, "customer");
    const struct wend_node *first = node == NULL ? NULL : wend__node_items(node);
    if (node == NULL && is_access_log(loader)) {
        host_and_agent.next = &host;
        first = &host_and_agent;
    }
    if (first == NULL) {
        return WEND_NODE_FAIL(loader, node == NULL ? loader->root : node,
                              "`customer` is missing; name the field that tells customers apart, "
                              "such as customer: user_id");
    }
    uint32_t count = 0;
    for (const struct wend_node *item = first; item != NULL; item = item->next) {
        count++;
    }
    ruleset->customer = wend__loader_alloc(loader, count, sizeof *ruleset->customer);
    if (ruleset->customer == NULL) {
        return WEND_ERROR_MEMORY;
    }
    for (const struct wend_node *item = first; item != NULL; item = item->next) {
        WEND_TRY(field_template(loader, item, "customer", wend__field_mapped,
                                &ruleset->customer[ruleset->customer_count]));
        ruleset->customer_count++;
    }
    return WEND_OK;
}

enum wend_status wend__define_event(struct wend_loader *loader) {
    struct wend_ruleset *ruleset = loader->ruleset;
    WEND_TRY(define_time(loader));
    WEND_TRY(define_event_name(loader));
    WEND_TRY(define_customer(loader));
    WEND_TRY(plain_field(loader, "id", &ruleset->id_field));
    return plain_field(loader, "value", &ruleset->value_field);
}
