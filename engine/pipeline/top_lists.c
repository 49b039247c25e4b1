#include "pipeline/top_lists.h"

#include "base/hash.h"
#include "base/memory.h"
#include "ds/sortkey.h"
#include "ds/table.h"

#include <assert.h>

/* So many paths are added up in memory: 32 MiB. */
#define SUMS_MAX (UINT32_C(1) << 18)
#define RUNS_BYTES (UINT32_C(32) << 20)
#define NO_SUM SIZE_MAX

enum { PATHS, POINTS, KINDS, SUM_COUNTS = 4 };

struct sum {
    uint64_t counts[SUM_COUNTS];
    uint64_t is_listed; /* it is in the list as it is now */
};

struct wend_top_lists {
    struct wend_top_lists_options options;
    struct wend_top_list *lists; /* scope * KINDS + kind */
    /* Of the present table, where it has windows or segments: by the hash of the key without them,
     * which is under the secret seed, so that nobody can make two paths be one. */
    struct wend_table sums;
    struct wend_runs *runs; /* what did not fit; NULL: all did */
    struct wend_arena arena;
    struct wend_buffer text;
    struct wend_buffer stage;
    struct wend_buffer key;
};

static bool is_grouped(const struct wend_top_lists *lists) {
    return lists->options.has_windows || lists->options.segment_count > 0;
}

enum wend_status wend__top_lists_create(const struct wend_top_lists_options *options,
                                        struct wend_top_lists **lists, struct wend_error *error) {
    *lists = NULL;
    struct wend_top_lists *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL) {
        return wend__fail_memory(error);
    }
    made->options = *options;
    wend__table_init(&made->sums, sizeof(struct wend_hash128), sizeof(struct sum), options->seed);
    size_t count = (size_t)options->scope_count * KINDS;
    made->lists = wend__alloc_zeroed(count, sizeof *made->lists);
    bool done = made->lists != NULL;
    for (size_t i = 0; done && i < count; i++) {
        made->lists[i].limit = options->limit;
        made->lists[i].rows = wend__alloc_zeroed(options->limit + 1, sizeof *made->lists[i].rows);
        done = made->lists[i].rows != NULL;
    }
    if (!done) {
        wend__top_lists_destroy(made);
        return wend__fail_memory(error);
    }
    *lists = made;
    return WEND_OK;
}

void wend__top_lists_destroy(struct wend_top_lists *lists) {
    if (lists == NULL) {
        return;
    }
    for (size_t i = 0; lists->lists != NULL && i < (size_t)lists->options.scope_count * KINDS;
         i++) {
        wend__free(lists->lists[i].rows);
    }
    wend__free(lists->lists);
    wend__table_deinit(&lists->sums);
    wend__runs_destroy(lists->runs);
    wend__arena_deinit(&lists->arena);
    wend__buffer_deinit(&lists->text);
    wend__buffer_deinit(&lists->stage);
    wend__buffer_deinit(&lists->key);
    wend__free(lists);
}

/* True when `a` stands in front of `b`. */
static bool is_before(const struct wend_top_row *a, const struct wend_top_row *b, int kind) {
    uint64_t left = kind == PATHS ? a->units : a->abandoned;
    uint64_t right = kind == PATHS ? b->units : b->abandoned;
    return left != right ? left > right : wend__bytes_compare(a->name, b->name) < 0;
}

static bool copy_text(struct wend_arena *arena, struct wend_bytes *text) {
    if (text->data == NULL) {
        return true;
    }
    text->data = wend__arena_copy(arena, text->data, text->len);
    return text->data != NULL;
}

static struct sum *sum_of(struct wend_top_lists *lists, size_t index) {
    return wend__table_value(&lists->sums, index);
}

/* Brings the row at `at` to its place among those in front of it. */
static void rise(struct wend_top_list *list, uint32_t at, int kind) {
    struct wend_top_row row = list->rows[at];
    for (; at > 0 && is_before(&row, &list->rows[at - 1], kind); at--) {
        list->rows[at] = list->rows[at - 1];
    }
    list->rows[at] = row;
}

/* The sum of a row in the list has grown. */
static void update(struct wend_top_list *list, const struct wend_top_row *row, int kind) {
    uint32_t at = 0;
    while (list->rows[at].sum != row->sum) {
        at++;
        assert(at < list->count);
    }
    list->rows[at].units = row->units;
    list->rows[at].converted = row->converted;
    list->rows[at].abandoned = row->abandoned;
    rise(list, at, kind);
}

