#include "base/utf8.h"
#include "parquet/footer_reader.h"

/* TimestampType: whether its clock is UTC (a local one is taken for UTC), and its unit. */
static void read_timestamp(struct wend_thrift_reader *thrift, enum wend_thrift_type type,
                           struct wend_parquet_element *element) {
    struct wend_thrift_field field;
    wend__thrift_open(thrift, type);
    while (wend__thrift_next(thrift, &field)) {
        if (field.id != 2) {
            wend__thrift_skip(thrift, field.type);
            continue;
        }
        wend__thrift_open(thrift, field.type);
        while (wend__thrift_next(thrift, &field)) {
            element->unit = field.id;
            wend__thrift_skip(thrift, field.type);
        }
    }
}

static void read_decimal(struct wend_thrift_reader *thrift, enum wend_thrift_type type,
                         struct wend_parquet_element *element) {
    struct wend_thrift_field field;
    wend__thrift_open(thrift, type);
    while (wend__thrift_next(thrift, &field)) {
        if (field.id == 1) {
            element->scale = wend__thrift_read_i32(thrift, field.type);
        } else {
            wend__thrift_skip(thrift, field.type);
        }
    }
}

static void read_integer(struct wend_thrift_reader *thrift, enum wend_thrift_type type,
                         struct wend_parquet_element *element) {
    struct wend_thrift_field field;
    wend__thrift_open(thrift, type);
    while (wend__thrift_next(thrift, &field)) {
        if (field.id == 1) {
            element->integer_bits = (uint8_t)wend__thrift_read_i8(thrift, field.type);
        } else if (field.id == 2) {
            element->integer_is_signed = wend__thrift_read_bool(thrift, field.type);
        } else {
            wend__thrift_skip(thrift, field.type);
        }
    }
}

/* The union LogicalType. */
static void read_logical(struct wend_thrift_reader *thrift, enum wend_thrift_type type,
                         struct wend_parquet_element *element) {
    struct wend_thrift_field field;
    wend__thrift_open(thrift, type);
    while (wend__thrift_next(thrift, &field)) {
        element->logical = field.id;
        if (field.id == WEND_LOGICAL_TIMESTAMP) {
            read_timestamp(thrift, field.type, element);
        } else if (field.id == WEND_LOGICAL_DECIMAL) {
            read_decimal(thrift, field.type, element);
        } else if (field.id == WEND_LOGICAL_INTEGER) {
            read_integer(thrift, field.type, element);
        } else {
            wend__thrift_skip(thrift, field.type);
        }
    }
}

static int32_t read_up_to(struct wend_thrift_reader *thrift, enum wend_thrift_type type,
                          int32_t largest) {
    int32_t value = wend__thrift_read_i32(thrift, type);
    thrift->failed |= value < 0 || value > largest;
    return thrift->failed ? 0 : value;
}

void wend__parquet_element_read(struct wend_thrift_reader *thrift,
                                struct wend_parquet_element *element) {
    struct wend_thrift_field field;
    *element = (struct wend_parquet_element){
        .physical = WEND_PHYSICAL_NONE, .converted = -1, .integer_is_signed = true};
    wend__thrift_open(thrift, WEND_THRIFT_STRUCT);
    while (wend__thrift_next(thrift, &field)) {
        switch (field.id) {
        case 1:
            element->physical =
                (enum wend_parquet_physical)read_up_to(thrift, field.type, WEND_PHYSICAL_FIXED);
            break;
        case 2:
            element->width = read_up_to(thrift, field.type, INT32_MAX);
            break;
        case 3:
            element->repetition = (enum wend_parquet_repetition)read_up_to(
                thrift, field.type, WEND_REPETITION_REPEATED);
            break;
        case 4:
            element->name = wend__thrift_read_binary(thrift, field.type);
            break;
        case 5:
            element->child_count = read_up_to(thrift, field.type, INT32_MAX);
            break;
        case 6:
            element->converted = wend__thrift_read_i32(thrift, field.type);
            break;
        case 7:
            element->scale = wend__thrift_read_i32(thrift, field.type);
            break;
        case 10:
            read_logical(thrift, field.type, element);
            break;
        default:
            wend__thrift_skip(thrift, field.type);
            break;
        }
    }
    thrift->failed |= element->name.data == NULL;
}

/* `logical` is the newer annotation, which rules where it is there. */
static bool is_annotated(const struct wend_parquet_element *element, int32_t logical,
                         int32_t converted) {
    return element->logical != WEND_LOGICAL_NONE ? element->logical == logical
                                                 : element->converted == converted;
}

