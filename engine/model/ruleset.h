/*
 * ruleset.h: the user's definitions, checked and compiled.
 *
 * Made by `engine/match` from YAML or by inference, then read by every part; it never changes
 * afterwards and may be shared by all threads. All texts live in its arena. It knows what the
 * definitions mean (SEMANTICS), not how they were written.
 *
 * Terms: a *field* is anything of a record that some rule looks at, numbered from 0; a *template*
 * joins literals and fields ("{host}|{agent}") and is absent if one of its fields is; a *touchpoint
 * name* is a text without `>`, see `wend__name_clean`; times are microseconds, and
 * WEND_NO_LIMIT_US stands for "none".
 */
#ifndef WEND_MODEL_RULESET_H
#define WEND_MODEL_RULESET_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/limits.h"
#include "model/format.h"
#include "model/setting.h"

#include <wend/status.h>

#define WEND_NO_FIELD UINT32_MAX
#define WEND_NO_JOURNEY UINT32_MAX
#define WEND_NO_LIMIT_US INT64_MAX
#define WEND_LATENESS_UNLIMITED (-1)

/* A compiled condition; only `engine/match` looks inside. NULL means "always true". */
struct wend_condition;
/* Compiled regular expressions, a list that only `engine/match` looks inside. */
struct wend_regex;

/* Where a field's bytes come from. The decoder fills the PLAIN ones; the matcher derives the
 * others, in the order of their indices, from fields of smaller index. */
enum wend_field_kind {
    WEND_FIELD_PLAIN,     /* the decoder finds `name`: a column, a top-level key, or, when it starts
                             with '/', a JSON pointer (RFC 6901) */
    WEND_FIELD_URL_HOST,  /* of field `source`: host, lower case */
    WEND_FIELD_URL_PATH,  /* of field `source`: path as written */
    WEND_FIELD_URL_QUERY, /* of field `source`: first parameter `parameter`, percent-decoded */
    WEND_FIELD_REQUEST_METHOD, /* of field `source`, a request line: its method */
    WEND_FIELD_REQUEST_TARGET, /* of a request line: its target as written */
    WEND_FIELD_ADDRESS_HOST,   /* of field `source`, `host:port`: without the port */
    WEND_FIELD_FIRST,          /* the first of `sources` that is present */
    WEND_FIELD_JOIN, /* all of `sources`, a blank between them; absent when one of them is */
    WEND_FIELD_EVENT /* the event name, where it is a template of several parts */
};

struct wend_field {
    struct wend_bytes name; /* as the user refers to it */
    enum wend_field_kind kind;
    uint32_t source; /* kinds cut from a field: index of the field they are cut from, smaller than
                        their own */
    struct wend_bytes parameter; /* URL_QUERY */
    uint32_t *sources;           /* FIRST, JOIN: indices smaller than their own */
    uint32_t source_count;
};

struct wend_template_part {
    struct wend_bytes literal; /* used when `field` is WEND_NO_FIELD */
    uint32_t field;
};

struct wend_template {
    struct wend_template_part *parts;
    uint32_t part_count; /* 0: not configured; 1 with a field: that field as it is */
};

struct wend_touchpoint_rule {
    struct wend_condition *condition;
    struct wend_template name; /* for names from data */
    uint32_t fixed_name;       /* index into `names`, or WEND_NO_FIELD for names from data */
    uint32_t line;             /* where it is defined, 0 without a file */
    uint32_t column;
};

struct wend_stage {
    struct wend_bytes name;
    struct wend_bytes *touchpoints;
    uint32_t touchpoint_count;
};

enum wend_funnel_mode { WEND_FUNNEL_ORDERED, WEND_FUNNEL_ANY, WEND_FUNNEL_STRICT };

