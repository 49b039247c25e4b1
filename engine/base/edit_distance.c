#include "base/edit_distance.h"

static uint8_t fold(uint8_t c) {
    if (c >= 'A' && c <= 'Z') {
        return (uint8_t)(c - 'A' + 'a');
    }
    return c == ' ' ? '_' : c;
}

size_t wend__edit_distance(struct wend_bytes a, struct wend_bytes b) {
    size_t rows[3][WEND_EDIT_BYTES_MAX + 1];
    if (a.len > WEND_EDIT_BYTES_MAX || b.len > WEND_EDIT_BYTES_MAX) {
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
            uint8_t left = fold(a.data[i - 1]);
            uint8_t right = fold(b.data[j - 1]);
            size_t least = above[j - 1] + (left != right);
            least = above[j] + 1 < least ? above[j] + 1 : least;
            least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
            if (i > 1 && j > 1 && left == fold(b.data[j - 2]) && right == fold(a.data[i - 2])) {
                size_t swapped = rows[(i - 2) % 3][j - 2] + 1;
                least = swapped < least ? swapped : least;
            }
            row[j] = least;
        }
    }
    return rows[a.len % 3][b.len];
}
