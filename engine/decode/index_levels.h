/*
 * index_levels.h: stage one of each level; not included from outside. index.h tells what they do.
 */
#ifndef WEND_DECODE_INDEX_LEVELS_H
#define WEND_DECODE_INDEX_LEVELS_H

#include "decode/index.h"

void wend__index_delimited_portable(struct wend_index *index, const uint8_t *bytes, size_t len,
                                    bool is_end, uint32_t max_lines, uint8_t separator);
void wend__index_portable(struct wend_index *index, const uint8_t *bytes, size_t len, bool is_end,
                          uint32_t max_lines);
#if defined(__x86_64__)
void wend__index_delimited_avx2(struct wend_index *index, const uint8_t *bytes, size_t len,
                                bool is_end, uint32_t max_lines, uint8_t separator);
void wend__index_avx2(struct wend_index *index, const uint8_t *bytes, size_t len, bool is_end,
                      uint32_t max_lines);
void wend__index_delimited_avx512(struct wend_index *index, const uint8_t *bytes, size_t len,
                                  bool is_end, uint32_t max_lines, uint8_t separator);
void wend__index_avx512(struct wend_index *index, const uint8_t *bytes, size_t len, bool is_end,
                        uint32_t max_lines);
#endif

/*
 * Checking UTF-8 by three look-ups of four bits each (John Keiser and Daniel Lemire, "Validating
 * UTF-8 In Less Than One Instruction Per Byte", 2021). Each bit is one fault that two neighbouring
 * bytes can have; the tables say which faults a half of a byte is compatible with, and what all
 * three have in common is there. TWO_CONTS is no fault where a longer sequence calls for it.
 */
enum {
    UTF8_TOO_SHORT = 1,
    UTF8_TOO_LONG = 2,
    UTF8_OVERLONG_3 = 4,
    UTF8_TOO_LARGE = 8,
    UTF8_SURROGATE = 16,
    UTF8_OVERLONG_2 = 32,
    UTF8_TOO_LARGE_1000 = 64,
    UTF8_OVERLONG_4 = 64,
    UTF8_TWO_CONTS = 128,
    UTF8_CARRY = UTF8_TOO_SHORT | UTF8_TOO_LONG | UTF8_TWO_CONTS,
    UTF8_LARGE = UTF8_CARRY | UTF8_TOO_LARGE,
    UTF8_LARGER = UTF8_LARGE | UTF8_TOO_LARGE_1000,
    UTF8_ANY_CONT = UTF8_TOO_LONG | UTF8_OVERLONG_2 | UTF8_TWO_CONTS
};

/* By the high half of the first byte, its low half, the high half of the second byte. */
static const uint8_t utf8_first_high[16] = {UTF8_TOO_LONG,
                                            UTF8_TOO_LONG,
                                            UTF8_TOO_LONG,
                                            UTF8_TOO_LONG,
                                            UTF8_TOO_LONG,
                                            UTF8_TOO_LONG,
                                            UTF8_TOO_LONG,
                                            UTF8_TOO_LONG,
                                            UTF8_TWO_CONTS,
                                            UTF8_TWO_CONTS,
                                            UTF8_TWO_CONTS,
                                            UTF8_TWO_CONTS,
                                            UTF8_TOO_SHORT | UTF8_OVERLONG_2,
                                            UTF8_TOO_SHORT,
                                            UTF8_TOO_SHORT | UTF8_OVERLONG_3 | UTF8_SURROGATE,
                                            UTF8_TOO_SHORT | UTF8_TOO_LARGE | UTF8_TOO_LARGE_1000 |
                                                UTF8_OVERLONG_4};
static const uint8_t utf8_first_low[16] = {UTF8_CARRY | UTF8_OVERLONG_3 | UTF8_OVERLONG_2 |
                                               UTF8_OVERLONG_4,
                                           UTF8_CARRY | UTF8_OVERLONG_2,
                                           UTF8_CARRY,
                                           UTF8_CARRY,
                                           UTF8_LARGE,
                                           UTF8_LARGER,
                                           UTF8_LARGER,
                                           UTF8_LARGER,
                                           UTF8_LARGER,
                                           UTF8_LARGER,
                                           UTF8_LARGER,
                                           UTF8_LARGER,
                                           UTF8_LARGER,
                                           UTF8_LARGER | UTF8_SURROGATE,
                                           UTF8_LARGER,
                                           UTF8_LARGER};
static const uint8_t utf8_second_high[16] = {UTF8_TOO_SHORT,
                                             UTF8_TOO_SHORT,
                                             UTF8_TOO_SHORT,
                                             UTF8_TOO_SHORT,
                                             UTF8_TOO_SHORT,
                                             UTF8_TOO_SHORT,
                                             UTF8_TOO_SHORT,
                                             UTF8_TOO_SHORT,
                                             UTF8_ANY_CONT | UTF8_OVERLONG_3 | UTF8_TOO_LARGE_1000 |
                                                 UTF8_OVERLONG_4,
                                             UTF8_ANY_CONT | UTF8_OVERLONG_3 | UTF8_TOO_LARGE,
                                             UTF8_ANY_CONT | UTF8_SURROGATE | UTF8_TOO_LARGE,
                                             UTF8_ANY_CONT | UTF8_SURROGATE | UTF8_TOO_LARGE,
                                             UTF8_TOO_SHORT,
                                             UTF8_TOO_SHORT,
                                             UTF8_TOO_SHORT,
                                             UTF8_TOO_SHORT};

#endif
