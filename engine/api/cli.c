#include "api/cli.h"

#include "api/definitions_api.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/simd.h"
#include "match/starter.h"
#include "pipeline/sample_run.h"

const char *wend__instructions(void) {
    return wend__simd_name(wend__simd_choose());
}

static enum wend_status init_text(const char *input, const char *template_name,
                                  const struct wend_format *format,
                                  const struct wend_look_options *options, struct wend_buffer *out,
                                  struct wend_error *error) {
    struct wend_source_options source = {.max_window_log = options->max_window_log};
    struct wend_look look = {0};
    enum wend_status status = wend__look_at(input, format, &source, &look, NULL, error);
    if (status == WEND_OK) {
        status = wend__starter_write(&look.sampled.sample, template_name, out, error);
    }
    wend__look_deinit(&look);
    return status;
}

enum wend_status wend__init_text(const char *input, const char *template_name,
                                 const struct wend_look_options *options, char **text,
                                 struct wend_error *error) {
    *text = NULL;
    struct wend_format format;
    struct wend_buffer out = {0};
    WEND_TRY(wend__format_named(options->format, &format, error));
    enum wend_status status = init_text(input, template_name, &format, options, &out, error);
    if (status == WEND_OK) {
        *text = wend__copy_text(wend__buffer_view(&out).data, out.len);
        status = *text == NULL ? wend__fail_memory(error) : WEND_OK;
    }
    wend__buffer_deinit(&out);
    return status;
}

void wend__text_free(char *text) {
    wend__free(text);
}

struct sample_bridge {
    wend_sample_call *call;
    void *context;
    struct wend_sample_summary *summary;
};

static struct wend_text text_of(struct wend_bytes bytes) {
    return (struct wend_text){(const char *)bytes.data, bytes.len};
}

static const char *reject_name(const struct wend_sample_event *event) {
    static const char *const names[] = {
        [WEND_REJECT_NONE] = NULL,       [WEND_REJECT_SHAPE] = "shape",
        [WEND_REJECT_TIME] = "time",     [WEND_REJECT_CUSTOMER] = "customer",
        [WEND_REJECT_FUTURE] = "future",
    };
    return event->is_filtered ? "filtered" : names[event->reject];
}

static bool pass_event(void *context, const struct wend_sample_event *event) {
    struct sample_bridge *bridge = context;
    if (event->rule < bridge->summary->rule_count) {
        bridge->summary->rules[event->rule].matches++;
    }
    struct wend_sampled_event shown = {
        .number = event->number,
        .reject = reject_name(event),
        .raw = text_of(event->raw),
        .ts_us = event->ts_us,
        .customer = text_of(event->customer),
        .name = text_of(event->name),
        .touchpoint = text_of(event->touchpoint),
        .rule = event->rule,
        .has_value = event->has_value,
        .value = event->value,
    };
    if (shown.raw.len > 1000) {
        shown.raw.len = 1000;
    }
    return bridge->call(bridge->context, &shown);
}

/* The name as written in the definitions: fixed, or a template with its fields in braces. */
static bool rule_name(const struct wend_ruleset *ruleset, const struct wend_touchpoint_rule *rule,
                      struct wend_buffer *name) {
    if (rule->fixed_name != WEND_NO_FIELD) {
        struct wend_bytes fixed = ruleset->names[rule->fixed_name];
        return wend__buffer_append(name, fixed.data, fixed.len);
    }
    bool done = true;
    for (uint32_t i = 0; done && i < rule->name.part_count; i++) {
        const struct wend_template_part *part = &rule->name.parts[i];
        if (part->field == WEND_NO_FIELD) {
            done = wend__buffer_append(name, part->literal.data, part->literal.len);
        } else {
            struct wend_bytes field = ruleset->fields[part->field].name;
            done = wend__buffer_append(name, "{", 1) &&
                   wend__buffer_append(name, field.data, field.len) &&
                   wend__buffer_append(name, "}", 1);
        }
    }
    return done;
}

static bool make_rules(const struct wend_ruleset *ruleset, struct wend_sample_summary *summary) {
    summary->rules = wend__alloc_zeroed(ruleset->rule_count + 1U, sizeof *summary->rules);
    bool done = summary->rules != NULL;
    for (uint32_t i = 0; done && i < ruleset->rule_count; i++) {
        struct wend_buffer name = {0};
        done = rule_name(ruleset, &ruleset->rules[i], &name);
        char *copy = done ? wend__copy_text(wend__buffer_view(&name).data, name.len) : NULL;
        done = copy != NULL;
        summary->rules[i] =
            (struct wend_sample_rule){.name = {copy, name.len}, .line = ruleset->rules[i].line};
        summary->rule_count = i + 1;
        wend__buffer_deinit(&name);
    }
    return done;
}

void wend__sample_summary_deinit(struct wend_sample_summary *summary) {
    for (size_t i = 0; summary->rules != NULL && i < summary->rule_count; i++) {
        wend__free((void *)(uintptr_t)summary->rules[i].name.data);
    }
    wend__free(summary->rules);
    *summary = (struct wend_sample_summary){0};
}

static void fill_summary(struct wend_sample_summary *summary,
                         const struct wend_counters *counters) {
    summary->read = counters->read;
    summary->accepted = counters->accepted;
    summary->filtered = counters->filtered;
    summary->unmatched = counters->unmatched;
    for (uint32_t i = 0; i < 4; i++) {
        summary->rejected[i] = counters->rejected[WEND_REJECT_SHAPE + i];
    }
}

enum wend_status wend__sample_run(const struct wend_definitions *definitions, const char *input,
                                  uint64_t limit, const struct wend_look_options *options,
                                  wend_sample_call *call, void *context,
                                  struct wend_sample_summary *summary, struct wend_error *error) {
    *summary = (struct wend_sample_summary){0};
    struct wend_format declared = definitions->ruleset->format;
    if (options->format != NULL) {
        struct wend_format named;
        WEND_TRY(wend__format_named(options->format, &named, error));
        declared.kind = named.kind;
    }
    if (!make_rules(definitions->ruleset, summary)) {
        wend__sample_summary_deinit(summary);
        return wend__fail_memory(error);
    }
    struct wend_sample_options sample = {
        .ruleset = definitions->ruleset,
        .input = input,
        .format = &declared,
        .max_window_log = options->max_window_log,
        .limit = limit,
        .now_us = wend__clock_wall_us(),
    };
    struct sample_bridge bridge = {call, context, summary};
    struct wend_counters counters;
    _Static_assert(sizeof summary->format == WEND_DETECT_TEXT_BYTES, "one size of descriptions");
    enum wend_status status =
        wend__sample_records(&sample, pass_event, &bridge, &counters, summary->format, error);
    if (status != WEND_OK) {
        wend__sample_summary_deinit(summary);
        return status;
    }
    fill_summary(summary, &counters);
    return WEND_OK;
}
