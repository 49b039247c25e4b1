/*
 * The memo of the touchpoint rules: found where all values have been seen, and where there are more
 * than it holds, so that it forgets again and again.
 */
#define BENCH_CLOCK CLOCK_THREAD_CPUTIME_ID
#include "bench.h"

#include "match/match_memo.h"

enum { RECORDS = 2 * 1000 * 1000, VALUES_MAX = 200 * 1000, NAMES = 40, ROOM = 48 };

struct work {
    struct wend_memo memo;
    uint32_t fields[2];
    struct wend_bytes names[NAMES];
    struct wend_bytes urls[VALUES_MAX];
    uint32_t *order; /* RECORDS of them */
    uint64_t found;
};

static char texts[VALUES_MAX + NAMES][ROOM];

static void look_up(void *context) {
    struct work *work = context;
    work->found = 0;
    for (size_t i = 0; i < RECORDS; i++) {
        uint32_t number = work->order[i];
        struct wend_bytes row[2] = {work->names[number % NAMES], work->urls[number]};
        struct wend_memo_answer answer = {number % NAMES, number};
        uint32_t tag;
        bench_check(wend__memo_tag(&work->memo, row, &tag), "tag");
        if (wend__memo_find(&work->memo, row, tag, &answer)) {
            bench_check(answer.rule == number, "find");
            work->found++;
        } else {
            wend__memo_add(&work->memo, row, tag, answer);
        }
    }
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    static struct work work = {.fields = {0, 1}};
    static const uint32_t distinct[] = {400, 20000, VALUES_MAX};
    for (uint32_t i = 0; i < NAMES; i++) {
        int len = snprintf(texts[i], ROOM, "event_%u", (unsigned)i);
        work.names[i] = wend__bytes(texts[i], (size_t)len);
    }
    for (uint32_t i = 0; i < VALUES_MAX; i++) {
        char *text = texts[NAMES + i];
        int len = snprintf(text, ROOM, "https://shop.example/product/%u", (unsigned)i);
        work.urls[i] = wend__bytes(text, (size_t)len);
    }
    work.order = malloc(RECORDS * sizeof *work.order);
    bench_check(work.order != NULL, "memory");
    for (size_t d = 0; d < sizeof distinct / sizeof *distinct; d++) {
        char name[64];
        uint64_t state = 1;
        for (size_t i = 0; i < RECORDS; i++) {
            work.order[i] = (uint32_t)(bench_random(&state) % distinct[d]);
        }
        wend__memo_init(&work.memo, 7, work.fields, 2);
        (void)snprintf(name, sizeof name, "memo, event and url, %u urls", (unsigned)distinct[d]);
        bench_run(&bench, name, RECORDS, NULL, look_up, &work);
        wend__memo_deinit(&work.memo);
    }
    free(work.order);
    return 0;
}
