/*
 * records.h: fields of a line. Whatever is not as this suite writes it ends the program.
 */
#ifndef WEND_BENCH_REFERENCE_RECORDS_H
#define WEND_BENCH_REFERENCE_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#define LINE_MAX_BYTES (1 << 16)

struct text {
    const char *start;
    size_t len;
};

_Noreturn void stop(const char *what);

/* Microseconds of 2025-03-06T00:00:00.000Z, and of 06/Mar/2025:00:00:00 +0000. */
int64_t iso_time(const char *at);
int64_t log_time(const char *at);

/* What stands between `before` and the next `end`, from `line` on. */
struct text between(const char *line, const char *before, char end);

#endif
