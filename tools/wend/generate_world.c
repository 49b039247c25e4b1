/* Walks over the events of the table, and the exceptions that are the story. */
#include "generate_world.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define VISITS_MAX 6
#define VISIT_STEPS_MAX 120
#define BOUNCE_BASE 19661U     /* 30 % of 65536 leave at once; JOURNEY_EVENTS is with them */
#define LONG_EVENTS_X100 1457U /* events of a journey that does not, times 100; measured */
#define LOST_OF_1000 119U      /* of the others: with them, one in twelve of all */

/* The hours of a day by how many arrive in them: sums to 1000. */
static const uint16_t hour_weights[24] = {12, 7,  4,  3,  4,  9,  20, 35, 47, 54, 57, 58,
                                          60, 57, 54, 53, 55, 60, 68, 77, 78, 66, 41, 21};

/* How many of 256 who would put something into the cart, or go to the checkout, do it: the second
 * part of the story. */
static const uint8_t buys[WEND_CLI_CHANNELS_COUNT] = {96, 150, 255, 180, 200};

static uint8_t pick_of_set(uint64_t *random, uint32_t set, const uint8_t *weights, size_t count) {
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (set >> i & 1) != 0 ? weights[i] : 0;
    }
    uint32_t point = wend__cli_random_below(random, sum);
    for (size_t i = 0; i < count; i++) {
        uint32_t weight = (set >> i & 1) != 0 ? weights[i] : 0;
        if (point < weight) {
            return (uint8_t)i;
        }
        point -= weight;
    }
    return 0;
}

static uint8_t pick_device(struct wend_cli_world *world, uint64_t *random) {
    static const uint8_t weights[WEND_CLI_DEVICES_COUNT] = {35, 42, 8, 15};
    return pick_of_set(random, world->options.devices, weights, WEND_CLI_DEVICES_COUNT);
}

static uint8_t pick_channel(struct wend_cli_world *world, uint64_t *random) {
    static const uint8_t weights[WEND_CLI_CHANNELS_COUNT] = {30, 38, 18, 6, 8};
    return pick_of_set(random, world->options.channels, weights, WEND_CLI_CHANNELS_COUNT);
}

static uint8_t entry_kind(uint8_t channel) {
    static const uint8_t entries[WEND_CLI_CHANNELS_COUNT] = {
        WEND_CLI_AD_CLICK, WEND_CLI_SEARCH_LANDING, WEND_CLI_MAIL_OPEN, WEND_CLI_CALL_STARTED,
        WEND_CLI_SHOP_VISIT};
    return entries[channel];
}

void wend__cli_world_init(struct wend_cli_world *world,
                          const struct wend_cli_world_options *options) {
    *world = (struct wend_cli_world){.options = *options};
    size_t bytes = options->customers * sizeof *world->customers;
    world->customers = wend__cli_alloc(bytes);
    memset(world->customers, 0, bytes);
    /* Arrivals: a customer each while events last; with more events for each, they come again. */
    uint64_t journeys = options->events / WEND_CLI_JOURNEY_EVENTS + 1;
    world->bounce_odds = BOUNCE_BASE;
    if (journeys < options->customers) {
        /* Fewer events for each: more bounce, up to all (about one event each). */
        journeys = options->customers;
        uint64_t mean_x100 = options->events * 100 / journeys;
        uint64_t less = LONG_EVENTS_X100 > mean_x100 ? LONG_EVENTS_X100 - mean_x100 : 0;
        world->bounce_odds = (uint32_t)(less * 65536 / (LONG_EVENTS_X100 - 100));
    }
    /* Journeys last some days; so that the last events come about on the last day, arrivals take
     * six sevenths of the time. */
    uint64_t span_ms = options->days * (uint64_t)WEND_CLI_DAY_MS / 7 * 6;
    world->arrival_pace = journeys;
    world->arrival_gap_ms = span_ms / journeys;
    world->arrival_rest = span_ms % journeys;
    uint64_t weeks = options->days / 7;
    int64_t first_day = (int64_t)(weeks >= 2 ? weeks / 2 * 7 : options->days / 2);
    int64_t bad_days = (int64_t)(weeks >= 2 ? 7 : options->days >= 8 ? options->days / 4 : 1);
    world->bad_from_ms = WEND_CLI_WORLD_START_MS + first_day * WEND_CLI_DAY_MS;
    world->bad_until_ms = world->bad_from_ms + bad_days * WEND_CLI_DAY_MS;
}

