/* The flat table against an array that is searched one by one. */
#include "base/memory.h"
#include "ds/table.h"

#include <criterion/criterion.h>

enum { MODEL_MAX = 600 };

struct model_entry {
    uint32_t key[3];
    uint64_t sum;
};

Test(table, agrees_with_a_linear_search) {
    struct wend_table table;
    wend__table_init(&table, 12, sizeof(uint64_t), 42);
    struct model_entry model[MODEL_MAX];
    size_t model_count = 0;
    uint32_t random = 1;
    for (int i = 0; i < 20000; i++) {
        random = random * 1664525u + 1013904223u;
        uint32_t key[3] = {random >> 29, random >> 27 & 7, (random >> 20) % 9};
        size_t at = 0;
        while (at < model_count && memcmp(model[at].key, key, sizeof key) != 0) {
            at++;
        }
        if (at == model_count) {
            memcpy(model[model_count++].key, key, sizeof key);
            model[at].sum = 0;
        }
        model[at].sum += random;
        size_t index;
        cr_assert(wend__table_find_or_add(&table, key, &index));
        cr_assert_eq(index, at, "entries are numbered in the order of first sight");
        *(uint64_t *)wend__table_value(&table, index) += random;
    }
    cr_assert_eq(wend__table_count(&table), model_count);
    for (size_t i = 0; i < model_count; i++) {
        cr_assert_eq(memcmp(wend__table_key(&table, i), model[i].key, 12), 0);
        cr_assert_eq(*(uint64_t *)wend__table_value(&table, i), model[i].sum);
        cr_assert_eq((uintptr_t)wend__table_value(&table, i) % 16, 0);
    }
    wend__table_deinit(&table);
    cr_assert_eq(wend__table_count(&table), 0);
}

Test(table, a_failed_allocation_changes_nothing) {
    struct wend_table table;
    wend__table_init(&table, 8, 8, 1);
    uint64_t key = 0;
    size_t index;
    for (key = 0; key < 1000; key++) {
        size_t before = wend__table_count(&table);
        wend__memory_fail_at(1);
        if (!wend__table_find_or_add(&table, &key, &index)) {
            cr_assert_eq(wend__table_count(&table), before);
            wend__memory_fail_at(0);
            cr_assert(wend__table_find_or_add(&table, &key, &index));
        }
        wend__memory_fail_at(0);
        cr_assert_eq(index, key);
    }
    wend__table_deinit(&table);
}

Test(table, cleared_it_starts_again_and_keeps_its_memory) {
    struct wend_table table;
    wend__table_init(&table, 6, 8, 1);
    wend__table_clear(&table);
    for (int round = 0; round < 2; round++) {
        uint64_t allocations = wend__memory_count();
        size_t bytes = wend__table_bytes(&table);
        for (uint32_t i = 0; i < 500; i++) {
            uint8_t key[6] = {(uint8_t)i, (uint8_t)(i >> 8)};
            size_t index;
            cr_assert(wend__table_find_or_add(&table, key, &index));
            uint64_t *value = wend__table_value(&table, index);
            cr_assert_eq(index, i);
            cr_assert_eq(*value, 0);
            *value = 7;
        }
        cr_assert(round == 0 ||
                  (wend__memory_count() == allocations && wend__table_bytes(&table) == bytes));
        wend__table_clear(&table);
        cr_assert_eq(wend__table_count(&table), 0);
    }
    wend__table_deinit(&table);
}
