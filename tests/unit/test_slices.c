/* Slices: what goes in comes out by customer and in order, whatever the order and the memory. */
#include "base/io.h"
#include "random.h"
#include "session/slices.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <stdlib.h>

enum { CUSTOMERS_MAX = 300 * 1000 };

struct gathered {
    const struct wend_hit_layout *layout;
    bool has_names;
    size_t customers;
    size_t hits;
    uint64_t sum;      /* of all customers with their hits in order, whatever their own order */
    size_t fail_after; /* customers */
};

static struct wend_hash128 key_of(uint64_t customer) {
    return wend__hash128(wend__bytes(&customer, sizeof customer), 5);
}

/* A customer's bytes: its number as text, with a long one now and then. */
static struct wend_bytes name_of(uint64_t customer, char *text) {
    int len = snprintf(text, 32, "%llu", (unsigned long long)customer);
    if (customer % 97 == 3) {
        memset(text + len, 'x', 200000);
        return wend__bytes(text, (size_t)len + 200000);
    }
    return wend__bytes(text, customer % 5 == 0 ? 0 : (size_t)len);
}

static enum wend_status gather(void *context, const uint8_t *hits, size_t hit_count,
                               struct wend_bytes customer, struct wend_error *error) {
    static char text[200100];
    struct gathered *gathered = context;
    const struct wend_hit_layout *layout = gathered->layout;
    const struct wend_hit *first = wend__hit_at(layout, hits, 0);
    if (++gathered->customers == gathered->fail_after) {
        return wend__fail(error, WEND_ERROR_CANCELLED, "enough");
    }
    gathered->hits += hit_count;
    cr_assert_geq(hit_count, 1);
    for (size_t i = 1; i < hit_count; i++) {
        const struct wend_hit *last = wend__hit_at(layout, hits, i - 1);
        const struct wend_hit *hit = wend__hit_at(layout, hits, i);
        cr_assert(hit->customer.low == first->customer.low &&
                  hit->customer.high == first->customer.high);
        cr_assert(last->ts_us < hit->ts_us ||
                  (last->ts_us == hit->ts_us && last->position < hit->position));
    }
    if (gathered->has_names) {
        cr_assert_not_null(customer.data);
        char number[32] = {0};
        memcpy(number, customer.data, customer.len < 31 ? customer.len : 31);
        uint64_t expected = first->touchpoint;
        cr_assert(wend__bytes_equal(customer, name_of(expected, text)), "of %s", number);
    } else {
        cr_assert_null(customer.data);
    }
    gathered->sum += wend__hash64(wend__bytes(hits, hit_count * layout->bytes), 1);
    return WEND_OK;
}

struct plan {
    size_t hits;
    uint64_t customers;
    size_t budget;
    uint64_t order; /* seed of the order of arrival; 0: as made */
    uint32_t extra; /* bytes of a hit beyond its head */
    bool has_names;
    uint32_t spread; /* times are below this: ties of time where small */
    size_t fail_after;
};

static const char *directory(void) {
    const char *folder = getenv("TMPDIR");
    return folder == NULL ? "/tmp" : folder;
}

/* Hit number `number`, the same in all orders of arrival. */
static void make_hit(const struct plan *plan, uint64_t number, uint8_t *to) {
    uint64_t random = number;
    uint64_t customer = random_below(&random, plan->customers);
    struct wend_hit hit = {.customer = key_of(customer),
                           .ts_us = (int64_t)random_below(&random, plan->spread) - 50,
                           .position = number,
                           .touchpoint = (uint32_t)customer};
    memcpy(to, &hit, sizeof hit);
    memset(to + sizeof hit, (int)(number & 255), plan->extra);
}

static enum wend_status add_all(const struct plan *plan, struct wend_slices *slices,
                                struct wend_error *error) {
    static char text[200100];
    uint64_t hit[WEND_HIT_BYTES_MAX / 8];
    size_t *order = malloc(plan->hits * sizeof *order);
    cr_assert_not_null(order);
    uint64_t random = plan->order;
    for (size_t i = 0; i < plan->hits; i++) {
        size_t swap = plan->order == 0 ? i : (size_t)random_below(&random, i + 1);
        order[i] = i;
        order[i] = order[swap];
        order[swap] = i;
    }
    enum wend_status status = WEND_OK;
    for (size_t i = 0; i < plan->hits && status == WEND_OK; i++) {
        make_hit(plan, order[i], (uint8_t *)hit);
        const struct wend_hit *head = (const void *)hit;
        status = wend__slices_add(slices, head, error);
        if (status == WEND_OK && plan->has_names) {
            status = wend__slices_add_customer(slices, head->customer,
                                               name_of(head->touchpoint, text), error);
        }
    }
    free(order);
    return status;
}

