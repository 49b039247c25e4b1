/*
 * copy_row.h: rows in PostgreSQL's binary COPY form (its manual, "COPY", "Binary Format").
 *
 *   header    "PGCOPY\n\377\r\n\0" | flags, 4 bytes | extension length, 4 bytes
 *   row       fields, 2 bytes | each: length, 4 bytes (-1: null) | bytes      (all big-endian)
 *   trailer   -1, 2 bytes
 *
 * Threads: none of its own.
 */
#ifndef WEND_POSTGRES_COPY_ROW_H
#define WEND_POSTGRES_COPY_ROW_H

#include "parquet/reader.h"
#include "sql/sql_text.h"

/* Both: false without memory. */
bool wend__copy_header(struct wend_buffer *out);
bool wend__copy_trailer(struct wend_buffer *out);

/*
 * Appends a row. `replaced` counts the texts in which a zero byte, or what is no UTF-8, became
 * U+FFFD. False without memory, or where a value is larger than the form can say (2 GiB).
 */
bool wend__copy_row(struct wend_buffer *out, const struct wend_sql_columns *columns,
                    const struct wend_parquet_value *(*value)(void *context, uint32_t column),
                    void *context, uint64_t *replaced);

#endif
