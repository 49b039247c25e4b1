/* Hits and texts from port to port, in one thread wherever nobody has to wait. */
#include "base/memory.h"
#include "source_fixture.h"

#include "ds/ring.h"
#include "route/port.h"

#include <time.h>

enum { PORTS = 4, SLOTS = 256, LONG_TEXT = 5000 };

/* What came to a port, in words: "0:name 1 b; " for a text, "0:hit 7/1/2; " for position,
 * touchpoint and segment of a hit, each behind its source. */
struct arrivals {
    struct wend_buffer log;
    enum wend_status answer; /* of the sink */
};

static const struct wend_hit_layout layout = {
    .bytes = 48, .segment_offset = 40, .segment_count = 1};
static struct arrivals arrivals[PORTS];
static struct wend_strings names;
static struct wend_strings segments;

static enum wend_status take_hits(void *context, uint32_t source, const uint8_t *hits, size_t count,
                                  struct wend_error *error) {
    struct arrivals *into = context;
    (void)error;
    for (size_t i = 0; i < count; i++) {
        const struct wend_hit *hit = wend__hit_at(&layout, hits, i);
        cr_assert(wend__buffer_append_format(
            &into->log, "%u:hit %llu/%d/%u; ", source, (unsigned long long)hit->position,
            (int)hit->touchpoint, *wend__hit_segments(&layout, hit)));
    }
    return into->answer;
}

static enum wend_status take_text(void *context, uint32_t source, enum wend_route_text kind,
                                  uint32_t id, struct wend_hash128 customer,
                                  struct wend_bytes bytes, struct wend_error *error) {
    static const char *const kinds[] = {"name", "segment", "customer"};
    struct arrivals *into = context;
    (void)error;
    unsigned long long number = kind == WEND_ROUTE_CUSTOMER ? customer.low : id;
    cr_assert(wend__buffer_append_format(&into->log, "%u:%s %llu %.*s; ", source, kinds[kind],
                                         number, (int)bytes.len, (const char *)bytes.data));
    return into->answer;
}

static enum wend_status take_mark(void *context, uint32_t source, int64_t mark_us,
                                  struct wend_error *error) {
    struct arrivals *into = context;
    (void)error;
    cr_assert(wend__buffer_append_format(&into->log, "%u:mark %lld; ", source, (long long)mark_us));
    return into->answer;
}

static struct wend_router *make_router(uint32_t ports, uint32_t slots, bool sends_customers) {
    struct wend_router_options options = {&layout, ports, slots, sends_customers};
    struct wend_router *router = NULL;
    cr_assert_eq(wend__router_create(&options, &router, NULL), WEND_OK);
    for (uint32_t i = 0; i < ports; i++) {
        struct wend_route_sink sink = {&arrivals[i], take_hits, take_text, take_mark};
        wend__port_open(wend__router_port(router, i), sink, &names, &segments);
    }
    return router;
}

static void add_string(struct wend_strings *strings, const char *text) {
    uint32_t id;
    cr_assert(wend__strings_intern(strings, wend__bytes_text(text), &id, NULL));
}

static void begin(void) {
    wend__strings_init(&names, 1);
    wend__strings_init(&segments, 1);
    for (const char *const *name = (const char *const[]){"a", "b", "c", NULL}; *name != NULL;
         name++) {
        add_string(&names, *name);
        add_string(&segments, *name);
    }
}

static void end(void) {
    for (size_t i = 0; i < PORTS; i++) {
        wend__buffer_deinit(&arrivals[i].log);
    }
    wend__strings_deinit(&names);
    wend__strings_deinit(&segments);
    expect_no_leak();
}

TestSuite(router, .init = begin, .fini = end, .timeout = 60);

/* Sends a hit of the customer `low` in `slice`; its bytes are the text "who". */
static enum wend_status send(struct wend_router *router, uint32_t from, uint32_t slice,
                             uint64_t low, uint64_t position, uint32_t touchpoint,
                             uint32_t segment) {
    _Alignas(16) uint8_t space[WEND_HIT_BYTES_MAX] = {0};
    struct wend_hit *hit = (void *)space;
    hit->customer = (struct wend_hash128){.low = low, .high = (uint64_t)slice << 56};
    hit->position = position;
    hit->touchpoint = touchpoint;
    memcpy(space + layout.segment_offset, &segment, sizeof segment);
    return wend__port_send(wend__router_port(router, from), hit, wend__bytes_text("who"), NULL);
}

