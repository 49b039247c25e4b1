/*
 * processor.h: which processor a thread runs on.
 *
 * Threads: the call is about the thread that makes it.
 */
#ifndef WEND_BASE_PROCESSOR_H
#define WEND_BASE_PROCESSOR_H

#include <stdint.h>

/*
 * Keeps the calling thread on one processor: the `index`-th of those that it may run on, counted
 * around. 0, or an errno value, and then nothing has changed.
 */
int wend__processor_pin(uint32_t index);

#endif
