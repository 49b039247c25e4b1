/* A shard whose stream does not end: it holds what is open, however long it has run. */
#include "definitions_fixture.h"
#include "model/detail.h"
#include "worker/shard.h"
#include "worker/worker_internal.h"

#include <stdlib.h>

#define HOUR_US (INT64_C(3600) * 1000000)
#define BEGIN_US (INT64_C(1735689600) * 1000000) /* 2025-01-01 */

static const char definitions[] = "time: t\n"
                                  "customer: c\n"
                                  "event: e\n"
                                  "segments: [p]\n"
                                  "window: 1h\n"
                                  "lateness: 1m\n"
                                  "sessions: {gap: 30m}\n"
                                  "journeys:\n"
                                  "  - {name: visit, goal: [bought], timeout: 40m}\n";

enum { NEW_CUSTOMERS = 400, NAMES = 40, EVENTS = 3, TABLES = (1U << WEND_TABLE_COUNT) - 1 };

/* Where `kafka` only says that the run is of messages. */
static uint8_t some_kafka;

struct stream {
    struct wend_ruleset *ruleset;
    struct wend_hit_layout layout;
    struct wend_budget budget;
    struct wend_stream_state state;
    struct wend_stream_state *states[1];
    _Atomic uint64_t events;
    _Atomic uint32_t slices;
    struct wend_worker_plan plan;
    struct wend_shard *shard;
    struct wend_shard_copy copy;
    int64_t offset;
    size_t session_rows;
    size_t regular_rows;
};

/* What a shard holds behind a checkpoint. */
struct held {
    size_t charged_bytes;
    size_t head_bytes;
    size_t customer_bytes;
    uint64_t hits;
    uint64_t texts;
    uint64_t file_bytes;
};

static void open_shard(struct stream *stream) {
    struct wend_error error = {0};
    cr_assert_eq(wend__shard_create(&stream->plan, &stream->state, &stream->shard, &error), WEND_OK,
                 "%s", error.text);
}

static void open_stream(struct stream *stream, size_t memory_bytes, uint64_t settle_texts) {
    const char *folder = getenv("TMPDIR");
    struct wend_format format = {.kind = WEND_FORMAT_NDJSON};
    *stream = (struct stream){.ruleset = load(definitions)};
    wend__hit_layout_init(&stream->layout, stream->ruleset);
    wend__budget_init(&stream->budget, memory_bytes);
    stream->state.name = (char *)(uintptr_t) "clicks[0]";
    atomic_init(&stream->state.time_unit, (int)stream->ruleset->time_unit);
    cr_assert_eq(wend__detect((const uint8_t *)"", 0, true, &format, &stream->state.detected, NULL),
                 WEND_OK);
    stream->states[0] = &stream->state;
    stream->plan = (struct wend_worker_plan){
        .ruleset = stream->ruleset,
        .layout = &stream->layout,
        .kafka = (void *)&some_kafka,
        .partitions = stream->states,
        .budget = &stream->budget,
        .directory = folder == NULL ? "/tmp" : folder,
        .seed = 77,
        .tables = TABLES,
        .future_us = BEGIN_US + 100000 * HOUR_US,
        .lateness_us = stream->ruleset->lateness_us,
        .settle_hits = WEND_SETTLE_HITS,
        .settle_texts = settle_texts,
        .keeps_customers = true,
        .event_count = &stream->events,
        .slice_count = &stream->slices,
    };
    open_shard(stream);
}

static void close_stream(struct stream *stream) {
    wend__shard_destroy(stream->shard);
    wend__shard_copy_deinit(&stream->copy);
    wend__detected_deinit(&stream->state.detected);
    wend__ruleset_destroy(stream->ruleset);
    cr_assert_eq(stream->budget.used, 0, "every charge is given back");
}

static void take(struct stream *stream, const char *customer, const char *event,
                 const char *segment, int64_t ts_us) {
    char text[512];
    struct wend_error error = {0};
    int len = snprintf(text, sizeof text, "{\"t\":%lld,\"c\":\"%s\",\"e\":\"%s\",\"p\":\"%s\"}",
                       (long long)(ts_us / 1000), customer, event, segment);
    struct wend_message message = {
        .payload = wend__bytes(text, (size_t)len), .offset = stream->offset++, .ts_us = ts_us};
    cr_assert_eq(wend__shard_take(stream->shard, &message, 1, &error), WEND_OK, "%s", error.text);
}

/* An hour: customers that nobody has seen and nobody will see again, with names and segments of
 * that hour, and one who comes each third hour. */
