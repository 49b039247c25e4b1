#include "width.h"

/* Lengths and lower bounds of the second byte follow Unicode 15, table 3-7. */
size_t wend__cli_decode(const uint8_t *bytes, size_t len, uint32_t *point) {
    uint8_t lead = bytes[0];
    *point = WEND_CLI_INVALID;
    if (lead < 0x80) {
        *point = lead;
        return 1;
    }
    size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4) {
        return 1;
    }
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    uint32_t value = lead & (0x3FU >> more);
    for (size_t i = 1; i <= more; i++) {
        if (i == len || bytes[i] < low || bytes[i] > high) {
            return i;
        }
        value = value << 6 | (bytes[i] & 0x3FU);
        low = 0x80;
        high = 0xBF;
    }
    *point = value;
    return more + 1;
}

static bool in_ranges(uint32_t point, const struct wend_cli_range *ranges, size_t count) {
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (point > ranges[middle].last) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && point >= ranges[low].first;
}

bool wend__cli_is_hidden(uint32_t point) {
    static const struct wend_cli_range hidden[] = {
        {0x0, 0x1F},        {0x7F, 0x9F},       {0xAD, 0xAD},       {0x600, 0x605},
        {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},
        {0x8E2, 0x8E2},     {0x180E, 0x180E},   {0x200B, 0x200B},   {0x200E, 0x200F},
        {0x2028, 0x202E},   {0x2060, 0x2064},   {0x2066, 0x206F},   {0xFEFF, 0xFEFF},
        {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x13438},
        {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0001, 0xE0001}, {0xE0020, 0xE007F},
    };
    return in_ranges(point, hidden, sizeof hidden / sizeof hidden[0]);
}

static size_t point_width(uint32_t point) {
    if (point < 0x300) {
        return 1;
    }
    if (in_ranges(point, wend__cli_zero_width, wend__cli_zero_width_count)) {
        return 0;
    }
    return in_ranges(point, wend__cli_double_width, wend__cli_double_width_count) ? 2 : 1;
}

size_t wend__cli_prefix(const char *text, size_t len, size_t columns, size_t *used) {
    size_t at = 0;
    *used = 0;
    while (at < len) {
        uint32_t point;
        size_t step = wend__cli_decode((const uint8_t *)text + at, len - at, &point);
        size_t cells = point == WEND_CLI_INVALID ? 1 : point_width(point);
        if (*used + cells > columns) {
            break;
        }
        *used += cells;
        at += step;
    }
    return at;
}

size_t wend__cli_width(const char *text, size_t len) {
    size_t used;
    (void)wend__cli_prefix(text, len, SIZE_MAX, &used);
    return used;
}

size_t wend__cli_suffix(const char *text, size_t len, size_t columns, size_t *used) {
    /* Drop characters from the front until the rest fits; marks go with what they stand on. */
    size_t left = wend__cli_width(text, len);
    size_t at = 0;
    while (at < len) {
        uint32_t point;
        size_t step = wend__cli_decode((const uint8_t *)text + at, len - at, &point);
        size_t cells = point == WEND_CLI_INVALID ? 1 : point_width(point);
        if (left <= columns && (cells > 0 || at == 0)) {
            break;
        }
        left -= cells;
        at += step;
    }
    *used = left;
    return len - at;
}
