/*
 * thread.h: threads that take no signals, which are for the threads of the program that may have
 * handlers.
 *
 * Threads: the mask of the calling thread is as it was when the call returns.
 */
#ifndef WEND_BASE_THREAD_H
#define WEND_BASE_THREAD_H

#include <pthread.h>
#include <signal.h>

/* As pthread_create: 0, or an errno number. */
static inline int wend__thread_start(pthread_t *thread, void *(*work)(void *), void *context) {
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int number = pthread_create(thread, NULL, work, context);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return number;
}

#endif
