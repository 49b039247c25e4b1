#include "parquet/thrift.h"

#include <assert.h>

void wend__thrift_writer_init(struct wend_thrift_writer *writer, struct wend_buffer *out) {
    *writer = (struct wend_thrift_writer){.out = out};
}

static void put_bytes(struct wend_thrift_writer *writer, const void *data, size_t len) {
    if (!writer->failed && !wend__buffer_append(writer->out, data, len)) {
        writer->failed = true;
    }
}

static void put_byte(struct wend_thrift_writer *writer, uint8_t byte) {
    put_bytes(writer, &byte, 1);
}

static void put_varint(struct wend_thrift_writer *writer, uint64_t value) {
    uint8_t bytes[10];
    size_t len = 0;
    while (value >= 0x80) {
        bytes[len++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    bytes[len++] = (uint8_t)value;
    put_bytes(writer, bytes, len);
}

static void put_zigzag(struct wend_thrift_writer *writer, int64_t value) {
    uint64_t sign = value < 0 ? UINT64_MAX : 0;
    put_varint(writer, ((uint64_t)value << 1) ^ sign);
}

static void put_field(struct wend_thrift_writer *writer, enum wend_thrift_type type, int16_t id) {
    assert(writer->depth > 0);
    int16_t *last_id = &writer->last_id[writer->depth - 1];
    int delta = id - *last_id;
    assert(delta > 0);
    if (delta <= 15) {
        put_byte(writer, (uint8_t)(delta << 4 | (int)type));
    } else {
        put_byte(writer, (uint8_t)type);
        put_zigzag(writer, id);
    }
    *last_id = id;
}

void wend__thrift_begin(struct wend_thrift_writer *writer) {
    assert(writer->depth < WEND_THRIFT_WRITE_DEPTH);
    writer->last_id[writer->depth++] = 0;
}

void wend__thrift_end(struct wend_thrift_writer *writer) {
    assert(writer->depth > 0);
    writer->depth--;
    put_byte(writer, WEND_THRIFT_STOP);
}

void wend__thrift_write_bool(struct wend_thrift_writer *writer, int16_t id, bool value) {
    put_field(writer, value ? WEND_THRIFT_TRUE : WEND_THRIFT_FALSE, id);
}

void wend__thrift_write_i16(struct wend_thrift_writer *writer, int16_t id, int16_t value) {
    put_field(writer, WEND_THRIFT_I16, id);
    put_zigzag(writer, value);
}

void wend__thrift_write_i32(struct wend_thrift_writer *writer, int16_t id, int32_t value) {
    put_field(writer, WEND_THRIFT_I32, id);
    put_zigzag(writer, value);
}

void wend__thrift_write_i64(struct wend_thrift_writer *writer, int16_t id, int64_t value) {
    put_field(writer, WEND_THRIFT_I64, id);
    put_zigzag(writer, value);
}

void wend__thrift_write_binary(struct wend_thrift_writer *writer, int16_t id,
                               struct wend_bytes value) {
    put_field(writer, WEND_THRIFT_BINARY, id);
    wend__thrift_item_binary(writer, value);
}

void wend__thrift_begin_field(struct wend_thrift_writer *writer, int16_t id) {
    put_field(writer, WEND_THRIFT_STRUCT, id);
    wend__thrift_begin(writer);
}

void wend__thrift_write_empty(struct wend_thrift_writer *writer, int16_t id) {
    wend__thrift_begin_field(writer, id);
    wend__thrift_end(writer);
}

void wend__thrift_write_list(struct wend_thrift_writer *writer, int16_t id,
                             enum wend_thrift_type item_type, size_t count) {
    put_field(writer, WEND_THRIFT_LIST, id);
    if (count < 15) {
        put_byte(writer, (uint8_t)(count << 4 | (size_t)item_type));
    } else {
        put_byte(writer, (uint8_t)(0xF0U | (unsigned)item_type));
        put_varint(writer, count);
    }
}

void wend__thrift_item_bool(struct wend_thrift_writer *writer, bool value) {
    put_byte(writer, value ? WEND_THRIFT_TRUE : WEND_THRIFT_FALSE);
}

void wend__thrift_item_int(struct wend_thrift_writer *writer, int64_t value) {
    put_zigzag(writer, value);
}

void wend__thrift_item_binary(struct wend_thrift_writer *writer, struct wend_bytes value) {
    put_varint(writer, value.len);
    put_bytes(writer, value.data, value.len);
}
