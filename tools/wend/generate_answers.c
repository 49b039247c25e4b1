#include "generate_answers.h"

/* struct wend_cli_customer.flags */
#define SEEN 1U
#define SESSION_CONVERTED 2U
#define LIFE_OPEN 4U
#define LIFE_CONVERTED 8U
#define CHECKOUT_OPEN 16U

static void end_session(struct wend_cli_answers *answers, struct wend_cli_customer *customer) {
    if ((customer->flags & CHECKOUT_OPEN) != 0) { /* such a journey ends with its session */
        answers->checkout.abandoned++;
    }
    customer->flags &= (uint8_t) ~(SESSION_CONVERTED | CHECKOUT_OPEN);
}

/* Stage by stage, as early as possible: the `ordered` funnel. */
static void reach(struct wend_cli_unit_counts *counts, uint8_t *reached, uint8_t stage) {
    if (stage == *reached + 1) {
        counts->reached[*reached]++;
        (*reached)++;
    }
}

/* `lifecycle`: any event opens it, a week of silence ends it, the order converts it. */
static void add_to_life(struct wend_cli_answers *answers, struct wend_cli_customer *customer,
                        const struct wend_cli_event *event) {
    bool open = (customer->flags & LIFE_OPEN) != 0;
    if (open && event->time_ms - customer->last_ms > WEND_CLI_TIMEOUT_MS) {
        answers->life.abandoned += (customer->flags & LIFE_CONVERTED) == 0 ? 1 : 0;
        open = false;
    }
    if (!open) {
        answers->life.units++;
        customer->life = 0;
        customer->flags &= (uint8_t)~LIFE_CONVERTED;
        customer->flags |= LIFE_OPEN;
    }
    reach(&answers->life, &customer->life, wend__cli_kinds[event->kind].life);
    if (event->kind == WEND_CLI_ORDER_COMPLETED && (customer->flags & LIFE_CONVERTED) == 0) {
        answers->life.converted++;
        customer->flags |= LIFE_CONVERTED;
    }
}

/* `checkout`: from add_to_cart to the order, inside a session. */
static void add_to_checkout(struct wend_cli_answers *answers, struct wend_cli_customer *customer,
                            const struct wend_cli_event *event) {
    if ((customer->flags & CHECKOUT_OPEN) == 0) {
        if (event->kind != WEND_CLI_ADD_TO_CART) {
            return;
        }
        answers->checkout.units++;
        customer->checkout = 0;
        customer->flags |= CHECKOUT_OPEN;
    }
    reach(&answers->checkout, &customer->checkout, wend__cli_kinds[event->kind].checkout);
    if (event->kind == WEND_CLI_ORDER_COMPLETED) {
        answers->checkout.converted++;
        customer->flags &= (uint8_t)~CHECKOUT_OPEN;
    }
}

void wend__cli_answers_add(struct wend_cli_answers *answers, struct wend_cli_customer *customer,
                           const struct wend_cli_event *event) {
    if (answers->events++ == 0) {
        answers->first_ms = event->time_ms;
    }
    answers->last_ms = event->time_ms;
    answers->by_kind[event->kind]++;
    answers->value_cents += event->value_cents;
    answers->unmatched += wend__cli_kinds[event->kind].life == 0 ? 1 : 0;
    if ((customer->flags & SEEN) == 0) {
        customer->flags = SEEN;
        answers->customers++;
        answers->sessions++;
    } else if (event->time_ms - customer->last_ms > WEND_CLI_GAP_MS) {
        end_session(answers, customer);
        answers->sessions++;
    }
    add_to_life(answers, customer, event);
    add_to_checkout(answers, customer, event);
    if (event->kind == WEND_CLI_ORDER_COMPLETED && (customer->flags & SESSION_CONVERTED) == 0) {
        answers->sessions_converted++;
        customer->flags |= SESSION_CONVERTED;
    }
    customer->last_ms = event->time_ms;
    customer->stage = wend__cli_kinds[event->kind].life;
}

void wend__cli_answers_finish(struct wend_cli_answers *answers,
                              const struct wend_cli_customer *customers, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        unsigned flags = customers[i].flags;
        answers->checkout.abandoned += (flags & CHECKOUT_OPEN) != 0 ? 1 : 0;
        if ((flags & LIFE_OPEN) == 0 || (flags & LIFE_CONVERTED) != 0) {
            continue;
        }
        if (answers->last_ms > customers[i].last_ms + WEND_CLI_TIMEOUT_MS) {
            answers->life.abandoned++;
        } else {
            answers->life.still_open++;
        }
    }
}

void wend__cli_answers_line(struct wend_cli_answers *answers, int64_t time_ms, bool copy,
                            int64_t lateness_ms) {
    answers->lines++;
    answers->copies += copy ? 1 : 0;
    if (answers->mark_ms > 0 && time_ms < answers->mark_ms - lateness_ms) {
        answers->late++;
        answers->late_copies += copy ? 1 : 0;
    } else if (time_ms > answers->mark_ms) {
        answers->mark_ms = time_ms;
    }
}

