/*
 * Other forms of the events of `wend generate` (NDJSON on standard input), the same on every
 * machine:
 *
 *   mixed       four producers, each with its own order of keys and blanks; 1 % in any order
 *   random      every line has its own order of keys
 *   access-log  the combined format of Apache and nginx, with whole seconds
 *
 * Usage: variants mixed|random|access-log <FILE >FILE
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS_MAX 32
#define LINE_MAX_BYTES (1 << 16)

struct member {
    const char *key; /* from its quote */
    size_t key_len;
    const char *value;
    size_t value_len;
};

struct record {
    struct member members[MEMBERS_MAX];
    size_t count;
};

static uint64_t state = UINT64_C(0x9E3779B97F4A7C15);

/* xorshift64* */
static uint32_t chance(uint32_t below) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(2685821657736338717) >> 32) * below >> 32);
}

static void stop(const char *what) {
    (void)fprintf(stderr, "variants: %s\n", what);
    exit(1);
}

/* The end of a string whose opening quote is at `at`. */
static const char *string_end(const char *at) {
    for (at++; *at != '"'; at++) {
        if (*at == '\\') {
            at++;
        }
        if (*at == 0) {
            stop("a line that breaks off");
        }
    }
    return at + 1;
}

/* The end of a value: a comma or brace of the depth that it began at. */
static const char *value_end(const char *at) {
    int depth = 0;
    for (; *at != 0; at++) {
        if (*at == '"') {
            at = string_end(at) - 1;
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if (depth == 0 && (*at == ',' || *at == '}')) {
            return at;
        } else if (*at == '}' || *at == ']') {
            depth--;
        }
    }
    stop("a line that breaks off");
    return NULL;
}

static void read_record(struct record *record, const char *line) {
    const char *at = line;
    record->count = 0;
    while (*at == '{' || *at == ',') {
        struct member *member = &record->members[record->count++];
        if (record->count > MEMBERS_MAX) {
            stop("a record of too many keys");
        }
        member->key = at + 1;
        at = string_end(member->key);
        member->key_len = (size_t)(at - member->key);
        member->value = at + 1;
        at = value_end(member->value);
        member->value_len = (size_t)(at - member->value);
    }
}

static void shuffle(struct record *record) {
    for (size_t i = record->count; i > 1; i--) {
        size_t other = chance((uint32_t)i);
        struct member member = record->members[i - 1];
        record->members[i - 1] = record->members[other];
        record->members[other] = member;
    }
}

static void reverse(struct record *record) {
    for (size_t i = 0; i < record->count / 2; i++) {
        struct member member = record->members[i];
        record->members[i] = record->members[record->count - 1 - i];
        record->members[record->count - 1 - i] = member;
    }
}

static void write_record(const struct record *record, const char *colon, const char *comma) {
    for (size_t i = 0; i < record->count; i++) {
        const struct member *member = &record->members[i];
        (void)fputs(i == 0 ? "{" : comma, stdout);
        (void)fwrite(member->key, 1, member->key_len, stdout);
        (void)fputs(colon, stdout);
        (void)fwrite(member->value, 1, member->value_len, stdout);
    }
    (void)fputs("}\n", stdout);
}

static void write_mixed(struct record *record) {
    uint32_t producer = chance(4);
    if (chance(100) == 0) {
        shuffle(record);
    } else if (producer == 1) {
        reverse(record);
    } else if (producer == 3) { /* the context in front */
        struct member member = record->members[0];
        record->members[0] = record->members[record->count / 2];
        record->members[record->count / 2] = member;
    }
    write_record(record, producer == 2 ? ": " : ":", producer == 2 ? ", " : ",");
}

/* What stands between `before` and the next quote. */
static const char *quoted(const char *line, const char *before, int *len) {
    const char *start = strstr(line, before);
    if (start == NULL) {
        stop("a record without a key that all have");
    }
    start += strlen(before);
    *len = (int)strcspn(start, "\"");
    return start;
}

/* A customer is an address and an agent, both made from its number. */
static void write_access_log(const char *line) {
    static const char *const agents[] = {
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:137.0) Gecko/20100101 Firefox/137.0",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/135.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.2 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/135.0.0.0 Mobile Safari/537.36",
    };
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int time_len;
    int url_len;
    const char *time = quoted(line, "\"time\":\"", &time_len);
    const char *url = quoted(line, "\"url\":\"https://shop.example", &url_len);
    unsigned long customer = strtoul(quoted(line, "\"user_id\":\"c", &(int){0}), NULL, 10);
    const char *product = strstr(line, "\"product\":{\"id\":\"p");
    int month = (time[5] - '0') * 10 + time[6] - '1';
    const char *path = url;
    int path_len = url_len;
    const char *number = product == NULL ? "0" : product + 18;
    int number_len = (int)strspn(number, "0123456789");
    /* A product's page ends with its number, which here goes into the query. */
    int is_page = path_len > number_len && path[path_len - number_len - 1] == '/' &&
                  memcmp(path + path_len - number_len, number, (size_t)number_len) == 0;
    path_len -= is_page ? number_len + 1 : 0;
    printf("10.%lu.%lu.%lu - - [%.2s/%.3s/%.4s:%.8s +0000] \"GET %.*s%s%.*s HTTP/1.1\" 200 %u "
           "\"https://shop.example/\" \"%s\"\n",
           customer >> 16 & 255, customer >> 8 & 255, customer & 255, time + 8,
           months + (size_t)month * 3, time, time + 11, path_len, path, is_page ? "?id=" : "",
           is_page ? number_len : 0, number, 500 + chance(40000),
           agents[customer * 2654435761U >> 7 & 3]);
}

int main(int argc, char **argv) {
    static char line[LINE_MAX_BYTES];
    struct record record;
    const char *form = argc == 2 ? argv[1] : "";
    int mixed = strcmp(form, "mixed") == 0;
    int random = strcmp(form, "random") == 0;
    if (!mixed && !random && strcmp(form, "access-log") != 0) {
        stop("usage: variants mixed|random|access-log <FILE >FILE");
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (!mixed && !random) {
            write_access_log(line);
            continue;
        }
        read_record(&record, line);
        if (mixed) {
            write_mixed(&record);
        } else {
            shuffle(&record);
            write_record(&record, ":", ",");
        }
    }
    if (fflush(stdout) != 0 || ferror(stdin)) {
        stop("cannot read or write");
    }
    return 0;
}
