#include "text.h"

#include "width.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *wend__cli_realloc(void *block, size_t size) {
    void *fresh = realloc(block, size == 0 ? 1 : size);
    if (fresh == NULL) {
        (void)fputs("wend: out of memory\n", stderr);
        exit(4);
    }
    return fresh;
}

void *wend__cli_alloc(size_t size) {
    return wend__cli_realloc(NULL, size);
}

void wend__cli_text_deinit(struct wend_cli_text *text) {
    free(text->data);
    *text = (struct wend_cli_text){0};
}

void wend__cli_text_clear(struct wend_cli_text *text) {
    text->len = 0;
    if (text->data != NULL) {
        text->data[0] = '\0';
    }
}

static void reserve(struct wend_cli_text *text, size_t more) {
    size_t needed = text->len + more + 1;
    if (needed <= text->capacity) {
        return;
    }
    size_t capacity = text->capacity < 128 ? 128 : text->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    text->data = wend__cli_realloc(text->data, capacity);
    text->capacity = capacity;
}

void wend__cli_text_add_bytes(struct wend_cli_text *text, const void *bytes, size_t len) {
    reserve(text, len);
    if (len > 0) {
        memcpy(text->data + text->len, bytes, len);
    }
    text->len += len;
    text->data[text->len] = '\0';
}

void wend__cli_text_add(struct wend_cli_text *text, const char *added) {
    wend__cli_text_add_bytes(text, added, strlen(added));
}

void wend__cli_text_add_repeated(struct wend_cli_text *text, char byte, size_t count) {
    reserve(text, count);
    memset(text->data + text->len, byte, count);
    text->len += count;
    text->data[text->len] = '\0';
}

void wend__cli_text_add_format(struct wend_cli_text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (needed > 0) {
        reserve(text, (size_t)needed);
        (void)vsnprintf(text->data + text->len, (size_t)needed + 1, format, again);
        text->len += (size_t)needed;
    }
    va_end(again);
}

const char *wend__cli_text_string(const struct wend_cli_text *text) {
    return text->data == NULL ? "" : text->data;
}

/* Control and formatting characters by the escape that names them. */
static void add_escaped(struct wend_cli_text *text, uint32_t point) {
    switch (point) {
    case '\n':
        wend__cli_text_add(text, "\\n");
        break;
    case '\r':
        wend__cli_text_add(text, "\\r");
        break;
    case '\t':
        wend__cli_text_add(text, "\\t");
        break;
    default:
        if (point < 0x80) {
            wend__cli_text_add_format(text, "\\x%02x", point);
        } else {
            wend__cli_text_add_format(text, "\\u%04x", point);
        }
    }
}

void wend__cli_text_add_visible(struct wend_cli_text *text, const void *bytes, size_t len,
                                bool keep_newlines) {
    const uint8_t *at = bytes;
    const uint8_t *end = at + len;
    while (at < end) {
        const uint8_t *plain = at;
        while (at < end && *at >= 0x20 && *at < 0x7F) {
            at++;
        }
        wend__cli_text_add_bytes(text, plain, (size_t)(at - plain));
        if (at == end) {
            break;
        }
        uint32_t point;
        size_t step = wend__cli_decode(at, (size_t)(end - at), &point);
        if (keep_newlines && point == '\n') {
            wend__cli_text_add(text, "\n");
        } else if (point == WEND_CLI_INVALID) {
            wend__cli_text_add(text, "\xEF\xBF\xBD");
        } else if (wend__cli_is_hidden(point)) {
            add_escaped(text, point);
        } else {
            wend__cli_text_add_bytes(text, at, step);
        }
        at += step;
    }
}

void wend__cli_text_add_grouped(struct wend_cli_text *text, const char *digits, size_t len) {
    size_t sign = len > 0 && (digits[0] == '-' || digits[0] == '+') ? 1 : 0;
    size_t whole = 0;
    while (sign + whole < len && digits[sign + whole] >= '0' && digits[sign + whole] <= '9') {
        whole++;
    }
    bool number = whole > 0 && (sign + whole == len || digits[sign + whole] == '.');
    if (!number) {
        wend__cli_text_add_bytes(text, digits, len);
        return;
    }
    wend__cli_text_add_bytes(text, digits, sign);
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0) {
            wend__cli_text_add(text, ",");
        }
        wend__cli_text_add_bytes(text, digits + sign + i, 1);
    }
    wend__cli_text_add_bytes(text, digits + sign + whole, len - sign - whole);
}

void wend__cli_text_add_count(struct wend_cli_text *text, uint64_t count) {
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    wend__cli_text_add_grouped(text, digits, (size_t)len);
}

void wend__cli_text_add_size(struct wend_cli_text *text, uint64_t bytes) {
    static const char *const units[] = {"B", "KB", "MB", "GB", "TB", "PB", "EB"};
    size_t unit = 0;
    double amount = (double)bytes;
    while (amount >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        amount /= 1000;
        unit++;
    }
    int digits = unit == 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
    wend__cli_text_add_format(text, "%.*f %s", digits, amount, units[unit]);
}

/* One paragraph [at, end): words until the line is full. */
static void wrap_paragraph(struct wend_cli_text *text, const char *at, const char *end,
                           size_t indent, size_t width) {
    size_t used = 0;
    while (at < end) {
        while (at < end && (*at == ' ' || *at == '\n')) {
            at++;
        }
        const char *word = at;
        while (at < end && *at != ' ' && *at != '\n') {
            at++;
        }
        size_t columns = wend__cli_width(word, (size_t)(at - word));
        if (columns == 0) {
            continue;
        }
        if (used == 0) {
            wend__cli_text_add_repeated(text, ' ', indent);
            used = indent;
        } else if (used + 1 + columns > width) {
            wend__cli_text_add(text, "\n");
            wend__cli_text_add_repeated(text, ' ', indent);
            used = indent;
        } else {
            wend__cli_text_add(text, " ");
            used++;
        }
        wend__cli_text_add_bytes(text, word, (size_t)(at - word));
        used += columns;
    }
    if (used > 0) {
        wend__cli_text_add(text, "\n");
    }
}

void wend__cli_text_add_wrapped(struct wend_cli_text *text, const char *paragraphs, size_t indent,
                                size_t width) {
    const char *at = paragraphs;
    const char *paragraph = at;
    while (*at != '\0') {
        const char *line_end = at + strcspn(at, "\n");
        bool blank = line_end == at;
        bool verbatim = strncmp(at, "  ", 2) == 0;
        if (blank || verbatim) {
            wrap_paragraph(text, paragraph, at, indent, width);
            if (verbatim) {
                wend__cli_text_add_repeated(text, ' ', indent);
            }
            wend__cli_text_add_bytes(text, at, (size_t)(line_end - at));
            wend__cli_text_add(text, "\n");
            paragraph = *line_end == '\0' ? line_end : line_end + 1;
        }
        at = *line_end == '\0' ? line_end : line_end + 1;
    }
    wrap_paragraph(text, paragraph, at, indent, width);
}
