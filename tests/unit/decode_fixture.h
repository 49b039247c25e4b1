/*
 * decode_fixture.h: the shortest way from a text to decoded records, for the tests of
 * engine/decode.
 *
 * Bytes are placed directly in front of a page that cannot be read, so that a decoder that looks
 * one byte too far ends the test.
 */
#ifndef WEND_TESTS_DECODE_FIXTURE_H
#define WEND_TESTS_DECODE_FIXTURE_H

#include "decode/decoder.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FIXTURE_FIELDS = 24, FIXTURE_RECORDS = 64 };

struct guarded {
    uint8_t *pages;
    uint8_t *barrier; /* the page that cannot be read */
    size_t page_len;
    uint8_t *bytes;
};

static inline void unprotect(struct guarded *guarded) {
    if (guarded->pages != NULL) {
        cr_assert_eq(mprotect(guarded->barrier, guarded->page_len, PROT_READ | PROT_WRITE), 0);
        free(guarded->pages);
    }
}

/* The region that was given back last: protecting pages costs much more than a test does. */
static struct guarded spare_region;

/* A copy of the bytes right in front of a page that cannot be read. */
static inline struct guarded guard(const void *bytes, size_t len) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct guarded guarded = spare_region;
    spare_region = (struct guarded){0};
    if (guarded.pages == NULL || (size_t)(guarded.barrier - guarded.pages) < len) {
        size_t pages = (len + page - 1) / page + 1; /* one more, for a longer one to come */
        unprotect(&guarded);
        void *memory = NULL;
        cr_assert_eq(posix_memalign(&memory, page, (pages + 1) * page), 0);
        guarded = (struct guarded){.pages = memory, .page_len = page};
        guarded.barrier = guarded.pages + pages * page;
        cr_assert_eq(mprotect(guarded.barrier, page, PROT_NONE), 0);
    }
    guarded.bytes = guarded.barrier - len;
    if (len > 0) {
        memcpy(guarded.bytes, bytes, len);
    }
    return guarded;
}

static inline void unguard(struct guarded *guarded) {
    unprotect(&spare_region);
    spare_region = *guarded;
}

/* A decoder with its input and one batch. */
struct fixture {
    struct wend_field fields[FIXTURE_FIELDS];
    struct wend_detected detected;
    struct wend_decoder *decoder;
    struct wend_record records[FIXTURE_RECORDS];
    struct wend_bytes views[FIXTURE_RECORDS * FIXTURE_FIELDS];
    struct wend_batch batch;
    struct guarded guarded;
};

/* `names` ends with NULL. The head that is detected is `text`. */
static inline void fixture_open(struct fixture *fixture, const struct wend_format *format,
                                const char *const *names, const void *text, size_t len) {
    memset(fixture, 0, sizeof *fixture);
    uint32_t count = 0;
    for (; names[count] != NULL; count++) {
        cr_assert_lt(count, FIXTURE_FIELDS);
        fixture->fields[count] = (struct wend_field){.name = wend__bytes_text(names[count])};
    }
    struct wend_error error = {0};
    fixture->guarded = guard(text, len);
    cr_assert_eq(
        wend__detect(fixture->guarded.bytes, len, true, format, &fixture->detected, &error),
        WEND_OK, "%s", error.text);
    cr_assert_eq(wend__decoder_create(fixture->fields, count, &fixture->decoder, &error), WEND_OK);
    cr_assert_eq(wend__decoder_set_input(fixture->decoder, &fixture->detected, &error), WEND_OK);
    fixture->batch = (struct wend_batch){.records = fixture->records,
                                         .fields = fixture->views,
                                         .record_capacity = FIXTURE_RECORDS,
                                         .field_count = count};
}

static inline void fixture_close(struct fixture *fixture) {
    wend__decoder_destroy(fixture->decoder);
    wend__detected_deinit(&fixture->detected);
    unguard(&fixture->guarded);
}

/* Decodes all of `text` behind its header into the batch; it must fit. */
static inline void fixture_decode(struct fixture *fixture, const struct wend_format *format,
                                  const char *const *names, const void *text, size_t len) {
    fixture_open(fixture, format, names, text, len);
    size_t offset = fixture->detected.data_offset;
    size_t consumed = 0;
    cr_assert_eq(wend__decoder_batch(fixture->decoder, fixture->guarded.bytes + offset,
                                     len - offset, &consumed, &fixture->batch, NULL),
                 WEND_OK);
    cr_assert_eq(consumed, len - offset);
}

static inline struct wend_bytes fixture_value(const struct fixture *fixture, uint32_t record,
                                              uint32_t field) {
    return fixture->views[record * fixture->batch.field_count + field];
}

/* `expected` NULL: absent. */
static inline void expect_value(const struct fixture *fixture, uint32_t record, uint32_t field,
                                const char *expected) {
    struct wend_bytes value = fixture_value(fixture, record, field);
    if (expected == NULL) {
        cr_assert_null(value.data, "record %u field %u is \"%.*s\"", record, field, (int)value.len,
                       (const char *)value.data);
        return;
    }
    cr_assert_not_null(value.data, "record %u field %u is absent, not \"%s\"", record, field,
                       expected);
    cr_assert(wend__bytes_is(value, expected), "record %u field %u is \"%.*s\", not \"%s\"", record,
              field, (int)value.len, (const char *)value.data, expected);
}

#endif
