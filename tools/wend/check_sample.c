#include "check_sample.h"

#include <stdlib.h>
#include <string.h>

#define EXAMPLE_BYTES 300U

const char *const wend__cli_sample_reasons[WEND_CLI_SAMPLE_REASONS] = {"shape", "time", "customer",
                                                                       "future", "filtered"};

static void keep_example(struct wend_cli_example *example, const struct wend_sampled_event *event) {
    if (example->number == 0) {
        example->number = event->number;
        size_t len = event->raw.len < EXAMPLE_BYTES ? event->raw.len : EXAMPLE_BYTES;
        wend__cli_text_add_bytes(&example->raw, event->raw.data, len);
    }
}

/* FNV-1a, 64 bits: names are few. */
static uint64_t hash(const char *text, size_t len) {
    uint64_t value = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < len; i++) {
        value = (value ^ (uint8_t)text[i]) * UINT64_C(0x100000001B3);
    }
    return value;
}

/* Counts the name; when the table is three quarters full only names that are in it. */
static void count_name(struct wend_cli_sample *sample, const char *name, size_t len) {
    if (sample->names == NULL) {
        size_t size = WEND_CLI_SAMPLE_NAMES * sizeof *sample->names;
        sample->names = wend__cli_alloc(size);
        memset(sample->names, 0, size);
    }
    for (uint64_t at = hash(name, len);; at++) {
        struct wend_cli_name_count *place = &sample->names[at % WEND_CLI_SAMPLE_NAMES];
        if (place->count == 0) {
            if (sample->name_count < WEND_CLI_SAMPLE_NAMES / 4 * 3) {
                wend__cli_text_add_bytes(&place->name, name, len);
                place->count = 1;
                sample->name_count++;
            }
            return;
        }
        if (place->name.len == len && memcmp(place->name.data, name, len) == 0) {
            place->count++;
            return;
        }
    }
}

static void keep_event(struct wend_cli_sample *sample, const struct wend_sampled_event *event) {
    if (sample->event_count == sample->kept_max) {
        return;
    }
    if (sample->event_count == sample->event_capacity) {
        sample->event_capacity = sample->event_capacity == 0 ? 32 : sample->event_capacity * 2;
        sample->events =
            wend__cli_realloc(sample->events, sample->event_capacity * sizeof *sample->events);
    }
    struct wend_cli_sampled *kept = &sample->events[sample->event_count++];
    *kept = (struct wend_cli_sampled){.number = event->number,
                                      .ts_us = event->ts_us,
                                      .matched = event->touchpoint.data != NULL,
                                      .rule = event->rule};
    wend__cli_text_add_bytes(&kept->customer, event->customer.data, event->customer.len);
    if (kept->matched) {
        wend__cli_text_add_bytes(&kept->touchpoint, event->touchpoint.data, event->touchpoint.len);
    }
}

bool wend__cli_sample_take(void *context, const struct wend_sampled_event *event) {
    struct wend_cli_sample *sample = context;
    if (event->reject != NULL) {
        for (size_t i = 0; i < WEND_CLI_SAMPLE_REASONS; i++) {
            if (strcmp(event->reject, wend__cli_sample_reasons[i]) == 0) {
                keep_example(&sample->examples[i], event);
            }
        }
        return true;
    }
    keep_event(sample, event);
    if (event->touchpoint.data == NULL) {
        keep_example(&sample->unmatched, event);
        if (event->name.data != NULL) {
            count_name(sample, event->name.data, event->name.len);
        }
    }
    return true;
}

static bool is_more(const struct wend_cli_name_count *a, const struct wend_cli_name_count *b) {
    if (a->count != b->count) {
        return a->count > b->count;
    }
    return strcmp(wend__cli_text_string(&a->name), wend__cli_text_string(&b->name)) < 0;
}

size_t wend__cli_sample_top(const struct wend_cli_sample *sample,
                            const struct wend_cli_name_count **top, size_t most) {
    size_t count = 0;
    for (size_t i = 0; sample->names != NULL && i < WEND_CLI_SAMPLE_NAMES; i++) {
        const struct wend_cli_name_count *name = &sample->names[i];
        if (name->count == 0 || (count == most && !is_more(name, top[count - 1]))) {
            continue;
        }
        size_t at = count < most ? count++ : count - 1;
        for (; at > 0 && is_more(name, top[at - 1]); at--) {
            top[at] = top[at - 1];
        }
        top[at] = name;
    }
    return count;
}

void wend__cli_sample_deinit(struct wend_cli_sample *sample) {
    for (size_t i = 0; i < sample->event_count; i++) {
        wend__cli_text_deinit(&sample->events[i].customer);
        wend__cli_text_deinit(&sample->events[i].touchpoint);
    }
    for (size_t i = 0; i < WEND_CLI_SAMPLE_REASONS; i++) {
        wend__cli_text_deinit(&sample->examples[i].raw);
    }
    for (size_t i = 0; sample->names != NULL && i < WEND_CLI_SAMPLE_NAMES; i++) {
        wend__cli_text_deinit(&sample->names[i].name);
    }
    wend__cli_text_deinit(&sample->unmatched.raw);
    free(sample->events);
    free(sample->names);
    *sample = (struct wend_cli_sample){0};
}
