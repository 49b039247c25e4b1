/* Rows for other programs: CSV (RFC 4180) and JSON (RFC 8259). */
#include "table.h"

#include "width.h"

#include <string.h>

static void add_csv_text(struct wend_cli_text *out, const char *text, size_t len) {
    bool quoted = false;
    for (size_t i = 0; i < len && !quoted; i++) {
        quoted = text[i] == ',' || text[i] == '"' || text[i] == '\n' || text[i] == '\r';
    }
    if (!quoted) {
        wend__cli_text_add_bytes(out, text, len);
        return;
    }
    wend__cli_text_add(out, "\"");
    for (size_t i = 0; i < len; i++) {
        wend__cli_text_add_bytes(out, text + i, 1);
        if (text[i] == '"') {
            wend__cli_text_add(out, "\"");
        }
    }
    wend__cli_text_add(out, "\"");
}

void wend__cli_csv_row(const struct wend_cli_cell *cells, size_t count, bool visible,
                       struct wend_cli_text *out) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            wend__cli_text_add(out, ",");
        }
        if (cells[i].kind == WEND_CLI_CELL_NULL) {
            continue;
        }
        if (visible) {
            struct wend_cli_text shown = {0};
            wend__cli_text_add_visible(&shown, cells[i].text, cells[i].len, false);
            add_csv_text(out, wend__cli_text_string(&shown), shown.len);
            wend__cli_text_deinit(&shown);
        } else {
            add_csv_text(out, cells[i].text, cells[i].len);
        }
    }
    wend__cli_text_add(out, "\n");
}

static void add_json_point(struct wend_cli_text *out, uint32_t point, const char *bytes,
                           size_t len) {
    static const char letters[] = "btn\0fr"; /* of 0x08 to 0x0D */
    if (point == WEND_CLI_INVALID) {
        wend__cli_text_add(out, "\xEF\xBF\xBD");
    } else if (point == '"' || point == '\\') {
        wend__cli_text_add_format(out, "\\%c", (char)point);
    } else if (point >= 0x08 && point <= 0x0D && point != 0x0B) {
        wend__cli_text_add_format(out, "\\%c", letters[point - 0x08]);
    } else if (point < 0x10000 && wend__cli_is_hidden(point)) {
        wend__cli_text_add_format(out, "\\u%04x", point);
    } else {
        wend__cli_text_add_bytes(out, bytes, len);
    }
}

void wend__cli_json_string(const char *text, size_t len, struct wend_cli_text *out) {
    wend__cli_text_add(out, "\"");
    size_t at = 0;
    while (at < len) {
        uint32_t point;
        size_t step = wend__cli_decode((const uint8_t *)text + at, len - at, &point);
        add_json_point(out, point, text + at, step);
        at += step;
    }
    wend__cli_text_add(out, "\"");
}

void wend__cli_json_row(const struct wend_cli_column *columns, const struct wend_cli_cell *cells,
                        size_t count, struct wend_cli_text *out) {
    wend__cli_text_add(out, "{");
    for (size_t i = 0; i < count; i++) {
        wend__cli_text_add(out, i == 0 ? "" : ",");
        wend__cli_json_string(columns[i].title, strlen(columns[i].title), out);
        wend__cli_text_add(out, ":");
        switch (cells[i].kind) {
        case WEND_CLI_CELL_NULL:
            wend__cli_text_add(out, "null");
            break;
        case WEND_CLI_CELL_TEXT:
            wend__cli_json_string(cells[i].text, cells[i].len, out);
            break;
        default:
            wend__cli_text_add_bytes(out, cells[i].text, cells[i].len);
        }
    }
    wend__cli_text_add(out, "}\n");
}
