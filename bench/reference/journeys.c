/*
 * What a replay with journeys.yaml must find, by a plain program that shares no code with the
 * engine: its rules, stages and times stand below once more, written by hand.
 *
 * Usage: journeys FILE
 *
 * It takes the NDJSON records of this suite for granted (records.h). For the sessions and for the
 * journey it prints: the units by outcome and segment; the commonest paths; the touchpoints that
 * units hold, and those where they gave up; all transitions; the stages reached; the value.
 */
#include "names.h"
#include "records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAP_US (INT64_C(30) * 60 * 1000000)
#define TIMEOUT_US (INT64_C(30) * 86400 * 1000000)
#define TOP 20
#define MAX_STEPS 64
#define PATH_MAX_BYTES 4096
#define STAGES 5

static const struct {
    const char *name;
    int stage; /* from 1; 0: in none */
} points[] = {
    {"ad_click", 1},
    {"search_landing", 1},
    {"mail_open", 1},
    {"mail_click", 1},
    {"call_started", 1},
    {"shop_visit", 1},
    {"home_view", 1},
    {"blog_view", 1},
    {"category_view", 2},
    {"search", 2},
    {"search_results", 2},
    {"no_results", 2},
    {"filter_applied", 2},
    {"product_view", 2},
    {"product_detail", 2},
    {"reviews_read", 2},
    {"compare", 2},
    {"wishlist_add", 2},
    {"help", 2},
    {"add_to_cart", 3},
    {"cart_view", 3},
    {"cart_changed", 3},
    {"checkout_started", 3},
    {"address_entered", 3},
    {"shipping_selected", 3},
    {"payment_started", 3},
    {"payment_failed", 3},
    {"order_completed", 3},
    {"order_tracked", 4},
    {"account_view", 4},
    {"newsletter_opened", 4},
    {"recommended", 5},
};
static const char *const stage_names[] = {"awareness", "consideration", "purchase", "retention",
                                          "advocacy"};

enum { POINTS = sizeof points / sizeof *points, NONE = POINTS };

struct event {
    int64_t time_us;
    int64_t value; /* ten-thousandths; 0 where there is none */
    uint32_t customer;
    uint32_t position;
    uint16_t channel;
    uint16_t point;
};

struct world {
    struct event *events;
    size_t count;
    size_t capacity;
    struct names customers;
    struct names channels;
    int64_t last_us;
    uint64_t unmatched;
};

struct scope {
    const char *name;
    struct names paths;
    struct names units; /* outcome and segment */
    uint64_t transitions[POINTS][POINTS];
    uint64_t visited[POINTS + 1];
    uint64_t abandoned[POINTS + 1];
    uint64_t reached[STAGES];
    int64_t value;
};

static int is(struct text text, const char *word) {
    return strlen(word) == text.len && memcmp(text.start, word, text.len) == 0;
}

static int begins(struct text text, const char *word) {
    return strlen(word) <= text.len && memcmp(text.start, word, strlen(word)) == 0;
}

static int is_product(struct text path) {
    size_t digits = 0;
    while (3 + digits < path.len && path.start[3 + digits] >= '0' &&
           path.start[3 + digits] <= '9') {
        digits++;
    }
    return begins(path, "/p/") && digits > 0 && 3 + digits == path.len;
}

static int is_among(struct text text, const char *const *words) {
    while (*words != NULL && !is(text, *words)) {
        words++;
    }
    return *words != NULL;
}

