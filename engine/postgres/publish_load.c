/* The rows of a table, into a new partition. */
#include "postgres/copy_row.h"
#include "postgres/publisher.h"

#define SEND_BYTES (UINT32_C(128) << 10)
#define PROGRESS_ROWS 4096U

static enum wend_status send(struct wend_publisher *publisher, struct wend_buffer *rows,
                             struct wend_error *error) {
    struct wend_bytes data = wend__buffer_view(rows);
    WEND_TRY(wend__postgres_copy_data(publisher->postgres, data, error));
    wend__buffer_clear(rows);
    return WEND_OK;
}

static enum wend_status tell(struct wend_publisher *publisher, struct wend_error *error) {
    const struct wend_postgres_options *options = publisher->options;
    if (options->progress != NULL &&
        !options->progress(options->context, publisher->done_rows, publisher->total_rows)) {
        return wend__fail(error, WEND_ERROR_CANCELLED, "stopped; nothing was published");
    }
    return WEND_OK;
}

/* A row of another window would not be found again when this one is published anew. */
static enum wend_status check_window(const struct wend_postgres_options *options,
                                     struct wend_error *error) {
    const struct wend_parquet_value *start =
        options->rows.value(options->rows.context, WEND_COLUMN_WINDOW_START);
    if (!start->is_null && start->integer == options->window_us) {
        return WEND_OK;
    }
    return wend__fail(error, WEND_ERROR_IO,
                      "a row is of another window than the name of its folder says; nothing of it "
                      "was published; give the folder the name that `wend stream` gave it");
}

static enum wend_status send_rows(struct wend_publisher *publisher,
                                  const struct wend_sql_columns *columns, struct wend_buffer *rows,
                                  uint64_t *count, struct wend_error *error) {
    const struct wend_postgres_rows *source = &publisher->options->rows;
    if (!wend__copy_header(rows)) {
        return wend__fail_memory(error);
    }
    for (*count = 0;; *count += 1) {
        bool found = false;
        WEND_TRY(source->next(source->context, &found, error));
        if (!found) {
            break;
        }
        if (publisher->options->is_window) {
            WEND_TRY(check_window(publisher->options, error));
        }
        if (!wend__copy_row(rows, columns, source->value, source->context,
                            &publisher->published->replaced_texts)) {
            return wend__fail_memory(error);
        }
        if (rows->len >= SEND_BYTES) {
            WEND_TRY(send(publisher, rows, error));
        }
        if (++publisher->done_rows % PROGRESS_ROWS == 0) {
            WEND_TRY(tell(publisher, error));
        }
    }
    return wend__copy_trailer(rows) ? send(publisher, rows, error) : wend__fail_memory(error);
}

static enum wend_status copy(struct wend_publisher *publisher, enum wend_table_id table,
                             struct wend_error *error) {
    struct wend_sql_columns columns;
    struct wend_buffer rows = {0};
    uint64_t sent = 0;
    uint64_t counted = 0;
    wend__sql_columns_init(&columns, table, publisher->target.segments,
                           publisher->target.segment_count);
    enum wend_status status = send_rows(publisher, &columns, &rows, &sent, error);
    wend__buffer_deinit(&rows);
    WEND_TRY(status);
    WEND_TRY(wend__postgres_copy_end(publisher->postgres, &counted, error));
    if (sent != publisher->options->row_counts[table] || counted != sent) {
        return wend__fail(error, WEND_ERROR_IO,
                          "table %s has %llu rows in the manifest, %llu in its files and %llu in "
                          "PostgreSQL; nothing was published; run `wend verify` on the snapshot",
                          wend__schemas[table].name,
                          (unsigned long long)publisher->options->row_counts[table],
                          (unsigned long long)sent, (unsigned long long)counted);
    }
    publisher->published->row_count += counted;
    publisher->published->table_count++;
    return tell(publisher, error);
}

enum wend_status wend__publisher_copy(struct wend_publisher *publisher, enum wend_table_id table,
                                      const char *part, struct wend_error *error) {
    const struct wend_postgres_rows *source = &publisher->options->rows;
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    enum wend_status status = source->open(source->context, table, error);
    if (status == WEND_OK) {
        wend__postgres_copy_part(&sql, &publisher->target, table, part);
        status = wend__publisher_run(publisher, &sql, NULL, error);
    }
    if (status == WEND_OK) {
        status = copy(publisher, table, error);
    }
    source->close(source->context);
    return status;
}

enum wend_status wend__publisher_load(struct wend_publisher *publisher, enum wend_table_id table,
                                      struct wend_error *error) {
    struct wend_sql sql = {.engine = WEND_SQL_POSTGRES};
    wend__postgres_create_part(&sql, &publisher->target, table);
    WEND_TRY(wend__publisher_run(publisher, &sql, NULL, error));
    WEND_TRY(wend__publisher_copy(publisher, table, NULL, error));
    wend__postgres_finish_part(&sql, &publisher->target, table);
    return wend__publisher_run(publisher, &sql, NULL, error);
}