void wend__cli_world_deinit(struct wend_cli_world *world) {
    free(world->customers);
    free(world->journeys);
    free(world->free_journeys);
    wend__cli_queue_deinit(&world->queue);
    *world = (struct wend_cli_world){0};
}

static uint32_t take_journey(struct wend_cli_world *world) {
    if (world->free_count > 0) {
        return world->free_journeys[--world->free_count];
    }
    if (world->journey_count == world->journey_capacity) {
        size_t capacity = world->journey_capacity == 0 ? 1024 : world->journey_capacity * 2;
        world->journeys = wend__cli_realloc(world->journeys, capacity * sizeof *world->journeys);
        world->free_journeys =
            wend__cli_realloc(world->free_journeys, capacity * sizeof *world->free_journeys);
        world->journey_capacity = capacity;
    }
    return (uint32_t)world->journey_count++;
}

/* Evenly spread milliseconds become those of a day that has a night. */
static int64_t with_rhythm(uint64_t spread_ms) {
    uint64_t day = spread_ms / (uint64_t)WEND_CLI_DAY_MS;
    uint64_t rest = spread_ms % (uint64_t)WEND_CLI_DAY_MS; /* of 1000 parts of 86400 ms */
    uint64_t hour = 0;
    while (rest >= hour_weights[hour] * UINT64_C(86400)) {
        rest -= hour_weights[hour] * UINT64_C(86400);
        hour++;
    }
    uint64_t in_hour = rest * (uint64_t)HOUR_MS / (hour_weights[hour] * UINT64_C(86400));
    return (int64_t)(day * (uint64_t)WEND_CLI_DAY_MS + hour * (uint64_t)HOUR_MS + in_hour);
}

static int64_t arrival_time(const struct wend_cli_world *world) {
    return WEND_CLI_WORLD_START_MS + with_rhythm(world->arrival_ms);
}

static void new_product(struct wend_cli_journey *journey) {
    uint64_t *random = &journey->random;
    /* The smaller of two: some products are seen far more often. */
    uint32_t a = wend__cli_random_below(random, 5000);
    uint32_t b = wend__cli_random_below(random, 5000);
    journey->product = 1000 + (a < b ? a : b);
    journey->price_cents = 495 + journey->product * 7919U % 240U * 100;
}

static void arrive(struct wend_cli_world *world) {
    uint32_t index = take_journey(world);
    uint64_t serial = world->arrival_count++;
    struct wend_cli_journey *journey = &world->journeys[index];
    *journey = (struct wend_cli_journey){0};
    journey->random = wend__cli_random_mix(world->options.seed * UINT64_C(0xD1342543DE82EF95) +
                                           wend__cli_random_mix(serial + 1));
    uint64_t *random = &journey->random;
    journey->customer = serial % world->options.customers;
    journey->visit = wend__cli_random(random);
    journey->first_channel = pick_channel(world, random);
    journey->channel = journey->first_channel;
    journey->device = pick_device(world, random);
    journey->kind = entry_kind(journey->channel);
    journey->bounces = wend__cli_random_below(random, 65536) < world->bounce_odds;
    journey->lost = wend__cli_random_below(random, 1000) < LOST_OF_1000 && !journey->bounces;
    new_product(journey);
    wend__cli_queue_add(&world->queue, arrival_time(world), index);
    world->arrival_ms += world->arrival_gap_ms;
    world->arrival_carry += world->arrival_rest;
    if (world->arrival_carry >= world->arrival_pace) {
        world->arrival_carry -= world->arrival_pace;
        world->arrival_ms++;
    }
}

/* In circles: search > no_results > filter_applied > search. The fourth part of the story. */
static uint8_t lost_next(struct wend_cli_journey *journey) {
    uint8_t next = WEND_CLI_SEARCH;
    if (journey->kind == WEND_CLI_SEARCH) {
        next = WEND_CLI_NO_RESULTS;
    } else if (journey->kind == WEND_CLI_NO_RESULTS) {
        next = WEND_CLI_FILTER_APPLIED;
    }
    return wend__cli_random_below(&journey->random, 256) < 244 ? next : WEND_CLI_VISIT_END;
}

/* The first part of the story. */
static bool payment_fails(const struct wend_cli_world *world, struct wend_cli_journey *journey,
                          int64_t now_ms) {
    bool broken = journey->device == WEND_CLI_MOBILE && now_ms >= world->bad_from_ms &&
                  now_ms < world->bad_until_ms;
    return wend__cli_random_below(&journey->random, 256) < (broken ? 200U : 14U);
}

