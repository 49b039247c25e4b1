/* Errors and notes on standard error. */
#include "commands.h"

#include "width.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN_LINE_BYTES 4096

int wend__cli_exit_code(enum wend_status status) {
    switch (status) {
    case WEND_ERROR_MEMORY:
        return WEND_ERROR_LIMIT;
    case WEND_ERROR_CANCELLED:
        return 130;
    default:
        return (int)status;
    }
}

/* Line `number` of the file; false when it cannot be read. At most SHOWN_LINE_BYTES of it. */
static bool read_line(const char *file, uint32_t number, char *line, size_t *len) {
    FILE *stream = fopen(file, "rb");
    if (stream == NULL) {
        return false;
    }
    uint32_t at = 1;
    int byte = getc(stream);
    while (byte != EOF && at < number) {
        at += byte == '\n' ? 1 : 0;
        byte = getc(stream);
    }
    *len = 0;
    bool found = at == number && byte != EOF;
    while (byte != EOF && byte != '\n' && *len < SHOWN_LINE_BYTES) {
        line[(*len)++] = (char)byte;
        byte = getc(stream);
    }
    (void)fclose(stream);
    return found;
}

/*
 * The source line and a caret under its byte `column`. Long lines are cut around the caret.
 */
static void add_source_line(const struct wend_error *error, struct wend_cli_text *out) {
    char line[SHOWN_LINE_BYTES];
    size_t len;
    if (!read_line(error->file, error->line, line, &len)) {
        return;
    }
    struct wend_cli_text before = {0};
    struct wend_cli_text after = {0};
    size_t column = error->column == 0 ? 0 : error->column - 1;
    column = column > len ? len : column;
    wend__cli_text_add_visible(&before, line, column, false);
    wend__cli_text_add_visible(&after, line + column, len - column, false);
    size_t used;
    size_t tail = wend__cli_suffix(wend__cli_text_string(&before), before.len, 60, &used);
    size_t head;
    after.len = wend__cli_prefix(wend__cli_text_string(&after), after.len, 60, &head);
    wend__cli_text_add_format(out, "  %.*s%.*s\n", (int)tail,
                              wend__cli_text_string(&before) + before.len - tail, (int)after.len,
                              wend__cli_text_string(&after));
    if (error->column > 0) {
        wend__cli_text_add_repeated(out, ' ', 2 + used);
        wend__cli_text_add(out, "^\n");
    }
    wend__cli_text_deinit(&before);
    wend__cli_text_deinit(&after);
}

void wend__cli_error_text(const struct wend_error *error, bool styled, struct wend_cli_text *out) {
    wend__cli_text_add(out, styled ? "\033[31mwend:\033[0m " : "wend: ");
    if (error->file[0] != '\0') {
        wend__cli_text_add_visible(out, error->file, strlen(error->file), false);
        if (error->line > 0) {
            wend__cli_text_add_format(out, ":%u", error->line);
        }
        if (error->line > 0 && error->column > 0) {
            wend__cli_text_add_format(out, ":%u", error->column);
        }
        wend__cli_text_add(out, ": ");
    }
    wend__cli_text_add_visible(out, error->text, strlen(error->text), true);
    wend__cli_text_add(out, "\n");
    bool shows_line = strchr(error->text, '^') != NULL;
    if (error->file[0] != '\0' && error->line > 0 && !shows_line) {
        add_source_line(error, out);
    }
}

void wend__cli_note_lines(const struct wend_cli_context *context, const char *lines) {
    if (context->quiet) {
        return;
    }
    struct wend_cli_text out = {0};
    for (const char *at = lines; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        wend__cli_text_add(&out, "wend: ");
        wend__cli_text_add_visible(&out, at, len, false);
        wend__cli_text_add(&out, "\n");
        at += at[len] == '\0' ? len : len + 1;
    }
    ssize_t ignored = write(STDERR_FILENO, wend__cli_text_string(&out), out.len);
    (void)ignored;
    wend__cli_text_deinit(&out);
}

void wend__cli_note(const struct wend_cli_context *context, const char *format, ...) {
    if (context->quiet) {
        return;
    }
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct wend_cli_text line = {0};
    wend__cli_text_add(&line, "wend: ");
    wend__cli_text_add_visible(&line, text, strlen(text), true);
    wend__cli_text_add(&line, "\n");
    ssize_t ignored = write(STDERR_FILENO, line.data, line.len);
    (void)ignored;
    wend__cli_text_deinit(&line);
}

enum wend_status wend__cli_check_output(const struct wend_cli_context *context,
                                        struct wend_error *error) {
    const struct wend_cli_value *values = context->arguments->values;
    const char *output = values[WEND_CLI_OUTPUT].text;
    struct stat there;
    if (output == NULL || values[WEND_CLI_REPLACE].given || lstat(output, &there) != 0) {
        return WEND_OK;
    }
    return wend__cli_error(error, WEND_ERROR_USAGE,
                           "-o: %s is already there\n"
                           "Choose another directory, or add --replace to replace a snapshot.",
                           output);
}