static void take_hour(struct stream *stream, int64_t hour) {
    for (int64_t step = 0; step < EVENTS; step++) {
        for (int i = 0; i < NEW_CUSTOMERS; i++) {
            char customer[64];
            char event[64];
            char segment[64];
            (void)snprintf(customer, sizeof customer, "customer-%06lld-%03d", (long long)hour, i);
            (void)snprintf(event, sizeof event, "page-%06lld-%02d", (long long)hour, i % NAMES);
            (void)snprintf(segment, sizeof segment, "plan-%06lld-%02d", (long long)hour, i % NAMES);
            take(stream, customer, event, segment,
                 BEGIN_US + hour * HOUR_US + step * 60000000 + i * 1000);
        }
    }
    if (hour % 3 == 0) {
        take(stream, "regular", "bought", "gold", BEGIN_US + hour * HOUR_US + 300000000);
    }
}

/* The name, the segment and the path of a session were made of the same numbers. */
static void check_session(struct stream *stream, const struct wend_detail *detail) {
    struct wend_bytes customer = detail->customer;
    cr_assert_not_null(customer.data, "a session has lost its customer");
    stream->session_rows++;
    if (customer.len == 7) {
        cr_assert(wend__bytes_equal(customer, wend__bytes_text("regular")));
        cr_assert(wend__bytes_equal(detail->path, wend__bytes_text("bought")));
        cr_assert(wend__bytes_equal(detail->segments[0], wend__bytes_text("gold")));
        stream->regular_rows++;
        return;
    }
    char text[64];
    long long hour = 0;
    int number = 0;
    (void)snprintf(text, sizeof text, "%.*s", (int)customer.len, (const char *)customer.data);
    cr_assert_eq(sscanf(text, "customer-%6lld-%3d", &hour, &number), 2, "%s", text);
    (void)snprintf(text, sizeof text, "page-%06lld-%02d", hour, number % NAMES);
    cr_assert_geq(detail->path.len, strlen(text));
    cr_assert_eq(memcmp(detail->path.data, text, strlen(text)), 0, "%s, not %.*s", text,
                 (int)detail->path.len, (const char *)detail->path.data);
    (void)snprintf(text, sizeof text, "plan-%06lld-%02d", hour, number % NAMES);
    cr_assert(wend__bytes_equal(detail->segments[0], wend__bytes_text(text)));
}

static void check_rows(struct stream *stream, struct wend_tally *tally) {
    struct wend_runs *runs = wend__tally_rows(tally, WEND_TABLE_SESSIONS);
    for (;;) {
        struct wend_bytes key;
        struct wend_bytes payload;
        struct wend_detail detail;
        cr_assert_eq(wend__runs_next(runs, &key, &payload, NULL), WEND_OK);
        if (key.data == NULL) {
            return;
        }
        cr_assert(wend__detail_read(key, payload, &detail));
        check_session(stream, &detail);
    }
}

