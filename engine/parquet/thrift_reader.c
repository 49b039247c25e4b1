#include "parquet/thrift_reader.h"

void wend__thrift_reader_init(struct wend_thrift_reader *reader, struct wend_bytes in) {
    *reader = (struct wend_thrift_reader){.in = in};
}

static void fail_short(struct wend_thrift_reader *reader) {
    reader->failed = true;
    reader->is_too_short = true;
}

/* True when `len` bytes are there. */
static bool has_bytes(struct wend_thrift_reader *reader, uint64_t len) {
    if (!reader->failed && len > reader->in.len - reader->at) {
        fail_short(reader);
    }
    return !reader->failed;
}

static uint8_t take_byte(struct wend_thrift_reader *reader) {
    return has_bytes(reader, 1) ? reader->in.data[reader->at++] : 0;
}

static uint64_t take_varint(struct wend_thrift_reader *reader) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = take_byte(reader);
        if (shift == 63 && byte > 1) {
            break;
        }
        value |= (uint64_t)(byte & 0x7FU) << shift;
        if (byte < 0x80) {
            return reader->failed ? 0 : value;
        }
    }
    reader->failed = true; /* more than 64 bits */
    return 0;
}

static int64_t take_zigzag(struct wend_thrift_reader *reader) {
    uint64_t value = take_varint(reader);
    return (int64_t)(value >> 1 ^ (~(value & 1) + 1));
}

static bool is_type(uint8_t type) {
    return type >= WEND_THRIFT_TRUE && type <= WEND_THRIFT_STRUCT;
}

static void expect(struct wend_thrift_reader *reader, bool holds) {
    if (!holds) {
        reader->failed = true;
    }
}

void wend__thrift_open(struct wend_thrift_reader *reader, enum wend_thrift_type type) {
    expect(reader, type == WEND_THRIFT_STRUCT && reader->depth < WEND_THRIFT_READ_DEPTH);
    if (!reader->failed) {
        reader->last_id[reader->depth++] = 0;
    }
}

bool wend__thrift_next(struct wend_thrift_reader *reader, struct wend_thrift_field *field) {
    uint8_t head = take_byte(reader);
    if (reader->failed) {
        return false;
    }
    if (head == WEND_THRIFT_STOP) {
        reader->depth--;
        return false;
    }
    int16_t *last_id = &reader->last_id[reader->depth - 1];
    int64_t id = head >> 4 == 0 ? take_zigzag(reader) : *last_id + (head >> 4);
    expect(reader, is_type(head & 0xFU) && id >= INT16_MIN && id <= INT16_MAX);
    if (reader->failed) {
        return false;
    }
    *last_id = (int16_t)id;
    *field = (struct wend_thrift_field){(enum wend_thrift_type)(head & 0xFU), (int16_t)id};
    reader->bool_value = field->type == WEND_THRIFT_TRUE;
    return true;
}

bool wend__thrift_read_bool(struct wend_thrift_reader *reader, enum wend_thrift_type type) {
    expect(reader, type == WEND_THRIFT_TRUE || type == WEND_THRIFT_FALSE);
    return !reader->failed && reader->bool_value;
}

int8_t wend__thrift_read_i8(struct wend_thrift_reader *reader, enum wend_thrift_type type) {
    expect(reader, type == WEND_THRIFT_BYTE);
    return (int8_t)take_byte(reader);
}

int32_t wend__thrift_read_i32(struct wend_thrift_reader *reader, enum wend_thrift_type type) {
    expect(reader, type == WEND_THRIFT_I32);
    int64_t value = take_zigzag(reader);
    expect(reader, value >= INT32_MIN && value <= INT32_MAX);
    return reader->failed ? 0 : (int32_t)value;
}

int64_t wend__thrift_read_i64(struct wend_thrift_reader *reader, enum wend_thrift_type type) {
    expect(reader, type == WEND_THRIFT_I64);
    int64_t value = take_zigzag(reader);
    return reader->failed ? 0 : value;
}

static struct wend_bytes take_binary(struct wend_thrift_reader *reader) {
    uint64_t len = take_varint(reader);
    if (!has_bytes(reader, len)) {
        return wend__bytes("", 0);
    }
    struct wend_bytes value = wend__bytes(reader->in.data + reader->at, (size_t)len);
    reader->at += (size_t)len;
    return value;
}

