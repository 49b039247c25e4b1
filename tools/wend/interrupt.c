/* Ctrl-C: the first asks the run to stop, the second ends the program. */
#include "commands.h"

#include <signal.h>

static atomic_bool stop_requested;

static void request_stop(int number) {
    (void)number;
    atomic_store_explicit(&stop_requested, true, memory_order_relaxed);
}

const atomic_bool *wend__cli_interrupt_install(void) {
    /* SA_RESETHAND: the second signal has its default effect. */
    struct sigaction action = {.sa_handler = request_stop, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    return &stop_requested;
}

void wend__cli_interrupt_restore(void) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    (void)sigemptyset(&standard.sa_mask);
    (void)sigaction(SIGINT, &standard, NULL);
    (void)sigaction(SIGTERM, &standard, NULL);
}