static void expect_log(uint32_t port, const char *wanted) {
    struct wend_buffer *log = &arrivals[port].log;
    cr_assert(wend__buffer_append(log, "", 1));
    cr_expect_str_eq((const char *)log->data, wanted);
    wend__buffer_clear(log);
}

/* Pushes what port `from` has staged, and takes what came to port `to`. */
static void pass(struct wend_router *router, uint32_t from, uint32_t to) {
    cr_assert_eq(wend__port_flush(wend__router_port(router, from), NULL), WEND_OK);
    cr_assert_eq(wend__port_drain(wend__router_port(router, to), NULL, NULL), WEND_OK);
}

Test(router, a_mark_arrives_everywhere_behind_the_hits_before_it) {
    struct wend_router *router = make_router(2, SLOTS, false);
    cr_assert_eq(send(router, 0, 1, 1, 7, WEND_TOUCHPOINT_NONE, 0), WEND_OK);
    cr_assert_eq(wend__port_send_mark(wend__router_port(router, 0), -5, NULL), WEND_OK);
    cr_assert_eq(send(router, 0, 1, 1, 8, WEND_TOUCHPOINT_NONE, 0), WEND_OK);
    pass(router, 0, 0);
    pass(router, 0, 1);
    for (size_t i = 0; i < 2; i++) {
        cr_assert(wend__buffer_append(&arrivals[i].log, "", 1));
    }
    const char *own = (const char *)arrivals[0].log.data;
    const char *other = (const char *)arrivals[1].log.data;
    cr_expect_str_eq(own, "0:mark -5; ");
    const char *mark = strstr(other, "0:mark -5; ");
    cr_assert_not_null(mark, "%s", other);
    cr_expect(mark != other, "the mark overtook a hit: %s", other);
    cr_expect(mark[11] != 0, "the mark came behind a later hit: %s", other);
    wend__router_destroy(router);
}

Test(router, each_hit_arrives_once_at_the_port_that_owns_its_slice) {
    enum { SLICES = 100 };
    for (uint32_t ports = 1; ports <= PORTS; ports++) {
        struct wend_router *router = make_router(ports, SLOTS, false);
        struct wend_buffer wanted = {0};
        for (uint32_t from = 0; from < ports; from++) {
            for (uint32_t slice = 0; slice < SLICES; slice++) {
                cr_assert_eq(send(router, from, slice, 1, slice, WEND_TOUCHPOINT_NONE, 0), WEND_OK);
            }
            cr_assert_eq(wend__port_flush(wend__router_port(router, from), NULL), WEND_OK);
        }
        for (uint32_t to = 0; to < ports; to++) {
            bool took = false;
            cr_assert_eq(wend__port_drain(wend__router_port(router, to), &took, NULL), WEND_OK);
            cr_assert_eq(took, ports > 1);
            wend__buffer_clear(&wanted);
            /* Its own hits need no ring, so that they are there before those of the others. */
            for (uint32_t i = 0; i < ports; i++) {
                uint32_t from = i == 0 ? to : i <= to ? i - 1 : i;
                for (uint32_t slice = to; slice < SLICES; slice += ports) {
                    cr_assert(wend__buffer_append_format(&wanted, "%u:hit %u/-1/0; ", from, slice));
                }
            }
            cr_assert(wend__buffer_append(&wanted, "", 1));
            expect_log(to, (const char *)wanted.data);
        }
        wend__buffer_deinit(&wanted);
        wend__router_destroy(router);
    }
}

Test(router, names_come_before_the_first_hit_that_needs_them_in_order_and_once) {
    struct wend_router *router = make_router(2, SLOTS, false);
    cr_assert_eq(send(router, 0, 1, 1, 10, 1, 0), WEND_OK);
    cr_assert_eq(send(router, 0, 1, 1, 11, 0, 0), WEND_OK);
    cr_assert_eq(send(router, 0, 1, 1, 12, 2, 0), WEND_OK);
    cr_assert_eq(send(router, 0, 1, 1, 13, 2, 0), WEND_OK);
    pass(router, 0, 1);
    expect_log(1, "0:name 0 a; 0:name 1 b; 0:hit 10/1/0; 0:hit 11/0/0; 0:name 2 c; 0:hit 12/2/0; "
                  "0:hit 13/2/0; ");
    wend__router_destroy(router);
}