struct wend_bytes wend__thrift_read_binary(struct wend_thrift_reader *reader,
                                           enum wend_thrift_type type) {
    expect(reader, type == WEND_THRIFT_BINARY);
    return take_binary(reader);
}

/* The head of a list or set. */
static struct wend_thrift_list take_list(struct wend_thrift_reader *reader) {
    uint8_t head = take_byte(reader);
    uint64_t count = head >> 4 == 15 ? take_varint(reader) : head >> 4;
    expect(reader, is_type(head & 0xFU) && count <= UINT32_MAX);
    if (!has_bytes(reader, count)) {
        return (struct wend_thrift_list){WEND_THRIFT_STOP, 0};
    }
    return (struct wend_thrift_list){(enum wend_thrift_type)(head & 0xFU), (uint32_t)count};
}

struct wend_thrift_list wend__thrift_read_list(struct wend_thrift_reader *reader,
                                               enum wend_thrift_type type) {
    expect(reader, type == WEND_THRIFT_LIST || type == WEND_THRIFT_SET);
    return take_list(reader);
}

/* What is being skipped: a struct until its end, or `left` items. */
struct open_container {
    bool is_struct;
    uint64_t left;
    uint8_t types[2]; /* of an item by the parity of `left`: keys and values of a map take turns */
};

struct skip_stack {
    struct open_container items[WEND_THRIFT_READ_DEPTH];
    uint32_t depth;
};

static void push(struct wend_thrift_reader *reader, struct skip_stack *stack,
                 struct open_container container) {
    expect(reader, stack->depth < WEND_THRIFT_READ_DEPTH);
    if (!reader->failed) {
        stack->items[stack->depth++] = container;
    }
}

static void push_map(struct wend_thrift_reader *reader, struct skip_stack *stack) {
    uint64_t count = take_varint(reader);
    if (count == 0) {
        return;
    }
    uint8_t types = take_byte(reader);
    uint8_t key = types >> 4;
    uint8_t value = types & 0xFU;
    expect(reader, is_type(key) && is_type(value));
    if (has_bytes(reader, count) && has_bytes(reader, 2 * count)) {
        push(reader, stack, (struct open_container){false, 2 * count, {key, value}});
    }
}

/* Passes over one value, or puts it on the stack. A bool is in the head of a field, but takes a
 * byte in a list. */
static void skip_value(struct wend_thrift_reader *reader, struct skip_stack *stack, uint8_t type,
                       bool is_item) {
    size_t fixed = 0;
    switch (type) {
    case WEND_THRIFT_TRUE:
    case WEND_THRIFT_FALSE:
        fixed = is_item ? 1 : 0;
        break;
    case WEND_THRIFT_BYTE:
        fixed = 1;
        break;
    case WEND_THRIFT_DOUBLE:
        fixed = 8;
        break;
    case WEND_THRIFT_BINARY:
        (void)take_binary(reader);
        break;
    case WEND_THRIFT_LIST:
    case WEND_THRIFT_SET: {
        struct wend_thrift_list list = take_list(reader);
        uint8_t item = (uint8_t)list.item_type;
        push(reader, stack, (struct open_container){false, list.count, {item, item}});
        break;
    }
    case WEND_THRIFT_MAP:
        push_map(reader, stack);
        break;
    case WEND_THRIFT_STRUCT:
        push(reader, stack, (struct open_container){.is_struct = true});
        break;
    default:
        (void)take_varint(reader);
        break;
    }
    if (has_bytes(reader, fixed)) {
        reader->at += fixed;
    }
}

void wend__thrift_skip(struct wend_thrift_reader *reader, enum wend_thrift_type type) {
    struct skip_stack stack = {.depth = 0};
    skip_value(reader, &stack, (uint8_t)type, false);
    while (stack.depth > 0 && !reader->failed) {
        struct open_container *top = &stack.items[stack.depth - 1];
        if (!top->is_struct) {
            if (top->left == 0) {
                stack.depth--;
            } else {
                uint8_t item = top->types[top->left % 2];
                top->left--;
                skip_value(reader, &stack, item, true);
            }
            continue;
        }
        uint8_t head = take_byte(reader);
        if (head == WEND_THRIFT_STOP) {
            stack.depth--;
            continue;
        }
        if (head >> 4 == 0) {
            (void)take_varint(reader);
        }
        expect(reader, is_type(head & 0xFU));
        skip_value(reader, &stack, head & 0xFU, false);
    }
}
