#include "pipeline/top_lists.h"

#include "base/memory.h"
#include "ds/sortkey.h"
#include "ds/strings.h"

#include <assert.h>

/* Rows that are added up in memory before they are sorted to disk. */
#define SUM_BYTES (UINT32_C(32) << 20)

enum { PATHS, POINTS, KINDS, SUM_COUNTS = 4 };

struct sum {
    uint64_t counts[SUM_COUNTS];
};

struct wend_top_lists {
    struct wend_top_lists_options options;
    struct wend_top_list *lists; /* scope * KINDS + kind */
    /* Of the present table, where it has windows or segments: by the key without them. */
    struct wend_strings names;
    struct sum *sums; /* by id of its name */
    size_t sum_capacity;
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
    wend__strings_init(&made->names, options->seed);
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
    wend__strings_deinit(&lists->names);
    wend__free(lists->sums);
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

static enum wend_status insert(struct wend_top_lists *lists, struct wend_top_list *list,
                               struct wend_top_row row, int kind, struct wend_error *error) {
    if (list->count == list->limit &&
        (list->limit == 0 || !is_before(&row, &list->rows[list->count - 1], kind))) {
        return WEND_OK;
    }
    if (!copy_text(&lists->arena, &row.name) || !copy_text(&lists->arena, &row.stage)) {
        return wend__fail_memory(error);
    }
    uint32_t at = list->count < list->limit ? list->count++ : list->count - 1;
    for (; at > 0 && is_before(&row, &list->rows[at - 1], kind); at--) {
        list->rows[at] = list->rows[at - 1];
    }
    list->rows[at] = row;
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

/* A row that is whole: `key` is the scope and what names the row. */
static enum wend_status take(struct wend_top_lists *lists, int kind, struct wend_bytes key,
                             const struct wend_payload *payload, struct wend_error *error) {
    uint32_t scope = 0;
    struct wend_top_row row = {.stage = WEND_BYTES_ABSENT};
    WEND_TRY(read_scope(lists, &key, &scope, error));
    wend__buffer_clear(&lists->text);
    WEND_TRY(check_read(wend__sortkey_read_text(&key, &lists->text), error));
    if (kind == PATHS) {
        row.units = payload->counts[0];
        row.converted = payload->counts[1];
        row.abandoned = payload->counts[2];
    } else {
        bool has_stage = false;
        WEND_TRY(check_read(wend__sortkey_read_present(&key, &has_stage), error));
        wend__buffer_clear(&lists->stage);
        if (has_stage) {
            WEND_TRY(check_read(wend__sortkey_read_text(&key, &lists->stage), error));
            row.stage = wend__buffer_view(&lists->stage);
        }
        row.abandoned = payload->counts[0];
        row.units = payload->counts[1];
    }
    if (kind == POINTS && row.abandoned == 0) {
        return WEND_OK;
    }
    row.name = wend__buffer_view(&lists->text);
    return insert(lists, list_of(lists, scope, kind), row, kind, error);
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

/* Moves the sums in memory to the runs. */
static enum wend_status spill_sums(struct wend_top_lists *lists, struct wend_error *error) {
    if (lists->runs == NULL) {
        struct wend_runs_options options = {
            .directory = lists->options.directory,
            .budget = lists->options.budget,
            .memory_bytes = SUM_BYTES,
            .combine = wend__payload_combine,
            .context = (void *)&sum_shape,
        };
        WEND_TRY(wend__runs_create(&options, &lists->runs, error));
    }
    for (uint32_t i = 0; i < lists->names.count; i++) {
        struct wend_payload sum = {0};
        memcpy(sum.counts, lists->sums[i].counts, sizeof lists->sums[i].counts);
        wend__buffer_clear(&lists->text);
        if (!wend__payload_write(&lists->text, &sum_shape, &sum, NULL)) {
            return wend__fail_memory(error);
        }
        WEND_TRY(wend__runs_add(lists->runs, wend__strings_get(&lists->names, i),
                                wend__buffer_view(&lists->text), error));
    }
    wend__strings_clear(&lists->names);
    return WEND_OK;
}

static enum wend_status add_to_sums(struct wend_top_lists *lists,
                                    const struct wend_payload *payload, struct wend_error *error) {
    if (wend__strings_total_bytes(&lists->names) > SUM_BYTES) {
        WEND_TRY(spill_sums(lists, error));
    }
    uint32_t id;
    bool is_new;
    void *sums = lists->sums;
    bool done = wend__reserve(&sums, &lists->sum_capacity, (size_t)lists->names.count + 1,
                              sizeof *lists->sums);
    lists->sums = sums;
    if (!done ||
        !wend__strings_intern(&lists->names, wend__buffer_view(&lists->key), &id, &is_new)) {
        return wend__fail_memory(error);
    }
    if (is_new) {
        lists->sums[id] = (struct sum){{0}};
    }
    for (uint32_t i = 0; i < SUM_COUNTS; i++) {
        lists->sums[id].counts[i] += payload->counts[i];
    }
    return WEND_OK;
}

enum wend_status wend__top_lists_add(struct wend_top_lists *lists, enum wend_table_id table,
                                     struct wend_bytes key, struct wend_bytes payload,
                                     struct wend_error *error) {
    struct wend_payload counts;
    if (!wend__payload_read(payload, &wend__schemas[table].shape, &counts)) {
        return fail_damaged(error);
    }
    WEND_TRY(strip_group(lists, key, error));
    if (is_grouped(lists)) {
        return add_to_sums(lists, &counts, error);
    }
    return take(lists, table == WEND_TABLE_PATHS ? PATHS : POINTS, wend__buffer_view(&lists->key),
                &counts, error);
}

static enum wend_status take_sums(struct wend_top_lists *lists, int kind,
                                  struct wend_error *error) {
    for (uint32_t i = 0; i < lists->names.count; i++) {
        struct wend_payload sum = {0};
        memcpy(sum.counts, lists->sums[i].counts, sizeof lists->sums[i].counts);
        WEND_TRY(take(lists, kind, wend__strings_get(&lists->names, i), &sum, error));
    }
    wend__strings_clear(&lists->names);
    return WEND_OK;
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
        WEND_TRY(take(lists, kind, key, &counts, error));
    }
    wend__runs_destroy(lists->runs);
    lists->runs = NULL;
    return WEND_OK;
}

enum wend_status wend__top_lists_end(struct wend_top_lists *lists, enum wend_table_id table,
                                     struct wend_error *error) {
    int kind = table == WEND_TABLE_PATHS ? PATHS : POINTS;
    if (lists->runs == NULL) {
        return take_sums(lists, kind, error);
    }
    WEND_TRY(spill_sums(lists, error));
    return take_runs(lists, kind, error);
}

const struct wend_top_list *wend__top_list(const struct wend_top_lists *lists,
                                           enum wend_table_id table, uint32_t scope) {
    assert(scope < lists->options.scope_count);
    return list_of(lists, scope, table == WEND_TABLE_PATHS ? PATHS : POINTS);
}