static uint8_t next_kind(const struct wend_cli_world *world, struct wend_cli_journey *journey,
                         int64_t now_ms) {
    if (journey->bounces || journey->steps >= VISIT_STEPS_MAX) {
        return WEND_CLI_VISIT_END;
    }
    if (journey->lost) {
        return lost_next(journey);
    }
    if (journey->kind == WEND_CLI_PAYMENT_STARTED && payment_fails(world, journey, now_ms)) {
        return WEND_CLI_PAYMENT_FAILED;
    }
    uint64_t drawn = wend__cli_random(&journey->random);
    uint32_t point = (uint32_t)(drawn >> 56);
    uint32_t will = (uint32_t)(drawn >> 48 & 255);
    const struct wend_cli_step *steps = wend__cli_kinds[journey->kind].steps;
    for (size_t i = 0; i < WEND_CLI_STEP_MAX; i++) {
        if (point >= steps[i].odds) {
            point -= steps[i].odds;
            continue;
        }
        bool decides =
            steps[i].to == WEND_CLI_ADD_TO_CART || steps[i].to == WEND_CLI_CHECKOUT_STARTED;
        if (decides && !journey->bought && will >= buys[journey->first_channel]) {
            return steps[i].to == WEND_CLI_ADD_TO_CART ? WEND_CLI_CATEGORY_VIEW
                                                       : WEND_CLI_VISIT_END;
        }
        return steps[i].to;
    }
    return WEND_CLI_VISIT_END;
}

/* Milliseconds to the next event of a visit: mostly about the usual, sometimes much more; never a
 * session's gap. */
static int64_t pause_ms(struct wend_cli_journey *journey) {
    uint32_t usual_ms = wend__cli_kinds[journey->kind].pause_s * 1000U;
    uint64_t drawn = wend__cli_random(&journey->random);
    int64_t pause = 300 + (int64_t)((drawn & 0xFFFF) * usual_ms >> 16) +
                    (int64_t)((drawn >> 16 & 0xFFFF) * usual_ms >> 16);
    uint32_t chance = (uint32_t)(drawn >> 32 & 255);
    if (chance < 3) {
        pause += (int64_t)((drawn >> 40 & 0xFFFF) * 1200000 >> 16);
    } else if (chance < 30) {
        pause += (int64_t)((drawn >> 40 & 0xFFFF) * 120000 >> 16);
    }
    return pause;
}

static uint8_t later_entry(struct wend_cli_journey *journey, uint8_t device_before) {
    uint64_t *random = &journey->random;
    uint32_t chance = wend__cli_random_below(random, 100);
    if (journey->bought) {
        static const uint8_t loyal[10] = {WEND_CLI_ORDER_TRACKED,      WEND_CLI_ORDER_TRACKED,
                                          WEND_CLI_ORDER_TRACKED,      WEND_CLI_ACCOUNT_VIEW,
                                          WEND_CLI_DELIVERY_CONFIRMED, WEND_CLI_DELIVERY_CONFIRMED,
                                          WEND_CLI_RATING_GIVEN,       WEND_CLI_REVIEW_WRITTEN,
                                          WEND_CLI_NEWSLETTER_OPENED,  WEND_CLI_SUPPORT_CONTACTED};
        return loyal[chance / 10];
    }
    /* The third part of the story: what was gathered on the desktop stays there. */
    bool gap = device_before == WEND_CLI_DESKTOP && journey->device == WEND_CLI_MOBILE;
    if (gap && (journey->cart_cents > 0 || chance < 90)) {
        journey->cart_cents = 0;
        return WEND_CLI_CART_EMPTY;
    }
    if (journey->cart_cents > 0) {
        return WEND_CLI_CART_VIEW;
    }
    if (chance < 40) {
        return entry_kind(journey->channel);
    }
    return chance < 70 ? WEND_CLI_HOME_VIEW : chance < 85 ? WEND_CLI_SEARCH : WEND_CLI_PRODUCT_VIEW;
}