static void add_units(struct wend_cli_text *out, const char *name,
                      const struct wend_cli_unit_counts *counts, const char *const *stages,
                      size_t stage_count) {
    wend__cli_text_add_format(
        out,
        "    \"%s\": {\n      \"units\": %llu,\n      \"converted\": %llu,\n"
        "      \"abandoned\": %llu,\n      \"still_open\": %llu,\n      \"reached\": {",
        name, (unsigned long long)counts->units, (unsigned long long)counts->converted,
        (unsigned long long)counts->abandoned, (unsigned long long)counts->still_open);
    for (size_t i = 0; i < stage_count; i++) {
        wend__cli_text_add_format(out, "%s\"%s\": %llu", i == 0 ? "" : ", ", stages[i],
                                  (unsigned long long)counts->reached[i]);
    }
    wend__cli_text_add(out, "}\n    }");
}

static void add_number(struct wend_cli_text *out, const char *name, uint64_t number) {
    wend__cli_text_add_format(out, "  \"%s\": %llu,\n", name, (unsigned long long)number);
}

static void add_rejected(const struct wend_cli_answers *answers, struct wend_cli_text *out) {
    const uint64_t *faults = answers->faults;
    wend__cli_text_add_format(
        out,
        "  \"rejected\": {\"shape\": %llu, \"time\": %llu, \"customer\": %llu, "
        "\"future\": %llu},\n",
        (unsigned long long)faults[WEND_CLI_FAULT_CUT] + faults[WEND_CLI_FAULT_GARBAGE],
        (unsigned long long)faults[WEND_CLI_FAULT_TIME],
        (unsigned long long)faults[WEND_CLI_FAULT_CUSTOMER],
        (unsigned long long)faults[WEND_CLI_FAULT_FUTURE]);
}

/* What a replay with the bound counts, where it differs. */
static void add_bounded(const struct wend_cli_answers *answers, int64_t lateness_ms,
                        struct wend_cli_text *out) {
    uint64_t duplicates = answers->copies - answers->late_copies;
    uint64_t accepted = answers->events + answers->copies - answers->late - duplicates;
    wend__cli_text_add_format(out,
                              "  \"with_lateness\": {\"lateness_ms\": %lld, \"accepted\": %llu, "
                              "\"late\": %llu, \"duplicate\": %llu},\n",
                              (long long)lateness_ms, (unsigned long long)accepted,
                              (unsigned long long)answers->late, (unsigned long long)duplicates);
}

void wend__cli_answers_json(const struct wend_cli_answers *answers,
                            const struct wend_cli_world_options *options, int64_t lateness_ms,
                            struct wend_cli_text *out) {
    struct wend_cli_writer writer = {0};
    char first[32];
    char last[32];
    *wend__cli_write_time(&writer, answers->first_ms, first) = '\0';
    *wend__cli_write_time(&writer, answers->last_ms, last) = '\0';
    wend__cli_text_add(out, "{\n");
    add_number(out, "seed", options->seed);
    add_number(out, "read", answers->lines);
    add_number(out, "accepted", answers->events);
    add_rejected(answers, out);
    add_number(out, "late", 0);
    add_number(out, "duplicate", answers->copies);
    add_number(out, "unmatched", answers->unmatched);
    add_number(out, "bad_value", 0);
    add_bounded(answers, lateness_ms, out);
    wend__cli_text_add_format(out, "  \"first_time\": \"%s\",\n  \"last_time\": \"%s\",\n", first,
                              last);
    add_number(out, "customers", answers->customers);
    add_number(out, "sessions", answers->sessions);
    add_number(out, "sessions_converted", answers->sessions_converted);
    wend__cli_text_add_format(out, "  \"value_sum\": \"%llu.%02llu\",\n",
                              (unsigned long long)answers->value_cents / 100,
                              (unsigned long long)answers->value_cents % 100);
    wend__cli_text_add(out, "  \"journeys\": {\n");
    add_units(out, "lifecycle", &answers->life, wend__cli_life_stages, WEND_CLI_LIFE_STAGES);
    wend__cli_text_add(out, ",\n");
    add_units(out, "checkout", &answers->checkout, wend__cli_checkout_stages,
              WEND_CLI_CHECKOUT_STAGES);
    wend__cli_text_add(out, "\n  },\n  \"events\": {");
    for (size_t i = 0; i < WEND_CLI_EVENT_KINDS; i++) {
        wend__cli_text_add_format(out, "%s\n    \"%s\": %llu", i == 0 ? "" : ",",
                                  wend__cli_kinds[i].name, (unsigned long long)answers->by_kind[i]);
    }
    wend__cli_text_add(out, "\n  }\n}\n");
}