static enum wend_status insert(struct wend_top_lists *lists, struct wend_top_list *list,
                               struct wend_top_row row, int kind, struct wend_error *error) {
    if (row.sum != NO_SUM && sum_of(lists, row.sum)->is_listed != 0) {
        update(list, &row, kind);
        return WEND_OK;
    }
    if (list->count == list->limit &&
        (list->limit == 0 || !is_before(&row, &list->rows[list->count - 1], kind))) {
        return WEND_OK;
    }
    if (!copy_text(&lists->arena, &row.name) || !copy_text(&lists->arena, &row.stage)) {
        return wend__fail_memory(error);
    }
    if (list->count == list->limit) {
        list->count--;
        size_t last = list->rows[list->count].sum;
        if (last != NO_SUM) {
            sum_of(lists, last)->is_listed = 0;
        }
    }
    if (row.sum != NO_SUM) {
        sum_of(lists, row.sum)->is_listed = 1;
    }
    list->rows[list->count] = row;
    rise(list, list->count++, kind);
    return WEND_OK;
}

static struct wend_top_list *list_of(const struct wend_top_lists *lists, uint32_t scope, int kind) {
    return &lists->lists[(size_t)scope * KINDS + (size_t)kind];
}

static enum wend_status fail_damaged(struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO, "a row of a temporary file is damaged");
}

static enum wend_status check_read(enum wend_sortkey_read read, struct wend_error *error) {
    if (read == WEND_SORTKEY_NO_MEMORY) {
        return wend__fail_memory(error);
    }
    return read == WEND_SORTKEY_OK ? WEND_OK : fail_damaged(error);
}

/* Takes a scope's name off the front of `key`. */
static enum wend_status read_scope(struct wend_top_lists *lists, struct wend_bytes *key,
                                   uint32_t *scope, struct wend_error *error) {
    wend__buffer_clear(&lists->text);
    WEND_TRY(check_read(wend__sortkey_read_text(key, &lists->text), error));
    struct wend_bytes name = wend__buffer_view(&lists->text);
    for (*scope = 0; *scope < lists->options.scope_count; ++*scope) {
        if (wend__bytes_equal(lists->options.scopes[*scope], name)) {
            return WEND_OK;
        }
    }
    return fail_damaged(error);
}

/* Whether the list is full of better rows, whatever the names. */
static bool is_too_small(struct wend_top_lists *lists, const struct wend_top_list *list,
                         const struct wend_top_row *row, int kind) {
    if (list->count < list->limit || (row->sum != NO_SUM && sum_of(lists, row->sum)->is_listed)) {
        return false;
    }
    if (list->limit == 0) {
        return true;
    }
    const struct wend_top_row *last = &list->rows[list->count - 1];
    return kind == PATHS ? row->units < last->units : row->abandoned < last->abandoned;
}

/* A row that is whole, or so far: `key` is the scope and what names the row. */
static enum wend_status take(struct wend_top_lists *lists, int kind, struct wend_bytes key,
                             const struct wend_payload *payload, size_t sum,
                             struct wend_error *error) {
    uint32_t scope = 0;
    struct wend_top_row row = {.stage = WEND_BYTES_ABSENT, .sum = sum};
    WEND_TRY(read_scope(lists, &key, &scope, error));
    row.units = payload->counts[kind == PATHS ? 0 : 1];
    row.converted = kind == PATHS ? payload->counts[1] : 0;
    row.abandoned = payload->counts[kind == PATHS ? 2 : 0];
    struct wend_top_list *list = list_of(lists, scope, kind);
    if ((kind == POINTS && row.abandoned == 0) || is_too_small(lists, list, &row, kind)) {
        return WEND_OK;
    }
    wend__buffer_clear(&lists->text);
    WEND_TRY(check_read(wend__sortkey_read_text(&key, &lists->text), error));
    if (kind == POINTS) {
        bool has_stage = false;
        WEND_TRY(check_read(wend__sortkey_read_present(&key, &has_stage), error));
        wend__buffer_clear(&lists->stage);
        if (has_stage) {
            WEND_TRY(check_read(wend__sortkey_read_text(&key, &lists->stage), error));
            row.stage = wend__buffer_view(&lists->stage);
        }
    }
    row.name = wend__buffer_view(&lists->text);
    return insert(lists, list, row, kind, error);
}

/* The key without its window and segments. */
static enum wend_status strip_group(struct wend_top_lists *lists, struct wend_bytes key,
                                    struct wend_error *error) {
    struct wend_bytes scope = key;
    wend__buffer_clear(&lists->text);
    wend__buffer_clear(&lists->key);
    bool present = false;
    int64_t window = 0;
    WEND_TRY(check_read(wend__sortkey_read_text(&key, &lists->text), error));
    bool done = wend__buffer_append(&lists->key, scope.data, scope.len - key.len);
    WEND_TRY(check_read(wend__sortkey_read_present(&key, &present), error));
    if (present) {
        WEND_TRY(check_read(wend__sortkey_read_int64(&key, &window), error));
    }
    for (uint32_t i = 0; i < lists->options.segment_count; i++) {
        wend__buffer_clear(&lists->text);
        WEND_TRY(check_read(wend__sortkey_read_present(&key, &present), error));
        if (present) {
            WEND_TRY(check_read(wend__sortkey_read_text(&key, &lists->text), error));
        }
    }
    done = done && wend__buffer_append(&lists->key, key.data, key.len);
    return done ? WEND_OK : wend__fail_memory(error);
}

