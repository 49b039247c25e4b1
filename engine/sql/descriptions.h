/*
 * descriptions.h: the tables of a snapshot, described: for people, and for dbt.
 *
 *   dictionary   Markdown: every table and column of the files, sketches too
 *   dbt          a `schema.yml` with the tables as a source: what is published to PostgreSQL, and
 *                what the views have; with dbt-duckdb it reads the files where they are
 *
 * All words come from the one schema (model/schema.h). Segments are named by strangers: what
 * Markdown, YAML or the templates of dbt would take for more than a name is escaped.
 *
 * Threads: none of its own.
 */
#ifndef WEND_SQL_DESCRIPTIONS_H
#define WEND_SQL_DESCRIPTIONS_H

#include "sql/views.h"

/* Append the text. Of `views` the engine is not looked at. WEND_ERROR_MEMORY. */
WEND_MUST_CHECK enum wend_status wend__sql_dictionary(const struct wend_sql_views *views,
                                                      struct wend_buffer *out,
                                                      struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__sql_dbt(const struct wend_sql_views *views,
                                               struct wend_buffer *out, struct wend_error *error);

#endif
