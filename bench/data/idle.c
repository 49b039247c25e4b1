/*
 * Events of customers who come, take five steps within a second, and are silent from then on, a
 * second for each: who has come keeps an open journey for 30 days, and nothing of a session after
 * half an hour. All paths are the same. For the memory of idle customers.
 *
 * Usage: idle CUSTOMERS >FILE
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    static const char *const events[] = {"ad_click", "search", "compare", "add_to_cart",
                                         "cart_view"};
    if (argc != 2) {
        (void)fprintf(stderr, "usage: idle CUSTOMERS >FILE\n");
        return 2;
    }
    uint64_t customers = strtoull(argv[1], NULL, 10);
    for (uint64_t customer = 0; customer < customers; customer++) {
        for (unsigned step = 0; step < 5; step++) {
            printf("{\"time\":\"2025-03-%02uT%02u:%02u:%02u.%u00Z\",\"user_id\":\"c%" PRIu64
                   "\",\"event\":\"%s\",\"channel\":\"ad\"}\n",
                   (unsigned)(customer / 86400 + 1), (unsigned)(customer / 3600 % 24),
                   (unsigned)(customer / 60 % 60), (unsigned)(customer % 60), step * 2, customer,
                   events[step]);
        }
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