struct wend_journey_rule {
    struct wend_bytes name;
    struct wend_bytes *start; /* touchpoint names; none: any touchpoint or event opens it */
    uint32_t start_count;
    struct wend_bytes *goal;
    uint32_t goal_count; /* 0: never converted */
    struct wend_stage *stages;
    uint32_t stage_count;
    enum wend_funnel_mode funnel;
    int64_t timeout_us; /* WEND_NO_LIMIT_US: none */
    int64_t within_us;  /* WEND_NO_LIMIT_US: none */
    bool after_goal_continue;
    bool per_session;
};

struct wend_session_rule {
    int64_t gap_us;          /* WEND_NO_LIMIT_US: never cut by silence */
    int64_t max_duration_us; /* WEND_NO_LIMIT_US: none */
    uint32_t cut_fields[WEND_MAX_CUT_FIELDS];
    uint32_t cut_field_count;
    uint32_t key_field; /* WEND_NO_FIELD: none */
    bool cut_at_midnight;
    struct wend_bytes timezone; /* IANA name, "UTC", or an offset such as +02:00 */
    uint32_t goal_journey;      /* WEND_NO_JOURNEY: a goal of any journey converts */
};

struct wend_segment_rule {
    struct wend_bytes name; /* column name in the tables: [A-Za-z_][A-Za-z0-9_]* */
    uint32_t field;
};

/* One touchpoint's part in one journey. */
struct wend_role {
    bool is_start;
    bool is_goal;
    uint8_t stage; /* 1-based, 0: in none */
};

struct wend_ruleset {
    struct wend_arena arena;
    struct wend_bytes source_name;   /* file of the definitions, or "(inferred)" */
    struct wend_hash128 source_hash; /* XXH3-128, seed 0, of the definition text (inferred: of the
                                        equivalent text) */
    struct wend_format format;

    struct wend_field *fields;
    uint32_t field_count;

    uint32_t time_field;
    enum wend_time_unit time_unit;
    struct wend_template *customer; /* the first that is present names the customer */
    uint32_t customer_count;
    struct wend_template event; /* part_count 0: events have no name */
    uint32_t id_field;          /* WEND_NO_FIELD: none */
    uint32_t value_field;       /* WEND_NO_FIELD: none */
    struct wend_condition *where;
    struct wend_regex *regexes; /* of all conditions; freed with the ruleset */

    bool has_touchpoint_list; /* false: every distinct event name is a touchpoint */
    struct wend_touchpoint_rule *rules;
    uint32_t rule_count;
    struct wend_bytes *names; /* the fixed touchpoint names, distinct */
    uint32_t name_count;

    struct wend_session_rule sessions;
    struct wend_journey_rule *journeys;
    uint32_t journey_count;
    struct wend_segment_rule segments[WEND_MAX_SEGMENTS];
    uint32_t segment_count;

    int64_t window_us;   /* 0: no windows */
    int64_t lateness_us; /* WEND_LATENESS_UNLIMITED, or >= 0; the command line may override */
    bool has_window;     /* written by the user; else a stream has windows of its own */
    bool has_lateness;   /* the same */
    struct wend_setting *kafka; /* of the section `kafka`, as written */
    uint32_t kafka_count;
    bool collapse;
    uint32_t max_steps;
    uint32_t flow_depth;
    uint32_t max_touchpoints;
};

/*
 * The roles of the touchpoint `name` in all journeys: `roles` has journey_count items. Stages,
 * starts and goals are compared by the cleaned name, exactly.
 */
void wend__ruleset_roles(const struct wend_ruleset *ruleset, struct wend_bytes name,
                         struct wend_role *roles);

/*
 * Writes a name taken from data as SEMANTICS wants it into `out` (replacing its content): `>`
 * becomes U+203A, invalid UTF-8 becomes U+FFFD, a reserved name gets `_` at its end. False without
 * memory.
 */
struct wend_buffer;
bool wend__name_clean(struct wend_bytes raw, struct wend_buffer *out);
/* True for a name that needs no cleaning. */
bool wend__name_is_clean(struct wend_bytes name);

#endif
