/* Behaviour of engine/ds/sketch.h, against a sorted list of all values. */
#include "base/memory.h"
#include "ds/sketch.h"
#include "random.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static uint64_t random_state;

/* Values of every magnitude, many of them equal. */
static int64_t random_value(uint32_t kind) {
    switch (kind % 4) {
    case 0:
        return (int64_t)(next_random(&random_state) >> (1 + next_random(&random_state) % 63));
    case 1:
        return (int64_t)(next_random(&random_state) % 300);
    case 2:
        return (int64_t)(1000000 + next_random(&random_state) % 50000000);
    default:
        return (int64_t)(next_random(&random_state) % 3 * 1000000);
    }
}

static int ascending(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static int64_t true_quantile(int64_t *values, uint64_t count, uint32_t numerator,
                             uint32_t denominator) {
    qsort(values, count, sizeof *values, ascending);
    uint64_t rank = (count * numerator + denominator - 1) / denominator;
    return values[rank == 0 ? 0 : rank - 1];
}

static struct wend_buffer serialised(const struct wend_sketch *sketch) {
    struct wend_buffer out = {0};
    cr_assert(wend__sketch_serialise(sketch, &out));
    return out;
}

static void expect_equal(const struct wend_sketch *a, const struct wend_sketch *b) {
    struct wend_buffer left = serialised(a);
    struct wend_buffer right = serialised(b);
    cr_assert(wend__bytes_equal(wend__buffer_view(&left), wend__buffer_view(&right)));
    cr_assert_eq(wend__sketch_count(a), wend__sketch_count(b));
    wend__buffer_deinit(&left);
    wend__buffer_deinit(&right);
}

Test(sketch, buckets_are_exact_below_128_and_within_one_percent_above) {
    for (int64_t value = 0; value < 128; value++) {
        cr_assert_eq(wend__sketch_bucket(value), value);
        cr_assert_eq(wend__sketch_bucket_value((uint32_t)value), value);
    }
    cr_assert_eq(wend__sketch_bucket(128), 128);
    cr_assert_eq(wend__sketch_bucket(129), 128);
    cr_assert_eq(wend__sketch_bucket_value(128), 129);
    cr_assert_eq(wend__sketch_bucket(1000000), 954);
    cr_assert_eq(wend__sketch_bucket(INT64_MAX), WEND_SKETCH_BUCKETS - 1);
    random_state = 1;
    for (uint32_t i = 0; i < 200000; i++) {
        int64_t value = random_value(i);
        int64_t answer = wend__sketch_bucket_value(wend__sketch_bucket(value));
        int64_t off = answer > value ? answer - value : value - answer;
        cr_assert_leq(off, value / 100, "%lld", (long long)value);
    }
}

Test(sketch, buckets_ascend_with_the_value_and_answer_themselves) {
    for (uint32_t bucket = 0; bucket < WEND_SKETCH_BUCKETS; bucket++) {
        int64_t value = wend__sketch_bucket_value(bucket);
        cr_assert_eq(wend__sketch_bucket(value), bucket);
        cr_assert(bucket == 0 || value > wend__sketch_bucket_value(bucket - 1));
    }
    for (uint32_t shift = 7; shift < 63; shift++) {
        int64_t power = INT64_C(1) << shift;
        cr_assert_eq(wend__sketch_bucket(power - 1) + 1, wend__sketch_bucket(power));
    }
}

Test(sketch, equal_values_need_no_heap) {
    struct wend_sketch sketch = {0};
    uint64_t before = wend__memory_count();
    for (uint32_t i = 0; i < 1000; i++) {
        cr_assert(wend__sketch_add(&sketch, 5000000));
    }
    cr_assert_eq(wend__memory_count(), before);
    cr_assert_eq(wend__sketch_heap_bytes(&sketch), 0);
    cr_assert_eq(wend__sketch_count(&sketch), 1000);
    wend__sketch_deinit(&sketch);
}

Test(sketch, quantiles_are_the_value_at_the_rank_rounded_up) {
    static const uint32_t quantiles[][2] = {{0, 1}, {1, 2}, {9, 10}, {99, 100}, {1, 3}, {1, 1}};
    random_state = 2;
    for (uint32_t round = 0; round < 400; round++) {
        uint64_t count = 1 + next_random(&random_state) % (round < 200 ? 20 : 5000);
        int64_t *values = calloc(count, sizeof *values);
        struct wend_sketch sketch = {0};
        for (uint64_t i = 0; i < count; i++) {
            values[i] = random_value(round);
            cr_assert(wend__sketch_add(&sketch, values[i]));
        }
        for (size_t q = 0; q < sizeof quantiles / sizeof *quantiles; q++) {
            int64_t wanted = true_quantile(values, count, quantiles[q][0], quantiles[q][1]);
            int64_t got = wend__sketch_quantile(&sketch, quantiles[q][0], quantiles[q][1]);
            cr_assert_eq(got, wend__sketch_bucket_value(wend__sketch_bucket(wanted)));
        }
        wend__sketch_deinit(&sketch);
        free(values);
    }
}

Test(sketch, an_empty_sketch_has_no_quantile) {
    struct wend_sketch sketch = {0};
    cr_assert_eq(wend__sketch_quantile(&sketch, 1, 2), -1);
    cr_assert_eq(wend__sketch_count(&sketch), 0);
}

Test(sketch, parts_merge_to_the_same_bytes_in_any_order) {
    random_state = 3;
    for (uint32_t round = 0; round < 300; round++) {
        struct wend_sketch whole = {0};
        struct wend_sketch parts[4] = {0};
        struct wend_sketch counted = {0};
        uint64_t count = next_random(&random_state) % (round < 150 ? 12 : 3000);
        for (uint64_t i = 0; i < count; i++) {
            int64_t value =
                random_value(round % 5 == 0 ? (uint32_t)next_random(&random_state) : round);
            uint64_t times = 1 + next_random(&random_state) % 3;
            struct wend_sketch *part = &parts[next_random(&random_state) % 4 * (round % 7 != 0)];
            for (uint64_t k = 0; k < times; k++) {
                cr_assert(wend__sketch_add(&whole, value));
                cr_assert(wend__sketch_add(part, value));
            }
            cr_assert(wend__sketch_add_count(&counted, value, times));
        }
        struct wend_sketch forward = {0};
        struct wend_sketch backward = {0};
        for (uint32_t i = 0; i < 4; i++) {
            cr_assert(wend__sketch_merge(&forward, &parts[i]));
            cr_assert(wend__sketch_merge(&backward, &parts[3 - i]));
        }
        expect_equal(&whole, &forward);
        expect_equal(&whole, &backward);
        expect_equal(&whole, &counted);
        struct wend_sketch *all[] = {&whole,    &forward,  &backward, &counted,
                                     &parts[0], &parts[1], &parts[2], &parts[3]};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
            wend__sketch_deinit(all[i]);
        }
    }
}