static enum wend_status run(const struct plan *plan, struct gathered *gathered, uint64_t *spilled,
                            size_t *peak, struct wend_error *error) {
    struct wend_hit_layout layout = {.bytes = (uint32_t)sizeof(struct wend_hit) + plan->extra};
    struct wend_budget budget;
    wend__budget_init(&budget, plan->budget);
    *gathered = (struct gathered){
        .layout = &layout, .has_names = plan->has_names, .fail_after = plan->fail_after};
    struct wend_slices_options options = {.layout = &layout,
                                          .budget = &budget,
                                          .directory = directory(),
                                          .keeps_customers = plan->has_names};
    struct wend_slices *slices = NULL;
    enum wend_status status = wend__slices_create(&options, &slices, error);
    if (status == WEND_OK) {
        status = add_all(plan, slices, error);
        *peak = budget.peak;
        for (uint32_t s = 0; s < WEND_SLICE_COUNT && status == WEND_OK; s++) {
            status = wend__slices_take(slices, s, gather, gathered, error);
        }
        *spilled = wend__slices_spilled_bytes(slices);
    }
    wend__slices_destroy(slices);
    cr_assert_eq(budget.used, 0, "every charge is given back");
    gathered->layout = NULL;
    return status;
}

static struct gathered run_well(const struct plan *plan, uint64_t *spilled, size_t *peak) {
    struct gathered gathered;
    struct wend_error error = {0};
    cr_assert_eq(run(plan, &gathered, spilled, peak, &error), WEND_OK, "%s", error.text);
    cr_assert_eq(gathered.hits, plan->hits);
    return gathered;
}

static void expect_equal(const struct gathered *a, const struct gathered *b) {
    cr_assert_eq(a->customers, b->customers);
    cr_assert_eq(a->sum, b->sum);
}

Test(slices, without_hits_there_are_no_customers) {
    uint64_t spilled;
    size_t peak;
    struct plan plan = {.customers = 1, .budget = SIZE_MAX, .spread = 1, .has_names = true};
    struct gathered gathered = run_well(&plan, &spilled, &peak);
    cr_assert_eq(gathered.customers, 0);
    cr_assert_eq(peak, 0);
}

Test(slices, each_customer_comes_once_with_its_hits_in_order) {
    uint64_t spilled;
    size_t peak;
    struct plan plan = {
        .hits = 50000, .customers = 1500, .budget = SIZE_MAX, .spread = 1000000, .order = 0};
    struct gathered gathered = run_well(&plan, &spilled, &peak);
    cr_assert_eq(gathered.customers, 1500);
    cr_assert_eq(spilled, 0);
}

Test(slices, any_order_of_arrival_gives_the_same) {
    uint64_t spilled;
    size_t peak;
    /* Few times, so that ties of time are the rule. */
    struct plan plan = {.hits = 60000, .customers = 400, .budget = SIZE_MAX, .spread = 100};
    struct gathered straight = run_well(&plan, &spilled, &peak);
    for (plan.order = 1; plan.order < 4; plan.order++) {
        struct gathered other = run_well(&plan, &spilled, &peak);
        expect_equal(&straight, &other);
    }
}

Test(slices, hits_of_one_time_come_in_the_order_of_their_positions) {
    uint64_t spilled;
    size_t peak;
    struct plan plan = {.hits = 6000, .customers = 900, .budget = SIZE_MAX, .spread = 1};
    struct gathered straight = run_well(&plan, &spilled, &peak);
    plan.order = 1;
    struct gathered other = run_well(&plan, &spilled, &peak);
    expect_equal(&straight, &other);
}

Test(slices, spilling_changes_nothing_and_keeps_the_memory_small) {
    uint64_t spilled;
    size_t peak;
    struct plan plan = {.hits = 200000, .customers = 3000, .spread = 1000, .order = 1};
    for (plan.extra = 0; plan.extra <= 232; plan.extra += 232) {
        plan.budget = SIZE_MAX;
        struct gathered whole = run_well(&plan, &spilled, &peak);
        cr_assert_eq(spilled, 0);
        for (plan.budget = 0; plan.budget <= 4 << 20; plan.budget += 2 << 20) {
            struct gathered parts = run_well(&plan, &spilled, &peak);
            expect_equal(&whole, &parts);
            cr_assert_gt(spilled, 0);
            cr_assert_leq(peak, (plan.budget < (1 << 20) ? 1 << 20 : plan.budget) + (128 << 10));
        }
    }
}

Test(slices, customers_keep_their_bytes_spilled_or_not) {
    uint64_t spilled;
    size_t peak;
    struct plan plan = {.hits = 100000,
                        .customers = 9000,
                        .budget = SIZE_MAX,
                        .spread = 1000,
                        .order = 3,
                        .has_names = true};
    struct gathered whole = run_well(&plan, &spilled, &peak);
    cr_assert_eq(spilled, 0);
    cr_assert_eq(whole.customers, 9000);
    plan.budget = 0;
    struct gathered parts = run_well(&plan, &spilled, &peak);
    cr_assert_gt(spilled, 0);
    expect_equal(&whole, &parts);
}

Test(slices, a_tiny_run_takes_little_memory) {
    uint64_t spilled;
    size_t peak;
    struct plan plan = {.hits = 1000, .customers = 100, .budget = SIZE_MAX, .spread = 1000};
    (void)run_well(&plan, &spilled, &peak);
    cr_assert_leq(peak, 300 << 10);
}

