/*
 * Time stamps of any bytes: in range or unreadable, and an inferred unit is asked for once. What is
 * read by words is what is read byte by byte.
 */
#include "base/limits.h"
#include "decode/time_words.h"
#include "decode_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool parse(struct wend_bytes text, const struct wend_time_state *state, int64_t *ts_us) {
    enum wend_time_result result = wend__time_parse(text, state, ts_us);
    int64_t plain_us = INT64_MIN;
    int64_t words_us = INT64_MIN;
    FUZZ_REQUIRE(wend__time_parse_plain(text, state, &plain_us) == result);
    FUZZ_REQUIRE(result != WEND_TIME_OK || plain_us == *ts_us);
    if (wend__time_words(text, state, &words_us)) {
        FUZZ_REQUIRE(result == WEND_TIME_OK && words_us == plain_us);
    }
    FUZZ_REQUIRE(result != WEND_TIME_NEEDS_UNIT || state->unit == WEND_TIME_UNIT_AUTO);
    FUZZ_REQUIRE(result != WEND_TIME_OK ||
                 (*ts_us >= WEND_TIME_MIN_US && *ts_us < WEND_TIME_END_US));
    return result == WEND_TIME_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct wend_bytes text = wend__bytes(data, size);
    int64_t first = 0;
    for (int unit = WEND_TIME_UNIT_AUTO; unit <= WEND_TIME_UNIT_NANOSECONDS; unit++) {
        struct wend_time_state state = {(enum wend_time_unit)unit, false};
        int64_t ts_us = 0;
        bool is_read = parse(text, &state, &ts_us);
        bool is_inferred = wend__time_infer(text, &state);
        FUZZ_REQUIRE(!is_inferred || (!is_read && unit == WEND_TIME_UNIT_AUTO));
        if (is_inferred && parse(text, &state, &ts_us)) {
            struct wend_time_state declared = {state.unit, false};
            FUZZ_REQUIRE(parse(text, &declared, &first) && first == ts_us);
        }
    }
    return 0;
}
