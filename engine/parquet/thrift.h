/*
 * thrift.h: the part of the Thrift compact protocol that Parquet metadata needs.
 *
 * Source: apache/thrift, doc/specs/thrift-compact-protocol.md. A struct is a run of fields, each
 * with an id as the difference to the field before, ended by a zero byte; integers are zigzag
 * varints; there are no lengths of structs, so who does not know a field must still walk it.
 *
 * Writer: calls never fail one by one; without memory `failed` is set and stays.
 * Threads: one at a time.
 */
#ifndef WEND_PARQUET_THRIFT_H
#define WEND_PARQUET_THRIFT_H

#include "base/buffer.h"

enum wend_thrift_type {
    WEND_THRIFT_STOP = 0,
    WEND_THRIFT_TRUE = 1,
    WEND_THRIFT_FALSE = 2,
    WEND_THRIFT_BYTE = 3,
    WEND_THRIFT_I16 = 4,
    WEND_THRIFT_I32 = 5,
    WEND_THRIFT_I64 = 6,
    WEND_THRIFT_DOUBLE = 7,
    WEND_THRIFT_BINARY = 8,
    WEND_THRIFT_LIST = 9,
    WEND_THRIFT_SET = 10,
    WEND_THRIFT_MAP = 11,
    WEND_THRIFT_STRUCT = 12
};

/* Structs in structs that the writer can open; the metadata needs 6. */
#define WEND_THRIFT_WRITE_DEPTH 8U

struct wend_thrift_writer {
    struct wend_buffer *out; /* borrowed */
    int16_t last_id[WEND_THRIFT_WRITE_DEPTH];
    uint32_t depth; /* open structs */
    bool failed;
};

/* Starts with no struct open; `out` keeps what it holds. */
void wend__thrift_writer_init(struct wend_thrift_writer *writer, struct wend_buffer *out);

/* Opens and closes a struct that is an item of a list, or the outermost one. */
void wend__thrift_begin(struct wend_thrift_writer *writer);
void wend__thrift_end(struct wend_thrift_writer *writer);

/* Fields of the open struct, in ascending order of ids. */
void wend__thrift_write_bool(struct wend_thrift_writer *writer, int16_t id, bool value);
void wend__thrift_write_i16(struct wend_thrift_writer *writer, int16_t id, int16_t value);
void wend__thrift_write_i32(struct wend_thrift_writer *writer, int16_t id, int32_t value);
void wend__thrift_write_i64(struct wend_thrift_writer *writer, int16_t id, int64_t value);
void wend__thrift_write_binary(struct wend_thrift_writer *writer, int16_t id,
                               struct wend_bytes value);
/* A field that is a struct: opens it; close it with `wend__thrift_end`. */
void wend__thrift_begin_field(struct wend_thrift_writer *writer, int16_t id);
/* A member of a union without content: an empty struct. */
void wend__thrift_write_empty(struct wend_thrift_writer *writer, int16_t id);
/* A field that is a list of `count` items of one type; the items follow. */
void wend__thrift_write_list(struct wend_thrift_writer *writer, int16_t id,
                             enum wend_thrift_type item_type, size_t count);

/* Items of a list. */
void wend__thrift_item_bool(struct wend_thrift_writer *writer, bool value);
void wend__thrift_item_int(struct wend_thrift_writer *writer, int64_t value);
void wend__thrift_item_binary(struct wend_thrift_writer *writer, struct wend_bytes value);

#endif
