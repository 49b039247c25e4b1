/* What a trial of definitions found, as JSON. */
#include "check_sample.h"

#include "json.h"
#include "value.h"

static void add_text(struct wend_cli_text *out, const char *name,
                     const struct wend_cli_text *text) {
    wend__cli_json_text(out, name, wend__cli_text_string(text), text->len);
}

static void add_rejected(const struct wend_cli_sample *sample,
                         const struct wend_sample_summary *summary, struct wend_cli_text *out) {
    wend__cli_json_key(out, "rejected");
    wend__cli_text_add(out, "{");
    for (size_t i = 0; i < 4; i++) {
        wend__cli_json_count(out, wend__cli_sample_reasons[i], summary->rejected[i]);
    }
    wend__cli_text_add(out, "}");
    wend__cli_json_key(out, "examples");
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < WEND_CLI_SAMPLE_REASONS; i++) {
        const struct wend_cli_example *example = &sample->examples[i];
        if (example->number > 0) {
            wend__cli_json_begin(out);
            wend__cli_json_word(out, "reason", wend__cli_sample_reasons[i]);
            wend__cli_json_count(out, "record", example->number);
            add_text(out, "raw", &example->raw);
            wend__cli_text_add(out, "}");
        }
    }
    wend__cli_text_add(out, "]");
}

static void add_unmatched(const struct wend_cli_sample *sample, struct wend_cli_text *out) {
    const struct wend_cli_name_count *top[20];
    size_t count = wend__cli_sample_top(sample, top, 20);
    wend__cli_json_key(out, "unmatched_events");
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < count; i++) {
        wend__cli_json_begin(out);
        add_text(out, "event", &top[i]->name);
        wend__cli_json_count(out, "count", top[i]->count);
        wend__cli_text_add(out, "}");
    }
    wend__cli_text_add(out, "]");
}

static void add_rules(const struct wend_sample_summary *summary, struct wend_cli_text *out) {
    wend__cli_json_key(out, "touchpoints");
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < summary->rule_count; i++) {
        const struct wend_sample_rule *rule = &summary->rules[i];
        wend__cli_json_begin(out);
        wend__cli_json_text(out, "touchpoint", rule->name.data, rule->name.len);
        wend__cli_json_count(out, "line", rule->line);
        wend__cli_json_count(out, "events", rule->matches);
        wend__cli_text_add(out, "}");
    }
    wend__cli_text_add(out, "]");
}

static void add_events(const struct wend_cli_sample *sample,
                       const struct wend_sample_summary *summary, struct wend_cli_text *out) {
    struct wend_cli_text time = {0};
    wend__cli_json_key(out, "events");
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < sample->event_count; i++) {
        const struct wend_cli_sampled *event = &sample->events[i];
        wend__cli_text_clear(&time);
        wend__cli_time_add(event->ts_us, &time);
        wend__cli_json_begin(out);
        wend__cli_json_count(out, "record", event->number);
        add_text(out, "time", &time);
        add_text(out, "customer", &event->customer);
        if (event->matched) {
            add_text(out, "touchpoint", &event->touchpoint);
        } else {
            wend__cli_json_word(out, "touchpoint", NULL);
        }
        if (event->rule < summary->rule_count) {
            wend__cli_json_count(out, "line", summary->rules[event->rule].line);
        }
        wend__cli_text_add(out, "}");
    }
    wend__cli_text_add(out, "]");
    wend__cli_text_deinit(&time);
}

void wend__cli_sample_json(const struct wend_cli_sample *sample,
                           const struct wend_sample_summary *summary, struct wend_cli_text *out) {
    wend__cli_json_begin(out);
    wend__cli_json_word(out, "input", sample->input);
    wend__cli_json_word(out, "format", summary->format);
    wend__cli_json_count(out, "read", summary->read);
    wend__cli_json_count(out, "accepted", summary->accepted);
    wend__cli_json_count(out, "filtered", summary->filtered);
    wend__cli_json_count(out, "unmatched", summary->unmatched);
    add_rejected(sample, summary, out);
    add_unmatched(sample, out);
    add_rules(summary, out);
    add_events(sample, summary, out);
    wend__cli_text_add(out, "}");
}