static int holds(int point, struct text event, struct text path) {
    static const char *const helps[] = {"faq_view", "chat_started", "support_contacted", NULL};
    static const char *const changes[] = {"cart_empty", "cart_remove", "coupon_applied", NULL};
    static const char *const details[] = {"product_images", "size_guide", NULL};
    static const char *const words[] = {"review_written", "rating_given", "product_shared",
                                        "friend_invited", NULL};
    const char *name = points[point].name;
    if (strcmp(name, "shop_visit") == 0) {
        return begins(path, "/shops/");
    }
    if (strcmp(name, "home_view") == 0) {
        return is(path, "/");
    }
    if (strcmp(name, "blog_view") == 0) {
        return begins(path, "/blog/");
    }
    if (strcmp(name, "product_view") == 0) {
        return is_product(path);
    }
    if (strcmp(name, "product_detail") == 0) {
        return begins(path, "/p/") && is_among(event, details);
    }
    if (strcmp(name, "order_tracked") == 0) {
        return begins(path, "/orders/");
    }
    if (strcmp(name, "account_view") == 0) {
        return begins(path, "/account");
    }
    return strcmp(name, "help") == 0           ? is_among(event, helps)
           : strcmp(name, "cart_changed") == 0 ? is_among(event, changes)
           : strcmp(name, "recommended") == 0  ? is_among(event, words)
                                               : is(event, name);
}

static int64_t ten_thousandths(const char *at) {
    int64_t value = 0;
    int digits = -1; /* behind the point, once it is seen */
    for (; (*at >= '0' && *at <= '9') || (*at == '.' && digits < 0); at++) {
        if (*at == '.') {
            digits = 0;
            continue;
        }
        value = value * 10 + *at - '0';
        digits += digits >= 0;
    }
    for (digits = digits < 0 ? 0 : digits; digits < 4; digits++) {
        value *= 10;
    }
    return value;
}

