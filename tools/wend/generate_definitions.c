/* The definition file that fits the made-up events. */
#include "generate_answers.h"

#include <string.h>

static void add_stages(struct wend_cli_text *out, const char *const *names, size_t count,
                       bool checkout) {
    wend__cli_text_add(out, "    stages:\n");
    for (size_t stage = 0; stage < count; stage++) {
        wend__cli_text_add_format(out, "      - name: %s\n        touchpoints: [", names[stage]);
        bool first = true;
        for (size_t i = 0; i < WEND_CLI_EVENT_KINDS; i++) {
            const struct wend_cli_kind_info *info = &wend__cli_kinds[i];
            if ((checkout ? info->checkout : info->life) == stage + 1) {
                wend__cli_text_add_format(out, "%s%s", first ? "" : ", ", info->name);
                first = false;
            }
        }
        wend__cli_text_add(out, "]\n");
    }
}

/* Messages have no header to name the columns. */
static void add_format(struct wend_cli_text *out, bool csv, const char *topic) {
    if (!csv || topic == NULL) {
        wend__cli_text_add_format(out, "version: 1\nformat: %s\n", csv ? "csv" : "ndjson");
        return;
    }
    wend__cli_text_add_format(out, "version: 1\nformat: {kind: csv, header: no, columns: [%.*s]}\n",
                              (int)strcspn(wend__cli_csv_header, "\n"), wend__cli_csv_header);
}

void wend__cli_write_definitions(const struct wend_cli_world_options *options, bool csv,
                                 const char *topic, const char *brokers,
                                 struct wend_cli_text *out) {
    wend__cli_text_add(out, "# The made-up shop of `wend generate`; `wend help generate` tells "
                            "the story in it.\n");
    add_format(out, csv, topic);
    wend__cli_text_add(out, "time: time\ncustomer: user_id\nevent: event\nid: event_id\n"
                            "value: value\n\n"
                            "# scroll and heartbeat are no steps of a path.\n"
                            "touchpoints:\n");
    for (size_t i = 0; i < WEND_CLI_EVENT_KINDS; i++) {
        if (wend__cli_kinds[i].life > 0) {
            wend__cli_text_add_format(out, "  - name: %s\n    when: {event: %s}\n",
                                      wend__cli_kinds[i].name, wend__cli_kinds[i].name);
        }
    }
    wend__cli_text_add(out, "\nsessions:\n  gap: 30m\n\n"
                            "journeys:\n"
                            "  # A customer from the first contact to recommending the shop.\n"
                            "  - name: lifecycle\n"
                            "    goal: [order_completed]\n"
                            "    after_goal: continue\n"
                            "    timeout: 7d\n");
    add_stages(out, wend__cli_life_stages, WEND_CLI_LIFE_STAGES, false);
    wend__cli_text_add(out, "  # One try to buy what is in the cart.\n"
                            "  - name: checkout\n"
                            "    per: session\n"
                            "    start: [add_to_cart]\n"
                            "    goal: [order_completed]\n");
    add_stages(out, wend__cli_checkout_stages, WEND_CLI_CHECKOUT_STAGES, true);
    wend__cli_text_add_format(out,
                              "\nsegments:\n  - channel\n  - device: %s\n"
                              "\nwindow: %s\n",
                              csv ? "device" : "/context/device/type",
                              options->days >= 14 ? "7d" : "1d");
    if (topic != NULL) {
        wend__cli_text_add_format(out, "\nkafka:\n  brokers: \"%s\"\n  topics: \"%s\"\n", brokers,
                                  topic);
    }
}
