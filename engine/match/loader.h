/*
 * loader.h: what the parts of the definitions loader share. Only define*.c and definition*.c
 * include it.
 *
 *   text --yaml_tree--> nodes --define_fields, define_journeys, ...--> ruleset
 *
 * The order matters: fields, event, then all that may name the event, then touchpoints, then what
 * names touchpoints. Texts of nodes live in `scratch` and die with the load; what the ruleset keeps
 * is copied into its own arena (wend__loader_keep).
 */
#ifndef WEND_MATCH_LOADER_H
#define WEND_MATCH_LOADER_H

#include "ds/strings.h"
#include "match/condition.h"
#include "match/definitions.h"
#include "match/nearest.h"
#include "match/yaml_tree.h"

/* An entry of `fields`. */
struct wend_field_definition {
    const struct wend_node *key;
    enum wend_field_kind kind;       /* PLAIN: another name for its one source */
    struct wend_bytes parameter;     /* URL_QUERY */
    const struct wend_node *sources; /* names, a list of `source_count` by `next` */
    uint32_t source_count;
    uint32_t field; /* of the ruleset; WEND_NO_FIELD until it is used */
    bool is_needed; /* scratch of a resolution */
};

struct wend_loader {
    struct wend_ruleset *ruleset;
    struct wend_arena scratch;
    const char *file;
    const struct wend_node *root;   /* a map */
    const struct wend_node *preset; /* the map of the preset that `format` names, or NULL */
    const struct wend_preset_lookup *presets;
    struct wend_warnings *warnings;
    struct wend_error *error;

    struct wend_field_definition *definitions; /* each behind those that it is made from */
    uint32_t definition_count;
    uint32_t field_capacity;

    struct wend_strings names; /* fixed touchpoint names; ids as in ruleset->names */
    struct wend_strings used;  /* touchpoints that a stage, start or goal names */
    bool has_template_names;
    uint32_t near_checks;
};

#define WEND_NODE_FAIL(loader, node, ...)                                                          \
    wend__fail_at((loader)->error, (node)->file, (node)->line, (node)->column, __VA_ARGS__)

/* -- loader.c ---------------------------------------------------------------------------------- */

/* A key of the top level, the user's before the preset's; NULL where it is not written. A null of
 * the user's hides the preset's. */
const struct wend_node *wend__loader_get(const struct wend_loader *loader, const char *key);
/* Memory of the ruleset, zeroed; without memory NULL, and the error is filled. */
void *wend__loader_alloc(struct wend_loader *loader, size_t count, size_t item_bytes);
/* A copy in the ruleset's arena. */
enum wend_status wend__loader_keep(struct wend_loader *loader, struct wend_bytes text,
                                   struct wend_bytes *kept);