Test(slices, one_customer_may_have_a_million_hits) {
    uint64_t spilled;
    size_t peak;
    struct plan plan = {
        .hits = 1000000, .customers = 1, .budget = SIZE_MAX, .spread = 1000, .order = 1};
    struct gathered gathered = run_well(&plan, &spilled, &peak);
    cr_assert_eq(gathered.customers, 1);
}

struct taken {
    struct wend_hit_layout layout;
    size_t customers;
};

static enum wend_status count_customer(void *context, const uint8_t *hits, size_t hit_count,
                                       struct wend_bytes customer, struct wend_error *error) {
    struct taken *taken = context;
    (void)hits;
    (void)customer;
    (void)error;
    taken->customers++;
    cr_assert_eq(hit_count, 2);
    return WEND_OK;
}

Test(slices, one_slice_may_have_many_customers) {
    struct taken taken = {.layout = {.bytes = sizeof(struct wend_hit)}};
    struct wend_budget budget;
    wend__budget_init(&budget, SIZE_MAX);
    struct wend_slices_options options = {
        .layout = &taken.layout, .budget = &budget, .directory = directory()};
    struct wend_slices *slices;
    cr_assert_eq(wend__slices_create(&options, &slices, NULL), WEND_OK);
    for (uint64_t i = 0; i < 2 * CUSTOMERS_MAX; i++) {
        struct wend_hit hit = {.customer = key_of(i % CUSTOMERS_MAX), .position = i};
        hit.customer.high = hit.customer.high >> 8 | UINT64_C(77) << 56;
        cr_assert_eq(wend__slices_add(slices, &hit, NULL), WEND_OK);
    }
    for (uint32_t slice = 0; slice < WEND_SLICE_COUNT; slice++) {
        cr_assert_eq(wend__slices_take(slices, slice, count_customer, &taken, NULL), WEND_OK);
        cr_assert_eq(taken.customers, slice < 77 ? 0 : CUSTOMERS_MAX);
    }
    wend__slices_destroy(slices);
    cr_assert_eq(budget.used, 0);
}

Test(slices, a_disk_that_refuses_is_an_error_of_io) {
    struct plan plan = {.hits = 150000, .customers = 3000, .spread = 1000};
    for (uint64_t n = 1; n < 900; n += 299) {
        struct gathered gathered;
        struct wend_error error = {0};
        uint64_t spilled;
        size_t peak;
        wend__io_fail_write_at(n, ENOSPC);
        cr_assert_eq(run(&plan, &gathered, &spilled, &peak, &error), WEND_ERROR_IO);
        wend__io_fail_write_at(0, 0);
        cr_assert_not_null(strstr(error.text, "cannot write temporary data"));
    }
}

Test(slices, a_folder_that_is_not_there_is_an_error_of_io) {
    struct wend_hit_layout layout = {.bytes = sizeof(struct wend_hit)};
    struct wend_budget budget;
    wend__budget_init(&budget, 0);
    struct wend_slices_options options = {
        .layout = &layout, .budget = &budget, .directory = "/nowhere/at/all"};
    struct wend_slices *slices;
    cr_assert_eq(wend__slices_create(&options, &slices, NULL), WEND_OK);
    enum wend_status status = WEND_OK;
    for (uint64_t i = 0; i < 100000 && status == WEND_OK; i++) {
        struct wend_hit hit = {.customer = key_of(i)};
        status = wend__slices_add(slices, &hit, NULL);
    }
    cr_assert_eq(status, WEND_ERROR_IO);
    wend__slices_destroy(slices);
}

Test(slices, each_failed_allocation_is_reported) {
    /* Small, and spilled: names are long enough to pass the minimum that stays in memory. */
    struct plan plan = {
        .hits = 2000, .customers = 700, .spread = 1000, .order = 1, .has_names = true};
    struct gathered gathered;
    uint64_t spilled;
    size_t peak;
    struct wend_error error = {0};
    uint64_t before = wend__memory_count();
    cr_assert_eq(run(&plan, &gathered, &spilled, &peak, &error), WEND_OK);
    uint64_t allocations = wend__memory_count() - before;
    cr_assert_gt(spilled, 0);
    cr_assert_gt(allocations, 500);
    for (uint64_t n = 1; n <= allocations; n += n < 20 || n + 400 > allocations ? 1 : 7) {
        wend__memory_fail_at(n);
        cr_assert_eq(run(&plan, &gathered, &spilled, &peak, &error), WEND_ERROR_MEMORY);
        wend__memory_fail_at(0);
    }
}

Test(slices, what_the_sink_says_is_passed_on) {
    struct plan plan = {
        .hits = 10000, .customers = 500, .budget = SIZE_MAX, .spread = 1000, .fail_after = 20};
    struct gathered gathered;
    uint64_t spilled;
    size_t peak;
    struct wend_error error = {0};
    cr_assert_eq(run(&plan, &gathered, &spilled, &peak, &error), WEND_ERROR_CANCELLED);
    cr_assert_eq(gathered.customers, 20);
}
