/*
 * hit.h: what is left of a record once it is matched: a small block of fixed size.
 *
 * Hits cross the rings and lie in the slices; events as text do not. A hit is a fixed head, behind
 * it only those parts that the definitions need, so that a hit of plain sessions has 40 bytes:
 *
 *   [ head: 40 ][ value: 8 ][ id: 16 ][ token: 16 ]...[ segment: 4 ]...       padded to 8
 *
 * Terms: *token* = a text of which only equality counts (the fields of `cut_on`, the session key),
 * as its 128-bit hash under the run's secret seed, all zero for an absent field; *segment* = number
 * of a segment value, 0 for an absent one, else 1 + its id in a string table. Touchpoints and
 * segment values are numbered by whoever made the hit; who takes it over renumbers it in place.
 *
 * Threads: none of its own.
 */
#ifndef WEND_MODEL_HIT_H
#define WEND_MODEL_HIT_H

#include "base/hash.h"
#include "model/ruleset.h"

#define WEND_TOUCHPOINT_NONE UINT32_MAX
#define WEND_SEGMENT_ABSENT 0U

enum wend_hit_flag {
    WEND_HIT_HAS_VALUE = 1,
    WEND_HIT_BAD_VALUE = 2, /* there is a value, but no number in range: counts as absent */
    WEND_HIT_HAS_ID = 4
};

struct wend_hit {
    struct wend_hash128 customer; /* XXH3-128 of the customer bytes under the run's secret seed */
    int64_t ts_us;
    uint64_t position;   /* order of the input: ascending with (input, place inside) */
    uint32_t touchpoint; /* WEND_TOUCHPOINT_NONE: unmatched */
    uint32_t flags;      /* of enum wend_hit_flag */
};

/* Where the parts of a hit lie; offsets are valid only where the part exists. */
struct wend_hit_layout {
    uint32_t bytes; /* a multiple of 8 */
    bool has_value;
    bool has_id;
    uint32_t value_offset; /* int64_t, 1/10000 */
    uint32_t id_offset;    /* struct wend_hash128 under the run's secret seed */
    uint32_t token_offset; /* token_count of struct wend_hash128: cut_on fields, then the key */
    uint32_t token_count;
    uint32_t segment_offset; /* segment_count of uint32_t */
    uint32_t segment_count;
};

/* The largest hit: all parts at their limits. */
#define WEND_HIT_BYTES_MAX                                                                         \
    (40U + 8U + 16U + 16U * (WEND_MAX_CUT_FIELDS + 1U) + 4U * WEND_MAX_SEGMENTS)

void wend__hit_layout_init(struct wend_hit_layout *layout, const struct wend_ruleset *ruleset);

/* Hit number `index` of an array of hits. */
static inline const struct wend_hit *wend__hit_at(const struct wend_hit_layout *layout,
                                                  const void *hits, size_t index) {
    return (const void *)((const uint8_t *)hits + index * layout->bytes);
}

static inline int64_t wend__hit_value(const struct wend_hit_layout *layout,
                                      const struct wend_hit *hit) {
    return (hit->flags & WEND_HIT_HAS_VALUE) == 0
               ? 0
               : *(const int64_t *)(const void *)((const uint8_t *)hit + layout->value_offset);
}

static inline const struct wend_hash128 *wend__hit_id(const struct wend_hit_layout *layout,
                                                      const struct wend_hit *hit) {
    return (const void *)((const uint8_t *)hit + layout->id_offset);
}

static inline const struct wend_hash128 *wend__hit_tokens(const struct wend_hit_layout *layout,
                                                          const struct wend_hit *hit) {
    return (const void *)((const uint8_t *)hit + layout->token_offset);
}

static inline const uint32_t *wend__hit_segments(const struct wend_hit_layout *layout,
                                                 const struct wend_hit *hit) {
    return (const void *)((const uint8_t *)hit + layout->segment_offset);
}

#endif
