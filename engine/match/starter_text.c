#include "match/starter_text.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

/* Longer ones are cut where people read them. */
enum { SHOWN_BYTES = 60 };

void wend__write(struct wend_writer *writer, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t kept = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    writer->no_memory = !wend__buffer_append(writer->out, text, kept) || writer->no_memory;
}

static void put(struct wend_writer *writer, const void *data, size_t len) {
    writer->no_memory = !wend__buffer_append(writer->out, data, len) || writer->no_memory;
}

static bool is_word_byte(uint8_t c) {
    return (uint8_t)((c | 0x20) - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '_';
}

/* Words that some YAML reader takes for null or a truth value. */
static bool is_special_word(struct wend_bytes text) {
    static const char *const words[] = {"null", "true", "false", "yes", "no",
                                        "on",   "off",  "y",     "n"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t at = 0;
        while (at < text.len && words[i][at] != '\0' && (text.data[at] | 0x20) == words[i][at]) {
            at++;
        }
        if (at == text.len && words[i][at] == '\0') {
            return true;
        }
    }
    return false;
}

/*
 * Plain scalars begin with a letter, `_` or `/`, and go on with these and digits, single blanks,
 * `.` and `-`; a `:` only between two word bytes, which no reader takes for a key.
 */
static bool is_plain(struct wend_bytes text) {
    if (text.len == 0 || (uint8_t)(text.data[0] - '0') < 10 || is_special_word(text) ||
        !(is_word_byte(text.data[0]) || text.data[0] == '/')) {
        return false;
    }
    for (size_t i = 1; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool is_between = i + 1 < text.len && is_word_byte(text.data[i + 1]);
        bool is_good = is_word_byte(c) || c == '/' || c == '.' || c == '-' ||
                       (c == ' ' && is_between) ||
                       (c == ':' && is_between && is_word_byte(text.data[i - 1]));
        if (!is_good) {
            return false;
        }
    }
    return true;
}

/* The code point at `at` of valid UTF-8, and its length. */
static uint32_t code_point(const uint8_t *at, size_t *len) {
    if (at[0] < 0x80) {
        *len = 1;
        return at[0];
    }
    *len = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t c = at[0] & (0x7FU >> *len);
    for (size_t i = 1; i < *len; i++) {
        c = c << 6 | (at[i] & 0x3FU);
    }
    return c;
}

/* Not printable in YAML 1.1, or a line break in it. */
static bool needs_escape(uint32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || c == 0xFEFF ||
           c == 0xFFFE || c == 0xFFFF;
}

static void write_quoted(struct wend_writer *writer, struct wend_bytes text) {
    put(writer, "\"", 1);
    for (size_t at = 0; at < text.len;) {
        size_t len;
        uint32_t c = code_point(text.data + at, &len);
        if (c == '"' || c == '\\') {
            wend__write(writer, "\\%c", (char)c);
        } else if (c == '\n' || c == '\t') {
            put(writer, c == '\n' ? "\\n" : "\\t", 2);
        } else if (needs_escape(c)) {
            wend__write(writer, "\\u%04X", (unsigned)c);
        } else {
            put(writer, text.data + at, len);
        }
        at += len;
    }
    put(writer, "\"", 1);
}

static void write_valid(struct wend_writer *writer, struct wend_bytes text) {
    if (is_plain(text)) {
        put(writer, text.data, text.len);
    } else {
        write_quoted(writer, text);
    }
}

void wend__write_scalar(struct wend_writer *writer, struct wend_bytes text) {
    struct wend_buffer clean = {0};
    if (wend__utf8_append_clean(&clean, text)) {
        write_valid(writer, wend__buffer_view(&clean));
    } else {
        writer->no_memory = true;
    }
    wend__buffer_deinit(&clean);
}

void wend__write_name(struct wend_writer *writer, struct wend_bytes text) {
    if (text.len == 0 || memchr(text.data, '{', text.len) == NULL) {
        wend__write_scalar(writer, text);
        return;
    }
    struct wend_buffer doubled = {0};
    bool is_good = true;
    for (size_t i = 0; i < text.len; i++) {
        bool is_brace = text.data[i] == '{' || text.data[i] == '}';
        is_good = is_good && wend__buffer_append(&doubled, text.data + i, 1) &&
                  (!is_brace || wend__buffer_append(&doubled, text.data + i, 1));
    }
    wend__write_scalar(writer, wend__buffer_view(&doubled));
    writer->no_memory = writer->no_memory || !is_good;
    wend__buffer_deinit(&doubled);
}

void wend__write_shown(struct wend_writer *writer, struct wend_bytes text) {
    bool is_long = text.len > SHOWN_BYTES;
    size_t len = is_long ? SHOWN_BYTES : text.len;
    while (is_long && len > 0 && (text.data[len] & 0xC0) == 0x80) {
        len--;
    }
    size_t start = writer->out->len;
    writer->no_memory =
        !wend__utf8_append_clean(writer->out, wend__bytes(text.data, len)) || writer->no_memory;
    for (size_t i = start; i < writer->out->len; i++) {
        if (writer->out->data[i] < 0x20 || writer->out->data[i] == 0x7F) {
            writer->out->data[i] = '?';
        }
    }
    if (is_long) {
        put(writer, "...", 3);
    }
}

void wend__write_pad(struct wend_writer *writer, size_t column) {
    const struct wend_buffer *out = writer->out;
    size_t width = 0;
    for (size_t i = out->len; i > 0 && out->data[i - 1] != '\n'; i--) {
        width += (out->data[i - 1] & 0xC0) != 0x80;
    }
    wend__write(writer, "%*s", width + 2 < column ? (int)(column - width) : 2, "");
}
