#include "model/counters.h"

void wend__counters_add(struct wend_counters *sum, const struct wend_counters *more) {
    sum->read += more->read;
    sum->accepted += more->accepted;
    sum->filtered += more->filtered;
    for (uint32_t i = 0; i < WEND_REJECT_COUNT; i++) {
        sum->rejected[i] += more->rejected[i];
    }
    sum->late += more->late;
    sum->duplicate += more->duplicate;
    sum->unmatched += more->unmatched;
    sum->bad_value += more->bad_value;
    sum->sessions += more->sessions;
    for (uint32_t scope = 0; scope <= WEND_MAX_JOURNEYS; scope++) {
        for (uint32_t i = 0; i < WEND_OUTCOME_KINDS; i++) {
            sum->units[scope][i] += more->units[scope][i];
        }
    }
}

uint64_t wend__counters_rejected(const struct wend_counters *counters) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < WEND_REJECT_COUNT; i++) {
        sum += counters->rejected[i];
    }
    return sum;
}

bool wend__counters_balance(const struct wend_counters *counters) {
    return counters->read == counters->accepted + counters->filtered +
                                 wend__counters_rejected(counters) + counters->late +
                                 counters->duplicate;
}
