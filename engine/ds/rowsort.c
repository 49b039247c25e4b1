#include "ds/rowsort.h"

#include "base/memory.h"

enum {
    WORD_BYTES = 8,
    /* Below these sizes insertion wins: by words over the radix passes, by whole keys over
     * another round of words. */
    INSERT_WORDS = 64,
    INSERT_KEYS = 12,
    /* Up to so many different words are sorted by themselves, see sort_few. */
    FEW = 64,
    FEW_SLOTS = 256,
    /* How a key ends within a word: after 0 to 8 of its bytes, or later. */
    ENDS = WORD_BYTES + 1,
    CLASSES = ENDS + 1
};

/*
 * Rounds: a group is a range of items whose keys agree in their first `depth` bytes (and are at
 * least that long). A round sorts a group by the next 8 bytes, zeros standing behind a key's end.
 * Items with the same word form new groups; keys that ended inside it come first, the shorter
 * before the longer (the zeros of the longer are its own), the others go on 8 bytes deeper.
 */
struct group {
    size_t begin;
    size_t count;
    size_t depth;
};

struct group_stack {
    struct group *groups;
    size_t count;
    size_t capacity;
};

static bool push_group(struct group_stack *stack, struct group group) {
    void *groups = stack->groups;
    bool reserved = wend__reserve(&groups, &stack->capacity, stack->count + 1, sizeof group);
    stack->groups = groups;
    if (reserved) {
        stack->groups[stack->count++] = group;
    }
    return reserved;
}