Test(router, segment_values_come_before_the_first_hit_that_needs_them) {
    struct wend_router *router = make_router(2, SLOTS, false);
    cr_assert_eq(send(router, 0, 1, 1, 10, WEND_TOUCHPOINT_NONE, WEND_SEGMENT_ABSENT), WEND_OK);
    cr_assert_eq(send(router, 0, 1, 1, 11, WEND_TOUCHPOINT_NONE, 2), WEND_OK);
    cr_assert_eq(send(router, 0, 1, 1, 12, WEND_TOUCHPOINT_NONE, 3), WEND_OK);
    pass(router, 0, 1);
    expect_log(1, "0:hit 10/-1/0; 0:segment 0 a; 0:segment 1 b; 0:hit 11/-1/2; 0:segment 2 c; "
                  "0:hit 12/-1/3; ");
    wend__router_destroy(router);
}

Test(router, each_receiver_is_told_the_names_for_itself) {
    struct wend_router *router = make_router(3, SLOTS, false);
    cr_assert_eq(send(router, 0, 0, 1, 10, 0, 0), WEND_OK);
    cr_assert_eq(send(router, 0, 1, 1, 11, 0, 0), WEND_OK);
    cr_assert_eq(send(router, 0, 2, 1, 12, 0, 0), WEND_OK);
    pass(router, 0, 1);
    pass(router, 0, 2);
    expect_log(0, "0:name 0 a; 0:hit 10/0/0; ");
    expect_log(1, "0:name 0 a; 0:hit 11/0/0; ");
    expect_log(2, "0:name 0 a; 0:hit 12/0/0; ");
    wend__router_destroy(router);
}

Test(router, a_customer_is_told_once_as_long_as_it_is_remembered) {
    struct wend_router *router = make_router(2, SLOTS, true);
    /* Two customers that share a place of the memory. */
    uint64_t other = 5 + WEND_PORT_KNOWN_CUSTOMERS;
    for (uint64_t i = 0; i < 2; i++) {
        cr_assert_eq(send(router, 0, 1, 5, i, WEND_TOUCHPOINT_NONE, 0), WEND_OK);
    }
    pass(router, 0, 1);
    expect_log(1, "0:customer 5 who; 0:hit 0/-1/0; 0:hit 1/-1/0; ");
    cr_assert_eq(send(router, 0, 1, other, 2, WEND_TOUCHPOINT_NONE, 0), WEND_OK);
    cr_assert_eq(send(router, 0, 1, 5, 3, WEND_TOUCHPOINT_NONE, 0), WEND_OK);
    pass(router, 0, 1);
    expect_log(1, "0:customer 65541 who; 0:hit 2/-1/0; 0:customer 5 who; 0:hit 3/-1/0; ");
    wend__router_destroy(router);
}

/* A text is as many slots as it needs: at the borders of slots, and empty. */
Test(router, a_text_of_any_length_arrives_whole) {
    struct wend_router *router = make_router(2, SLOTS, false);
    static const size_t lengths[] = {0, 1, 47, 48, 49, 96, 97, LONG_TEXT};
    static char texts[sizeof lengths / sizeof *lengths][LONG_TEXT + 1];
    struct wend_buffer wanted = {0};
    for (uint32_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memset(texts[i], 'd' + (int)i, lengths[i]);
        add_string(&names, texts[i]);
        cr_assert_eq(send(router, 0, 1, 1, i, 3 + i, 0), WEND_OK);
        pass(router, 0, 1);
        cr_assert(wend__buffer_append_text(&wanted,
                                           i == 0 ? "0:name 0 a; 0:name 1 b; 0:name 2 c; " : ""));
        cr_assert(wend__buffer_append_format(&wanted, "0:name %u %s; 0:hit %u/%u/0; ", 3 + i,
                                             texts[i], i, 3 + i));
    }
    cr_assert(wend__buffer_append(&wanted, "", 1));
    expect_log(1, (const char *)wanted.data);
    wend__buffer_deinit(&wanted);
    wend__router_destroy(router);
}

struct peer {
    struct wend_router *router;
    uint32_t index;
    uint32_t hits;
    enum wend_status status;
};

/* Sends its hits in turn to all slices, then takes what the others send. */
static void *talk(void *context) {
    struct peer *peer = context;
    for (uint32_t i = 0; i < peer->hits && peer->status == WEND_OK; i++) {
        peer->status = send(peer->router, peer->index, i, 1, i, 3, 1);
    }
    if (peer->status == WEND_OK) {
        peer->status = wend__port_finish(wend__router_port(peer->router, peer->index), NULL);
    }
    return NULL;
}

