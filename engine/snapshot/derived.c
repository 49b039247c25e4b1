#include "snapshot/derived.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>

#define US_PER_SECOND 1000000

static void format_hex(uint64_t number, char text[16]) {
    for (unsigned i = 0; i < 16; i++) {
        text[i] = "0123456789abcdef"[number >> (60 - 4 * i) & 15];
    }
}

void wend__path_id(struct wend_bytes path, char id[WEND_PATH_ID_LEN]) {
    format_hex(wend__hash64(path, 0), id);
}

bool wend__path_steps(struct wend_bytes path, struct wend_bytes **steps, size_t *capacity,
                      uint32_t *count) {
    *count = 0;
    if (wend__bytes_is(path, "(none)")) {
        return true;
    }
    size_t start = 0;
    for (size_t at = 0; at <= path.len; at++) {
        const uint8_t *sign = at == path.len ? NULL : memchr(path.data + at, '>', path.len - at);
        at = sign == NULL ? path.len : (size_t)(sign - path.data);
        /* Joined with " > ": a blank on each side of the sign is not the name's. */
        size_t from = start > 0 && start < at && path.data[start] == ' ' ? start + 1 : start;
        size_t to = at < path.len && at > from && path.data[at - 1] == ' ' ? at - 1 : at;
        void *array = *steps;
        bool reserved = wend__reserve(&array, capacity, (size_t)*count + 1, sizeof **steps);
        *steps = array;
        if (!reserved) {
            return false;
        }
        (*steps)[*count] = wend__bytes(path.data + from, to - from);
        *count += 1;
        start = at + 1;
    }
    return true;
}

/*
 * Up to 2^53 both operands are exact doubles, and a division of doubles rounds once. Above, the
 * quotient is formed in integers with at least 60 bits; a rest sets its lowest bit, which lies
 * below the 53 that stay, so that the conversion rounds as the true quotient would.
 */
double wend__us_to_seconds(wend_int128 us) {
    wend_uint128 size = us < 0 ? -(wend_uint128)us : (wend_uint128)us;
    double seconds;
    if (size <= UINT64_C(1) << 53) {
        seconds = (double)(uint64_t)size / US_PER_SECOND;
    } else {
        int shift = size >> 80 == 0 ? 30 : 0;
        wend_uint128 scaled = size << shift;
        wend_uint128 quotient = scaled / US_PER_SECOND;
        quotient |= scaled % US_PER_SECOND != 0 ? 1U : 0U;
        seconds = ldexp((double)quotient, -shift);
    }
    return us < 0 ? -seconds : seconds;
}

bool wend__us_from_seconds(double seconds, wend_int128 *us) {
    double size = fabs(seconds);
    if (!(size < 0x1p100)) {
        return false;
    }
    int exponent;
    /* size = mantissa * 2^exponent, mantissa a whole number below 2^53 */
    wend_uint128 mantissa = (wend_uint128)(uint64_t)ldexp(frexp(size, &exponent), 53);
    exponent -= 53;
    wend_uint128 scaled = mantissa * US_PER_SECOND;
    if (exponent >= 0) {
        scaled <<= exponent;
    } else if (exponent > -100) {
        scaled = (scaled + ((wend_uint128)1 << (-exponent - 1))) >> -exponent;
    } else {
        scaled = 0;
    }
    *us = seconds < 0 ? -(wend_int128)scaled : (wend_int128)scaled;
    return true;
}

bool wend__decimal38_fits(wend_int128 sum) {
    const uint64_t ten_to_19 = UINT64_C(10000000000000000000);
    wend_int128 end = (wend_int128)ten_to_19 * ten_to_19;
    return sum < end && sum > -end;
}

bool wend__decimal18_fits(wend_int128 sum) {
    return sum < WEND_DECIMAL18_END && sum > -WEND_DECIMAL18_END;
}

bool wend__sketch_seconds(const struct wend_sketch *sketch, uint32_t percent, double *seconds) {
    int64_t us = wend__sketch_quantile(sketch, percent, 100);
    *seconds = us < 0 ? 0 : wend__us_to_seconds(us);
    return us >= 0;
}

void wend__hash128_format(struct wend_hash128 hash, char text[WEND_HASH_HEX_LEN]) {
    format_hex(hash.high, text);
    format_hex(hash.low, text + 16);
}

bool wend__hash128_parse(struct wend_bytes text, struct wend_hash128 *hash) {
    uint64_t halves[2] = {0, 0};
    if (text.len != WEND_HASH_HEX_LEN) {
        return false;
    }
    for (unsigned i = 0; i < WEND_HASH_HEX_LEN; i++) {
        uint8_t digit = text.data[i];
        bool is_number = digit >= '0' && digit <= '9';
        if (!is_number && !(digit >= 'a' && digit <= 'f')) {
            return false;
        }
        halves[i / 16] = halves[i / 16] << 4 | (uint64_t)(digit - (is_number ? '0' : 'a' - 10));
    }
    *hash = (struct wend_hash128){halves[0], halves[1]};
    return true;
}
