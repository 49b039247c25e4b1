#include "decode/chunker.h"

#include "decode/decoder_internal.h"
#include "decode/quoting.h"
#include "decode/scan.h"

void wend__chunker_init(struct wend_chunker *chunker, const struct wend_detected *detected) {
    *chunker = (struct wend_chunker){.kind = detected->kind,
                                     .separator = detected->separator,
                                     .max_record = detected->max_record_bytes};
}

/* Behind the last LF of bytes[from, len), or 0 where there is none. */
static size_t behind_last_line(const uint8_t *bytes, size_t from, size_t len) {
    for (size_t at = len; at > from; at--) {
        if (bytes[at - 1] == '\n') {
            return at;
        }
    }
    return 0;
}

/*
 * A quote opens at the start of a field only: at the record's start or behind a separator. Returns
 * the first such quote of [from, stop), or NULL.
 */
static const uint8_t *find_opening_quote(const uint8_t *record, const uint8_t *from,
                                         const uint8_t *stop, uint8_t separator) {
    for (;;) {
        const uint8_t *quote = wend__find_byte(from, stop, '"');
        if (quote == NULL || quote == record || quote[-1] == separator) {
            return quote;
        }
        from = quote + 1;
    }
}

/* A field is open at the limit, or at the end of the input: the record ends at its first LF. */
static enum wend_extent end_unclosed(const uint8_t *bytes, size_t len, bool is_end,
                                     size_t max_record, size_t *end) {
    const uint8_t *line_end = wend__find_byte(bytes, bytes + len, '\n');
    if (line_end != NULL || is_end) {
        *end = line_end == NULL ? len : (size_t)(line_end - bytes) + 1;
        return WEND_EXTENT_WHOLE;
    }
    return len >= max_record + WEND_CHUNKER_SLACK ? WEND_EXTENT_CUT : WEND_EXTENT_PARTIAL;
}

/*
 * Inside a quoted field from `*at` on: moves `*at` behind the closing quote. False when there is
 * none before `stop`; then `*at` is where to go on, which may be a quote whose follower decides.
 */
static bool find_closing_quote(const uint8_t *bytes, size_t len, size_t stop, bool is_end,
                               size_t *at) {
    while (*at < stop) {
        const uint8_t *quote = wend__find_byte(bytes + *at, bytes + stop, '"');
        if (quote == NULL) {
            *at = stop;
            return false;
        }
        size_t behind = (size_t)(quote - bytes) + 1;
        if (behind == len && !is_end) {
            *at = behind - 1;
            return false;
        }
        if (behind == len || bytes[behind] != '"') {
            *at = behind;
            return true;
        }
        *at = behind + 1;
    }
    return false;
}

enum wend_extent wend__delimited_extent(const uint8_t *bytes, size_t len, bool is_end,
                                        uint8_t separator, size_t max_record, size_t *scanned,
                                        bool *in_quotes, size_t *end) {
    size_t stop = len < max_record ? len : max_record; /* quotes count only before it */
    const uint8_t *line_end = NULL;
    for (;;) {
        if (*in_quotes) {
            if (find_closing_quote(bytes, len, stop, is_end, scanned)) {
                *in_quotes = false;
            } else if (*scanned >= max_record || is_end) {
                return end_unclosed(bytes, len, is_end, max_record, end);
            } else {
                return WEND_EXTENT_PARTIAL;
            }
        }
        if (line_end == NULL || line_end < bytes + *scanned) {
            line_end = wend__find_byte(bytes + *scanned, bytes + len, '\n');
        }
        size_t line_stop = line_end == NULL ? len : (size_t)(line_end - bytes);
        line_stop = line_stop < stop ? line_stop : stop;
        const uint8_t *quote =
            *scanned >= line_stop
                ? NULL
                : find_opening_quote(bytes, bytes + *scanned, bytes + line_stop, separator);
        if (quote != NULL) {
            *in_quotes = true;
            *scanned = (size_t)(quote - bytes) + 1;
            continue;
        }
        if (line_end != NULL || is_end) {
            *end = line_end == NULL ? len : (size_t)(line_end - bytes) + 1;
            return WEND_EXTENT_WHOLE;
        }
        *scanned = len;
        return len >= max_record + WEND_CHUNKER_SLACK ? WEND_EXTENT_CUT : WEND_EXTENT_PARTIAL;
    }
}

