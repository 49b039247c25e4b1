/* Single values: durations, sizes, flags, numbers, words of a list. */
#include "base/limits.h"
#include "match/loader.h"

#include <stdio.h>

/* Longer than the years that are accepted; sums with any time stay far below 2^63. */
#define LONGEST_US (INT64_C(365000) * WEND_US_PER_DAY)

enum { CHOICES_BYTES = 512 };

enum wend_status wend__value_text(struct wend_loader *loader, const struct wend_node *node,
                                  const char *key, const char *example, struct wend_bytes *text) {
    if (node->kind != WEND_NODE_TEXT || wend__node_is_null(node) || node->text.len == 0) {
        return WEND_NODE_FAIL(loader, node, "`%s` takes %s", key, example);
    }
    *text = node->text;
    return WEND_OK;
}

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

/* Digits from `*at` on; false when there are none, or too many for 18 digits. */
static bool take_number(struct wend_bytes text, size_t *at, int64_t *number) {
    size_t begin = *at;
    *number = 0;
    while (*at < text.len && is_digit(text.data[*at])) {
        if (*number >= INT64_C(100000000000000000)) {
            return false;
        }
        *number = *number * 10 + (text.data[(*at)++] - '0');
    }
    return *at > begin;
}

/* The word of letters at `*at`. */
static struct wend_bytes take_unit(struct wend_bytes text, size_t *at) {
    size_t begin = *at;
    while (*at < text.len && !is_digit(text.data[*at])) {
        (*at)++;
    }
    return wend__bytes(text.data + begin, *at - begin);
}

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit duration_units[] = {
    {"us", 1},
    {"ms", 1000},
    {"s", WEND_US_PER_SECOND},
    {"m", 60 * WEND_US_PER_SECOND},
    {"h", 3600 * WEND_US_PER_SECOND},
    {"d", WEND_US_PER_DAY},
    {"w", 7 * WEND_US_PER_DAY},
    {NULL, 0},
};

static const struct unit size_units[] = {
    {"", 1},     {"B", 1},       {"KiB", INT64_C(1) << 10}, {"MiB", INT64_C(1) << 20},
    {"K", 1000}, {"M", 1000000}, {"GiB", INT64_C(1) << 30}, {"G", 1000000000},
    {NULL, 0},
};

static int64_t factor_of(const struct unit *units, struct wend_bytes name) {
    while (units->name != NULL && !wend__bytes_is(name, units->name)) {
        units++;
    }
    return units->factor;
}

/* False for what is no duration; above LONGEST_US it stays at LONGEST_US + 1. */
static bool parse_duration(struct wend_bytes text, int64_t *duration_us) {
    int64_t sum = 0;
    size_t at = 0;
    while (at < text.len) {
        int64_t number;
        if (!take_number(text, &at, &number)) {
            return false;
        }
        int64_t factor = factor_of(duration_units, take_unit(text, &at));
        if (factor == 0) {
            return false;
        }
        bool is_long = number > LONGEST_US / factor || number * factor > LONGEST_US - sum;
        sum = is_long || sum > LONGEST_US ? LONGEST_US + 1 : sum + number * factor;
    }
    *duration_us = sum;
    return at > 0;
}

enum wend_status wend__value_duration(struct wend_loader *loader, const struct wend_node *node,
                                      const char *key, int64_t *duration_us) {
    if (wend__node_is_null(node) ||
        (node->kind == WEND_NODE_TEXT &&
         (wend__bytes_is(node->text, "none") || wend__bytes_is(node->text, "unlimited")))) {
        *duration_us = WEND_NO_LIMIT_US;
        return WEND_OK;
    }
    if (node->kind != WEND_NODE_TEXT || !parse_duration(node->text, duration_us)) {
        return WEND_NODE_FAIL(loader, node,
                              "`%s` takes a duration such as 30m, 1h30m or 7d (us, ms, s, m, h, d, "
                              "w), or %s",
                              key, strcmp(key, "lateness") == 0 ? "unlimited" : "none");
    }
    if (*duration_us > LONGEST_US) {
        return WEND_NODE_FAIL(loader, node, "`%s` is at most 365000d; write none for no limit",
                              key);
    }
    return WEND_OK;
}

enum wend_status wend__value_size(struct wend_loader *loader, const struct wend_node *node,
                                  const char *key, uint32_t least, uint32_t most, uint32_t *size) {
    int64_t number = 0;
    size_t at = 0;
    bool is_size = node->kind == WEND_NODE_TEXT && take_number(node->text, &at, &number);
    int64_t factor = is_size ? factor_of(size_units, take_unit(node->text, &at)) : 0;
    if (factor == 0 || at < node->text.len) {
        return WEND_NODE_FAIL(
            loader, node, "`%s` takes a size such as 1MiB or 64K (B, K, M, G; KiB, MiB, GiB)", key);
    }
    if (number > most / factor || number * factor < least) {
        return WEND_NODE_FAIL(loader, node, "`%s` is from %u to %u bytes", key, least, most);
    }
    *size = (uint32_t)(number * factor);
    return WEND_OK;
}

enum wend_status wend__value_flag(struct wend_loader *loader, const struct wend_node *node,
                                  const char *key, bool *flag) {
    static const char *const words[] = {"true", "yes", "false", "no"};
    for (size_t i = 0; node->kind == WEND_NODE_TEXT && i < 4; i++) {
        if (wend__bytes_is(node->text, words[i])) {
            *flag = i < 2;
            return WEND_OK;
        }
    }
    return WEND_NODE_FAIL(loader, node, "`%s` is true or false", key);
}

enum wend_status wend__value_count(struct wend_loader *loader, const struct wend_node *node,
                                   const char *key, uint32_t least, uint32_t most,
                                   uint32_t *count) {
    int64_t number = 0;
    size_t at = 0;
    if (node->kind != WEND_NODE_TEXT || !take_number(node->text, &at, &number) ||
        at < node->text.len || number < least || number > most) {
        return WEND_NODE_FAIL(loader, node, "`%s` is a whole number from %u to %u", key, least,
                              most);
    }
    *count = (uint32_t)number;
    return WEND_OK;
}

enum wend_status wend__value_choice(struct wend_loader *loader, const struct wend_node *node,
                                    const char *key, const char *const *choices, uint32_t *index) {
    char list[CHOICES_BYTES] = "";
    size_t len = 0;
    for (uint32_t i = 0; choices[i] != NULL; i++) {
        if (node->kind == WEND_NODE_TEXT && wend__bytes_is(node->text, choices[i])) {
            *index = i;
            return WEND_OK;
        }
        const char *between = i == 0 ? "" : choices[i + 1] == NULL ? " or " : ", ";
        int written = snprintf(list + len, sizeof list - len, "%s%s", between, choices[i]);
        len += written > 0 && (size_t)written < sizeof list - len ? (size_t)written : 0;
    }
    if (node->kind != WEND_NODE_TEXT) {
        return WEND_NODE_FAIL(loader, node, "`%s` is %s", key, list);
    }
    return WEND_NODE_FAIL(loader, node, "`%s` is %s, not `%s`%s", key, list,
                          wend__shown(node->text).text, wend__nearest_of(node->text, choices).text);
}
