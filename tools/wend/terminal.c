#include "terminal.h"

#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_MIN 20
#define WIDTH_MAX 1000
#define WIDTH_UNKNOWN 80

static bool output_closed;

bool wend__cli_wants_color(enum wend_cli_color color, bool is_terminal, const char *no_color,
                           const char *term) {
    if (color != WEND_CLI_COLOR_AUTO) {
        return color == WEND_CLI_COLOR_ALWAYS;
    }
    bool forbidden = no_color != NULL && no_color[0] != '\0';
    return is_terminal && !forbidden && term != NULL && strcmp(term, "dumb") != 0;
}

/* COLUMNS, else what the terminal says. */
static size_t find_width(int descriptor) {
    const char *columns = getenv("COLUMNS");
    unsigned long width = 0;
    if (columns != NULL && columns[0] >= '0' && columns[0] <= '9') {
        width = strtoul(columns, NULL, 10);
    }
    struct winsize size;
    if (width == 0 && descriptor >= 0 && ioctl(descriptor, TIOCGWINSZ, &size) == 0) {
        width = size.ws_col;
    }
    if (width == 0) {
        return WIDTH_UNKNOWN;
    }
    return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
}

void wend__cli_terminal_init(struct wend_cli_terminal *terminal, enum wend_cli_color color) {
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool output = isatty(STDOUT_FILENO) == 1;
    bool error = isatty(STDERR_FILENO) == 1;
    *terminal = (struct wend_cli_terminal){
        .output_is_terminal = output,
        .error_is_terminal = error,
        .output_color = wend__cli_wants_color(color, output, no_color, term),
        .error_color = wend__cli_wants_color(color, error, no_color, term),
        .can_redraw = error && term != NULL && strcmp(term, "dumb") != 0,
        .width = find_width(output  ? STDOUT_FILENO
                            : error ? STDERR_FILENO
                                    : -1),
    };
}

enum wend_status wend__cli_print(struct wend_cli_text *text, struct wend_error *error) {
    size_t done = 0;
    while (done < text->len && !output_closed) {
        ssize_t written = write(STDOUT_FILENO, text->data + done, text->len - done);
        if (written >= 0) {
            done += (size_t)written;
        } else if (errno == EPIPE) {
            output_closed = true;
        } else if (errno != EINTR) {
            return wend__cli_error(error, WEND_ERROR_IO, "cannot write to standard output: %s",
                                   strerror(errno));
        }
    }
    wend__cli_text_clear(text);
    return WEND_OK;
}

bool wend__cli_output_closed(void) {
    return output_closed;
}