/* Counts only, of both tables: the sums need no more. */
static const struct wend_payload_shape sum_shape = {SUM_COUNTS, false, false, false};

/* A row of a path that has no sum, and gets none for want of room. */
static enum wend_status put_aside(struct wend_top_lists *lists, const struct wend_payload *payload,
                                  struct wend_error *error) {
    if (lists->runs == NULL) {
        struct wend_runs_options options = {
            .directory = lists->options.directory,
            .budget = lists->options.budget,
            .memory_bytes = RUNS_BYTES,
            .combine = wend__payload_combine,
            .context = (void *)&sum_shape,
        };
        WEND_TRY(wend__runs_create(&options, &lists->runs, error));
    }
    struct wend_payload counts = {0};
    memcpy(counts.counts, payload->counts, SUM_COUNTS * sizeof *counts.counts);
    wend__buffer_clear(&lists->text);
    if (!wend__payload_write(&lists->text, &sum_shape, &counts, NULL)) {
        return wend__fail_memory(error);
    }
    return wend__runs_add(lists->runs, wend__buffer_view(&lists->key),
                          wend__buffer_view(&lists->text), error);
}

/* Adds a row to the sum of its path, and looks whether that is enough for the list. */
static enum wend_status add_to_sum(struct wend_top_lists *lists, int kind,
                                   const struct wend_payload *payload, struct wend_error *error) {
    struct wend_bytes key = wend__buffer_view(&lists->key);
    struct wend_hash128 hash = wend__hash128(key, lists->options.seed);
    size_t index;
    bool is_full = wend__table_count(&lists->sums) >= SUMS_MAX;
    if (is_full ? !wend__table_find_only(&lists->sums, &hash, &index)
                : !wend__table_find_or_add(&lists->sums, &hash, &index)) {
        return is_full ? put_aside(lists, payload, error) : wend__fail_memory(error);
    }
    struct sum *sum = sum_of(lists, index);
    struct wend_payload so_far = {0};
    for (uint32_t i = 0; i < SUM_COUNTS; i++) {
        sum->counts[i] += payload->counts[i];
        so_far.counts[i] = sum->counts[i];
    }
    return take(lists, kind, key, &so_far, index, error);
}

enum wend_status wend__top_lists_add(struct wend_top_lists *lists, enum wend_table_id table,
                                     struct wend_bytes key, struct wend_bytes payload,
                                     struct wend_error *error) {
    struct wend_payload counts;
    if (!wend__payload_read(payload, &wend__schemas[table].shape, &counts)) {
        return fail_damaged(error);
    }
    int kind = table == WEND_TABLE_PATHS ? PATHS : POINTS;
    WEND_TRY(strip_group(lists, key, error));
    return is_grouped(lists)
               ? add_to_sum(lists, kind, &counts, error)
               : take(lists, kind, wend__buffer_view(&lists->key), &counts, NO_SUM, error);
}

static enum wend_status take_runs(struct wend_top_lists *lists, int kind,
                                  struct wend_error *error) {
    WEND_TRY(wend__runs_finish(lists->runs, error));
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        struct wend_payload counts;
        WEND_TRY(wend__runs_next(lists->runs, &key, &payload, error));
        if (key.data == NULL) {
            break;
        }
        if (!wend__payload_read(payload, &sum_shape, &counts)) {
            return fail_damaged(error);
        }
        WEND_TRY(take(lists, kind, key, &counts, NO_SUM, error));
    }
    wend__runs_destroy(lists->runs);
    lists->runs = NULL;
    return WEND_OK;
}

enum wend_status wend__top_lists_end(struct wend_top_lists *lists, enum wend_table_id table,
                                     struct wend_error *error) {
    enum wend_status status =
        lists->runs == NULL ? WEND_OK
                            : take_runs(lists, table == WEND_TABLE_PATHS ? PATHS : POINTS, error);
    wend__table_clear(&lists->sums);
    return status;
}

const struct wend_top_list *wend__top_list(const struct wend_top_lists *lists,
                                           enum wend_table_id table, uint32_t scope) {
    assert(scope < lists->options.scope_count);
    return list_of(lists, scope, table == WEND_TABLE_PATHS ? PATHS : POINTS);
}
