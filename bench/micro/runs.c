/* Sorting and folding rows by key, in memory and with spilling; beside it the sort by itself. */
#include "bench.h"

#include "ds/runs.h"

enum { ROWS = 1000 * 1000, KEY_BYTES_MAX = 96, ROW_BYTES = 8 + KEY_BYTES_MAX + 16 };

struct work {
    uint8_t *rows; /* of ROW_BYTES each, made by wend__row_write */
    struct wend_sort_item *items;
    size_t memory_bytes;
    uint64_t result_count;
};

/* A path row's key: 26 bytes that are nearly always the same, then names of some steps. */
static void make_rows(struct work *work, uint32_t distinct) {
    static const char *const names[] = {"home > ", "search > ", "product > ", "cart > ", "ad > "};
    for (uint32_t i = 0; i < ROWS; i++) {
        uint64_t state = 5;
        state += bench_random(&(uint64_t){i}) % distinct;
        uint64_t steps = bench_random(&state);
        char key[KEY_BYTES_MAX] = "session\0\0?window??\0\1mobile";
        size_t len = 26;
        for (; len < 70 + steps % 16; steps = bench_random(&state)) {
            const char *name = names[steps % 5];
            memcpy(key + len, name, strlen(name));
            len += strlen(name);
        }
        wend__row_write(work->rows + (size_t)i * ROW_BYTES, wend__bytes(key, len),
                        wend__bytes("0123456789abcdef", 16));
    }
}

static void shuffle_items(void *context) {
    struct work *work = context;
    for (size_t i = 0; i < ROWS; i++) {
        work->items[i].row = work->rows + i * ROW_BYTES;
    }
}

static void sort(void *context) {
    struct work *work = context;
    bench_check(wend__rowsort(work->items, work->items + ROWS, ROWS), "memory");
}

static int compare_items(const void *a, const void *b) {
    const struct wend_sort_item *left = a;
    const struct wend_sort_item *right = b;
    return wend__bytes_compare(wend__row_key(left->row), wend__row_key(right->row));
}

static void sort_by_qsort(void *context) {
    struct work *work = context;
    qsort(work->items, ROWS, sizeof *work->items, compare_items);
}

/* Payloads are two counts. */
static enum wend_status sum(void *context, struct wend_buffer *accumulated,
                            struct wend_bytes payload, struct wend_error *error) {
    (void)context;
    (void)error;
    uint64_t left[2];
    uint64_t right[2];
    memcpy(left, accumulated->data, sizeof left);
    memcpy(right, payload.data, sizeof right);
    left[0] += right[0];
    left[1] += right[1];
    memcpy(accumulated->data, left, sizeof left);
    return WEND_OK;
}

static void use_runs(void *context) {
    struct work *work = context;
    struct wend_runs_options options = {
        .directory = "/tmp", .memory_bytes = work->memory_bytes, .combine = sum};
    struct wend_error error = {0};
    struct wend_runs *runs;
    bench_check(wend__runs_create(&options, &runs, &error) == WEND_OK, error.text);
    for (size_t i = 0; i < ROWS; i++) {
        const uint8_t *row = work->rows + i * ROW_BYTES;
        bench_check(wend__runs_add(runs, wend__row_key(row), wend__row_payload(row), &error) ==
                        WEND_OK,
                    "adding a row");
    }
    bench_check(wend__runs_finish(runs, &error) == WEND_OK, "finishing");
    struct wend_bytes key;
    struct wend_bytes payload;
    work->result_count = 0;
    do {
        bench_check(wend__runs_next(runs, &key, &payload, &error) == WEND_OK, "reading");
        work->result_count += key.data != NULL;
    } while (key.data != NULL);
    wend__runs_destroy(runs);
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    struct work work = {.rows = malloc((size_t)ROWS * ROW_BYTES),
                        .items = calloc(2 * (size_t)ROWS, sizeof(struct wend_sort_item))};
    bench_check(work.rows != NULL && work.items != NULL, "memory");
    static const uint32_t distinct[] = {1000, 1000 * 1000};
    for (size_t d = 0; d < 2; d++) {
        char name[64];
        make_rows(&work, distinct[d]);
        (void)snprintf(name, sizeof name, "rowsort, %u keys", (unsigned)distinct[d]);
        bench_run(&bench, name, ROWS, shuffle_items, sort, &work);
        (void)snprintf(name, sizeof name, "qsort, %u keys", (unsigned)distinct[d]);
        bench_run(&bench, name, ROWS, shuffle_items, sort_by_qsort, &work);
        work.memory_bytes = (size_t)1 << 30;
        (void)snprintf(name, sizeof name, "runs in memory, %u keys", (unsigned)distinct[d]);
        bench_run(&bench, name, ROWS, NULL, use_runs, &work);
        work.memory_bytes = (size_t)16 << 20;
        (void)snprintf(name, sizeof name, "runs in 16 MiB, %u keys", (unsigned)distinct[d]);
        bench_run(&bench, name, ROWS, NULL, use_runs, &work);
    }
    free(work.rows);
    free(work.items);
    return 0;
}