/* As a live stream does it. */
static struct held checkpoint(struct stream *stream) {
    struct wend_tally *tally = NULL;
    struct wend_error error = {0};
    struct wend_shard_facts facts = {.next_offset = stream->offset};
    cr_assert_eq(wend__shard_settle(stream->shard, &error), WEND_OK, "%s", error.text);
    cr_assert_eq(wend__shard_swap_tally(stream->shard, &tally, &error), WEND_OK, "%s", error.text);
    cr_assert_eq(wend__shard_copy(stream->shard, &facts, &stream->copy, &error), WEND_OK, "%s",
                 error.text);
    check_rows(stream, tally);
    wend__tally_destroy(tally);
    return (struct held){
        .charged_bytes = stream->budget.used,
        .head_bytes = stream->copy.head.len,
        .customer_bytes = stream->copy.customers.len,
        .hits = wend__shard_held_hits(stream->shard),
        .texts = wend__shard_texts(stream->shard),
        .file_bytes = wend__slices_file_bytes(wend__shard_worker(stream->shard)->slices),
    };
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static struct held most(struct held a, struct held b) {
    return (struct held){
        .charged_bytes = larger(a.charged_bytes, b.charged_bytes),
        .head_bytes = larger(a.head_bytes, b.head_bytes),
        .customer_bytes = larger(a.customer_bytes, b.customer_bytes),
        .hits = larger(a.hits, b.hits),
        .texts = larger(a.texts, b.texts),
        .file_bytes = larger(a.file_bytes, b.file_bytes),
    };
}

/* Another process takes the shard over. */
static void hand_over(struct stream *stream) {
    struct wend_buffer bytes = {0};
    struct wend_shard_facts facts = {0};
    struct wend_error error = {0};
    const struct wend_buffer *parts[] = {&stream->copy.head, &stream->copy.hits,
                                         &stream->copy.customers};
    for (size_t i = 0; i < 3; i++) {
        cr_assert(wend__buffer_append(&bytes, parts[i]->data, parts[i]->len));
    }
    wend__shard_destroy(stream->shard);
    stream->state.has_mark = false;
    open_shard(stream);
    cr_assert_eq(wend__shard_restore(stream->shard, wend__buffer_view(&bytes), &facts, &error),
                 WEND_OK, "%s", error.text);
    cr_assert_eq(facts.next_offset, stream->offset);
    wend__buffer_deinit(&bytes);
}

static void expect_no_growth(struct held early, struct held late) {
    cr_assert_gt(early.hits, 0);
    cr_assert_gt(early.customer_bytes, 0);
    cr_assert_eq(early.hits, late.hits);
    cr_assert_eq(early.customer_bytes, late.customer_bytes);
    cr_assert_eq(early.head_bytes, late.head_bytes);
    cr_assert_eq(early.texts, late.texts);
    /* Where a customer's hits lie depends on the hash. */
    cr_assert_leq(late.charged_bytes, early.charged_bytes + early.charged_bytes / 8);
    cr_assert_leq(late.file_bytes, early.file_bytes + early.file_bytes / 8);
}

enum { EARLY = 10, LATE = 10 * EARLY };

_Static_assert((LATE - 1) % 3 == 0, "the regular is open at the end");

static struct held run_hours(struct stream *stream) {
    struct held early = {0};
    struct held late = {0};
    for (int64_t hour = 0; hour < LATE; hour++) {
        take_hour(stream, hour);
        struct held held = checkpoint(stream);
        if (hour >= EARLY - 4 && hour < EARLY) {
            early = most(early, held);
        } else if (hour >= LATE - 4) {
            late = most(late, held);
        } else if (hour == LATE / 2) {
            hand_over(stream);
        }
    }
    expect_no_growth(early, late);
    /* All but those of the last hour are over. */
    cr_assert_eq(stream->session_rows, (LATE - 1) * NEW_CUSTOMERS + (LATE - 1) / 3);
    cr_assert_eq(stream->regular_rows, (LATE - 1) / 3);
    return late;
}

Test(shard, what_it_holds_does_not_grow_with_its_age) {
    struct stream stream;
    open_stream(&stream, SIZE_MAX, 3 * NAMES);
    struct held held = run_hours(&stream);
    cr_assert_leq(held.texts, 6 * NAMES + 2);
    cr_assert_eq(held.file_bytes, 0);
    close_stream(&stream);
}

Test(shard, neither_does_what_it_has_on_the_disk) {
    struct stream stream;
    open_stream(&stream, 0, 3 * NAMES);
    (void)run_hours(&stream);
    close_stream(&stream);
}

/* A burst of few hours' events at once, which does not fit in memory. */
Test(shard, a_spilled_shard_gives_the_room_back) {
    struct stream stream;
    open_stream(&stream, 0, 0);
    uint64_t most_bytes = 0;
    for (int64_t hour = 0; hour < 60; hour++) {
        for (int64_t part = 0; part < 10; part++) {
            for (int i = 0; i < NEW_CUSTOMERS; i++) {
                char customer[256];
                (void)snprintf(customer, sizeof customer, "customer-%06lld-%03d-%0100lld",
                               (long long)hour, i, (long long)part);
                take(&stream, customer, "page", "plan", BEGIN_US + hour * HOUR_US + i * 1000);
            }
        }
        struct wend_worker *worker = wend__shard_worker(stream.shard);
        uint64_t file_bytes = wend__slices_file_bytes(worker->slices);
        most_bytes = larger(most_bytes, file_bytes);
        struct wend_tally *tally = NULL;
        cr_assert_eq(wend__shard_settle(stream.shard, NULL), WEND_OK);
        cr_assert_eq(wend__shard_swap_tally(stream.shard, &tally, NULL), WEND_OK);
        wend__tally_destroy(tally);
    }
    uint64_t spilled = wend__slices_spilled_bytes(wend__shard_worker(stream.shard)->slices);
    cr_assert_gt(most_bytes, 0);
    cr_assert_gt(spilled, 20 * most_bytes);
    close_stream(&stream);
}

Test(shard, each_failed_allocation_of_forgetting_is_reported) {
    uint64_t allocations = 0;
    for (uint64_t n = 0; n <= allocations; n++) {
        struct stream stream;
        struct wend_tally *tally = NULL;
        struct wend_error error = {0};
        open_stream(&stream, SIZE_MAX, 3 * NAMES); /* the first hour alone has less */
        take_hour(&stream, 0);
        cr_assert_eq(wend__shard_settle(stream.shard, &error), WEND_OK);
        cr_assert_eq(wend__shard_swap_tally(stream.shard, &tally, &error), WEND_OK);
        wend__tally_destroy(tally);
        take_hour(&stream, 1);
        uint64_t before = wend__memory_count();
        wend__memory_fail_at(n);
        enum wend_status status =
            wend__worker_release_texts(wend__shard_worker(stream.shard), &error);
        wend__memory_fail_at(0);
        if (n == 0) {
            cr_assert_eq(status, WEND_OK);
            allocations = wend__memory_count() - before;
            cr_assert_gt(allocations, 5);
        } else {
            cr_assert_eq(status, WEND_ERROR_MEMORY, "allocation %llu", (unsigned long long)n);
        }
        close_stream(&stream);
    }
}
