/*
 * rate_limit.h: how many requests a client may make.
 *
 * A bucket for each client address (of IPv6 its first 64 bits, which one site can choose from at
 * will) holds up to two seconds' worth of requests, and fills at the rate. There is a fixed number
 * of buckets; the one that was not used for longest makes room, so that memory is bounded. Whoever
 * comes from many addresses gets more: the limit of connections holds for all together.
 *
 * Threads: one at a time for each object.
 */
#ifndef WEND_HTTP_RATE_LIMIT_H
#define WEND_HTTP_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define WEND_RATE_CLIENTS 256U

struct wend_rate_client {
    uint64_t address[2]; /* family, then what identifies the client */
    int64_t seen_us;     /* 0: free */
    double tokens;
};

struct wend_rate_limit {
    double per_second; /* 0: no limit */
    struct wend_rate_client clients[WEND_RATE_CLIENTS];
};

void wend__rate_limit_init(struct wend_rate_limit *limit, uint32_t per_second);
/* Takes a request of `client` at `now_us` (monotonic, above 0); false: it is one too many. */
bool wend__rate_limit_take(struct wend_rate_limit *limit, const struct sockaddr *client,
                           int64_t now_us);

#endif