enum wend_status wend__loader_warn(struct wend_loader *loader, const char *file, uint32_t line,
                                   uint32_t column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* An error for a node that is no map, and for a key of it that is not among `known`
 * (NULL-terminated). `what` is how messages call it. */
enum wend_status wend__expect_keys(struct wend_loader *loader, const struct wend_node *map,
                                   const char *what, const char *const *known);

/* -- definition_values.c: `key` is how messages call the value ----------------------------------
 */

/* A text that is not empty; `example` ends the message. */
enum wend_status wend__value_text(struct wend_loader *loader, const struct wend_node *node,
                                  const char *key, const char *example, struct wend_bytes *text);
/* A duration; null, none and unlimited give WEND_NO_LIMIT_US. */
enum wend_status wend__value_duration(struct wend_loader *loader, const struct wend_node *node,
                                      const char *key, int64_t *duration_us);
enum wend_status wend__value_size(struct wend_loader *loader, const struct wend_node *node,
                                  const char *key, uint32_t least, uint32_t most, uint32_t *size);
enum wend_status wend__value_flag(struct wend_loader *loader, const struct wend_node *node,
                                  const char *key, bool *flag);
enum wend_status wend__value_count(struct wend_loader *loader, const struct wend_node *node,
                                   const char *key, uint32_t least, uint32_t most, uint32_t *count);
enum wend_status wend__value_choice(struct wend_loader *loader, const struct wend_node *node,
                                    const char *key, const char *const *choices, uint32_t *index);

/* -- define_format.c --------------------------------------------------------------------------- */

/* Also finds the preset; the first of all. */
enum wend_status wend__define_format(struct wend_loader *loader);

/* -- define_fields.c --------------------------------------------------------------------------- */

enum wend_status wend__define_fields(struct wend_loader *loader);
/* The field that `name` means, derived or plain; `node` is where it is written. */
enum wend_status wend__field_plain(struct wend_loader *loader, const struct wend_node *node,
                                   struct wend_bytes name, uint32_t *index);
/* The field that `field` asks for, shared with an equal one; its texts are copied. */
enum wend_status wend__field_add(struct wend_loader *loader, const struct wend_node *node,
                                 const struct wend_field *field, uint32_t *index);
/* A part of a URL ("host", "path", "query.NAME") of a field. */
bool wend__url_part(struct wend_bytes part, enum wend_field_kind *kind,
                    struct wend_bytes *parameter);
enum wend_status wend__field_url(struct wend_loader *loader, const struct wend_node *node,
                                 uint32_t source, struct wend_bytes part, uint32_t *index);

/* -- define_event.c ---------------------------------------------------------------------------- */

/* time, customer, event, id, value. */
enum wend_status wend__define_event(struct wend_loader *loader);
/* As wend__field_plain, but `event` is the event as it is mapped. */
enum wend_status wend__field_mapped(struct wend_loader *loader, const struct wend_node *node,
                                    struct wend_bytes name, uint32_t *index);
/* A node that names one field, as wend__field_mapped. */
enum wend_status wend__field_of_node(struct wend_loader *loader, const struct wend_node *node,
                                     const char *key, uint32_t *index);

/* -- define_template.c ------------------------------------------------------------------------- */

typedef enum wend_status wend_field_finder(struct wend_loader *loader, const struct wend_node *node,
                                           struct wend_bytes name, uint32_t *index);
/*
 * A text with `{` is a template; the text of its literals is unescaped. Any other becomes one part:
 * a field where `bare_is_field`, else a literal.
 */
enum wend_status wend__define_template(struct wend_loader *loader, const struct wend_node *node,
                                       bool bare_is_field, wend_field_finder *find,
                                       struct wend_template *made);

/* -- define_conditions.c, condition_program.c -------------------------------------------------- */

enum wend_expression_kind {
    WEND_EXPRESSION_ALL,
    WEND_EXPRESSION_ANY,
    WEND_EXPRESSION_NOT, /* of its one child */
    WEND_EXPRESSION_TEST
};

/* A condition as a tree; groups have children. */
struct wend_expression {
    enum wend_expression_kind kind;
    struct wend_expression *parent;
    struct wend_expression *first;
    struct wend_expression *last;
    struct wend_expression *previous; /* sibling */
    struct wend_expression *next;
    struct wend_test test; /* of a group only the targets, while it is compiled */
};

/* NULL for what is always true: no conditions, or a null. */
enum wend_status wend__define_condition(struct wend_loader *loader, const struct wend_node *node,
                                        struct wend_condition **condition);
/* The jump program of a tree with `test_count` tests, in the ruleset's arena. Uses up the tree. */
enum wend_status wend__condition_compile(struct wend_loader *loader, struct wend_expression *root,
                                         uint32_t test_count, struct wend_condition **condition);

/* -- define_touchpoints.c ---------------------------------------------------------------------- */

enum wend_status wend__define_touchpoints(struct wend_loader *loader);
/* A touchpoint that `key` of a journey names: checked against the list, noted as used, copied. */
enum wend_status wend__touchpoint_used(struct wend_loader *loader, const struct wend_node *node,
                                       const char *key, struct wend_bytes *name);

/* -- define_journeys.c, define_sessions.c, define_segments.c, define_kafka.c, define_warnings.c -
 */

enum wend_status wend__define_journeys(struct wend_loader *loader);
enum wend_status wend__define_sessions(struct wend_loader *loader);
enum wend_status wend__define_segments(struct wend_loader *loader);
/* Texts only: what they mean is known where Kafka is. */
enum wend_status wend__define_kafka(struct wend_loader *loader);
/* What is right but suspicious; the last of all. */
enum wend_status wend__define_warnings(struct wend_loader *loader);

#endif