static void add(struct world *world, const char *line) {
    if (world->count == world->capacity) {
        world->capacity = world->capacity == 0 ? 1 << 16 : world->capacity * 2;
        world->events = realloc(world->events, world->capacity * sizeof *world->events);
        if (world->events == NULL) {
            stop("out of memory");
        }
    }
    struct text customer = between(line, "\"user_id\":\"", '"');
    struct text channel = between(line, "\"channel\":\"", '"');
    struct text name = between(line, "\"event\":\"", '"');
    struct text path = between(line, "\"url\":\"https://shop.example", '"');
    const char *value = strstr(line, ",\"value\":");
    struct event *event = &world->events[world->count];
    path.len = strcspn(path.start, "?#\"");
    *event = (struct event){
        .time_us = iso_time(between(line, "\"time\":\"", '"').start),
        .value = value == NULL ? 0 : ten_thousandths(value + 9),
        .customer = names_number(&world->customers, customer.start, customer.len),
        .position = (uint32_t)world->count,
        .channel = (uint16_t)names_number(&world->channels, channel.start, channel.len)};
    while (event->point < POINTS && !holds(event->point, name, path)) {
        event->point++;
    }
    world->unmatched += event->point == NONE;
    world->last_us = event->time_us > world->last_us ? event->time_us : world->last_us;
    world->count++;
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

static void count(struct names *names, const char *text) {
    uint32_t number = names_number(names, text, strlen(text)); /* which may move the list */
    names->list[number].count++;
}

static void count_path(struct scope *scope, const uint16_t *steps, size_t step_count) {
    static char path[PATH_MAX_BYTES];
    size_t len = 0;
    path[0] = 0;
    for (size_t i = 0; i < step_count; i++) {
        const char *name = points[steps[i]].name;
        if (step_count > MAX_STEPS && i == MAX_STEPS - 2) {
            name = "…";
            i = step_count - 2;
        }
        len += (size_t)snprintf(path + len, sizeof path - len, "%s%s", i == 0 ? "" : " > ", name);
    }
    count(&scope->paths, step_count == 0 ? "(none)" : path);
    for (size_t i = 1; i < step_count; i++) {
        scope->transitions[steps[i - 1]][steps[i]]++;
    }
}

static void count_unit(struct scope *scope, const struct world *world, const struct event *events,
                       size_t event_count, int may_be_open) {
    static uint16_t *steps;
    static size_t capacity;
    char visited[POINTS + 1] = {0};
    size_t step_count = 0;
    int stage = 0;
    int converted = 0;
    if (event_count > capacity) {
        capacity = event_count * 2;
        steps = realloc(steps, capacity * sizeof *steps);
        if (steps == NULL) {
            stop("out of memory");
        }
    }
    for (size_t i = 0; i < event_count; i++) {
        uint16_t point = events[i].point;
        if (point == NONE) {
            continue;
        }
        if (strcmp(points[point].name, "order_completed") == 0) {
            converted = 1;
            scope->value += events[i].value;
        }
        if (step_count == 0 || steps[step_count - 1] != point) {
            steps[step_count++] = point;
        }
        stage += points[point].stage == stage + 1;
        visited[point] = 1;
    }
    visited[NONE] = (char)(step_count == 0);
    for (size_t i = 0; i <= POINTS; i++) {
        scope->visited[i] += (uint64_t)visited[i];
    }
    while (stage > 0) {
        scope->reached[--stage]++;
    }
    count_path(scope, steps, step_count);
    int open = !converted && may_be_open;
    if (!converted && !open) {
        scope->abandoned[step_count == 0 ? NONE : steps[step_count - 1]]++;
    }
    char unit[256];
    (void)snprintf(unit, sizeof unit, "%s %s",
                   converted ? "converted"
                   : open    ? "open"
                             : "abandoned",
                   world->channels.list[events[0].channel].text);
    count(&scope->units, unit);
}

/* Cuts where a customer was silent for longer than `silence_us`. */
static void cut(struct scope *scope, const struct world *world, int64_t silence_us,
                int may_be_open) {
    size_t start = 0;
    for (size_t i = 1; i <= world->count; i++) {
        const struct event *event = &world->events[i];
        if (i == world->count || event->customer != event[-1].customer ||
            event->time_us - event[-1].time_us > silence_us) {
            count_unit(scope, world, &world->events[start], i - start,
                       may_be_open && world->last_us - event[-1].time_us <= silence_us);
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

static void print(const struct scope *scope, const char *what, uint64_t number, const char *text) {
    if (number > 0) {
        printf("%s %s\t%llu\t%s\n", scope->name, what, (unsigned long long)number, text);
    }
}

static void print_names(struct scope *scope, const char *what, struct names *names, size_t top) {
    if (names->count > 0) {
        qsort(names->list, names->count, sizeof *names->list, by_count);
    }
    for (size_t i = 0; i < names->count && i < top; i++) {
        print(scope, what, names->list[i].count, names->list[i].text);
    }
}

static void print_scope(struct scope *scope) {
    print_names(scope, "units", &scope->units, SIZE_MAX);
    print_names(scope, "path", &scope->paths, TOP);
    for (int from = 0; from <= POINTS; from++) {
        const char *name = from == NONE ? "(none)" : points[from].name;
        print(scope, "visited", scope->visited[from], name);
        print(scope, "abandoned", scope->abandoned[from], name);
        for (int to = 0; from < POINTS && to < POINTS; to++) {
            char pair[256];
            (void)snprintf(pair, sizeof pair, "%s > %s", name, points[to].name);
            print(scope, "transition", scope->transitions[from][to], pair);
        }
    }
    print(scope, "value", (uint64_t)scope->value, "");
}

int main(int argc, char **argv) {
    static struct world world = {.last_us = INT64_MIN};
    static struct scope sessions = {.name = "session"};
    static struct scope journeys = {.name = "lifecycle"};
    static char line[LINE_MAX_BYTES];
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (file == NULL) {
        stop("usage: journeys FILE");
    }
    while (fgets(line, sizeof line, file) != NULL) {
        add(&world, line);
    }
    (void)fclose(file);
    if (world.count == 0) {
        stop("no events");
    }
    qsort(world.events, world.count, sizeof *world.events, by_customer_and_time);
    cut(&sessions, &world, GAP_US, 0);
    cut(&journeys, &world, TIMEOUT_US, 1);
    printf("events\t%zu\nunmatched\t%llu\n", world.count, (unsigned long long)world.unmatched);
    print_scope(&sessions);
    print_scope(&journeys);
    for (int stage = 0; stage < STAGES; stage++) {
        print(&journeys, "reached", journeys.reached[stage], stage_names[stage]);
    }
    return 0;
}
