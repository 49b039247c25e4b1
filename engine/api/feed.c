/*
 * A replay of bytes that the program has: a thread replays the reading end of a pipe, the caller
 * writes to the other. The pipe is the bounded buffer between the two.
 */
#include "api/definitions_api.h"
#include "api/replay_api.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define POLL_MS 100

struct wend_feed {
    struct wend_replay_options options; /* a copy; what it points to is the caller's */
    char path[32];
    int ends[2]; /* reading, writing; -1: closed */
    pthread_t thread;
    /* Set by the thread when it is done (release); the writer, who acquires it, then stops waiting
     * for room that will not come. */
    _Atomic bool is_done;
    _Atomic bool is_cancelled; /* relaxed: asks the run to stop */
    enum wend_status status;   /* the thread's, until it is done */
    struct wend_result *result;
    struct wend_error error;
};

static bool feed_progress(void *context, const struct wend_progress *progress) {
    struct wend_feed *feed = context;
    if (atomic_load_explicit(&feed->is_cancelled, memory_order_relaxed)) {
        return false;
    }
    return feed->options.progress == NULL ||
           feed->options.progress(feed->options.progress_context, progress);
}

static void *run_feed(void *context) {
    struct wend_feed *feed = context;
    struct wend_replay_options options = feed->options;
    options.progress = feed_progress;
    options.progress_context = feed;
    const char *path = feed->path;
    feed->status = wend__replay_inputs(&options, &path, 1, NULL, NULL, options.definitions->ruleset,
                                       options.definitions, &feed->result, &feed->error);
    atomic_store_explicit(&feed->is_done, true, memory_order_release);
    return NULL;
}

static void close_end(int *end) {
    if (*end >= 0) {
        (void)close(*end);
        *end = -1;
    }
}

static int start(struct wend_feed *feed) {
    if (pipe(feed->ends) != 0) {
        return errno;
    }
    (void)fcntl(feed->ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(feed->ends[1], F_SETFD, FD_CLOEXEC);
    (void)fcntl(feed->ends[1], F_SETFL, O_NONBLOCK);
    (void)snprintf(feed->path, sizeof feed->path, "/dev/fd/%d", feed->ends[0]);
    return pthread_create(&feed->thread, NULL, run_feed, feed);
}

enum wend_status wend_feed_open(const struct wend_replay_options *options, struct wend_feed **feed,
                                struct wend_error *error) {
    *feed = NULL;
    if (options->definitions == NULL) {
        return wend__fail(error, WEND_ERROR_USAGE, "a feed needs definitions");
    }
    struct wend_feed *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL) {
        return wend__fail_memory(error);
    }
    made->options = *options;
    made->ends[0] = made->ends[1] = -1;
    int number = start(made);
    if (number != 0) {
        close_end(&made->ends[0]);
        close_end(&made->ends[1]);
        wend__free(made);
        return wend__fail(error, WEND_ERROR_LIMIT, "cannot start a feed: %s", strerror(number));
    }
    *feed = made;
    return WEND_OK;
}

/* The run has ended while there was something to write: says why. */
static enum wend_status fail_ended(const struct wend_feed *feed, struct wend_error *error) {
    if (feed->status == WEND_OK) {
        return wend__fail(error, WEND_ERROR_IO, "the run has ended before its input");
    }
    if (error != NULL) {
        *error = feed->error;
    }
    return feed->status;
}

enum wend_status wend_feed_write(struct wend_feed *feed, const void *bytes, size_t len,
                                 struct wend_error *error) {
    const uint8_t *at = bytes;
    while (len > 0) {
        if (atomic_load_explicit(&feed->is_done, memory_order_acquire)) {
            return fail_ended(feed, error);
        }
        /* The feed itself keeps the reading end open, so that no write raises SIGPIPE. */
        ssize_t written = write(feed->ends[1], at, len);
        if (written > 0) {
            at += written;
            len -= (size_t)written;
        } else if (written < 0 && errno == EAGAIN) {
            struct pollfd room = {.fd = feed->ends[1], .events = POLLOUT};
            (void)poll(&room, 1, POLL_MS);
        } else if (written < 0 && errno != EINTR) {
            return wend__fail(error, WEND_ERROR_IO, "cannot feed: %s", strerror(errno));
        }
    }
    return WEND_OK;
}

enum wend_status wend_feed_finish(struct wend_feed *feed, struct wend_result **result,
                                  struct wend_error *error) {
    close_end(&feed->ends[1]);
    (void)pthread_join(feed->thread, NULL);
    close_end(&feed->ends[0]);
    enum wend_status status = feed->status;
    *result = feed->result;
    if (status != WEND_OK && error != NULL) {
        *error = feed->error;
    }
    wend__free(feed);
    return status;
}

void wend_feed_cancel(struct wend_feed *feed) {
    if (feed == NULL) {
        return;
    }
    atomic_store_explicit(&feed->is_cancelled, true, memory_order_relaxed);
    struct wend_result *result = NULL;
    enum wend_status status = wend_feed_finish(feed, &result, NULL);
    (void)status;
    wend_result_destroy(result);
}
