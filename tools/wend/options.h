/*
 * options.h: the one table of commands and options, and the parser that follows it.
 *
 * The same rows make argument parsing, `-h`, `--help`, the man pages, the shell completions and
 * REFERENCE.md; nothing about an option is written down twice. To add one: a name in
 * `enum wend_cli_option_id`, a row in options_table.c, and `cmake --build --preset dev --target
 * reference`.
 *
 * Not here: what the commands do. Values are checked for their kind only; what they mean is the
 * command's business.
 *
 * Threads: the table is constant; a `struct wend_cli_arguments` belongs to one thread.
 */
#ifndef WEND_TOOLS_OPTIONS_H
#define WEND_TOOLS_OPTIONS_H

#include "text.h"

#include <wend/status.h>

enum wend_cli_command_id {
    WEND_CLI_TOP, /* `wend` without a command: help, version, generated texts */
    WEND_CLI_REPLAY,
    WEND_CLI_STREAM,
    WEND_CLI_SHOW,
    WEND_CLI_SERVE,
    WEND_CLI_CHECK,
    WEND_CLI_INIT,
    WEND_CLI_MERGE,
    WEND_CLI_VERIFY,
    WEND_CLI_MAP,
    WEND_CLI_PUBLISH,
    WEND_CLI_GENERATE,
    WEND_CLI_HELP,
    WEND_CLI_COMMAND_COUNT
};

struct wend_cli_command {
    const char *name;
    const char *operands; /* as the usage line shows them */
    uint32_t operand_min;
    uint32_t operand_max;     /* UINT32_MAX: any number */
    const char *operand_noun; /* "an input", for "missing an input" */
    const char *summary;      /* one line, lower case, no full stop */
    const char *description;  /* paragraphs */
    const char *examples;     /* lines "command" each after a line "# what it does" */
    const char *exits;        /* what the exit codes mean here, where they say more than usual */
};

enum wend_cli_category {
    WEND_CLI_INPUT,
    WEND_CLI_RESULT,
    WEND_CLI_RULES,
    WEND_CLI_RESOURCES,
    WEND_CLI_SERVING,
    WEND_CLI_STORY,
    WEND_CLI_COMMON,
    WEND_CLI_CATEGORY_COUNT
};

enum wend_cli_kind {
    WEND_CLI_FLAG, /* takes no value */
    WEND_CLI_TEXT, /* anything that is not empty */
    WEND_CLI_FILE, /* a path; completed as a file */
    WEND_CLI_DIRECTORY,
    WEND_CLI_COUNT,    /* a whole number, `minimum` to `maximum`; _ may separate digits */
    WEND_CLI_SIZE,     /* 64MiB: bytes */
    WEND_CLI_DURATION, /* 10m, 1h30m: microseconds */
    WEND_CLI_TIME,     /* 2025-03-03 or 2025-03-03T12:00:00Z: microseconds since 1970 UTC */
    WEND_CLI_SHARE,    /* 0.02 or 2%: millionths */
    WEND_CLI_CHOICE,   /* one of `choices` */
    WEND_CLI_LIST,     /* some of `choices`, between commas; without `choices` any names */
    WEND_CLI_PAIR      /* FIELD=VALUE */
};

enum wend_cli_option_id {
    /* replay */
    WEND_CLI_DEFINITIONS,
    WEND_CLI_INPUT_FORMAT,
    WEND_CLI_MAX_WINDOW_LOG,
    WEND_CLI_OUTPUT,
    WEND_CLI_REPLACE,
    WEND_CLI_TABLES,
    WEND_CLI_REJECTS,
    WEND_CLI_CUSTOMER_IDS,
    WEND_CLI_KEY_FILE,
    WEND_CLI_JSON,
    WEND_CLI_REPORT_TOP,
    WEND_CLI_LATENESS,
    WEND_CLI_NOW,
    WEND_CLI_CLOSE_ALL,
    WEND_CLI_THREADS,
    WEND_CLI_PIN,
    WEND_CLI_MEMORY,
    WEND_CLI_TEMP_DIR,
    WEND_CLI_BLOCK_SIZE,
    /* stream */
    WEND_CLI_PROPERTY,
    WEND_CLI_UNTIL_END,
    WEND_CLI_KAFKA_MEMORY,
    WEND_CLI_STATE,
    WEND_CLI_CHECKPOINT_INTERVAL,
    WEND_CLI_IDLE_TIMEOUT,
    WEND_CLI_STATUS,
    WEND_CLI_PUBLISH_TO,
    WEND_CLI_ACCEPT_DEFINITIONS,
    /* show */
    WEND_CLI_SCOPE,
    WEND_CLI_WHERE,
    WEND_CLI_ROWS,
    WEND_CLI_COLUMNS,
    WEND_CLI_SHOW_FORMAT,
    /* publish */
    WEND_CLI_TO,
    WEND_CLI_SCHEMA,
    WEND_CLI_AGAIN,
    WEND_CLI_ENGINE,
    WEND_CLI_AT,
    /* serve, stream */
    WEND_CLI_LISTEN,
    WEND_CLI_TOKEN,
    WEND_CLI_TLS_CERTIFICATE,
    WEND_CLI_TLS_KEY,
    WEND_CLI_RATE,
    WEND_CLI_CONNECTIONS,
    WEND_CLI_REQUEST_TIMEOUT,
    /* check, init */
    WEND_CLI_SAMPLE,
    WEND_CLI_LIMIT,
    WEND_CLI_TEMPLATE,
    /* map */
    WEND_CLI_MAP_OUTPUT,
    WEND_CLI_POSTER,
    WEND_CLI_MAP_SCOPE,
    WEND_CLI_SEGMENT,
    WEND_CLI_STEPS,
    WEND_CLI_MAP_TOP,
    WEND_CLI_IDEAL,
    /* generate */
    WEND_CLI_EVENTS,
    WEND_CLI_CUSTOMERS,
    WEND_CLI_DAYS,
    WEND_CLI_SEED,
    WEND_CLI_DEVICES,
    WEND_CLI_CHANNELS,
    WEND_CLI_DISORDER,
    WEND_CLI_LATE,
    WEND_CLI_MARK_LATENESS,
    WEND_CLI_DUPLICATES,
    WEND_CLI_BAD_LINES,
    WEND_CLI_TIES,
    WEND_CLI_DATA_FORMAT,
    WEND_CLI_DATA_OUTPUT,
    WEND_CLI_TO_KAFKA,
    WEND_CLI_PARTITIONS,
    WEND_CLI_COMPRESS,
    WEND_CLI_ANSWERS,
    WEND_CLI_WRITE_DEFINITIONS,
    /* all */
    WEND_CLI_QUIET,
    WEND_CLI_COLOR,
    WEND_CLI_HELP_OPTION,
    WEND_CLI_VERSION,
    WEND_CLI_GENERATE_TEXT,
    WEND_CLI_OPTION_COUNT
};