Test(sketch, what_was_serialised_reads_back) {
    random_state = 4;
    for (uint32_t round = 0; round < 200; round++) {
        struct wend_sketch sketch = {0};
        struct wend_sketch again = {0};
        for (uint64_t i = next_random(&random_state) % 2000 * (round % 3); i > 0; i--) {
            cr_assert(wend__sketch_add_count(&sketch, random_value(round),
                                             next_random(&random_state) % 1000));
        }
        struct wend_buffer bytes = serialised(&sketch);
        cr_assert_eq(wend__sketch_merge_serialised(&again, wend__buffer_view(&bytes), NULL),
                     WEND_OK);
        expect_equal(&sketch, &again);
        wend__buffer_deinit(&bytes);
        wend__sketch_deinit(&sketch);
        wend__sketch_deinit(&again);
    }
}

Test(sketch, the_serialised_form_is_the_documented_one) {
    struct wend_sketch sketch = {0};
    struct wend_buffer empty = serialised(&sketch);
    cr_assert(wend__bytes_equal(wend__buffer_view(&empty), wend__bytes("\0", 1)));
    cr_assert(wend__sketch_add(&sketch, 1000000));
    struct wend_buffer one = serialised(&sketch);
    cr_assert(wend__bytes_equal(wend__buffer_view(&one), wend__bytes("\x01\xba\x07\x01", 4)));
    cr_assert(wend__sketch_add_count(&sketch, 0, 200));
    struct wend_buffer two = serialised(&sketch);
    cr_assert(
        wend__bytes_equal(wend__buffer_view(&two), wend__bytes("\x02\0\xc8\x01\xba\x07\x01", 7)));
    wend__buffer_deinit(&empty);
    wend__buffer_deinit(&one);
    wend__buffer_deinit(&two);
    wend__sketch_deinit(&sketch);
}

