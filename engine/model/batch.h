/*
 * batch.h: decoded records, as `engine/decode` hands them to the match.
 *
 *   records: [0][1][2]...            one a record, in input order
 *   fields:  [0: f0 f1 .. fn][1: f0 f1 .. fn]...   field_count views a record, row after row
 *
 * Field i of a row is field i of the ruleset's field list (`wend_ruleset.fields`). A view is absent
 * (`data == NULL`) where the record lacks the field, or has it empty, null, an object or a list; in
 * an access log also `-`. Views point into the block, or into the batch's scratch memory
 * (unescaped text), and die with the next batch.
 */
#ifndef WEND_MODEL_BATCH_H
#define WEND_MODEL_BATCH_H

#include "base/bytes.h"

/* Why a record was rejected; the first reason that applies counts. Order = order of the checks. */
enum wend_reject {
    WEND_REJECT_NONE,
    WEND_REJECT_SHAPE,
    WEND_REJECT_TIME,
    WEND_REJECT_CUSTOMER,
    WEND_REJECT_FUTURE,
    WEND_REJECT_COUNT
};

/* What is wrong with a record of the wrong shape, where more can be said than that. */
enum wend_flaw {
    WEND_FLAW_NONE,
    WEND_FLAW_ENVELOPE, /* a header of a CloudEvent is no text */
    WEND_FLAW_COUNT
};

struct wend_record {
    struct wend_bytes raw;   /* without its line end; for an oversize record its first bytes */
    uint64_t offset;         /* of its first byte in the (uncompressed) block */
    enum wend_reject reject; /* NONE or SHAPE; the fields of a SHAPE record are all absent */
    enum wend_flaw flaw;     /* of a SHAPE record */
};

struct wend_batch {
    struct wend_record *records;
    struct wend_bytes *fields; /* record_count rows of field_count */
    uint32_t record_count;
    uint32_t record_capacity;
    uint32_t field_count;
};

#endif