struct wend_cli_option {
    const char *name;  /* long, without dashes */
    char letter;       /* short, 0: none */
    bool repeatable;   /* PAIR only: each use counts; else the last one holds */
    bool bare_seconds; /* DURATION: a number without a unit is seconds */
    enum wend_cli_kind kind;
    enum wend_cli_category category;
    uint32_t commands;      /* bits 1 << enum wend_cli_command_id */
    const char *value_name; /* NULL for a flag */
    const char *standard;   /* the default as text, parsed like a given value; NULL: none */
    const char *choices;    /* CHOICE, LIST: "a|b|c"; other kinds: words beside the values */
    uint64_t minimum;       /* COUNT, SIZE, DURATION */
    uint64_t maximum;
    const char *summary; /* one line, no full stop */
    const char *details; /* paragraphs for --help and the man page; NULL: the summary says all */
};

extern const struct wend_cli_command wend__cli_commands[WEND_CLI_COMMAND_COUNT];
extern const struct wend_cli_option wend__cli_options[WEND_CLI_OPTION_COUNT];
extern const char *const wend__cli_category_titles[WEND_CLI_CATEGORY_COUNT];

static inline bool wend__cli_option_belongs(const struct wend_cli_option *option,
                                            enum wend_cli_command_id command) {
    return (option->commands >> command & 1) != 0;
}

/* The command called `name`, or WEND_CLI_TOP. */
enum wend_cli_command_id wend__cli_command_find(const char *name);

struct wend_cli_value {
    bool given;       /* by the user, not by default */
    const char *text; /* as written; NULL: neither given nor a default */
    uint64_t number;  /* COUNT, SIZE (bytes), DURATION and TIME (microseconds; TIME as int64_t),
                         SHARE (millionths), CHOICE (index), LIST with choices (bit set); a word of
                         another kind's `choices`: UINT64_MAX */
};

struct wend_cli_arguments {
    enum wend_cli_command_id command;
    struct wend_cli_value values[WEND_CLI_OPTION_COUNT];
    const char **operands; /* point into argv */
    size_t operand_count;
    const char **pairs; /* of the repeatable option, in order */
    size_t pair_count;
    bool long_help; /* --help rather than -h */
};

/*
 * Reads the command line. On failure the error is WEND_ERROR_USAGE and its text ends with what to
 * do next. Help and version stop the reading: what follows them is not checked. `deinit` also after
 * a failure.
 */
enum wend_status wend__cli_parse(int argc, char *const *argv, struct wend_cli_arguments *arguments,
                                 struct wend_error *error) WEND_MUST_CHECK;
void wend__cli_arguments_deinit(struct wend_cli_arguments *arguments);

/* Checks and converts one value by the option's kind. `text` stays the caller's. */
enum wend_status wend__cli_value_parse(const struct wend_cli_option *option, const char *text,
                                       struct wend_cli_value *value,
                                       struct wend_error *error) WEND_MUST_CHECK;

/* Index of `word` (of `len` bytes) in "a|b|c", or -1. */
int wend__cli_choice_index(const char *choices, const char *word, size_t len);

/*
 * The candidate nearest to a mistyped `word`: at most a third of its letters inserted, dropped,
 * replaced or swapped, or the only one that `word` starts. NULL when none is near.
 */
const char *wend__cli_nearest(const char *word, const char *const *candidates, size_t count);

/* Fills `error` and returns its status. */
enum wend_status wend__cli_error(struct wend_error *error, enum wend_status status,
                                 const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
