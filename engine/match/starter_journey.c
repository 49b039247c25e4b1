/* The part of a starter file about touchpoints and journeys. */
#include "match/starter_internal.h"

#include "base/utf8.h"
#include "match/match_url.h"

enum {
    NAME_BYTES_MAX = 200,
    STAGE_NAMES_MAX = 12,
    PREFIXES_MAX = 5,
    RULE_BYTES = 31,
    RULE_COLUMN_MAX = 92,
    STAGE_COLUMN = 28
};

bool wend__starter_names_init(struct wend_starter_names *names,
                              const struct wend_inferred *inferred) {
    const struct wend_sample_field *field = inferred->event;
    if (field == NULL) {
        return true;
    }
    bool is_url = inferred->path_name != NULL;
    for (uint32_t i = 0; i < field->value_count; i++) {
        struct wend_bytes value = field->values[i].value;
        struct wend_bytes raw = is_url ? wend__url_path(value) : value;
        if (raw.data == NULL || raw.len > NAME_BYTES_MAX || !wend__utf8_is_valid(raw)) {
            names->left_out++;
            continue;
        }
        struct wend_starter_name *name = &names->items[names->count++];
        name->raw = raw;
        name->records = field->values[i].count;
        if (!wend__name_clean(raw, &name->clean)) {
            return false;
        }
    }
    names->is_complete = !is_url && field->distinct_count <= WEND_INFER_FEW_NAMES;
    return true;
}

void wend__starter_names_deinit(struct wend_starter_names *names) {
    for (uint32_t i = 0; i < WEND_SAMPLE_VALUES; i++) {
        wend__buffer_deinit(&names->items[i].clean);
    }
}

static bool is_same_name(const struct wend_starter_name *a, const struct wend_starter_name *b) {
    return wend__bytes_equal(wend__buffer_view(&a->clean), wend__buffer_view(&b->clean));
}

/* Two raw names may be one once they are clean; the first stands for both. */
static bool is_repeat(const struct wend_starter_names *names, uint32_t index) {
    for (uint32_t i = 0; i < index; i++) {
        if (is_same_name(&names->items[i], &names->items[index])) {
            return true;
        }
    }
    return false;
}

/* Where the notes of the rules stand: behind the longest, unless that is too long for a line. */
static size_t note_column(const struct wend_starter_names *names) {
    size_t longest = 0;
    for (uint32_t i = 0; i < names->count; i++) {
        longest = names->items[i].raw.len > longest ? names->items[i].raw.len : longest;
    }
    size_t column = RULE_BYTES + 2 * longest;
    return column < RULE_COLUMN_MAX ? column : RULE_COLUMN_MAX;
}

static void write_rule(struct wend_writer *writer, const struct wend_starter_names *names,
                       uint32_t index) {
    const struct wend_starter_name *name = &names->items[index];
    uint64_t records = 0;
    uint32_t count = 0;
    for (uint32_t i = index; i < names->count; i++) {
        bool is_same = is_same_name(&names->items[i], name);
        count += is_same;
        records += is_same ? names->items[i].records : 0;
    }
    wend__write(writer, "  - {name: ");
    wend__write_name(writer, wend__buffer_view(&name->clean));
    wend__write(writer, count > 1 ? ", when: {event: [" : ", when: {event: ");
    wend__write_scalar(writer, name->raw);
    for (uint32_t i = index + 1; i < names->count; i++) {
        if (is_same_name(&names->items[i], name)) {
            wend__write(writer, ", ");
            wend__write_scalar(writer, names->items[i].raw);
        }
    }
    wend__write(writer, count > 1 ? "]}}" : "}}");
    wend__write_pad(writer, note_column(names));
    wend__write(writer, "# %llu\n", (unsigned long long)records);
}

/* The part of a path up to its second slash, or nothing. */
static struct wend_bytes first_folder(struct wend_bytes path) {
    const uint8_t *slash =
        path.len < 2 || path.data[0] != '/' ? NULL : memchr(path.data + 1, '/', path.len - 1);
    return slash == NULL ? WEND_BYTES_ABSENT
                         : wend__bytes(path.data, (size_t)(slash - path.data) + 1);
}

