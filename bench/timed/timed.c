/*
 * Runs a command and writes down what it took: CPU seconds (user and system), wall seconds, and the
 * peak of its memory in KiB. It is small itself, for the peak of a process begins with that of the
 * one that starts it. Ends as the command did.
 *
 * Usage: timed REPORT PROCESSOR|all COMMAND [ARGUMENT...]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void stop(const char *what) {
    (void)fprintf(stderr, "timed: %s: %s\n", what, strerror(errno));
    exit(127);
}

static double now_s(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void run(char **command, const char *processor) {
    if (strcmp(processor, "all") != 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(strtoul(processor, NULL, 10), &set);
        if (sched_setaffinity(0, sizeof set, &set) != 0) {
            stop("cannot pin");
        }
    }
    (void)execvp(command[0], command);
    stop(command[0]);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        (void)fprintf(stderr, "usage: timed REPORT PROCESSOR|all COMMAND [ARGUMENT...]\n");
        return 2;
    }
    double start_s = now_s();
    pid_t child = fork();
    if (child == 0) {
        run(argv + 3, argv[2]);
    }
    int status;
    struct rusage usage;
    while (child < 0 || wait4(child, &status, 0, &usage) < 0) {
        if (child < 0 || errno != EINTR) {
            stop("cannot run");
        }
    }
    double wall_s = now_s() - start_s;
    FILE *report = fopen(argv[1], "w");
    if (report == NULL ||
        fprintf(report, "%.6f %.6f %ld\n", seconds(usage.ru_utime) + seconds(usage.ru_stime),
                wall_s, usage.ru_maxrss) < 0 ||
        fclose(report) != 0) {
        stop(argv[1]);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
