/*
 * The answers that all engines must give, by a plain program that shares no code with the engine:
 * all events in memory, a customer's sorted by time, cut into sessions, their paths counted.
 *
 * Usage: reference ndjson|csv|access-log GOAL FILE
 *
 * It takes the records of this suite for granted: every record is good, the wanted keys are found
 * by their text, names hold no escapes. It prints the sessions and events; the sessions that hold
 * GOAL; the 20 commonest paths; the last event of the sessions without GOAL.
 */
#include "names.h"
#include "records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAP_US (INT64_C(30) * 60 * 1000000)
#define TOP 20
#define PATH_MAX_BYTES (1 << 20)

struct event {
    int64_t time_us;
    uint32_t position;
    uint32_t customer;
    uint32_t name;
};

struct world {
    struct event *events;
    size_t count;
    size_t capacity;
    struct names customers;
    struct names names;
};

struct answers {
    struct names paths; /* by their text */
    uint64_t sessions;
    uint64_t reached;
};

static void add(struct world *world, int64_t time_us, struct text customer, struct text name) {
    if (world->count == world->capacity) {
        world->capacity = world->capacity == 0 ? 1 << 16 : world->capacity * 2;
        world->events = realloc(world->events, world->capacity * sizeof *world->events);
        if (world->events == NULL) {
            stop("out of memory");
        }
    }
    world->events[world->count] = (struct event){
        .time_us = time_us,
        .position = (uint32_t)world->count,
        .customer = names_number(&world->customers, customer.start, customer.len),
        .name = names_number(&world->names, name.start, name.len),
    };
    world->count++;
}

static void read_ndjson(struct world *world, const char *line) {
    struct text time = between(line, "\"time\":\"", '"');
    add(world, iso_time(time.start), between(line, "\"user_id\":\"", '"'),
        between(line, "\"event\":\"", '"'));
}

/* The wanted columns are the second to the fourth, and never quoted. */
static void read_csv(struct world *world, const char *line) {
    struct text time = between(line, ",", ',');
    struct text customer = between(time.start, ",", ',');
    add(world, iso_time(time.start), customer, between(customer.start, ",", ','));
}

static void read_access_log(struct world *world, const char *line) {
    char customer[LINE_MAX_BYTES];
    struct text time = between(line, "[", ']');
    struct text target = between(line, "] \"GET ", ' ');
    struct text agent = between(strstr(target.start, "\" \""), "\" \"", '"');
    size_t path_len = 0;
    while (path_len < target.len && target.start[path_len] != '?') {
        path_len++;
    }
    int len = snprintf(customer, sizeof customer, "%.*s|%.*s", (int)strcspn(line, " "), line,
                       (int)agent.len, agent.start);
    add(world, log_time(time.start), (struct text){customer, (size_t)len},
        (struct text){target.start, path_len});
}

static void read_all(struct world *world, const char *format, const char *path) {
    static char line[LINE_MAX_BYTES];
    int csv = strcmp(format, "csv") == 0;
    int access_log = strcmp(format, "access-log") == 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        stop("cannot open the file");
    }
    if (csv && fgets(line, sizeof line, file) == NULL) {
        stop("a file without a header");
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (csv) {
            read_csv(world, line);
        } else if (access_log) {
            read_access_log(world, line);
        } else {
            read_ndjson(world, line);
        }
    }
    (void)fclose(file);
}

static int by_customer_and_time(const void *left, const void *right) {
    const struct event *a = left;
    const struct event *b = right;
    if (a->customer != b->customer) {
        return a->customer < b->customer ? -1 : 1;
    }
    if (a->time_us != b->time_us) {
        return a->time_us < b->time_us ? -1 : 1;
    }
    return a->position < b->position ? -1 : 1;
}

/* Appends a step to the text of a path; returns the new length. */
static size_t add_step(char *path, size_t len, struct text name) {
    if (len + name.len + 3 > PATH_MAX_BYTES) {
        stop("a path that is too long");
    }
    if (len > 0) {
        static const char between[] = {' ', '>', ' '};
        memcpy(path + len, between, sizeof between);
        len += sizeof between;
    }
    memcpy(path + len, name.start, name.len);
    return len + name.len;
}

static void add_session(struct answers *answers, struct names *names, const struct event *events,
                        size_t count, uint32_t goal) {
    static char path[PATH_MAX_BYTES];
    size_t len = 0;
    int reached = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || events[i].name != events[i - 1].name) {
            const struct name *name = &names->list[events[i].name];
            len = add_step(path, len, (struct text){name->text, name->len});
        }
        reached |= events[i].name == goal;
    }
    uint32_t number = names_number(&answers->paths, path, len);
    answers->paths.list[number].count++;
    answers->sessions++;
    if (reached) {
        answers->reached++;
    } else {
        names->list[events[count - 1].name].count++;
    }
}

static void cut_sessions(struct answers *answers, struct world *world, uint32_t goal) {
    size_t start = 0;
    for (size_t i = 1; i <= world->count; i++) {
        const struct event *event = &world->events[i];
        if (i == world->count || event->customer != event[-1].customer ||
            event->time_us - event[-1].time_us > GAP_US) {
            add_session(answers, &world->names, &world->events[start], i - start, goal);
            start = i;
        }
    }
}

static int by_count(const void *left, const void *right) {
    const struct name *a = left;
    const struct name *b = right;
    if (a->count != b->count) {
        return a->count > b->count ? -1 : 1;
    }
    return strcmp(a->text, b->text);
}

/* Sorts the list, after which the numbers mean nothing. */
static void print_list(const char *what, struct names *names, size_t top) {
    if (names->count > 0) {
        qsort(names->list, names->count, sizeof *names->list, by_count);
    }
    for (size_t i = 0; i < names->count && i < top && names->list[i].count > 0; i++) {
        printf("%s\t%llu\t%s\n", what, (unsigned long long)names->list[i].count,
               names->list[i].text);
    }
}

int main(int argc, char **argv) {
    struct world world = {0};
    struct answers answers = {0};
    if (argc != 4) {
        stop("usage: reference ndjson|csv|access-log GOAL FILE");
    }
    read_all(&world, argv[1], argv[3]);
    uint32_t goal = names_number(&world.names, argv[2], strlen(argv[2]));
    qsort(world.events, world.count, sizeof *world.events, by_customer_and_time);
    cut_sessions(&answers, &world, goal);
    printf("events\t%zu\nsessions\t%llu\nreached\t%llu\n", world.count,
           (unsigned long long)answers.sessions, (unsigned long long)answers.reached);
    print_list("path", &answers.paths, TOP);
    print_list("exit", &world.names, SIZE_MAX);
    return 0;
}