/* Hours or days until the next visit; 0: there is none. */
static int64_t next_visit(struct wend_cli_world *world, struct wend_cli_journey *journey) {
    uint64_t *random = &journey->random;
    bool gave_up = journey->lost || journey->kind == WEND_CLI_CART_EMPTY;
    uint32_t odds = gave_up ? 12 : journey->bought ? 64 : journey->cart_cents > 0 ? 72 : 50;
    if (journey->bounces || journey->visits + 1 >= VISITS_MAX ||
        wend__cli_random_below(random, 100) >= odds) {
        return 0;
    }
    uint8_t before = journey->device;
    journey->visits++;
    journey->steps = 0;
    journey->visit = wend__cli_random(random);
    if (wend__cli_random_below(random, 100) < 30) {
        journey->device = pick_device(world, random);
    }
    if (wend__cli_random_below(random, 100) < 25) {
        journey->channel = pick_channel(world, random);
    }
    journey->kind = later_entry(journey, before);
    uint32_t chance = wend__cli_random_below(random, 10);
    uint32_t low_min = chance < 3 ? 60 : chance < 7 ? 360 : 1440;
    uint32_t high_min = chance < 3 ? 360 : chance < 7 ? 1800 : 5760;
    int64_t minutes = low_min + wend__cli_random_below(random, high_min - low_min);
    if (world->options.days < 14) { /* short worlds are in a hurry */
        minutes = minutes * (int64_t)world->options.days / 14 + 45;
    }
    return minutes * 60000 + wend__cli_random_below(random, 60000);
}

/* Fills in the event, and what it does to the journey's cart. */
static void describe(struct wend_cli_world *world, struct wend_cli_journey *journey,
                     int64_t time_ms, struct wend_cli_event *event) {
    uint64_t flavour = wend__cli_random(&journey->random);
    if (journey->kind == WEND_CLI_PRODUCT_VIEW && (flavour & 1) != 0) {
        new_product(journey);
    }
    uint64_t serial = ++world->event_count;
    uint8_t kind = journey->kind;
    bool off_line = kind == WEND_CLI_CALL_STARTED || kind == WEND_CLI_SHOP_VISIT;
    *event = (struct wend_cli_event){
        .time_ms = time_ms,
        .customer = journey->customer,
        /* Both steps are bijections: no two events share an id. */
        .id = wend__cli_random_mix(serial + wend__cli_random_mix(world->options.seed)),
        .visit = journey->visit,
        .product = journey->product,
        .price_cents = journey->price_cents,
        .kind = kind,
        .device = off_line ? WEND_CLI_NO_DEVICE : journey->device,
        .channel = journey->channel,
        .flavour = (uint8_t)(flavour >> 56),
    };
    if (kind == WEND_CLI_ADD_TO_CART) {
        journey->cart_cents += journey->price_cents;
    } else if (kind == WEND_CLI_ORDER_COMPLETED) {
        event->value_cents = journey->cart_cents > 0 ? journey->cart_cents : journey->price_cents;
        journey->cart_cents = 0;
        journey->bought = true;
    } else if (kind == WEND_CLI_CART_REMOVE) {
        journey->cart_cents = 0;
    }
}

/*
 * The time that the event gets, at least `time_ms`. Two events of a customer share one only with
 * --ties, and only within a stage other than purchase, where their order changes no count.
 */
static int64_t free_time(const struct wend_cli_world *world, const struct wend_cli_journey *journey,
                         int64_t time_ms) {
    const struct wend_cli_customer *customer = &world->customers[journey->customer];
    if (!world->options.ties) {
        return time_ms > customer->last_ms ? time_ms : customer->last_ms + 1;
    }
    time_ms -= time_ms % 1000;
    uint8_t stage = wend__cli_kinds[journey->kind].life;
    bool may_share = stage == customer->stage && stage != 3;
    if (time_ms < customer->last_ms || (time_ms == customer->last_ms && !may_share)) {
        return customer->last_ms + 1000;
    }
    return time_ms;
}

bool wend__cli_world_next(struct wend_cli_world *world, struct wend_cli_event *event) {
    if (world->event_count >= world->options.events) {
        return false;
    }
    for (;;) {
        struct wend_cli_queue *queue = &world->queue;
        if (queue->count == 0 || arrival_time(world) <= wend__cli_queue_top(queue)->time_ms) {
            arrive(world);
            continue;
        }
        struct wend_cli_queued top = *wend__cli_queue_top(queue);
        struct wend_cli_journey *journey = &world->journeys[top.item];
        int64_t time_ms = free_time(world, journey, top.time_ms);
        if (time_ms > top.time_ms) {
            wend__cli_queue_delay(queue, time_ms);
            continue;
        }
        describe(world, journey, time_ms, event);
        journey->steps++;
        int64_t pause = pause_ms(journey);
        uint8_t next = next_kind(world, journey, top.time_ms);
        if (next == WEND_CLI_VISIT_END) {
            pause = next_visit(world, journey);
        } else {
            journey->kind = next;
        }
        if (pause == 0) {
            world->free_journeys[world->free_count++] = top.item;
            wend__cli_queue_drop(queue);
        } else {
            wend__cli_queue_delay(queue, top.time_ms + pause);
        }
        return true;
    }
}
