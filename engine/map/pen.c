#include "map/pen.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define ELLIPSIS "\xE2\x80\xA6"
#define REPLACED "\xEF\xBF\xBD"

void wend__pen_put(struct wend_pen *pen, const char *markup) {
    pen->failed = pen->failed || !wend__buffer_append_text(pen->out, markup);
}

void wend__pen_format(struct wend_pen *pen, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* Formats are ours, and so are their arguments; names never pass through here. */
    pen->failed = pen->failed || len < 0 || (size_t)len >= sizeof text ||
                  !wend__buffer_append(pen->out, text, (size_t)len);
}

void wend__pen_number(struct wend_pen *pen, double number) {
    double tenths = round(number * 10);
    if (tenths == 0) {
        tenths = 0; /* no minus in front of a zero */
    }
    if (fmod(tenths, 10) == 0) {
        wend__pen_format(pen, "%.0f", tenths / 10);
    } else {
        wend__pen_format(pen, "%.1f", tenths / 10);
    }
}

void wend__pen_attribute(struct wend_pen *pen, const char *name, double number) {
    wend__pen_format(pen, " %s=\"", name);
    wend__pen_number(pen, number);
    wend__pen_put(pen, "\"");
}

/* Length of the character at `at`, and what it is; the text is valid UTF-8. */
static size_t character(struct wend_bytes text, size_t at, uint32_t *c) {
    const uint8_t *p = text.data + at;
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    static const uint8_t masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    *c = p[0] & masks[len];
    for (size_t i = 1; i < len; i++) {
        *c = *c << 6 | (p[i] & 0x3FU);
    }
    return len;
}

static bool is_unwanted(uint32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF ||
           c == 0xFFFE || c == 0xFFFF;
}

static const char *escape_of(uint32_t c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return is_unwanted(c) ? REPLACED : NULL;
    }
}

static void put_escaped(struct wend_pen *pen, struct wend_bytes text) {
    size_t plain = 0;
    uint32_t c;
    for (size_t at = 0; at < text.len;) {
        size_t len = character(text, at, &c);
        const char *escape = escape_of(c);
        if (escape != NULL) {
            pen->failed = pen->failed ||
                          !wend__buffer_append(pen->out, text.data + plain, at - plain) ||
                          !wend__buffer_append_text(pen->out, escape);
            plain = at + len;
        }
        at += len;
    }
    pen->failed =
        pen->failed || !wend__buffer_append(pen->out, text.data + plain, text.len - plain);
}

/* In parts of an em, as wide as in DejaVu Sans, which is among the widest. */
static double width_of(uint32_t c) {
    if (c < 0x80) {
        if (strchr("ijl|.,:;'! ()[]tfI/-`", (int)c) != NULL) {
            return 0.40;
        }
        return strchr("mwMW@%", (int)c) != NULL ? 0.97 : c >= 'A' && c <= 'Z' ? 0.70 : 0.635;
    }
    if ((c >= 0x300 && c < 0x370) || c == 0x200D || (c >= 0xFE00 && c < 0xFE10)) {
        return 0;
    }
    return c >= 0x1100 ? 1.1 : 0.68;
}

/* How many bytes from the front fit. */
static size_t front(struct wend_bytes text, double ems) {
    uint32_t c;
    size_t at = 0;
    while (at < text.len) {
        size_t len = character(text, at, &c);
        ems -= width_of(c);
        if (ems < 0) {
            break;
        }
        at += len;
    }
    return at;
}

/* Where the last characters begin that fit. */
static size_t back(struct wend_bytes text, double ems) {
    uint32_t c;
    size_t start = text.len;
    while (start > 0) {
        size_t before = start - 1;
        while (before > 0 && (text.data[before] & 0xC0) == 0x80) {
            before--;
        }
        (void)character(text, before, &c);
        ems -= width_of(c);
        if (ems < 0) {
            break;
        }
        start = before;
    }
    return start;
}

/* A valid copy, freed by the caller. False without memory. */
static bool clean(struct wend_pen *pen, struct wend_bytes text, struct wend_buffer *out) {
    pen->failed = pen->failed || !wend__utf8_append_clean(out, text);
    return !pen->failed;
}

double wend__pen_width(struct wend_bytes text, double size) {
    double ems = 0;
    bool valid = wend__utf8_is_valid(text);
    for (size_t at = 0; at < text.len;) {
        uint32_t c = 'm';
        at += valid ? character(text, at, &c) : 1;
        ems += width_of(c);
    }
    return ems * size;
}

/* Both ends of what is too long say more than its beginning: they are mostly addresses. */
static void put_ends(struct wend_pen *pen, struct wend_bytes text, size_t first, size_t last) {
    put_escaped(pen, (struct wend_bytes){text.data, first});
    wend__pen_put(pen, ELLIPSIS);
    put_escaped(pen, (struct wend_bytes){text.data + last, text.len - last});
}

void wend__pen_fit(struct wend_pen *pen, struct wend_bytes text, double width, double size) {
    struct wend_buffer copy = {0};
    if (clean(pen, text, &copy)) {
        struct wend_bytes whole = wend__buffer_view(&copy);
        double ems = width / size;
        if (front(whole, ems) == whole.len) {
            put_escaped(pen, whole);
        } else {
            put_ends(pen, whole, front(whole, (ems - 1) * 0.6), back(whole, (ems - 1) * 0.4));
        }
    }
    wend__buffer_deinit(&copy);
}

void wend__pen_text(struct wend_pen *pen, struct wend_bytes text, size_t bytes_max) {
    struct wend_buffer copy = {0};
    if (clean(pen, text, &copy)) {
        struct wend_bytes whole = wend__buffer_view(&copy);
        if (bytes_max == 0 || whole.len <= bytes_max) {
            put_escaped(pen, whole);
        } else {
            size_t first = bytes_max / 2;
            size_t last = whole.len - bytes_max / 2;
            while (first > 0 && (whole.data[first] & 0xC0) == 0x80) {
                first--;
            }
            while (last < whole.len && (whole.data[last] & 0xC0) == 0x80) {
                last++;
            }
            put_ends(pen, whole, first, last);
        }
    }
    wend__buffer_deinit(&copy);
}

void wend__pen_count(struct wend_pen *pen, int64_t count) {
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%" PRId64, count);
    for (int i = 0; i < len; i++) {
        bool first = i == 0 || digits[i - 1] == '-';
        if (!first && (len - i) % 3 == 0) {
            wend__pen_put(pen, ",");
        }
        char one[2] = {digits[i], '\0'};
        wend__pen_put(pen, one);
    }
}

void wend__pen_share(struct wend_pen *pen, int64_t part, int64_t of) {
    if (of <= 0) {
        wend__pen_put(pen, "\xE2\x80\x93");
        return;
    }
    double percent = (double)part * 100 / (double)of;
    bool round_number = percent >= 9.95 || part == 0;
    wend__pen_format(pen,
                     round_number       ? "%.0f %%"
                     : percent >= 0.095 ? "%.1f %%"
                                        : "%.2g %%",
                     percent);
}

void wend__pen_seconds(struct wend_pen *pen, double seconds) {
    static const struct {
        double seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t unit = 0;
    while (unit < 3 && seconds < units[unit].seconds * 0.9995) {
        unit++;
    }
    double number = seconds / units[unit].seconds;
    if (number < 9.95) {
        wend__pen_format(pen, "%.1f %s", number, units[unit].unit);
        return;
    }
    wend__pen_count(pen, (int64_t)(number + 0.5));
    wend__pen_format(pen, " %s", units[unit].unit);
}
