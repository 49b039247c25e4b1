/*
 * thrift_reader.h: the Thrift compact protocol, read from bytes that nobody vouches for.
 *
 * The rules of the protocol stand in thrift.h. As with the writer no call fails by itself: the
 * first fault sets `failed`, every later call does nothing and gives zeros, and loops over lists
 * look at it. Nothing is allocated; a list never claims more items than bytes are left, for an
 * item takes a byte at least. What is not known is skipped without recursion.
 *
 *     wend__thrift_open(&reader, WEND_THRIFT_STRUCT);
 *     while (wend__thrift_next(&reader, &field)) {
 *         if (field.id == 1) { size = wend__thrift_read_i32(&reader, field.type); }
 *         else { wend__thrift_skip(&reader, field.type); }
 *     }
 *
 * Threads: one at a time.
 */
#ifndef WEND_PARQUET_THRIFT_READER_H
#define WEND_PARQUET_THRIFT_READER_H

#include "base/bytes.h"
#include "parquet/thrift.h"

/* Structs in structs that the reader opens, and containers in containers that it skips. */
#define WEND_THRIFT_READ_DEPTH 16U

struct wend_thrift_field {
    enum wend_thrift_type type;
    int16_t id;
};

struct wend_thrift_list {
    enum wend_thrift_type item_type;
    uint32_t count;
};

struct wend_thrift_reader {
    struct wend_bytes in; /* borrowed */
    size_t at;
    int16_t last_id[WEND_THRIFT_READ_DEPTH];
    uint32_t depth;    /* open structs */
    bool bool_value;   /* of the field that `next` gave last */
    bool failed;       /* a fault at about `at` */
    bool is_too_short; /* the fault was the end of `in` */
};

void wend__thrift_reader_init(struct wend_thrift_reader *reader, struct wend_bytes in);

/* Opens a struct: the outermost one, an item of a list, or the field that `next` gave. */
void wend__thrift_open(struct wend_thrift_reader *reader, enum wend_thrift_type type);
/* The next field of the open struct. False: the struct has ended and is closed, or a fault. */
bool wend__thrift_next(struct wend_thrift_reader *reader, struct wend_thrift_field *field);

/* Values of a field or of an item of a list; another `type` than the call's is a fault. */
bool wend__thrift_read_bool(struct wend_thrift_reader *reader, enum wend_thrift_type type);
int8_t wend__thrift_read_i8(struct wend_thrift_reader *reader, enum wend_thrift_type type);
int32_t wend__thrift_read_i32(struct wend_thrift_reader *reader, enum wend_thrift_type type);
int64_t wend__thrift_read_i64(struct wend_thrift_reader *reader, enum wend_thrift_type type);
/* A view into `in`; empty, not absent, after a fault. */
struct wend_bytes wend__thrift_read_binary(struct wend_thrift_reader *reader,
                                           enum wend_thrift_type type);
/* Its items follow, each read or skipped by `item_type`; bools in lists are only skipped. */
struct wend_thrift_list wend__thrift_read_list(struct wend_thrift_reader *reader,
                                               enum wend_thrift_type type);

/* Passes over a field with all that is in it. */
void wend__thrift_skip(struct wend_thrift_reader *reader, enum wend_thrift_type type);

#endif
