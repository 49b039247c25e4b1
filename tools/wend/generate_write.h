/*
 * generate_write.h: an event of the made-up shop as a line of NDJSON or CSV, also spoilt.
 *
 * Threads: one writer belongs to one thread.
 */
#ifndef WEND_TOOLS_GENERATE_WRITE_H
#define WEND_TOOLS_GENERATE_WRITE_H

#include "generate_world.h"

#define WEND_CLI_LINE_MAX 2048 /* no line is longer */

/* What is wrong with a bad line; the names are those of the reasons to reject it. */
enum wend_cli_fault {
    WEND_CLI_SOUND,
    WEND_CLI_FAULT_CUT,      /* shape */
    WEND_CLI_FAULT_GARBAGE,  /* shape */
    WEND_CLI_FAULT_TIME,     /* time */
    WEND_CLI_FAULT_CUSTOMER, /* customer */
    WEND_CLI_FAULT_FUTURE,   /* future */
    WEND_CLI_FAULT_COUNT
};

/* Zero-initialise to start. */
struct wend_cli_writer {
    bool csv;
    bool whole_seconds; /* times without milliseconds */
    int64_t day;        /* whose date `date` holds, plus one; 0: none */
    char date[10];
};

/* Writes the line with its LF at `at`, where WEND_CLI_LINE_MAX bytes are free; returns its end. */
char *wend__cli_write_event(struct wend_cli_writer *writer, const struct wend_cli_event *event,
                            enum wend_cli_fault fault, char *at);
#define WEND_CLI_CUSTOMER_MAX 24
/* The customer's id, as in the event, into `at`; returns its end. */
char *wend__cli_write_customer(const struct wend_cli_event *event, char *at);
/* The first line of CSV. */
extern const char wend__cli_csv_header[];

/* "2025-03-06T08:15:42.123Z" into `at`; returns its end. */
char *wend__cli_write_time(struct wend_cli_writer *writer, int64_t time_ms, char *at);

#endif
