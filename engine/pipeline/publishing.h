/*
 * publishing.h: a snapshot, handed on: its rows to PostgreSQL, its tables as SQL.
 *
 * Threads: one at a time.
 */
#ifndef WEND_PIPELINE_PUBLISHING_H
#define WEND_PIPELINE_PUBLISHING_H

#include "postgres/postgres.h"
#include "snapshot/snapshot_reader.h"

#define WEND_PUBLISH_SCHEMA "wend"
#define WEND_SNAPSHOT_ID_DIGITS 32U

/* The id as the manifest writes it, zero-terminated. */
void wend__snapshot_id_text(const struct wend_snapshot *snapshot,
                            char text[WEND_SNAPSHOT_ID_DIGITS + 1]);

/* Fills in what the snapshot says, and publishes. Of `options` conninfo, schema, again, progress,
 * note and context are looked at. Errors as wend__postgres_publish. */
WEND_MUST_CHECK enum wend_status wend__snapshot_publish(const struct wend_snapshot *snapshot,
                                                        const struct wend_postgres_options *options,
                                                        struct wend_postgres_published *published,
                                                        struct wend_error *error);

/* Appends the statements for `engine`; `location` NULL: where the snapshot is. Errors as
 * wend_publish_views. */
WEND_MUST_CHECK enum wend_status wend__snapshot_views(const struct wend_snapshot *snapshot,
                                                      const char *engine, const char *location,
                                                      const char *schema, struct wend_buffer *out,
                                                      struct wend_error *error);

#endif
