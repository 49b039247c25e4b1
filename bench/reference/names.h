/*
 * names.h: texts to numbers from 0 and back, each with a count. Texts are kept for good.
 */
#ifndef WEND_BENCH_REFERENCE_NAMES_H
#define WEND_BENCH_REFERENCE_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct name {
    char *text; /* ends with a zero byte */
    size_t len;
    uint64_t hash;
    uint64_t count; /* the caller's */
};

struct names {
    struct name *list; /* by number */
    size_t count;
    uint32_t *slots; /* number + 1, or 0 */
    size_t slot_count;
};

/* The number of a text, which may be new. */
uint32_t names_number(struct names *names, const char *text, size_t len);

#endif
