/*
 * More events out of few: an NDJSON file of `wend generate` in memory, again and again, each time
 * as if it had happened later and, where that is asked for, to other customers.
 *
 * Usage: repeat FILE TIMES DAYS CUSTOMERS GROUPS >FILE
 *
 * Repetition r is r * DAYS later; its customers are those of the file plus CUSTOMERS * (r modulo
 * GROUPS), so that GROUPS = 1 keeps them.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_CHARS 10 /* 2025-03-06 */

struct line {
    const char *start;
    const char *day;
    const char *customer; /* its digits */
    const char *rest;     /* behind these */
    const char *end;
    uint64_t number;
};

static void stop(const char *what) {
    (void)fprintf(stderr, "repeat: %s\n", what);
    exit(1);
}

static void *get_memory(size_t size) {
    void *memory = malloc(size > 0 ? size : 1);
    if (memory == NULL) {
        stop("out of memory");
    }
    return memory;
}

/* The whole file, with a zero byte behind it. */
static char *read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        stop("cannot open the file");
    }
    *len = (size_t)ftell(file);
    char *text = get_memory(*len + 1);
    rewind(file);
    if (fread(text, 1, *len, file) != *len) {
        stop("cannot read the file");
    }
    text[*len] = 0;
    (void)fclose(file);
    return text;
}

static const char *behind(const char *at, const char *what) {
    at = strstr(at, what);
    if (at == NULL) {
        stop("a line without time or customer");
    }
    return at + strlen(what);
}

static struct line *find_lines(const char *text, size_t len, size_t *count) {
    struct line *lines;
    *count = 0;
    for (const char *at = text; at < text + len; at++) {
        *count += *at == '\n';
    }
    lines = get_memory(*count * sizeof *lines);
    for (size_t i = 0; i < *count; i++) {
        char *rest;
        struct line *line = &lines[i];
        line->start = text;
        line->day = behind(text, "\"time\":\"");
        line->customer = behind(line->day, "\"user_id\":\"c");
        line->number = strtoull(line->customer, &rest, 10);
        line->rest = rest;
        line->end = behind(rest, "\n");
        text = line->end;
    }
    return lines;
}

/* Days since 1970-01-01 to a date; Howard Hinnant's algorithm, years from 1970. */
static void write_day(char *out, unsigned days) {
    unsigned since = days + 719468;
    unsigned era = since / 146097;
    unsigned of_era = since % 146097;
    unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    unsigned shifted = (5 * of_year + 2) / 153;
    unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
    year += era * 400 + (month <= 2);
    char text[32];
    (void)snprintf(text, sizeof text, "%04u-%02u-%02u", year % 10000, month,
                   of_year - (153 * shifted + 2) / 5 + 1);
    memcpy(out, text, DAY_CHARS);
}

static unsigned read_day(const char *at) {
    unsigned year = (unsigned)strtoul(at, NULL, 10);
    unsigned month = (unsigned)strtoul(at + 5, NULL, 10);
    unsigned day = (unsigned)strtoul(at + 8, NULL, 10);
    year -= month <= 2;
    unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719468;
}

static void write_part(const char *start, const char *end) {
    (void)fwrite(start, 1, (size_t)(end - start), stdout);
}

static void write_lines(const struct line *lines, size_t count, unsigned later, uint64_t others) {
    const char *known = NULL; /* the day that `day` is the later one of */
    char day[DAY_CHARS];
    for (size_t i = 0; i < count; i++) {
        const struct line *line = &lines[i];
        char customer[24];
        if (known == NULL || memcmp(known, line->day, DAY_CHARS) != 0) {
            known = line->day;
            write_day(day, read_day(known) + later);
        }
        char *at = customer + sizeof customer;
        uint64_t number = line->number + others;
        do {
            *--at = (char)('0' + number % 10);
            number /= 10;
        } while (number > 0);
        write_part(line->start, line->day);
        write_part(day, day + sizeof day);
        write_part(line->day + DAY_CHARS, line->customer);
        write_part(at, customer + sizeof customer);
        write_part(line->rest, line->end);
    }
}

int main(int argc, char **argv) {
    if (argc != 6) {
        stop("usage: repeat FILE TIMES DAYS CUSTOMERS GROUPS");
    }
    size_t len;
    size_t count;
    char *text = read_file(argv[1], &len);
    struct line *lines = find_lines(text, len, &count);
    unsigned long times = strtoul(argv[2], NULL, 10);
    unsigned long days = strtoul(argv[3], NULL, 10);
    uint64_t customers = strtoull(argv[4], NULL, 10);
    uint64_t groups = strtoull(argv[5], NULL, 10);
    (void)setvbuf(stdout, NULL, _IOFBF, 1 << 18);
    for (unsigned long r = 0; r < times; r++) {
        write_lines(lines, count, (unsigned)(r * days), customers * (r % groups));
    }
    free(lines);
    free(text);
    return fflush(stdout) == 0 ? 0 : 1;
}
