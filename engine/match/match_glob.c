#include "match/match_condition.h"

static bool is_continuation(struct wend_bytes text, size_t at, uint8_t low, uint8_t high) {
    return at < text.len && text.data[at] >= low && text.data[at] <= high;
}

/*
 * Length of the character at `at`, or of the maximal ill-formed part there (Unicode 15, section
 * 3.9, table 3-7: only the second byte of a sequence has a range of its own).
 */
static size_t character_len(struct wend_bytes text, size_t at) {
    uint8_t c = text.data[at];
    if (c < 0xC2 || c > 0xF4) {
        return 1;
    }
    uint8_t low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    uint8_t high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    size_t wanted = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    size_t len = 1;
    while (len < wanted && is_continuation(text, at + len, low, high)) {
        len++;
        low = 0x80;
        high = 0xBF;
    }
    return len;
}

/*
 * Backtracks to the last star only: what an earlier star could take, the last one can take too, so
 * the first fit of the part between two stars is as good as any other.
 *
 * A star moves on by whole characters, so that `?` never takes half of one. Where a literal follows
 * it, it leaps to the next place with that byte: a glob is valid UTF-8, so the byte starts a
 * character, and in the text, too, every byte that is no continuation does.
 */
bool wend__glob_matches(struct wend_bytes glob, struct wend_bytes text) {
    size_t g = 0;
    size_t t = 0;
    size_t star = SIZE_MAX; /* behind the last star of the glob */
    size_t resume = 0;      /* where in the text that star's part was tried last */
    for (;;) {
        if (g < glob.len && glob.data[g] == '*') {
            star = ++g;
            resume = t;
            if (g == glob.len) {
                return true;
            }
        } else if (g == glob.len && t == text.len) {
            return true;
        } else if (g < glob.len && t < text.len && glob.data[g] == '?') {
            t += character_len(text, t);
            g++;
            continue;
        } else if (g < glob.len && t < text.len && glob.data[g] == text.data[t]) {
            t++;
            g++;
            continue;
        } else {
            if (star == SIZE_MAX || resume >= text.len) {
                return false;
            }
            resume += character_len(text, resume);
        }
        g = star;
        if (glob.data[g] != '?' && glob.data[g] != '*') {
            const uint8_t *next = resume == text.len
                                      ? NULL
                                      : memchr(text.data + resume, glob.data[g], text.len - resume);
            if (next == NULL) {
                return false;
            }
            resume = (size_t)(next - text.data);
        }
        t = resume;
    }
}