static size_t count_of(const struct wend_buffer *log, const char *what) {
    size_t count = 0;
    for (const char *at = strstr((const char *)log->data, what); at != NULL;
         at = strstr(at + 1, what)) {
        count++;
    }
    return count;
}

/* Names that do not fit into a ring, all talking to all: whoever waits takes what is his. */
Test(router, full_rings_never_block_a_cycle_and_lose_nothing) {
    enum { HITS = 2000 };
    static char text[LONG_TEXT + 1];
    memset(text, 'x', LONG_TEXT);
    add_string(&names, text);
    struct wend_router *router = make_router(PORTS, 2, false);
    struct peer peers[PORTS];
    pthread_t threads[PORTS];
    for (uint32_t i = 0; i < PORTS; i++) {
        peers[i] = (struct peer){router, i, HITS, WEND_OK};
        cr_assert_eq(pthread_create(&threads[i], NULL, talk, &peers[i]), 0);
    }
    for (uint32_t i = 0; i < PORTS; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
        cr_expect_eq(peers[i].status, WEND_OK);
    }
    for (uint32_t i = 0; i < PORTS; i++) {
        cr_assert(wend__buffer_append(&arrivals[i].log, "", 1));
        cr_expect_eq(count_of(&arrivals[i].log, ":hit "), HITS);
        cr_expect_eq(count_of(&arrivals[i].log, text), PORTS);
        cr_expect_eq(count_of(&arrivals[i].log, ":segment 0 a;"), PORTS);
    }
    wend__router_destroy(router);
}

static void *stop_soon(void *context) {
    (void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    wend__router_stop(context);
    return NULL;
}

Test(router, who_waits_for_room_or_for_others_is_stopped) {
    struct wend_router *router = make_router(2, 2, false);
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, stop_soon, router), 0);
    enum wend_status status = WEND_OK;
    for (uint32_t i = 0; i <= WEND_PORT_BURST && status == WEND_OK; i++) {
        status = send(router, 0, 1, 1, i, WEND_TOUCHPOINT_NONE, 0);
    }
    cr_expect_eq(status, WEND_ERROR_CANCELLED);
    struct wend_error error = {0};
    cr_expect_eq(wend__port_finish(wend__router_port(router, 1), &error), WEND_ERROR_CANCELLED);
    cr_expect_str_eq(error.text, "the run was stopped");
    cr_expect(wend__router_is_stopped(router));
    cr_assert_eq(pthread_join(thread, NULL), 0);
    wend__router_destroy(router);
}

Test(router, a_refusal_of_the_sink_is_passed_on) {
    struct wend_router *router = make_router(2, SLOTS, false);
    struct wend_port *receiver = wend__router_port(router, 1);
    arrivals[1].answer = WEND_ERROR_LIMIT;
    cr_assert_eq(send(router, 0, 1, 1, 0, WEND_TOUCHPOINT_NONE, 0), WEND_OK);
    cr_assert_eq(wend__port_flush(wend__router_port(router, 0), NULL), WEND_OK);
    cr_expect_eq(wend__port_drain(receiver, NULL, NULL), WEND_ERROR_LIMIT);
    cr_assert_eq(send(router, 0, 1, 1, 0, 0, 0), WEND_OK); /* a text */
    cr_expect_eq(wend__port_drain(receiver, NULL, NULL), WEND_ERROR_LIMIT);
    cr_assert_eq(send(router, 1, 1, 1, 0, WEND_TOUCHPOINT_NONE, 0), WEND_OK); /* to itself */
    cr_expect_eq(wend__port_flush(receiver, NULL), WEND_ERROR_LIMIT);
    wend__router_destroy(router);
}

Test(router, no_memory_is_an_error_and_leaks_nothing) {
    struct wend_router_options options = {&layout, 3, SLOTS, true};
    struct wend_router *router = NULL;
    uint64_t before = wend__memory_count();
    cr_assert_eq(wend__router_create(&options, &router, NULL), WEND_OK);
    uint64_t needed = wend__memory_count() - before;
    wend__router_destroy(router);
    cr_assert_gt(needed, 9);
    for (uint64_t n = 1; n <= needed; n++) {
        wend__memory_fail_at(n);
        cr_expect_eq(wend__router_create(&options, &router, NULL), WEND_ERROR_MEMORY);
        cr_expect_null(router);
    }
    wend__memory_fail_at(0);
    wend__router_destroy(NULL);
    expect_no_leak();
}
