/* "Did you mean": the candidate nearest to a mistyped word. */
#include "options.h"

#include <string.h>

#define WORD_MAX 40

static size_t smallest(size_t a, size_t b, size_t c) {
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Letters inserted, dropped, replaced, or two neighbours swapped (optimal string alignment). */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len) {
    size_t rows[3][WORD_MAX + 1];
    size_t *older = rows[0];
    size_t *last = rows[1];
    size_t *row = rows[2];
    for (size_t j = 0; j <= b_len; j++) {
        last[j] = j;
        older[j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = smallest(last[j] + 1, row[j - 1] + 1, replaced);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && older[j - 2] + 1 < row[j]) {
                row[j] = older[j - 2] + 1;
            }
        }
        size_t *free_row = older;
        older = last;
        last = row;
        row = free_row;
    }
    return last[b_len];
}

const char *wend__cli_nearest(const char *word, const char *const *candidates, size_t count) {
    size_t len = strlen(word);
    if (len == 0 || len > WORD_MAX) {
        return NULL;
    }
    const char *best = NULL;
    size_t best_distance = (len > 2 ? len + 2 : len) / 3 + 1; /* one more than is near */
    const char *started = NULL;
    size_t started_count = 0;
    for (size_t i = 0; i < count; i++) {
        size_t candidate_len = strlen(candidates[i]);
        if (candidate_len > len && memcmp(candidates[i], word, len) == 0) {
            started = candidates[i];
            started_count++;
        }
        if (candidate_len > WORD_MAX) {
            continue;
        }
        size_t distance = edit_distance(word, len, candidates[i], candidate_len);
        if (distance < best_distance) {
            best = candidates[i];
            best_distance = distance;
        }
    }
    return started_count == 1 && len >= 3 ? started : best;
}