static void write_examples(struct wend_writer *writer, const struct wend_starter_names *names) {
    struct wend_bytes seen[PREFIXES_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < names->count && count < PREFIXES_MAX; i++) {
        struct wend_bytes folder = first_folder(names->items[i].raw);
        bool is_new = folder.data != NULL && wend__name_is_clean(folder);
        for (uint32_t k = 0; k < count && is_new; k++) {
            is_new = !wend__bytes_equal(seen[k], folder);
        }
        if (is_new) {
            seen[count++] = folder;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        wend__write(writer, "#   - {name: ");
        wend__write_name(writer, wend__bytes(seen[i].data + 1, seen[i].len - 2));
        wend__write(writer, ", when: {event: {prefix: ");
        wend__write_scalar(writer, seen[i]);
        wend__write(writer, "}}}\n");
    }
    for (uint32_t i = 0; i < names->count && i < PREFIXES_MAX && count == 0; i++) {
        wend__write(writer, "#   - {name: ");
        wend__write_name(writer, wend__buffer_view(&names->items[i].clean));
        wend__write(writer, ", when: {event: ");
        wend__write_scalar(writer, names->items[i].raw);
        wend__write(writer, "}}\n");
    }
}

void wend__starter_touchpoints(struct wend_writer *writer, const struct wend_starter_names *names,
                               const struct wend_inferred *inferred,
                               const struct wend_journey_template *journey) {
    if (!names->is_complete) {
        wend__write(writer,
                    "# Touchpoints. Without this list every event name is one%s. The first "
                    "rule that fits counts.\n# touchpoints:\n",
                    inferred->event == NULL ? " (and this file maps none)" : "");
        write_examples(writer, names);
        wend__write(writer, "#   - {name: other, when: {event: {present: true}}}\n\n");
        return;
    }
    wend__write(writer,
                "# Touchpoints, the most frequent first, with their records in the sample. The "
                "first rule that\n# fits counts; the last one gives every other event its own "
                "name.\ntouchpoints:\n");
    for (uint32_t i = 0; i < names->count; i++) {
        struct wend_bytes clean = wend__buffer_view(&names->items[i].clean);
        bool is_used = journey == NULL || wend__starter_stage(journey, clean) != WEND_NO_STAGE;
        if (is_used && !is_repeat(names, i)) {
            write_rule(writer, names, i);
        }
    }
    wend__write(writer, "  - {name: \"{event}\"}\n");
    if (names->left_out > 0) {
        wend__write(writer, "  # %u names that are long, or no UTF-8, come by the last rule\n",
                    (unsigned)names->left_out);
    }
    wend__write(writer, "\n");
}

/* Writes the touchpoints of a stage as a list; returns how many there are. */
static uint32_t write_stage_names(struct wend_writer *writer,
                                  const struct wend_starter_names *names,
                                  const struct wend_journey_template *journey, uint32_t stage) {
    uint32_t count = 0;
    wend__write(writer, "[");
    for (uint32_t i = 0; i < names->count; i++) {
        struct wend_bytes clean = wend__buffer_view(&names->items[i].clean);
        if (wend__starter_stage(journey, clean) == stage && !is_repeat(names, i) &&
            (names->is_complete || count < STAGE_NAMES_MAX)) {
            wend__write(writer, count++ == 0 ? "" : ", ");
            wend__write_scalar(writer, clean);
        }
    }
    wend__write(writer, "]");
    return count;
}

static uint32_t count_stage_names(const struct wend_starter_names *names,
                                  const struct wend_journey_template *journey, uint32_t stage) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < names->count; i++) {
        count += wend__starter_stage(journey, wend__buffer_view(&names->items[i].clean)) == stage;
    }
    return count;
}

void wend__starter_journey(struct wend_writer *writer, const struct wend_starter_names *names,
                           const struct wend_journey_template *journey) {
    bool has_stages = false;
    for (uint32_t i = 0; i < journey->stage_count; i++) {
        has_stages = has_stages || count_stage_names(names, journey, i) > 0;
    }
    bool has_goal = count_stage_names(names, journey, journey->goal) > 0;
    wend__write(writer,
                "# A journey %s: a customer's way, over all sessions.\n"
                "# Which touchpoints are in which stage was guessed from their names; move them "
                "as you see fit.\njourneys:\n  - name: %s\n    timeout: %s",
                journey->purpose, journey->name, journey->timeout);
    wend__write_pad(writer, STAGE_COLUMN);
    wend__write(writer,
                "# without an event for so long it ends\n    %sgoal: ", has_goal ? "" : "# ");
    if (has_goal) {
        (void)write_stage_names(writer, names, journey, journey->goal);
        wend__write(writer, "\n");
    } else {
        wend__write(writer, "[touchpoint]  # no name looked like one\n");
    }
    if (journey->goes_on) {
        wend__write(writer, "    after_goal: continue");
        wend__write_pad(writer, STAGE_COLUMN);
        wend__write(writer, "# what follows the goal still belongs to the journey\n");
    }
    wend__write(writer, "    %sstages:\n", has_stages ? "" : "# ");
    for (uint32_t i = 0; i < journey->stage_count; i++) {
        bool is_used = count_stage_names(names, journey, i) > 0;
        wend__write(writer, "      %s- %s: ", is_used ? "" : "# ", journey->stages[i].name);
        if (is_used) {
            (void)write_stage_names(writer, names, journey, i);
            wend__write(writer, "\n");
        } else {
            wend__write(writer, "[touchpoint]  # no name looked like one\n");
        }
    }
    wend__write(writer, "\n");
}