static void describe_bytes(const struct wend_parquet_element *element,
                           struct wend_parquet_field *field, struct wend_parquet_leaf *leaf) {
    field->kind = WEND_PARQUET_VALUE_BYTES;
    field->is_text = is_annotated(element, WEND_LOGICAL_STRING, WEND_CONVERTED_UTF8) ||
                     is_annotated(element, WEND_LOGICAL_ENUM, WEND_CONVERTED_ENUM) ||
                     is_annotated(element, WEND_LOGICAL_JSON, WEND_CONVERTED_JSON);
    if (field->scale >= 0) {
        field->kind = WEND_PARQUET_VALUE_INT128;
        leaf->conversion = WEND_CONVERSION_DECIMAL;
    }
    if (element->physical == WEND_PHYSICAL_FIXED) {
        leaf->width = (uint32_t)element->width;
        if (leaf->width == 0) {
            field->unsupported = "fixed bytes of length 0";
        } else if (field->scale >= 0 && leaf->width > sizeof(wend_int128)) {
            field->unsupported = "a decimal of more than 38 digits";
        } else if (element->logical == WEND_LOGICAL_FLOAT16) {
            field->unsupported = "the type FLOAT16";
        }
    }
}

static void describe_integer(const struct wend_parquet_element *element,
                             struct wend_parquet_field *field, struct wend_parquet_leaf *leaf) {
    bool is_wide = element->physical == WEND_PHYSICAL_INT64;
    bool is_unsigned =
        element->logical == WEND_LOGICAL_INTEGER
            ? !element->integer_is_signed && element->integer_bits == (is_wide ? 64 : 32)
            : is_annotated(element, WEND_LOGICAL_INTEGER,
                           is_wide ? WEND_CONVERTED_UINT_64 : WEND_CONVERTED_UINT_32);
    field->kind = WEND_PARQUET_VALUE_INT64;
    leaf->width = is_wide ? 8 : 4;
    if (is_unsigned) {
        leaf->conversion = WEND_CONVERSION_UNSIGNED;
        if (is_wide) {
            field->kind = WEND_PARQUET_VALUE_INT128;
            field->scale = 0;
        }
    }
    if (!is_wide) {
        field->is_date = is_annotated(element, WEND_LOGICAL_DATE, WEND_CONVERTED_DATE);
        return;
    }
    bool is_millis = element->logical == WEND_LOGICAL_NONE
                         ? element->converted == WEND_CONVERTED_TIMESTAMP_MILLIS
                         : element->logical == WEND_LOGICAL_TIMESTAMP && element->unit == 1;
    field->is_timestamp =
        is_millis || is_annotated(element, WEND_LOGICAL_TIMESTAMP, WEND_CONVERTED_TIMESTAMP_MICROS);
    if (is_millis) {
        leaf->conversion = WEND_CONVERSION_MILLIS;
    } else if (field->is_timestamp && element->unit == 3) {
        leaf->conversion = WEND_CONVERSION_NANOS;
    }
}

/* What a value of the leaf is. */
static void describe(const struct wend_parquet_element *element, struct wend_parquet_field *field,
                     struct wend_parquet_leaf *leaf) {
    leaf->physical = element->physical;
    field->scale = -1;
    if (is_annotated(element, WEND_LOGICAL_DECIMAL, WEND_CONVERTED_DECIMAL)) {
        field->scale = element->scale;
        if (element->scale < 0 || element->scale > 38) {
            field->unsupported = "a decimal with a scale that is not from 0 to 38";
        }
    }
    switch (element->physical) {
    case WEND_PHYSICAL_BOOLEAN:
        field->kind = WEND_PARQUET_VALUE_BOOL;
        break;
    case WEND_PHYSICAL_INT32:
    case WEND_PHYSICAL_INT64:
        describe_integer(element, field, leaf);
        break;
    case WEND_PHYSICAL_INT96: /* the timestamps of old Spark and Hive */
        field->kind = WEND_PARQUET_VALUE_INT64;
        field->is_timestamp = true;
        leaf->width = 12;
        break;
    case WEND_PHYSICAL_FLOAT:
    case WEND_PHYSICAL_DOUBLE:
        field->kind = WEND_PARQUET_VALUE_DOUBLE;
        leaf->width = element->physical == WEND_PHYSICAL_FLOAT ? 4 : 8;
        break;
    case WEND_PHYSICAL_BYTE_ARRAY:
    case WEND_PHYSICAL_FIXED:
        describe_bytes(element, field, leaf);
        break;
    case WEND_PHYSICAL_NONE:
        field->unsupported = "a group without columns";
        break;
    }
}

/*
 * A field of several elements. A list is `group (LIST) { repeated group { element } }`, or, as old
 * writers have it, `group (LIST) { repeated element }`, or a repeated element alone.
 */