Test(sketch, damaged_bytes_are_refused_and_change_nothing) {
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = {
        {"", 0},                                     /* nothing */
        {"\x01", 1},                                 /* no pair */
        {"\x01\x05", 2},                             /* no count */
        {"\x01\x05\x80", 3},                         /* count cut off */
        {"\x01\x05\x00", 3},                         /* count 0 */
        {"\x01\x05\x01\x00", 4},                     /* bytes behind */
        {"\x00\x00", 2},                             /* bytes behind nothing */
        {"\x80\x00", 2},                             /* not the shortest form */
        {"\x01\x85\x00\x01", 4},                     /* not the shortest form */
        {"\x01\x80\x1d\x01", 4},                     /* bucket 3712 */
        {"\x02\x05\x01\x00\x01", 5},                 /* the same bucket again */
        {"\x02\xff\x1c\x01\x01\x01", 6},             /* past the last bucket */
        {"\x81\x1d", 2},                             /* 3713 pairs */
        {"\x01\x05\x80\x80\x80\x80\x80\x80\x40", 9}, /* 2^48 values */
        {"\x01\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12},
    };
    struct wend_sketch sketch = {0};
    cr_assert(wend__sketch_add(&sketch, 77));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct wend_error error = {0};
        cr_assert_eq(
            wend__sketch_merge_serialised(&sketch, wend__bytes(bad[i].bytes, bad[i].len), &error),
            WEND_ERROR_IO, "%zu", i);
        cr_assert_eq(error.status, WEND_ERROR_IO);
        cr_assert_eq(wend__sketch_count(&sketch), 1);
    }
    struct wend_bytes last = wend__bytes("\x01\xff\x1c\x01", 4);
    cr_assert_eq(wend__sketch_merge_serialised(&sketch, last, NULL), WEND_OK);
    cr_assert_eq(wend__sketch_count(&sketch), 2);
    wend__sketch_deinit(&sketch);
}

Test(sketch, more_values_than_it_can_count_are_refused) {
    struct wend_sketch full = {0};
    struct wend_sketch one = {0};
    cr_assert(wend__sketch_add_count(&full, 9, WEND_SKETCH_MAX_COUNT));
    cr_assert(wend__sketch_add(&one, 1));
    cr_assert_not(wend__sketch_add(&full, 1));
    cr_assert_not(wend__sketch_merge(&full, &one));
    cr_assert_not(wend__sketch_merge(&one, &full));
    struct wend_buffer bytes = serialised(&full);
    cr_assert_eq(wend__sketch_merge_serialised(&one, wend__buffer_view(&bytes), NULL),
                 WEND_ERROR_LIMIT);
    cr_assert_eq(wend__sketch_count(&full), WEND_SKETCH_MAX_COUNT);
    cr_assert_eq(wend__sketch_count(&one), 1);
    cr_assert_eq(wend__sketch_quantile(&full, 1, 1), 9);
    wend__buffer_deinit(&bytes);
    wend__sketch_deinit(&full);
    wend__sketch_deinit(&one);
}

/* Adds values, retrying each that failed; then the sketch must be as if nothing had failed. */
Test(sketch, a_failed_allocation_changes_nothing) {
    for (uint64_t n = 1; n <= 3; n++) {
        uint32_t failed = 0;
        random_state = 5;
        struct wend_sketch sketch = {0};
        struct wend_sketch other = {0};
        struct wend_sketch wanted = {0};
        for (uint32_t i = 0; i < 700; i++) {
            int64_t value = random_value(i / 300);
            cr_assert(wend__sketch_add(&wanted, value));
            wend__memory_fail_at(1);
            struct wend_sketch *to = i % 2 == 0 ? &sketch : &other;
            bool added = wend__sketch_add(to, value);
            wend__memory_fail_at(0);
            failed += !added;
            cr_assert(added || wend__sketch_add(to, value));
        }
        cr_assert_gt(failed, 8);
        wend__memory_fail_at(n);
        bool merged = wend__sketch_merge(&sketch, &other);
        wend__memory_fail_at(0);
        cr_assert(merged || wend__sketch_merge(&sketch, &other));
        expect_equal(&sketch, &wanted);
        wend__sketch_deinit(&sketch);
        wend__sketch_deinit(&other);
        wend__sketch_deinit(&wanted);
    }
}
