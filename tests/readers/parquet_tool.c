/*
 * parquet_tool: what the tests of other Parquet readers need of wend's own.
 *
 *     parquet_tool samples DIRECTORY    writes sample files and their rows as JSON lines
 *     parquet_tool dump FILE            reads a file: its rows in the form of the samples
 *     parquet_tool schema FILE          what the reader says of its columns, one JSON line each
 */
#include "parquet/reader.h"
#include "parquet_samples.h"

#include <inttypes.h>

static int fail(const struct wend_error *error) {
    fprintf(stderr, "parquet_tool: %s: %s\n", wend_status_name(error->status), error->text);
    return 1;
}

static void print_list(const struct wend_parquet_field *field,
                       const struct wend_parquet_value *value) {
    putchar('[');
    for (uint32_t i = 0; i < value->item_count; i++) {
        fputs(i == 0 ? "" : ",", stdout);
        if (value->items[i].data == NULL) {
            fputs("null", stdout);
        } else if (field->is_text) {
            print_text(stdout, value->items[i]);
        } else {
            print_hex(stdout, value->items[i]);
        }
    }
    putchar(']');
}

static void print_value(const struct wend_parquet_field *field,
                        const struct wend_parquet_value *value) {
    if (value->is_null) {
        fputs("null", stdout);
        return;
    }
    switch (field->kind) {
    case WEND_PARQUET_VALUE_BOOL:
        fputs(value->boolean ? "true" : "false", stdout);
        break;
    case WEND_PARQUET_VALUE_INT64:
        if (field->scale >= 0) {
            print_int128(stdout, value->integer);
        } else {
            printf("%" PRId64, value->integer);
        }
        break;
    case WEND_PARQUET_VALUE_DOUBLE:
        print_double(stdout, value->number);
        break;
    case WEND_PARQUET_VALUE_INT128:
        print_int128(stdout, value->big);
        break;
    case WEND_PARQUET_VALUE_BYTES:
        field->is_text ? print_text(stdout, value->bytes) : print_hex(stdout, value->bytes);
        break;
    case WEND_PARQUET_VALUE_LIST:
        print_list(field, value);
        break;
    }
}

static void print_row(const struct wend_parquet_reader *reader) {
    for (uint32_t i = 0; i < wend__parquet_reader_field_count(reader); i++) {
        fputs(i == 0 ? "[" : ",", stdout);
        print_value(wend__parquet_reader_field(reader, i), wend__parquet_reader_value(reader, i));
    }
    fputs(wend__parquet_reader_field_count(reader) == 0 ? "[]\n" : "]\n", stdout);
}

static int dump(const char *path) {
    struct wend_error error = {0};
    struct wend_parquet_reader *reader;
    if (wend__parquet_reader_open(path, &reader, &error) != WEND_OK) {
        return fail(&error);
    }
    for (uint32_t i = 0; i < wend__parquet_reader_field_count(reader); i++) {
        if (wend__parquet_reader_field(reader, i)->unsupported != NULL) {
            wend__parquet_reader_skip(reader, i);
        }
    }
    bool found;
    enum wend_status status;
    while ((status = wend__parquet_reader_next(reader, &found, &error)) == WEND_OK && found) {
        print_row(reader);
    }
    wend__parquet_reader_close(reader);
    return status == WEND_OK ? 0 : fail(&error);
}

static int schema(const char *path) {
    static const char *const kinds[] = {"bool", "int64", "double", "int128", "bytes", "list"};
    struct wend_error error = {0};
    struct wend_parquet_reader *reader;
    if (wend__parquet_reader_open(path, &reader, &error) != WEND_OK) {
        return fail(&error);
    }
    for (uint32_t i = 0; i < wend__parquet_reader_field_count(reader); i++) {
        const struct wend_parquet_field *field = wend__parquet_reader_field(reader, i);
        fputs("{\"name\":", stdout);
        print_text(stdout, wend__bytes_text(field->name));
        if (field->unsupported != NULL) {
            printf(",\"unsupported\":\"%s\"}\n", field->unsupported);
            continue;
        }
        printf(",\"kind\":\"%s\",\"text\":%d,\"timestamp\":%d,\"date\":%d,\"scale\":%d,"
               "\"nullable\":%d}\n",
               kinds[field->kind], field->is_text, field->is_timestamp, field->is_date,
               (int)field->scale, field->is_nullable);
    }
    wend__parquet_reader_close(reader);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "samples") == 0) {
        return write_samples(argv[2]) ? 0 : 1;
    }
    if (argc == 3 && strcmp(argv[1], "dump") == 0) {
        return dump(argv[2]);
    }
    if (argc == 3 && strcmp(argv[1], "schema") == 0) {
        return schema(argv[2]);
    }
    fprintf(stderr, "usage: parquet_tool samples DIRECTORY | dump FILE | schema FILE\n");
    return 2;
}
