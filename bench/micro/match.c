/* The match of one record: plain event names, and 32 rules over event and URL. */
#include "bench.h"

#include "match/matcher_internal.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { RECORDS = 2 * 1000 * 1000, RULES = 32, VALUES = 20000, NAMES = 40 };

struct work {
    struct wend_ruleset ruleset;
    struct wend_hit_layout layout;
    struct wend_field fields[3];
    struct wend_touchpoint_rule rules[RULES];
    struct wend_bytes names[RULES];
    struct wend_bytes texts[RULES];
    struct wend_test tests[RULES];
    struct wend_condition conditions[RULES];
    struct wend_template_part event_part;
    struct wend_regex regex;
    struct pcre2_real_code_8 *code;
    struct wend_matcher *matcher;
    struct wend_bytes events[NAMES];
    struct wend_bytes urls[VALUES];
    uint32_t *order; /* RECORDS of them: which event and URL */
    uint64_t touched;
};

static char text_memory[VALUES + NAMES + 2 * RULES][48];
static size_t text_count;

static struct wend_bytes text_of(const char *format, unsigned n) {
    char *text = text_memory[text_count++];
    int len = snprintf(text, sizeof text_memory[0], format, n);
    return wend__bytes(text, (size_t)len);
}

static void make_rule(struct work *work, uint32_t i) {
    struct wend_test *test = &work->tests[i];
    *test = (struct wend_test){.on_true = WEND_TEST_TRUE,
                               .on_false = WEND_TEST_FALSE,
                               .texts = &work->texts[i],
                               .text_count = 1};
    if (i < 28) {
        work->texts[i] = text_of("event_%u", i);
    } else {
        static const char *const patterns[] = {"/account/", "*/product/*7", "*/help/*", ""};
        work->texts[i] = wend__bytes_text(patterns[i - 28]);
        test->field = 1;
        test->kind = i == 28 ? WEND_TEST_PREFIX : i == 31 ? WEND_TEST_REGEX : WEND_TEST_GLOB;
    }
    work->conditions[i] = (struct wend_condition){test, 1};
    work->names[i] = text_of("touchpoint %u", i);
    work->rules[i] =
        (struct wend_touchpoint_rule){.condition = &work->conditions[i], .fixed_name = i};
}

static void prepare_work(struct work *work) {
    int error;
    size_t offset;
    work->code = pcre2_compile((PCRE2_SPTR) "/product/[0-9]+$", PCRE2_ZERO_TERMINATED,
                               PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &offset, NULL);
    bench_check(work->code != NULL, "regex");
    (void)pcre2_jit_compile(work->code, PCRE2_JIT_COMPLETE);
    work->regex = (struct wend_regex){&work->code, 1, 1};
    work->event_part.field = 0;
    for (uint32_t i = 0; i < RULES; i++) {
        make_rule(work, i);
    }
    for (uint32_t i = 0; i < NAMES; i++) {
        work->events[i] = text_of("event_%u", i);
    }
    for (uint32_t i = 0; i < VALUES; i++) {
        work->urls[i] = text_of("https://shop.example/product/%u", i);
    }
    work->order = malloc(RECORDS * sizeof *work->order);
    bench_check(work->order != NULL, "memory");
    work->ruleset = (struct wend_ruleset){
        .fields = work->fields,
        .field_count = 2,
        .id_field = WEND_NO_FIELD,
        .value_field = WEND_NO_FIELD,
        .event = {&work->event_part, 1},
        .rules = work->rules,
        .names = work->names,
        .regexes = &work->regex,
        .sessions.key_field = WEND_NO_FIELD,
        .max_touchpoints = WEND_MAX_TOUCHPOINTS,
    };
}

static void open_matcher(struct work *work, bool with_rules) {
    wend__matcher_destroy(work->matcher);
    work->ruleset.has_touchpoint_list = with_rules;
    work->ruleset.rule_count = with_rules ? RULES : 0;
    work->ruleset.name_count = with_rules ? RULES : 0;
    wend__hit_layout_init(&work->layout, &work->ruleset);
    bench_check(wend__matcher_create(&work->ruleset, &work->layout, 7, &work->matcher, NULL) ==
                    WEND_OK,
                "matcher");
}

static void match_all(void *context) {
    struct work *work = context;
    union {
        struct wend_hit hit;
        uint8_t bytes[WEND_HIT_BYTES_MAX + 8];
    } out;
    memset(&out, 0, sizeof out);
    for (size_t i = 0; i < RECORDS; i++) {
        uint32_t url = work->order[i];
        struct wend_bytes row[3] = {work->events[url % NAMES], work->urls[url], WEND_BYTES_ABSENT};
        bench_check(wend__matcher_begin(work->matcher, row) &&
                        wend__matcher_hit(work->matcher, &out.hit, NULL) == WEND_OK,
                    "match");
        work->touched += out.hit.touchpoint;
    }
}

/* Skewed: a number is drawn from those below a number that is drawn. */
static void draw(struct work *work, uint32_t distinct) {
    uint64_t state = 1;
    for (size_t i = 0; i < RECORDS; i++) {
        uint64_t end = 1 + bench_random(&state) % distinct;
        work->order[i] = (uint32_t)(bench_random(&state) % end);
    }
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    static struct work work;
    prepare_work(&work);
    draw(&work, VALUES);
    open_matcher(&work, false);
    bench_run(&bench, "match, 40 event names", RECORDS, NULL, match_all, &work);
    open_matcher(&work, true);
    bench_run(&bench, "match, 32 rules, 20000 urls", RECORDS, NULL, match_all, &work);
    draw(&work, 400);
    bench_run(&bench, "match, 32 rules, 400 urls", RECORDS, NULL, match_all, &work);
    work.matcher->use_memo = false;
    bench_run(&bench, "match, 32 rules, 400 urls, no memo", RECORDS, NULL, match_all, &work);
    work.fields[2] = (struct wend_field){.kind = WEND_FIELD_URL_PATH, .source = 1};
    work.ruleset.field_count = 3;
    open_matcher(&work, false);
    bench_run(&bench, "match, 40 event names, a url's path", RECORDS, NULL, match_all, &work);
    wend__matcher_destroy(work.matcher);
    pcre2_code_free(work.code);
    free(work.order);
    return 0;
}
