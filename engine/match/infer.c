#include "match/infer.h"

#include "base/status.h"

/* Below these many records nothing is said about how often values repeat. */
enum { SMALL_SAMPLE = 20, GUESSED_EVENT_NAMES_MAX = 100, LISTED_FIELDS = 30 };

static bool is_in_half(const struct wend_sample *sample, const struct wend_sample_field *field) {
    return field->count * 2 >= sample->record_count;
}

static bool is_time(const struct wend_sample_field *field) {
    return field->count > 0 && field->time_count * 10 >= field->count * 9;
}

static bool is_number(const struct wend_sample_field *field) {
    return field->count > 0 && field->number_count * 10 >= field->count * 9;
}

/* Logs hold bad times, which the run rejects; the field is the time nevertheless. */
static bool may_be_time(const struct wend_sample *sample, const struct wend_sample_field *field) {
    return field->time_count > 0 && field->time_count * 2 >= field->count &&
           is_in_half(sample, field);
}

static bool may_be_customer(const struct wend_sample *sample,
                            const struct wend_sample_field *field) {
    (void)sample;
    return !is_time(field) || is_number(field);
}

/* One address or one host for all of the records is the server's. */
static bool may_be_person(const struct wend_sample *sample, const struct wend_sample_field *field) {
    return is_in_half(sample, field) && may_be_customer(sample, field) &&
           (field->distinct_count > 1 || sample->record_count < SMALL_SAMPLE);
}

/* A name for nearly every record is a title, not the name of an event. */
static bool may_be_event(const struct wend_sample *sample, const struct wend_sample_field *field) {
    return is_in_half(sample, field) && field->number_count * 2 < field->count && !is_time(field) &&
           (field->distinct_count * 4 <= field->count * 3 || sample->record_count < SMALL_SAMPLE);
}

static bool may_be_url(const struct wend_sample *sample, const struct wend_sample_field *field) {
    return is_in_half(sample, field) && field->number_count * 2 < field->count && !is_time(field);
}

static bool may_be_id(const struct wend_sample *sample, const struct wend_sample_field *field) {
    return is_in_half(sample, field) && field->distinct_count * 100 >= field->count * 98;
}

static bool may_be_value(const struct wend_sample *sample, const struct wend_sample_field *field) {
    (void)sample;
    return is_number(field);
}

static bool may_be_session(const struct wend_sample *sample,
                           const struct wend_sample_field *field) {
    return is_in_half(sample, field) && (!is_time(field) || is_number(field));
}

static const struct wend_sample_field *find(const struct wend_sample *sample,
                                            enum wend_name_list list, wend_field_check *check) {
    uint32_t rank = UINT32_MAX;
    return wend__infer_named(sample, list, check, &rank);
}

/* The only field of texts that are times, or else the only one of numbers that may be. */
static const struct wend_sample_field *guess_time(const struct wend_sample *sample) {
    for (int pass = 0; pass < 2; pass++) {
        const struct wend_sample_field *found = NULL;
        uint32_t count = 0;
        for (uint32_t i = 0; i < sample->field_count; i++) {
            const struct wend_sample_field *field = &sample->fields[i];
            if (may_be_time(sample, field) && is_number(field) == (pass == 1) &&
                wend__infer_is_nameable(field)) {
                found = field;
                count++;
            }
        }
        if (count > 0) {
            return count == 1 ? found : NULL;
        }
    }
    return NULL;
}

static bool is_taken(const struct wend_inferred *inferred, const struct wend_sample_field *field) {
    bool taken = field == inferred->time || field == inferred->event || field == inferred->id ||
                 field == inferred->value || field == inferred->session;
    for (uint32_t i = 0; i < inferred->customer_count; i++) {
        taken = taken || field == inferred->customer[i];
    }
    return taken;
}

/*
 * The main field is the first of the list that most records have. Stronger names that fewer have
 * stand before it; where it is missing at times, weaker ones that more records have, behind it.
 */
static void pick_customer(struct wend_inferred *inferred) {
    const struct wend_sample *sample = inferred->sample;
    const struct wend_sample_field *main = NULL;
    const struct wend_sample_field *field;
    uint32_t rank = UINT32_MAX;
    while (inferred->customer_count < WEND_INFER_CUSTOMERS &&
           (field = wend__infer_named(sample, WEND_NAMES_CUSTOMER, may_be_customer, &rank))) {
        bool is_wanted = main == NULL || field->count > main->count;
        if (is_wanted && !is_taken(inferred, field)) {
            inferred->customer[inferred->customer_count++] = field;
            main = main == NULL && is_in_half(sample, field) ? field : main;
        }
        if (main != NULL && main->count == sample->record_count) {
            break;
        }
    }
    if (main == NULL && inferred->customer_count < WEND_INFER_CUSTOMERS) {
        main = find(sample, WEND_NAMES_PERSON, may_be_person);
        if (main != NULL) {
            inferred->customer[inferred->customer_count++] = main;
        }
    }
}

