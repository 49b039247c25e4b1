/* What messages say beside their payloads, and CloudEvents in both modes. */
#include "base/calendar.h"
#include "base/memory.h"
#include "decode/decoder.h"
#include "decode/time.h"

#include <criterion/criterion.h>

enum { FIELDS = 6 };

static const struct wend_header headers[] = {
    {{(const uint8_t *)"ce_specversion", 14}, {(const uint8_t *)"1.0", 3}},
    {{(const uint8_t *)"ce_type", 7}, {(const uint8_t *)"seen", 4}},
    {{(const uint8_t *)"ce_data", 7}, {(const uint8_t *)"nothing", 7}},
    {{(const uint8_t *)"ce_", 3}, {(const uint8_t *)"nothing", 7}},
    {{(const uint8_t *)"ce_empty", 8}, {NULL, 0}},
};

static const char *const names[FIELDS] = {"type",      "/data/user",   "kafka.timestamp",
                                          "kafka.key", "kafka.offset", "kafka.header.ce_type"};

/* Decodes one message; `values` become those of its record. */
static enum wend_status decode(const struct wend_message *message, struct wend_decoder **decoder,
                               struct wend_record *record, struct wend_bytes values[FIELDS]) {
    static const struct wend_detected detected = {
        .kind = WEND_FORMAT_NDJSON, .max_record_bytes = 64, .is_cloudevents = true};
    static struct wend_field fields[FIELDS];
    struct wend_batch batch = {record, values, 0, 1, FIELDS};
    size_t consumed = 0;
    for (size_t i = 0; i < FIELDS; i++) {
        fields[i].name = wend__bytes_text(names[i]);
    }
    enum wend_status status = wend__decoder_create(fields, FIELDS, decoder, NULL);
    if (status == WEND_OK) {
        status = wend__decoder_set_input(*decoder, &detected, NULL);
    }
    return status == WEND_OK ? wend__decoder_messages(*decoder, message, 1, &consumed, &batch, NULL)
                             : status;
}

static struct wend_message binary_event(const char *data) {
    return (struct wend_message){.payload = wend__bytes_text(data),
                                 .key = wend__bytes_text("k"),
                                 .headers = headers,
                                 .header_count = sizeof headers / sizeof *headers,
                                 .topic = "clicks",
                                 .offset = 12,
                                 .ts_us = 1500};
}

static void expect(struct wend_bytes value, const char *wanted) {
    cr_expect(wend__bytes_is(value, wanted), "%.*s is not %s", (int)value.len,
              (const char *)value.data, wanted);
}

Test(decode_messages, a_binary_event_has_the_fields_of_a_structured_one) {
    struct wend_decoder *decoder = NULL;
    struct wend_record record;
    struct wend_bytes values[FIELDS];
    struct wend_message message = binary_event("{\"user\":\"a\\u0062\"}");
    cr_assert_eq(decode(&message, &decoder, &record, values), WEND_OK);
    cr_assert_eq(record.reject, WEND_REJECT_NONE);
    expect(values[0], "seen");
    expect(values[1], "ab");
    expect(values[2], "1970-01-01T00:00:00.001Z");
    expect(values[3], "k");
    expect(values[4], "12");
    expect(values[5], "seen");
    wend__decoder_destroy(decoder);
}

Test(decode_messages, a_rejected_message_has_no_fields) {
    static const char *const bad[] = {
        "{", "{}}", "[1,]", "\"",
        "{\"x\":\"0123456789012345678901234567890123456789012345678901234"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct wend_decoder *decoder = NULL;
        struct wend_record record;
        struct wend_bytes values[FIELDS];
        struct wend_message message = binary_event(bad[i]);
        cr_assert_eq(decode(&message, &decoder, &record, values), WEND_OK);
        cr_expect_eq(record.reject, WEND_REJECT_SHAPE, "%s", bad[i]);
        for (size_t f = 0; f < FIELDS; f++) {
            cr_expect_null(values[f].data);
        }
        cr_expect_leq(record.raw.len, 64);
        wend__decoder_destroy(decoder);
    }
}

Test(decode_messages, any_allocation_may_fail) {
    struct wend_message message = binary_event("{\"user\":\"\\n\"}");
    uint32_t failures = 0;
    for (uint64_t n = 1;; n++) {
        struct wend_decoder *decoder = NULL;
        struct wend_record record;
        struct wend_bytes values[FIELDS];
        wend__memory_fail_at(n);
        enum wend_status status = decode(&message, &decoder, &record, values);
        wend__memory_fail_at(0);
        wend__decoder_destroy(decoder);
        if (status == WEND_OK) {
            break;
        }
        cr_assert_eq(status, WEND_ERROR_MEMORY);
        failures++;
    }
    cr_assert_geq(failures, 5);
}

static void expect_read_back(int64_t ts_us) {
    struct wend_time_state state = {WEND_TIME_UNIT_AUTO, false};
    char text[WEND_TIME_TEXT_BYTES];
    int64_t found = 0;
    wend__time_format(ts_us, 6, text);
    cr_assert_eq(wend__time_parse(wend__bytes_text(text), &state, &found), WEND_TIME_OK, "%s",
                 text);
    cr_assert_eq(found, ts_us, "%s", text);
}

Test(decode_messages, times_are_written_as_they_are_read) {
    static const int64_t seconds[] = {0, -1, 951782400, 4107542399, -9214560000, 9214646399};
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        for (int64_t us = 0; us < 1000000; us += 333333) {
            expect_read_back(seconds[i] * 1000000 + us);
        }
    }
    for (int64_t day = -106650; day < 106651; day++) {
        expect_read_back(day * INT64_C(86400000000));
    }
}

Test(decode_messages, a_time_that_cannot_be_read_back_is_absent) {
    static const int64_t times_us[] = {INT64_C(9214646400) * 1000000, INT64_MIN + 1};
    for (size_t i = 0; i < sizeof times_us / sizeof *times_us; i++) {
        struct wend_decoder *decoder = NULL;
        struct wend_record record;
        struct wend_bytes values[FIELDS];
        struct wend_message message = binary_event("{}");
        message.ts_us = times_us[i];
        cr_assert_eq(decode(&message, &decoder, &record, values), WEND_OK);
        cr_expect_null(values[2].data);
        wend__decoder_destroy(decoder);
    }
}