static void describe_list(const struct wend_parquet_element *path, uint32_t count,
                          struct wend_parquet_field *field, struct wend_parquet_leaf *leaf) {
    const struct wend_parquet_element *last = &path[count - 1];
    uint32_t repeated = count > 1 ? 1 : 0;
    if (count > 1 && !is_annotated(&path[0], WEND_LOGICAL_LIST, WEND_CONVERTED_LIST)) {
        field->unsupported = "a struct or map";
        return;
    }
    bool is_list = count <= 3 && path[repeated].repetition == WEND_REPETITION_REPEATED;
    for (uint32_t i = 0; i < count; i++) {
        is_list &= i == repeated || path[i].repetition != WEND_REPETITION_REPEATED;
        is_list &= i + 1 == count ? path[i].child_count == 0 : path[i].child_count == 1;
        leaf->definition_max += path[i].repetition != WEND_REPETITION_REQUIRED ? 1 : 0;
    }
    describe(last, field, leaf);
    if (!is_list || field->kind != WEND_PARQUET_VALUE_BYTES) {
        field->unsupported = "a list of other than texts";
    }
    field->kind = WEND_PARQUET_VALUE_LIST;
    field->is_nullable = count > 1 && path[0].repetition == WEND_REPETITION_OPTIONAL;
    leaf->repetition_max = 1;
    leaf->list_definition = field->is_nullable ? 1 : 0;
}

static void describe_flat(const struct wend_parquet_element *element,
                          struct wend_parquet_field *field, struct wend_parquet_leaf *leaf) {
    describe(element, field, leaf);
    field->is_nullable = element->repetition == WEND_REPETITION_OPTIONAL;
    leaf->definition_max = field->is_nullable ? 1 : 0;
}

/* How many elements the tree at `first` has, and how many of them are leaves; 0: it has no end. */
static uint32_t tree_size(const struct wend_parquet_element *elements, uint32_t count,
                          uint32_t first, uint32_t *leaf_count) {
    uint64_t open = 1; /* elements that must still come */
    uint32_t at = first;
    *leaf_count = 0;
    while (open > 0 && at < count) {
        *leaf_count += elements[at].physical != WEND_PHYSICAL_NONE ? 1U : 0U;
        if (elements[at].physical != WEND_PHYSICAL_NONE && elements[at].child_count > 0) {
            return 0;
        }
        open += (uint64_t)elements[at].child_count - 1;
        at++;
    }
    return open == 0 ? at - first : 0;
}

static bool make_room(struct wend_parquet_metadata *metadata, uint32_t field_count) {
    size_t count = field_count;
    metadata->fields = wend__arena_alloc(&metadata->arena, count * sizeof *metadata->fields);
    metadata->leaves = wend__arena_alloc(&metadata->arena, count * sizeof *metadata->leaves);
    metadata->leaf_indexes =
        wend__arena_alloc(&metadata->arena, count * sizeof *metadata->leaf_indexes);
    return metadata->fields != NULL && metadata->leaves != NULL && metadata->leaf_indexes != NULL;
}

bool wend__parquet_schema_read(struct wend_parquet_metadata *metadata,
                               const struct wend_parquet_element *elements, uint32_t count,
                               const char **fault) {
    *fault = "the tree of columns is broken";
    if (count == 0 || elements[0].physical != WEND_PHYSICAL_NONE ||
        (uint32_t)elements[0].child_count > count - 1) {
        return false;
    }
    uint32_t field_count = (uint32_t)elements[0].child_count;
    if (!make_room(metadata, field_count)) {
        *fault = NULL;
        return false;
    }
    uint32_t at = 1;
    for (uint32_t i = 0; i < field_count; i++) {
        struct wend_parquet_field *field = &metadata->fields[i];
        struct wend_parquet_leaf *leaf = &metadata->leaves[i];
        uint32_t leaf_count;
        uint32_t size = tree_size(elements, count, at, &leaf_count);
        if (size == 0 || !wend__utf8_is_valid(elements[at].name)) {
            return false;
        }
        *field = (struct wend_parquet_field){.scale = -1};
        *leaf = (struct wend_parquet_leaf){.physical = WEND_PHYSICAL_NONE};
        metadata->leaf_indexes[i] = metadata->leaf_count;
        if (size > 1 || elements[at].repetition == WEND_REPETITION_REPEATED) {
            describe_list(elements + at, size, field, leaf);
        } else {
            describe_flat(&elements[at], field, leaf);
        }
        char *name = wend__arena_alloc(&metadata->arena, elements[at].name.len + 1);
        if (name == NULL) {
            *fault = NULL;
            return false;
        }
        memcpy(name, elements[at].name.data, elements[at].name.len);
        name[elements[at].name.len] = '\0';
        field->name = name;
        metadata->leaf_count += leaf_count;
        metadata->field_count++;
        at += size;
    }
    return at == count;
}
