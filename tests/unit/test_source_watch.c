/* A wait for a pipe that is given up. */
#include "source/source.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/wend-watch-XXXXXX";
static unsigned asked;

static void begin(void) {
    cr_assert_not_null(mkdtemp(directory));
    cr_assert_eq(chdir(directory), 0);
    cr_assert_eq(mkfifo("fifo", 0600), 0);
}

static void end(void) {
    (void)unlink("fifo");
    (void)rmdir(directory);
}

TestSuite(source_watch, .init = begin, .fini = end, .timeout = 20);

/* Says to stop when it is asked for the third time. */
static bool is_stopped(void *context) {
    (void)context;
    return ++asked >= 3;
}

static const struct wend_source_watch watch = {is_stopped, NULL};
static const struct wend_source_options watched = {.watch = &watch};

Test(source_watch, a_fifo_that_nobody_writes_is_waited_for_until_the_watch_says_stop) {
    struct wend_source *source;
    struct wend_stream stream;
    struct wend_error error = {0};
    bool found;
    cr_assert_eq(wend__source_open("fifo", &watched, &source, &error), WEND_OK, "%s", error.text);
    cr_assert_eq(wend__source_next(source, &found, &stream, &error), WEND_ERROR_CANCELLED);
    cr_assert_eq(asked, 3);
    wend__source_close(source);
}

Test(source_watch, what_a_silent_writer_had_written_is_read_before) {
    char line[600]; /* more than a tar's header, which is looked for first */
    char bytes[1000];
    size_t got;
    bool found;
    struct wend_source *source;
    struct wend_stream stream;
    struct wend_error error = {0};
    int writer = open("fifo", O_RDWR); /* which keeps it open without an end */
    memset(line, 'x', sizeof line);
    cr_assert_eq(write(writer, line, sizeof line), (ssize_t)sizeof line);
    cr_assert_eq(wend__source_open("fifo", NULL, &source, &error), WEND_OK, "%s", error.text);
    wend__source_set_watch(source, &watch);
    cr_assert_eq(wend__source_next(source, &found, &stream, &error), WEND_OK, "%s", error.text);
    cr_assert(found);
    for (size_t read = 0; read < sizeof line; read += got) {
        cr_assert_eq(wend__source_read(source, bytes, sizeof bytes, &got, &error), WEND_OK);
        cr_assert_gt(got, 0);
    }
    cr_assert_eq(wend__source_read(source, bytes, sizeof bytes, &got, &error),
                 WEND_ERROR_CANCELLED);
    wend__source_close(source);
    (void)close(writer);
}
