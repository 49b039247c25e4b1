#include "json.h"

#include "table.h"

#include <inttypes.h>
#include <string.h>

static char last_byte(const struct wend_cli_text *out) {
    return (char)(out->len == 0 ? '\0' : out->data[out->len - 1]);
}

void wend__cli_json_begin(struct wend_cli_text *out) {
    wend__cli_text_add(out, last_byte(out) == '}' ? ",{" : "{");
}

void wend__cli_json_key(struct wend_cli_text *out, const char *name) {
    wend__cli_text_add(out, last_byte(out) == '{' ? "" : ",");
    wend__cli_json_string(name, strlen(name), out);
    wend__cli_text_add(out, ":");
}

void wend__cli_json_count(struct wend_cli_text *out, const char *name, uint64_t count) {
    wend__cli_json_key(out, name);
    wend__cli_text_add_format(out, "%" PRIu64, count);
}

void wend__cli_json_flag(struct wend_cli_text *out, const char *name, bool flag) {
    wend__cli_json_key(out, name);
    wend__cli_text_add(out, flag ? "true" : "false");
}

void wend__cli_json_text(struct wend_cli_text *out, const char *name, const char *value,
                         size_t len) {
    wend__cli_json_key(out, name);
    if (value == NULL) {
        wend__cli_text_add(out, "null");
    } else {
        wend__cli_json_string(value, len, out);
    }
}

void wend__cli_json_word(struct wend_cli_text *out, const char *name, const char *value) {
    wend__cli_json_text(out, name, value, value == NULL ? 0 : strlen(value));
}

void wend__cli_json_lines(struct wend_cli_text *out, const char *name, const char *lines) {
    wend__cli_json_key(out, name);
    wend__cli_text_add(out, "[");
    const char *at = lines == NULL ? "" : lines;
    for (bool first = true; *at != '\0'; first = false) {
        size_t len = strcspn(at, "\n");
        wend__cli_text_add(out, first ? "" : ",");
        wend__cli_json_string(at, len, out);
        at += at[len] == '\0' ? len : len + 1;
    }
    wend__cli_text_add(out, "]");
}
