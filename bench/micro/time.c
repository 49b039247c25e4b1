/* Times as text to microseconds, in every form; 4,096 different ones of 28 days. */
#define BENCH_CLOCK CLOCK_THREAD_CPUTIME_ID
#include "bench.h"

#include "decode/time.h"

enum { TIMES = 4096, REPEATS = 500, ROOM = 48 };

struct work {
    char texts[TIMES][ROOM];
    struct wend_bytes times[TIMES];
    int64_t expected_us; /* the sum */
    struct wend_time_state state;
};

static void parse_all(void *context) {
    struct work *work = context;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        int64_t sum_us = 0;
        for (size_t i = 0; i < TIMES; i++) {
            int64_t ts_us;
            if (wend__time_parse(work->times[i], &work->state, &ts_us) != WEND_TIME_OK) {
                bench_check(false, "parse");
            }
            sum_us += ts_us;
        }
        bench_check(sum_us == work->expected_us, "sum");
    }
}

enum form { FORM_ISO, FORM_OFFSET, FORM_LOG, FORM_MILLISECONDS, FORM_COUNT };

static int write_time(char *out, enum form form, unsigned seconds, unsigned milliseconds) {
    unsigned day = 1 + seconds / 86400; /* of March 2025, which began at 1740787200 */
    unsigned hour = seconds / 3600 % 24;
    unsigned minute = seconds / 60 % 60;
    unsigned second = seconds % 60;
    switch (form) {
    case FORM_ISO:
        return snprintf(out, ROOM, "2025-03-%02uT%02u:%02u:%02u.%03uZ", day, hour, minute, second,
                        milliseconds);
    case FORM_OFFSET:
        return snprintf(out, ROOM, "2025-03-%02uT%02u:%02u:%02u.%03u+01:00", day, hour, minute,
                        second, milliseconds);
    case FORM_LOG:
        return snprintf(out, ROOM, "%02u/Mar/2025:%02u:%02u:%02u +0000", day, hour, minute, second);
    default:
        return snprintf(out, ROOM, "%llu",
                        (1740787200ULL + seconds) * 1000 + (unsigned long long)milliseconds);
    }
}

static void make_times(struct work *work, enum form form) {
    uint64_t state = 1;
    work->expected_us = 0;
    work->state = (struct wend_time_state){.unit = WEND_TIME_UNIT_MILLISECONDS};
    for (size_t i = 0; i < TIMES; i++) {
        unsigned seconds = (unsigned)(bench_random(&state) % (28 * 86400));
        unsigned milliseconds = (unsigned)(bench_random(&state) % 1000);
        int len = write_time(work->texts[i], form, seconds, milliseconds);
        work->times[i] = wend__bytes(work->texts[i], (size_t)len);
        work->expected_us += (INT64_C(1740787200) + seconds) * 1000000;
        work->expected_us += form == FORM_LOG ? 0 : milliseconds * INT64_C(1000);
        work->expected_us -= form == FORM_OFFSET ? INT64_C(3600000000) : 0;
    }
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    static struct work work;
    static const char *const names[FORM_COUNT] = {"time, ISO with milliseconds, Z",
                                                  "time, ISO with an offset", "time, access log",
                                                  "time, epoch milliseconds"};
    for (int form = 0; form < FORM_COUNT; form++) {
        make_times(&work, (enum form)form);
        bench_run(&bench, names[form], (uint64_t)TIMES * REPEATS, NULL, parse_all, &work);
    }
    return 0;
}
