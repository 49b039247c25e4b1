/*
 * report.h: what a replay tells: a short text for people, or one JSON object.
 *
 * Only the words are here; the numbers come from the engine as they are. What a person should know
 * (journeys left open, many late events, inputs that ended early) is said with its remedy.
 *
 * Threads: pure functions.
 */
#ifndef WEND_TOOLS_REPORT_H
#define WEND_TOOLS_REPORT_H

#include "terminal.h"

struct wend_cli_report_input {
    const char *path;
    const char *format;    /* "gzip, NDJSON; certainty 97 %" */
    unsigned sure_percent; /* 100: declared or certain; 0: not looked at */
    const char *trouble;   /* why it was not read to its end; NULL: it was */
};

/* A row of a top list. */
struct wend_cli_report_row {
    const char *name; /* a path, or a touchpoint */
    size_t name_len;
    const char *stage; /* of an abandonment point; NULL: none */
    size_t stage_len;
    uint64_t units;     /* of the path; units that hold the touchpoint */
    uint64_t converted; /* paths only */
    uint64_t abandoned;
};

/* Sessions, or a journey. */
struct wend_cli_report_scope {
    const char *name; /* "session", or the journey's name */
    uint64_t units;
    uint64_t converted;
    uint64_t abandoned;
    uint64_t still_open;
    const struct wend_cli_report_row *paths;
    size_t path_count;
    const struct wend_cli_report_row *points;
    size_t point_count;
};

#define WEND_CLI_REJECT_COUNT 4
extern const char *const wend__cli_reject_names[WEND_CLI_REJECT_COUNT];

struct wend_cli_report {
    const struct wend_cli_report_input *inputs;
    size_t input_count;
    const char *const *assumptions; /* what was inferred, a line each; none with definitions */
    size_t assumption_count;
    uint64_t read;
    uint64_t accepted;
    uint64_t filtered;
    uint64_t rejected[WEND_CLI_REJECT_COUNT]; /* shape, time, customer, future */
    uint64_t late;
    uint64_t duplicate;
    uint64_t unmatched;
    uint64_t bad_value;
    uint64_t bytes;         /* uncompressed */
    uint64_t spilled_bytes; /* to temporary files */
    uint64_t peak_bytes;    /* of memory for data */
    int64_t elapsed_us;
    const char *lateness;                       /* the bound as text; NULL: unlimited */
    const struct wend_cli_report_scope *scopes; /* sessions first */
    size_t scope_count;
    const char *snapshot;     /* NULL: none was written */
    const char *rejects;      /* the reject file; NULL: none */
    const char *const *notes; /* about the inputs, a line each */
    size_t note_count;
    const char *warnings; /* of the definitions, lines; NULL: none */
};

void wend__cli_report_text(const struct wend_cli_report *report,
                           const struct wend_cli_terminal *terminal, struct wend_cli_text *out);
void wend__cli_report_json(const struct wend_cli_report *report, struct wend_cli_text *out);

/*
 * What a person should know and can do, a paragraph each with a newline; nothing where all is well:
 * notes about the inputs, inputs that broke off, many rejected, over 1 % late, more journeys open
 * than ended. The warnings are not among them.
 */
void wend__cli_report_notes(const struct wend_cli_report *report, struct wend_cli_text *out);

#endif
