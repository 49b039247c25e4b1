/* What is no log at all: said early, with what helps, instead of a million rejected lines. */
#include "base/status.h"
#include "decode/detect_internal.h"

struct magic {
    const char *bytes;
    size_t len;
    const char *name;
};

static const struct magic magics[] = {
    {"PAR1", 4, "a Parquet file"},
    {"\x1f\x8b", 2, "gzip inside another archive"},
    {"\x28\xb5\x2f\xfd", 4, "zstd inside another archive"},
    {"BZh", 3, "bzip2 inside another archive"},
    {"\xfd"
     "7zXZ",
     5, "xz inside another archive"},
    {"PK\x03\x04", 4, "a zip archive or an office document"},
    {"7z\xbc\xaf\x27\x1c", 6, "a 7-zip archive"},
    {"%PDF-", 5, "a PDF document"},
    {"\x89PNG", 4, "a PNG image"},
    {"\xff\xd8\xff", 3, "a JPEG image"},
    {"SQLite format 3", 15, "a SQLite database"},
    {"Obj\x01", 4, "an Avro file"},
    {"ORC", 3, "an ORC file"},
    {"ARROW1", 6, "an Arrow file"},
    {"\x7f"
     "ELF",
     4, "a program"},
};

static enum wend_status refuse_utf16(struct wend_error *error, const char *name) {
    return wend__fail(
        error, WEND_ERROR_USAGE,
        "the input is %s text; wend reads UTF-8: convert it with iconv -f %s -t UTF-8", name, name);
}

/* UTF-16 without a mark: ASCII text has a zero in every other byte. */
static bool is_half_zero(const uint8_t *head, size_t len, size_t first) {
    size_t pairs = len / 2 < 512 ? len / 2 : 512;
    size_t zeros = 0;
    size_t others = 0;
    for (size_t i = 0; i < pairs; i++) {
        zeros += head[2 * i + first] == 0;
        others += head[2 * i + 1 - first] == 0;
    }
    return pairs >= 8 && zeros * 10 >= pairs * 8 && others * 10 <= pairs;
}

static bool has_prefix(const uint8_t *head, size_t len, const char *prefix, size_t prefix_len) {
    return len >= prefix_len && memcmp(head, prefix, prefix_len) == 0;
}

enum wend_status wend__detect_refuse_binary(const uint8_t *head, size_t len, bool is_declared,
                                            struct wend_error *error) {
    if (has_prefix(head, len, "\xff\xfe\0\0", 4) || has_prefix(head, len, "\0\0\xfe\xff", 4)) {
        return refuse_utf16(error, "UTF-32");
    }
    if (has_prefix(head, len, "\xff\xfe", 2) || has_prefix(head, len, "\xfe\xff", 2)) {
        return refuse_utf16(error, "UTF-16");
    }
    if (is_half_zero(head, len, 1)) {
        return refuse_utf16(error, "UTF-16LE");
    }
    if (is_half_zero(head, len, 0)) {
        return refuse_utf16(error, "UTF-16BE");
    }
    if (is_declared) {
        return WEND_OK;
    }
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        if (has_prefix(head, len, magics[i].bytes, magics[i].len)) {
            return wend__fail(error, WEND_ERROR_USAGE,
                              "the input is %s, not text; unpack it, or export it as NDJSON or CSV",
                              magics[i].name);
        }
    }
    size_t controls = 0;
    size_t seen = len < 65536 ? len : 65536;
    for (size_t i = 0; i < seen; i++) {
        /* TAB to CR are text; 0x01 and 0x1F separate columns in some exports. */
        uint8_t c = head[i];
        controls += (c < 0x20 && (c < '\t' || c > '\r') && c != 0x01 && c != 0x1F) || c == 0x7F;
    }
    if (controls * 10 > seen) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the input looks binary: %u %% of its bytes are control characters; wend "
                          "reads NDJSON, CSV and access logs",
                          (unsigned)(controls * 100 / seen));
    }
    return WEND_OK;
}

static bool starts_with(const struct wend_head *head, const uint8_t *at, const char *prefix) {
    return has_prefix(at, (size_t)(head->end - at), prefix, strlen(prefix));
}

enum wend_status wend__detect_refuse_text(const struct wend_head *head, struct wend_error *error) {
    const uint8_t *at = wend__json_skip_blank(head->at, head->end);
    if (at == head->end) {
        return WEND_OK;
    }
    if (starts_with(head, at, "<?xml") || starts_with(head, at, "<log")) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the input is XML (an XES event log?), which wend does not read; export "
                          "it as CSV");
    }
    if (*at == '<') {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the input looks like HTML or XML; wend reads NDJSON, CSV and access "
                          "logs");
    }
    if (*at == '[') {
        const uint8_t *next = wend__json_skip_blank(at + 1, head->end);
        if (next < head->end && (*next == '{' || *next == ']')) {
            return wend__fail(
                error, WEND_ERROR_USAGE,
                "the input is one JSON list; wend reads one object a line: convert it "
                "with jq -c '.[]'");
        }
    }
    if (*at == '{') {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the input is JSON spread over several lines; wend reads one object a "
                          "line: convert it with jq -c .");
    }
    if (starts_with(head, at, "#Version:") || starts_with(head, at, "#Fields:") ||
        starts_with(head, at, "#Software:")) {
        return wend__fail(
            error, WEND_ERROR_USAGE,
            "the input is a W3C extended log (IIS, CloudFront); remove its lines that "
            "start with # and declare format: {kind: csv, separator, columns} with "
            "the names of #Fields");
    }
    return WEND_OK;
}
