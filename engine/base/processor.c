#define _GNU_SOURCE /* affinities */
#include "base/processor.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>

int wend__processor_pin(uint32_t index) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return errno;
    }
    uint32_t left = index % (uint32_t)CPU_COUNT(&allowed);
    for (size_t processor = 0; processor < CPU_SETSIZE; processor++) {
        if (CPU_ISSET(processor, &allowed) && left-- == 0) {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(processor, &one);
            return pthread_setaffinity_np(pthread_self(), sizeof one, &one);
        }
    }
    return EINVAL;
}
