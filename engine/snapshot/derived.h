/*
 * derived.h: what follows from other columns of a row: ids, steps, seconds, quantiles.
 *
 * The writer fills columns with these, and verifying recomputes them with these.
 * Threads: none of its own.
 */
#ifndef WEND_SNAPSHOT_DERIVED_H
#define WEND_SNAPSHOT_DERIVED_H

#include "base/buffer.h"
#include "base/hash.h"
#include "base/int128.h"
#include "ds/sketch.h"

#define WEND_PATH_ID_LEN 16U
#define WEND_HASH_HEX_LEN 32U

/* 16 lower-case hex digits of XXH3-64, seed 0; not zero-terminated. */
void wend__path_id(struct wend_bytes path, char id[WEND_PATH_ID_LEN]);

/*
 * The steps of a joined path as views into it; "(none)" has none. `*steps` grows as wend__reserve
 * does. False without memory.
 */
bool wend__path_steps(struct wend_bytes path, struct wend_bytes **steps, size_t *capacity,
                      uint32_t *count);

/* Microseconds as seconds, rounded once. */
double wend__us_to_seconds(wend_int128 us);
/*
 * The whole number of microseconds that is nearest to `seconds`. Below 2^33 s (272 years) it is the
 * one that the seconds were made from, for there a microsecond is more than the distance of two
 * doubles; above it gives the same seconds again. False when it is no number below 2^100.
 */
bool wend__us_from_seconds(double seconds, wend_int128 *us);

/* Whether a sum has at most 38 digits; 18 digits. */
bool wend__decimal38_fits(wend_int128 sum);
bool wend__decimal18_fits(wend_int128 sum);
/* The smallest that has more than 18 digits. */
#define WEND_DECIMAL18_END INT64_C(1000000000000000000)

/* The quantile in seconds; false without any value. */
bool wend__sketch_seconds(const struct wend_sketch *sketch, uint32_t percent, double *seconds);

/* 32 lower-case hex digits, and back; not zero-terminated. */
void wend__hash128_format(struct wend_hash128 hash, char text[WEND_HASH_HEX_LEN]);
bool wend__hash128_parse(struct wend_bytes text, struct wend_hash128 *hash);

#endif
