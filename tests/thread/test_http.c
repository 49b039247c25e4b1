/*
 * The server while a question takes long: others are answered, the question is given up in time,
 * and the end of the server does not wait for it.
 */
#include "http/server.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                  \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* Of the providers: how many questions have begun, and how many were told to stop. */
static atomic_uint begun;
static atomic_uint stopped;

static void pause_briefly(void) {
    (void)nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

/* An answer that would never be ready. */
static enum wend_status never(void *context, const struct wend_http_query *query,
                              struct wend_buffer *out, struct wend_error *error) {
    (void)context;
    (void)out;
    atomic_fetch_add(&begun, 1);
    while (!atomic_load(query->stop)) {
        pause_briefly();
    }
    atomic_fetch_add(&stopped, 1);
    return wend__fail(error, WEND_ERROR_CANCELLED, "given up");
}

/* The status of an answer; 0: the connection ended without one. */
static int ask(const struct wend_http_server *server, const char *target) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    address.sin_port = htons((uint16_t)strtoul(strrchr(wend__http_url(server), ':') + 1, NULL, 10));
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(descriptor >= 0);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(descriptor); /* the server has ended before */
        return 0;
    }
    char text[512];
    int len = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", target);
    (void)send(descriptor, text, (size_t)len, MSG_NOSIGNAL); /* may have ended by now, too */
    size_t got = 0;
    ssize_t more = 1;
    while (more > 0 && got < sizeof text - 1) {
        more = recv(descriptor, text + got, sizeof text - 1 - got, 0);
        got += more > 0 ? (size_t)more : 0;
    }
    text[got] = '\0';
    (void)close(descriptor);
    return strncmp(text, "HTTP/1.1 ", 9) == 0 ? (int)strtol(text + 9, NULL, 10) : 0;
}

struct question {
    const struct wend_http_server *server;
    int status;
    pthread_t thread;
};

static void *ask_table(void *context) {
    struct question *question = context;
    question->status = ask(question->server, "/v1/paths");
    return NULL;
}

static void begin(struct question *question, const struct wend_http_server *server) {
    question->server = server;
    CHECK(pthread_create(&question->thread, NULL, ask_table, question) == 0);
}

static struct wend_http_server *start(int64_t patience_us) {
    struct wend_http_options options = {.listen = "127.0.0.1:0",
                                        .rate = UINT32_MAX,
                                        .patience_us = patience_us,
                                        .providers = {.tables = never}};
    struct wend_http_server *server = NULL;
    struct wend_error error = {0};
    CHECK(wend__http_start(&options, &server, &error) == WEND_OK);
    return server;
}

static void long_questions_end_and_others_do_not_wait(void) {
    struct wend_http_server *server = start(400000);
    struct question questions[3];
    for (size_t i = 0; i < 3; i++) {
        begin(&questions[i], server);
    }
    while (atomic_load(&begun) == 0) {
        pause_briefly();
    }
    for (int i = 0; i < 20; i++) {
        CHECK(ask(server, "/healthz") == 200);
        CHECK(ask(server, "/metrics") == 200);
    }
    for (size_t i = 0; i < 3; i++) {
        (void)pthread_join(questions[i].thread, NULL);
        /* Told to stop; or it waited for its turn too long, and may have been sent away. */
        CHECK(questions[i].status == 503 || questions[i].status == 0);
    }
    CHECK(atomic_load(&stopped) >= 1);
    wend__http_stop(server);
}

static void the_end_does_not_wait_for_a_question(void) {
    unsigned before = atomic_load(&begun);
    struct wend_http_server *server = start(INT64_C(3600000000));
    struct question questions[4];
    for (size_t i = 0; i < 4; i++) {
        begin(&questions[i], server);
    }
    while (atomic_load(&begun) == before) {
        pause_briefly();
    }
    wend__http_stop(server);
    for (size_t i = 0; i < 4; i++) {
        (void)pthread_join(questions[i].thread, NULL);
        CHECK(questions[i].status != 200);
    }
    CHECK(atomic_load(&begun) == atomic_load(&stopped));
}

static void *ask_much(void *context) {
    const struct wend_http_server *server = context;
    for (int i = 0; i < 50; i++) {
        static const char *const targets[] = {"/healthz", "/metrics", "/readyz", "/nothing"};
        int status = ask(server, targets[i % 4]);
        CHECK(status == (i % 4 == 3 ? 404 : 200));
    }
    return NULL;
}

static void many_ask_at_once(void) {
    struct wend_http_server *server = start(INT64_C(60000000));
    pthread_t threads[8];
    for (size_t i = 0; i < 8; i++) {
        CHECK(pthread_create(&threads[i], NULL, ask_much, server) == 0);
    }
    for (size_t i = 0; i < 8; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    wend__http_stop(server);
}

int main(void) {
    if (wend__http_version() == NULL) {
        return 77;
    }
    long_questions_end_and_others_do_not_wait();
    the_end_does_not_wait_for_a_question();
    many_ask_at_once();
    return 0;
}