static uint64_t load_key_word(const uint8_t *row, size_t depth) {
    size_t key_len = wend__row_key_len(row);
    const uint8_t *at = wend__row_key_data(row) + depth;
    uint64_t word = 0;
    if (key_len >= depth + WORD_BYTES) {
        memcpy(&word, at, WORD_BYTES);
    } else {
        memcpy(&word, at, key_len - depth);
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Loads the words of all items; returns the bits in which they differ. */
static uint64_t load_words(struct wend_sort_item *items, size_t count, size_t depth) {
    uint64_t different = 0;
    for (size_t i = 0; i < count; i++) {
        items[i].word = load_key_word(items[i].row, depth);
        different |= items[i].word ^ items[0].word;
    }
    return different;
}

static void insert_by_word(struct wend_sort_item *items, size_t count) {
    for (size_t i = 1; i < count; i++) {
        struct wend_sort_item item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].word > item.word; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

/* One stable counting pass over the byte at `shift`. */
static void radix_pass(const struct wend_sort_item *from, struct wend_sort_item *to, size_t count,
                       unsigned shift) {
    size_t starts[256] = {0};
    for (size_t i = 0; i < count; i++) {
        starts[from[i].word >> shift & 0xFF] += 1;
    }
    size_t sum = 0;
    for (size_t byte = 0; byte < 256; byte++) {
        size_t bucket = starts[byte];
        starts[byte] = sum;
        sum += bucket;
    }
    for (size_t i = 0; i < count; i++) {
        to[starts[from[i].word >> shift & 0xFF]++] = from[i];
    }
}

struct few {
    uint64_t words[FEW];
    size_t starts[FEW];       /* first how many items have the word, then where they go */
    uint8_t slots[FEW_SLOTS]; /* open addressing: index into words + 1, 0: empty */
    uint32_t count;
};

/* The number of a word; FEW when it is new and there are enough already. */
static uint32_t find_word(struct few *few, uint64_t word) {
    uint32_t at = (uint32_t)(word * UINT64_C(0x9e3779b97f4a7c15) >> 56);
    while (few->slots[at] != 0) {
        if (few->words[few->slots[at] - 1] == word) {
            return few->slots[at] - 1U;
        }
        at = (at + 1) % FEW_SLOTS;
    }
    if (few->count < FEW) {
        few->words[few->count] = word;
        few->slots[at] = (uint8_t)(few->count + 1);
        few->count += 1;
        return few->count - 1;
    }
    return FEW;
}

/* Turns how many items have a word into where the first of them goes. */
static void place_words(struct few *few) {
    uint8_t order[FEW];
    for (uint32_t i = 0; i < few->count; i++) {
        uint32_t at = i;
        for (; at > 0 && few->words[order[at - 1]] > few->words[i]; at--) {
            order[at] = order[at - 1];
        }
        order[at] = (uint8_t)i;
    }
    size_t sum = 0;
    for (uint32_t i = 0; i < few->count; i++) {
        size_t items = few->starts[order[i]];
        few->starts[order[i]] = sum;
        sum += items;
    }
}

/*
 * Sorts items that have few different words, as the parts of paths do, in one counting pass over
 * words in place of up to eight over bytes. False when there are too many; nothing has happened.
 */
static bool sort_few(struct wend_sort_item *items, struct wend_sort_item *scratch, size_t count) {
    struct few few = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        uint32_t word = find_word(&few, items[i].word);
        if (word == FEW) {
            return false;
        }
        few.starts[word] += 1;
    }
    place_words(&few);
    for (size_t i = 0; i < count; i++) {
        scratch[few.starts[find_word(&few, items[i].word)]++] = items[i];
    }
    memcpy(items, scratch, count * sizeof *items);
    return true;
}

static void sort_by_word(struct wend_sort_item *items, struct wend_sort_item *scratch, size_t count,
                         uint64_t different) {
    if (count <= INSERT_WORDS) {
        insert_by_word(items, count);
        return;
    }
    if (sort_few(items, scratch, count)) {
        return;
    }
    struct wend_sort_item *from = items;
    struct wend_sort_item *to = scratch;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((different >> shift & 0xFF) == 0) {
            continue;
        }
        radix_pass(from, to, count, shift);
        struct wend_sort_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) {
        memcpy(items, from, count * sizeof *items);
    }
}

/* Order of two keys that agree in their first `depth` bytes, zeros standing behind their ends. */
static int compare_from(const uint8_t *a, const uint8_t *b, size_t depth) {
    struct wend_bytes left = wend__row_key(a);
    struct wend_bytes right = wend__row_key(b);
    if (left.len > depth && right.len > depth) {
        return wend__bytes_compare(wend__bytes(left.data + depth, left.len - depth),
                                   wend__bytes(right.data + depth, right.len - depth));
    }
    return (left.len > right.len) - (left.len < right.len);
}

static void insert_by_key(struct wend_sort_item *items, size_t count, size_t depth) {
    for (size_t i = 1; i < count; i++) {
        struct wend_sort_item item = items[i];
        size_t at = i;
        for (; at > 0 && compare_from(items[at - 1].row, item.row, depth) > 0; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

/* Brings items with one word into the order of their ends; returns how many keys go on. */
static size_t split_by_end(struct wend_sort_item *items, struct wend_sort_item *scratch,
                           size_t count, size_t depth) {
    size_t counts[CLASSES] = {0};
    for (size_t i = 0; i < count; i++) {
        size_t rest = wend__row_key_len(items[i].row) - depth;
        counts[rest < ENDS ? rest : ENDS] += 1;
    }
    size_t longer = counts[ENDS];
    if (longer == count) {
        return longer;
    }
    size_t starts[CLASSES] = {0};
    for (size_t i = 1; i < CLASSES; i++) {
        starts[i] = starts[i - 1] + counts[i - 1];
    }
    memcpy(scratch, items, count * sizeof *items);
    for (size_t i = 0; i < count; i++) {
        size_t rest = wend__row_key_len(scratch[i].row) - depth;
        items[starts[rest < ENDS ? rest : ENDS]++] = scratch[i];
    }
    return longer;
}

/* Orders the items of one word, or puts those that need another round on the stack. */
static bool settle(struct wend_sort_item *items, struct wend_sort_item *scratch, size_t begin,
                   size_t count, size_t depth, struct group_stack *stack) {
    if (count <= INSERT_KEYS) {
        insert_by_key(items + begin, count, depth + WORD_BYTES);
        return true;
    }
    size_t longer = split_by_end(items + begin, scratch, count, depth);
    struct group group = {begin + count - longer, longer, depth + WORD_BYTES};
    return longer < 2 || push_group(stack, group);
}

static bool sort_group(struct wend_sort_item *items, struct wend_sort_item *scratch,
                       struct group group, struct group_stack *stack) {
    struct wend_sort_item *first = items + group.begin;
    uint64_t different = load_words(first, group.count, group.depth);
    if (different != 0) {
        sort_by_word(first, scratch, group.count, different);
    }
    size_t begin = 0;
    while (begin < group.count) {
        size_t end = begin + 1;
        while (end < group.count && first[end].word == first[begin].word) {
            end += 1;
        }
        if (end - begin > 1 &&
            !settle(items, scratch, group.begin + begin, end - begin, group.depth, stack)) {
            return false;
        }
        begin = end;
    }
    return true;
}

bool wend__rowsort(struct wend_sort_item *items, struct wend_sort_item *scratch, size_t count) {
    struct group_stack stack = {0};
    bool sorted = count < 2 || push_group(&stack, (struct group){0, count, 0});
    while (sorted && stack.count > 0) {
        struct group group = stack.groups[--stack.count];
        sorted = sort_group(items, scratch, group, &stack);
    }
    wend__free(stack.groups);
    return sorted;
}
