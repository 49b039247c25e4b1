#include "show_where.h"

#include "options.h"
#include "value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A decimal as wend__cli_decimal_add writes it: no plus, no leading zeros, no trailing ones behind
 * the point. False for anything but digits with at most one point.
 */
static bool add_exact(const char *text, struct wend_cli_text *out) {
    bool negative = *text == '-';
    text += negative || *text == '+' ? 1 : 0;
    size_t whole = strspn(text, "0123456789");
    const char *fraction = text[whole] == '.' ? text + whole + 1 : text + whole;
    size_t fraction_len = strspn(fraction, "0123456789");
    if (whole + fraction_len == 0 || fraction[fraction_len] != '\0') {
        return false;
    }
    while (whole > 1 && *text == '0') {
        text++;
        whole--;
    }
    while (fraction_len > 0 && fraction[fraction_len - 1] == '0') {
        fraction_len--;
    }
    bool zero = fraction_len == 0 && (whole == 0 || (whole == 1 && *text == '0'));
    wend__cli_text_add(out, negative && !zero ? "-" : "");
    wend__cli_text_add_bytes(out, whole == 0 ? "0" : text, whole == 0 ? 1 : whole);
    if (fraction_len > 0) {
        wend__cli_text_add(out, ".");
        wend__cli_text_add_bytes(out, fraction, fraction_len);
    }
    return true;
}

static bool read_double(const char *text, double *number) {
    char *end;
    *number = strtod(text, &end);
    return *end == '\0' && isfinite(*number);
}

/* As --now takes it. */
static bool read_moment(const char *text, int64_t *ts_us) {
    struct wend_cli_value value = {0};
    struct wend_error ignored = {0};
    bool read =
        wend__cli_value_parse(&wend__cli_options[WEND_CLI_NOW], text, &value, &ignored) == WEND_OK;
    *ts_us = (int64_t)value.number;
    return read;
}

enum wend_status wend__cli_where_init(struct wend_cli_where *where, size_t column,
                                      const char *column_name, enum wend_value_type type,
                                      const char *text, struct wend_error *error) {
    *where =
        (struct wend_cli_where){.column = column, .type = type, .text = text, .len = strlen(text)};
    const char *wanted = NULL;
    if (where->len == 0) {
        return WEND_OK;
    }
    switch (type) {
    case WEND_VALUE_COUNT:
    case WEND_VALUE_DECIMAL:
        wanted = add_exact(text, &where->exact) ? NULL : "a number, such as 12";
        break;
    case WEND_VALUE_DOUBLE:
        wanted = read_double(text, &where->number) ? NULL : "a number, such as 0.25";
        break;
    case WEND_VALUE_TIME:
        /* With a fraction it is compared as text. */
        wanted = read_moment(text, &where->integer) || strchr(text, '.') != NULL
                     ? NULL
                     : "a time, such as 2025-03-03 or 2025-03-03T12:00:00Z";
        break;
    default:
        break;
    }
    if (wanted == NULL) {
        return WEND_OK;
    }
    return wend__cli_error(error, WEND_ERROR_USAGE, "--where %s=%s: %s holds %s", column_name, text,
                           column_name, wanted);
}

void wend__cli_where_deinit(struct wend_cli_where *where) {
    wend__cli_text_deinit(&where->exact);
}

static bool is_text(const char *data, size_t len, const char *text, size_t text_len) {
    return len == text_len && memcmp(data, text, len) == 0;
}

static bool is_absent(const struct wend_value *value) {
    bool empty_text = value->type == WEND_VALUE_TEXT && value->text.len == 0;
    bool empty_list = value->type == WEND_VALUE_TEXT_LIST && value->item_count == 0;
    return value->is_null || empty_text || empty_list;
}

/* The value as programs get it. */
static bool is_written(const struct wend_value *value, const char *text, size_t len) {
    struct wend_cli_text written = {0};
    (void)wend__cli_value_add(value, WEND_CLI_FOR_PROGRAMS, &written);
    bool same = is_text(wend__cli_text_string(&written), written.len, text, len);
    wend__cli_text_deinit(&written);
    return same;
}

bool wend__cli_where_fits(const struct wend_cli_where *where, const struct wend_value *value) {
    if (where->len == 0 || value->is_null) {
        return where->len == 0 && is_absent(value);
    }
    switch (value->type) {
    case WEND_VALUE_TEXT:
        return is_text(value->text.data, value->text.len, where->text, where->len);
    case WEND_VALUE_TEXT_LIST:
        for (size_t i = 0; i < value->item_count; i++) {
            if (is_text(value->items[i].data, value->items[i].len, where->text, where->len)) {
                return true;
            }
        }
        return false;
    case WEND_VALUE_COUNT:
    case WEND_VALUE_DECIMAL:
        return is_written(value, wend__cli_text_string(&where->exact), where->exact.len);
    case WEND_VALUE_DOUBLE:
        return value->number == where->number;
    case WEND_VALUE_TIME:
        if (strchr(where->text, '.') == NULL) {
            return value->integer == where->integer;
        }
        return is_written(value, where->text, where->len);
    default:
        return is_written(value, where->text, where->len);
    }
}
