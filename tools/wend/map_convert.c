#include "map_convert.h"

#include "options.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "rsvg-convert"
/* 150 dots an inch: text of 6 mm is 35 dots high. */
#define DOTS "150"

extern char **environ;

/* Both ends are files without a name: nobody waits for a full pipe, and nothing is left behind. */
static enum wend_status open_ends(const char *svg, size_t len, FILE **in, FILE **out,
                                  struct wend_error *error) {
    *in = tmpfile();
    *out = tmpfile();
    if (*in == NULL || *out == NULL || fwrite(svg, 1, len, *in) != len || fflush(*in) != 0 ||
        fseek(*in, 0, SEEK_SET) != 0) {
        return wend__cli_error(error, WEND_ERROR_IO, "cannot write a temporary file: %s",
                               strerror(errno));
    }
    return WEND_OK;
}

static int spawn(const char *format, int in, int out, pid_t *pid) {
    char *const arguments[] = {
        (char[]){PROGRAM}, (char[]){"--dpi-x"}, (char[]){DOTS}, (char[]){"--dpi-y"},
        (char[]){DOTS},    (char[]){"-f"},      (char *)format, NULL};
    posix_spawn_file_actions_t actions;
    int number = posix_spawn_file_actions_init(&actions);
    if (number != 0) {
        return number;
    }
    number = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    number = number != 0 ? number : posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    number = number != 0 ? number : posix_spawnp(pid, PROGRAM, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return number;
}

static enum wend_status run(const char *format, FILE *in, FILE *out, struct wend_error *error) {
    pid_t pid;
    int state = 0;
    int number = spawn(format, fileno(in), fileno(out), &pid);
    if (number == ENOENT) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "a poster as %s needs the program " PROGRAM ", which is not "
                               "installed\nOn Debian and Ubuntu: apt install librsvg2-bin; or "
                               "write it as .svg.",
                               format);
    }
    if (number != 0) {
        return wend__cli_error(error, WEND_ERROR_IO, "cannot start " PROGRAM ": %s",
                               strerror(number));
    }
    while (waitpid(pid, &state, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) {
        return wend__cli_error(error, WEND_ERROR_IO,
                               PROGRAM " failed; write the poster as .svg, and look at it there");
    }
    return WEND_OK;
}

static enum wend_status take(FILE *file, struct wend_cli_text *out, struct wend_error *error) {
    char bytes[65536];
    size_t len;
    if (fseek(file, 0, SEEK_SET) == 0) {
        while ((len = fread(bytes, 1, sizeof bytes, file)) > 0) {
            wend__cli_text_add_bytes(out, bytes, len);
        }
    }
    if (ferror(file) != 0 || out->len == 0) {
        return wend__cli_error(error, WEND_ERROR_IO, PROGRAM " gave nothing that can be read");
    }
    return WEND_OK;
}

enum wend_status wend__cli_convert(const char *svg, size_t len, const char *format,
                                   struct wend_cli_text *out, struct wend_error *error) {
    FILE *in = NULL;
    FILE *converted = NULL;
    enum wend_status status = open_ends(svg, len, &in, &converted, error);
    status = status == WEND_OK ? run(format, in, converted, error) : status;
    status = status == WEND_OK ? take(converted, out, error) : status;
    if (in != NULL) {
        (void)fclose(in);
    }
    if (converted != NULL) {
        (void)fclose(converted);
    }
    return status;
}