/* Its own sessions, or the field of most distinct values among those whose values come again. */
static void guess_customer(struct wend_inferred *inferred) {
    const struct wend_sample *sample = inferred->sample;
    const struct wend_sample_field *best = inferred->session;
    for (uint32_t i = 0; i < sample->field_count && inferred->session == NULL; i++) {
        const struct wend_sample_field *field = &sample->fields[i];
        bool repeats = field->distinct_count > 1 && field->distinct_count * 3 <= field->count * 2;
        if (repeats && may_be_session(sample, field) && !is_taken(inferred, field) &&
            wend__infer_is_nameable(field) &&
            (best == NULL || field->distinct_count > best->distinct_count)) {
            best = field;
        }
    }
    if (best != NULL) {
        inferred->customer[inferred->customer_count++] = best;
        inferred->customer_is_guess = true;
    }
}

static bool has_field(const struct wend_sample *sample, const char *name) {
    for (uint32_t i = 0; i < sample->field_count; i++) {
        if (wend__bytes_is(sample->fields[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* True when a value has more than a path in it. */
static bool holds_urls(const struct wend_sample_field *field) {
    for (uint32_t i = 0; i < field->value_count; i++) {
        struct wend_bytes value = field->values[i].value;
        if (memchr(value.data, '?', value.len) != NULL || memchr(value.data, '#', value.len) ||
            (value.data[0] != '/' && memchr(value.data, ':', value.len) != NULL)) {
            return true;
        }
    }
    return false;
}

static void pick_event(struct wend_inferred *inferred, bool may_guess) {
    static const char *const path_names[] = {"page_path", "url_path", "event_path"};
    const struct wend_sample *sample = inferred->sample;
    inferred->event = find(sample, WEND_NAMES_EVENT, may_be_event);
    if (inferred->event != NULL) {
        return;
    }
    inferred->event = find(sample, WEND_NAMES_URL, may_be_url);
    if (inferred->event != NULL && holds_urls(inferred->event)) {
        for (size_t i = 0; i < 3 && inferred->path_name == NULL; i++) {
            inferred->path_name = has_field(sample, path_names[i]) ? NULL : path_names[i];
        }
    }
    for (uint32_t i = 0; i < sample->field_count && may_guess; i++) {
        const struct wend_sample_field *field = &sample->fields[i];
        bool is_better =
            inferred->event == NULL ||
            (inferred->event_is_guess && field->distinct_count > inferred->event->distinct_count);
        if (is_better && field->distinct_count > 1 && field->number_count == 0 &&
            field->distinct_count <= GUESSED_EVENT_NAMES_MAX && may_be_event(sample, field) &&
            !is_taken(inferred, field) && wend__infer_is_nameable(field)) {
            inferred->event = field;
            inferred->event_is_guess = true;
        }
    }
}

static enum wend_status fail_missing(const struct wend_sample *sample, const char *what,
                                     const char *key, struct wend_error *error) {
    struct wend_buffer text = {0};
    struct wend_writer writer = {.out = &text};
    wend__write(&writer, "no field of ");
    wend__write_shown(&writer, sample->source_name);
    wend__write(&writer, " %s; its fields are:", what);
    for (uint32_t i = 0; i < sample->field_count && i < LISTED_FIELDS; i++) {
        wend__write(&writer, i == 0 ? " " : ", ");
        wend__write_shown(&writer, sample->fields[i].name);
    }
    if (sample->field_count > LISTED_FIELDS) {
        wend__write(&writer, " and %u more", (unsigned)(sample->field_count - LISTED_FIELDS));
    }
    wend__write(&writer, "\nname it in a definition file with `%s: FIELD`", key);
    enum wend_status status = writer.no_memory ? wend__fail_memory(error)
                                               : wend__fail(error, WEND_ERROR_EMPTY, "%.*s",
                                                            (int)text.len, (const char *)text.data);
    wend__buffer_deinit(&text);
    return status;
}

enum wend_status wend__infer(const struct wend_sample *sample, struct wend_inferred *inferred,
                             struct wend_error *error) {
    *inferred = (struct wend_inferred){.sample = sample};
    if (sample->record_count == 0) {
        return wend__fail(
            error, WEND_ERROR_EMPTY,
            "no record of %.*s can be read; look at its first lines, or declare its format",
            (int)sample->source_name.len, (const char *)sample->source_name.data);
    }
    if (sample->format.kind == WEND_FORMAT_ACCESS_LOG) {
        inferred->event = find(sample, WEND_NAMES_URL, may_be_url);
        return WEND_OK;
    }
    if (sample->preset.data != NULL) {
        pick_event(inferred, false);
        return WEND_OK;
    }
    inferred->time = find(sample, WEND_NAMES_TIME, may_be_time);
    if (inferred->time == NULL) {
        inferred->time = guess_time(sample);
        inferred->time_is_guess = true;
    }
    if (inferred->time == NULL) {
        return fail_missing(sample, "is surely the time of an event", "time", error);
    }
    pick_customer(inferred);
    inferred->session = find(sample, WEND_NAMES_SESSION, may_be_session);
    pick_event(inferred, false);
    if (inferred->customer_count == 0) {
        guess_customer(inferred);
    }
    if (inferred->customer_count == 0) {
        return fail_missing(sample, "names a customer", "customer", error);
    }
    if (inferred->event == NULL) {
        pick_event(inferred, true);
    }
    const struct wend_sample_field *id = find(sample, WEND_NAMES_ID, may_be_id);
    inferred->id = id == NULL || is_taken(inferred, id) ? NULL : id;
    const struct wend_sample_field *value = find(sample, WEND_NAMES_VALUE, may_be_value);
    inferred->value = value == NULL || is_taken(inferred, value) ? NULL : value;
    return WEND_OK;
}
