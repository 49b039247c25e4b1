/* Writing Parquet: a column of each kind by itself, and rows like those of `paths`. */
#include "bench.h"

#include "parquet/writer.h"

enum { ROWS = 1000 * 1000, STEPS_MAX = 6, NAMES = 5 };

static const char *const step_names[NAMES] = {"home", "search", "product", "cart", "pay"};

struct work {
    const struct wend_parquet_column *columns;
    uint32_t column_count;
    uint32_t distinct;
    uint64_t bytes; /* of the last file */
};

static enum wend_status drop(void *context, const void *data, size_t len,
                             struct wend_error *error) {
    struct work *work = context;
    (void)data;
    (void)error;
    work->bytes += len;
    return WEND_OK;
}

/* The steps of path `number`, and its text. */
static uint32_t make_path(uint64_t number, struct wend_bytes *steps, char *text, size_t *len) {
    uint64_t state = number;
    uint64_t random = bench_random(&state);
    uint32_t count = 1 + (uint32_t)(random % STEPS_MAX);
    *len = 0;
    for (uint32_t i = 0; i < count; i++) {
        random /= NAMES;
        const char *name = step_names[random % NAMES];
        steps[i] = wend__bytes(name, strlen(name));
        if (i > 0) {
            memcpy(text + *len, " > ", 3);
            *len += 3;
        }
        memcpy(text + *len, name, steps[i].len);
        *len += steps[i].len;
    }
    return count;
}

static void put(struct wend_parquet_writer *writer, uint32_t column, enum wend_parquet_type type,
                uint64_t number) {
    struct wend_bytes steps[STEPS_MAX];
    char text[128];
    size_t len = 0;
    uint32_t count;
    switch (type) {
    case WEND_PARQUET_TEXT:
        (void)make_path(number, steps, text, &len);
        wend__parquet_put_text(writer, column, wend__bytes(text, len));
        break;
    case WEND_PARQUET_TEXT_LIST:
        count = make_path(number, steps, text, &len);
        wend__parquet_put_list(writer, column, steps, count);
        break;
    case WEND_PARQUET_DOUBLE:
        wend__parquet_put_double(writer, column, (double)(number % 100000) / 8);
        break;
    case WEND_PARQUET_BINARY:
        wend__parquet_put_binary(writer, column, wend__bytes(&number, sizeof number));
        break;
    default:
        wend__parquet_put_int64(writer, column, (int64_t)number);
    }
}

static void write_file(void *context) {
    struct work *work = context;
    struct wend_parquet_sink sink = {drop, work};
    struct wend_parquet_writer *writer = NULL;
    struct wend_parquet_summary summary;
    struct wend_error error = {0};
    work->bytes = 0;
    bench_check(wend__parquet_writer_create(work->columns, work->column_count, NULL, sink, &writer,
                                            &error) == WEND_OK,
                error.text);
    for (uint64_t row = 0; row < ROWS; row++) {
        uint64_t state = row;
        uint64_t number = bench_random(&state) % work->distinct;
        for (uint32_t i = 0; i < work->column_count; i++) {
            put(writer, i, work->columns[i].type, number);
        }
        bench_check(wend__parquet_end_row(writer, &error) == WEND_OK, error.text);
    }
    bench_check(wend__parquet_finish(writer, &summary, &error) == WEND_OK, error.text);
    bench_check(summary.rows == ROWS && summary.bytes == work->bytes, "counting rows and bytes");
    wend__parquet_writer_destroy(writer);
}

int main(int argc, char **argv) {
    static const struct wend_parquet_column paths[] = {
        {.name = "path", .type = WEND_PARQUET_TEXT},
        {.name = "path_steps", .type = WEND_PARQUET_TEXT_LIST},
        {.name = "units", .type = WEND_PARQUET_INT64},
        {.name = "converted", .type = WEND_PARQUET_INT64},
        {.name = "duration_s_p50", .type = WEND_PARQUET_DOUBLE, .is_nullable = true},
        {.name = "duration_sketch", .type = WEND_PARQUET_BINARY, .is_nullable = true}};
    static const char *const names[] = {"text", "list", "int64", NULL, "double", "binary"};
    static const uint32_t distinct[] = {1000, 1000 * 1000};
    struct bench bench = bench_start(argc, argv);
    struct work work = {0};
    for (size_t d = 0; d < 2; d++) {
        char name[64];
        work.distinct = distinct[d];
        work.column_count = 1;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            work.columns = &paths[i];
            (void)snprintf(name, sizeof name, "%s, %u values", names[i] != NULL ? names[i] : "",
                           (unsigned)work.distinct);
            if (names[i] != NULL) {
                bench_run(&bench, name, ROWS, NULL, write_file, &work);
            }
        }
        work.columns = paths;
        work.column_count = sizeof paths / sizeof *paths;
        (void)snprintf(name, sizeof name, "six columns, %u rows that differ",
                       (unsigned)work.distinct);
        bench_run(&bench, name, ROWS, NULL, write_file, &work);
        if (bench_wants(&bench, name)) {
            printf("%-40s %.2f bytes a row\n", "", (double)work.bytes / ROWS);
        }
    }
    return 0;
}
