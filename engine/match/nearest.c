#include "match/nearest.h"

#include "base/edit_distance.h"

#include <stdio.h>

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
        if (c < 0x20 || c == 0x7F) {
            c = '?';
        }
        memcpy(shown.text + i, &c, 1);
    }
    memcpy(shown.text + len, len < text.len ? more : "", len < text.len ? sizeof more : 1);
    return shown;
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
    size_t found = wend__edit_distance(nearest->name, candidate);
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
