/*
 * publish_windows.h: the windows that a stream has written into a directory, added to PostgreSQL.
 *
 * Each window is a transaction of its own, in the order of time; one that the tables hold already
 * is left alone. So whatever ends it early, the next call goes on with what is missing.
 *
 * Threads: one at a time for each directory; several at once, also of several processes, wait for
 * each other in the database.
 */
#ifndef WEND_PIPELINE_PUBLISH_WINDOWS_H
#define WEND_PIPELINE_PUBLISH_WINDOWS_H

#include "pipeline/publishing.h"

struct wend_windows_done {
    uint64_t window_count;    /* that the directory has */
    uint64_t published_count; /* of them, published now */
    uint64_t row_count;       /* in these */
    uint64_t replaced_texts;  /* as of wend_postgres_published */
    char place[512];
    char window[32]; /* after a failure: the one that it was at; "" before the first */
};

/* Of `options` what wend__snapshot_publish looks at. WEND_ERROR_USAGE: the directory has no window,
 * or the schema holds a whole snapshot; else errors as wend__postgres_publish. What was published
 * before a failure stays, and is counted in `done`. */
WEND_MUST_CHECK enum wend_status wend__windows_publish(const char *directory,
                                                       const struct wend_postgres_options *options,
                                                       struct wend_windows_done *done,
                                                       struct wend_error *error);

#endif
