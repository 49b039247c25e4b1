#include "http/rate_limit.h"

#include <netinet/in.h>
#include <string.h>

#define BURST_SECONDS 2.0

void wend__rate_limit_init(struct wend_rate_limit *limit, uint32_t per_second) {
    *limit = (struct wend_rate_limit){.per_second = per_second};
}

static void read_address(const struct sockaddr *client, uint64_t address[static 2]) {
    address[0] = client == NULL ? 0 : client->sa_family;
    address[1] = 0;
    if (address[0] == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, client, sizeof v4);
        memcpy(&address[1], &v4.sin_addr, sizeof v4.sin_addr);
    } else if (address[0] == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, client, sizeof v6);
        memcpy(&address[1], &v6.sin6_addr, sizeof address[1]);
    }
}

/* The client's bucket; a full one when it is new. */
static struct wend_rate_client *find(struct wend_rate_limit *limit,
                                     const uint64_t address[static 2], int64_t now_us) {
    struct wend_rate_client *oldest = &limit->clients[0];
    for (uint32_t i = 0; i < WEND_RATE_CLIENTS; i++) {
        struct wend_rate_client *client = &limit->clients[i];
        if (client->seen_us != 0 && client->address[0] == address[0] &&
            client->address[1] == address[1]) {
            return client;
        }
        oldest = client->seen_us < oldest->seen_us ? client : oldest;
    }
    *oldest = (struct wend_rate_client){.address = {address[0], address[1]},
                                        .seen_us = now_us,
                                        .tokens = limit->per_second * BURST_SECONDS};
    return oldest;
}

bool wend__rate_limit_take(struct wend_rate_limit *limit, const struct sockaddr *client,
                           int64_t now_us) {
    if (limit->per_second <= 0) {
        return true;
    }
    uint64_t address[2];
    read_address(client, address);
    struct wend_rate_client *bucket = find(limit, address, now_us);
    double most = limit->per_second * BURST_SECONDS;
    bucket->tokens += (double)(now_us - bucket->seen_us) / 1e6 * limit->per_second;
    bucket->tokens = bucket->tokens < most ? bucket->tokens : most;
    bucket->seen_us = now_us;
    if (bucket->tokens < 1) {
        return false;
    }
    bucket->tokens -= 1;
    return true;
}