/* Records of lines: all up to the last LF, and a cut when what follows is too long. */
static struct wend_chunk next_lines(struct wend_chunker *chunker, const uint8_t *bytes, size_t len,
                                    bool is_end) {
    struct wend_chunk chunk = {0};
    chunk.take = is_end ? len : behind_last_line(bytes, chunker->scanned, len);
    chunker->scanned = len - chunk.take;
    if (chunker->scanned >= chunker->max_record + WEND_CHUNKER_SLACK) {
        chunk.take += chunker->max_record + WEND_CHUNKER_SLACK;
        chunk.is_cut = true;
    }
    return chunk;
}

/*
 * Behind the last record that ends where 64 bytes at a time tell it; 0 for none. A record of more
 * than SKIM_BYTES is left to the caller, so that a quote that nothing closes costs no more than
 * that for each record behind it.
 */
static size_t skim_records(const struct wend_chunker *chunker, const uint8_t *bytes, size_t len) {
    enum { SKIM_BYTES = 4096 };
    size_t most = chunker->max_record < SKIM_BYTES ? chunker->max_record : SKIM_BYTES;
    struct quoting quoting = {.starts = 1};
    size_t taken = 0;
    bool is_known = true;
    for (size_t at = 0; len - at > 64 && at - taken <= SKIM_BYTES && is_known; at += 64) {
        struct quoting_masks masks;
        quoting_cells(bytes + at, chunker->separator, &masks);
        is_known = quoting_step(&quoting, &masks, bytes + at, bytes[at + 64] == '\n');
        for (uint64_t left = masks.newline; left != 0; left &= left - 1) {
            size_t end = at + (size_t)__builtin_ctzll(left) + 1;
            if (end - taken > most) {
                return taken;
            }
            taken = end;
        }
    }
    return taken;
}

static struct wend_chunk next_delimited(struct wend_chunker *chunker, const uint8_t *bytes,
                                        size_t len, bool is_end) {
    if (!chunker->in_quotes &&
        wend__find_byte(bytes + chunker->scanned, bytes + len, '"') == NULL) {
        return next_lines(chunker, bytes, len, is_end);
    }
    struct wend_chunk chunk = {0};
    while (chunk.take < len) {
        if (chunker->scanned == 0 && !chunker->in_quotes) {
            chunk.take += skim_records(chunker, bytes + chunk.take, len - chunk.take);
        }
        size_t end = 0;
        enum wend_extent extent = wend__delimited_extent(
            bytes + chunk.take, len - chunk.take, is_end, chunker->separator, chunker->max_record,
            &chunker->scanned, &chunker->in_quotes, &end);
        if (extent == WEND_EXTENT_PARTIAL) {
            break;
        }
        chunker->scanned = 0;
        chunker->in_quotes = false;
        if (extent == WEND_EXTENT_CUT) {
            chunk.take += chunker->max_record + WEND_CHUNKER_SLACK;
            chunk.is_cut = true;
            break;
        }
        chunk.take += end;
    }
    return chunk;
}

struct wend_chunk wend__chunker_next(struct wend_chunker *chunker, const uint8_t *bytes, size_t len,
                                     bool is_end) {
    size_t skip = 0;
    if (chunker->is_skipping) {
        const uint8_t *line_end = wend__find_byte(bytes, bytes + len, '\n');
        skip = line_end == NULL ? len : (size_t)(line_end - bytes) + 1;
        chunker->is_skipping = line_end == NULL;
    }
    bytes += skip;
    len -= skip;
    struct wend_chunk chunk = chunker->kind == WEND_FORMAT_DELIMITED
                                  ? next_delimited(chunker, bytes, len, is_end)
                                  : next_lines(chunker, bytes, len, is_end);
    chunk.skip = skip;
    if (chunk.is_cut) {
        chunker->is_skipping = true;
        chunker->scanned = 0;
    }
    return chunk;
}
