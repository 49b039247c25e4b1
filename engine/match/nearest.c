#include "match/nearest.h"

#include <stdio.h>

enum { NAME_BYTES_MAX = 64 };

struct wend_shown wend__shown(struct wend_bytes text) {
    static const char more[] = "...";
    struct wend_shown shown;
    size_t room = sizeof shown.text - sizeof more;
    size_t len = text.len;
    if (len > room) {
        len = room;
        while (len > 0 && (text.data[len] & 0xC0) == 0x80) {
            len--;
        }
    }
    for (size_t i = 0; i < len; i++) {
        uint8_t c = text.data[i];
        shown.text[i] = c < 0x20 || c == 0x7F ? '?' : (char)c;
    }
    memcpy(shown.text + len, len < text.len ? more : "", len < text.len ? sizeof more : 1);
    return shown;
}

static uint8_t fold_case(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* Optimal string alignment; SIZE_MAX for long names. */
static size_t distance(struct wend_bytes a, struct wend_bytes b) {
    size_t rows[3][NAME_BYTES_MAX + 1];
    if (a.len > NAME_BYTES_MAX || b.len > NAME_BYTES_MAX) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b.len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            uint8_t left = fold_case(a.data[i - 1]);
            uint8_t right = fold_case(b.data[j - 1]);
            size_t least = above[j - 1] + (left != right);
            least = above[j] + 1 < least ? above[j] + 1 : least;
            least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
            if (i > 1 && j > 1 && left == fold_case(b.data[j - 2]) &&
                right == fold_case(a.data[i - 2])) {
                size_t swapped = rows[(i - 2) % 3][j - 2] + 1;
                least = swapped < least ? swapped : least;
            }
            row[j] = least;
        }
    }
    return rows[a.len % 3][b.len];
}

struct wend_nearest wend__nearest_to(struct wend_bytes name) {
    size_t allowed = name.len < 3 ? 1 : name.len < 8 ? 2 : name.len / 4 + 1;
    return (struct wend_nearest){name, WEND_BYTES_ABSENT, allowed + (name.len > 0)};
}

void wend__nearest_offer(struct wend_nearest *nearest, struct wend_bytes candidate) {
    size_t length_gap = nearest->name.len > candidate.len ? nearest->name.len - candidate.len
                                                          : candidate.len - nearest->name.len;
    if (length_gap >= nearest->distance) {
        return;
    }
    size_t found = distance(nearest->name, candidate);
    /* One letter for another of a short name is no likeness. */
    if (found < nearest->distance && found < candidate.len) {
        nearest->best = candidate;
        nearest->distance = found;
    }
}

struct wend_hint wend__nearest_hint(const struct wend_nearest *nearest) {
    struct wend_hint hint = {""};
    if (nearest->best.data != NULL) {
        (void)snprintf(hint.text, sizeof hint.text, "; did you mean `%s`?",
                       wend__shown(nearest->best).text);
    }
    return hint;
}

struct wend_hint wend__nearest_of(struct wend_bytes name, const char *const *candidates) {
    struct wend_nearest nearest = wend__nearest_to(name);
    for (size_t i = 0; candidates[i] != NULL; i++) {
        wend__nearest_offer(&nearest, wend__bytes_text(candidates[i]));
    }
    return wend__nearest_hint(&nearest);
}
