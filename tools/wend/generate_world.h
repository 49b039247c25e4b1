/*
 * generate_world.h: the made-up shop of `wend generate`: its events, its customers, their walks.
 *
 * A customer's *journey* arrives at some time through a channel and makes *visits* on several
 * devices and days; a visit is a walk over events, each with odds for the next (world_table.c).
 * The story (options_commands.c, "generate") is a handful of exceptions to those odds, all in
 * generate_world.c.
 *
 * All is integer arithmetic on a PRNG of its own, so that the same arguments give the same events
 * on every machine. The order of the events is that of their times.
 *
 * Memory: 16 bytes a customer, about 100 bytes a journey under way.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_GENERATE_WORLD_H
#define WEND_TOOLS_GENERATE_WORLD_H

#include "generate_queue.h"

#define WEND_CLI_WORLD_START_MS (INT64_C(1741219200) * 1000) /* Thursday 2025-03-06 UTC */
#define WEND_CLI_DAY_MS INT64_C(86400000)
/* Mean events of a journey, measured; the defaults stand on it. */
#define WEND_CLI_JOURNEY_EVENTS 11

enum wend_cli_event_kind {
    WEND_CLI_AD_CLICK,
    WEND_CLI_SEARCH_LANDING,
    WEND_CLI_MAIL_OPEN,
    WEND_CLI_MAIL_CLICK,
    WEND_CLI_CALL_STARTED,
    WEND_CLI_SHOP_VISIT,
    WEND_CLI_HOME_VIEW,
    WEND_CLI_BLOG_VIEW,
    WEND_CLI_CATEGORY_VIEW,
    WEND_CLI_SEARCH,
    WEND_CLI_SEARCH_RESULTS,
    WEND_CLI_NO_RESULTS,
    WEND_CLI_FILTER_APPLIED,
    WEND_CLI_PRODUCT_VIEW,
    WEND_CLI_PRODUCT_IMAGES,
    WEND_CLI_SIZE_GUIDE,
    WEND_CLI_REVIEWS_READ,
    WEND_CLI_COMPARE,
    WEND_CLI_WISHLIST_ADD,
    WEND_CLI_FAQ_VIEW,
    WEND_CLI_CHAT_STARTED,
    WEND_CLI_ADD_TO_CART,
    WEND_CLI_CART_VIEW,
    WEND_CLI_CART_EMPTY,
    WEND_CLI_CART_REMOVE,
    WEND_CLI_COUPON_APPLIED,
    WEND_CLI_CHECKOUT_STARTED,
    WEND_CLI_ADDRESS_ENTERED,
    WEND_CLI_SHIPPING_SELECTED,
    WEND_CLI_PAYMENT_STARTED,
    WEND_CLI_PAYMENT_FAILED,
    WEND_CLI_ORDER_COMPLETED,
    WEND_CLI_ORDER_TRACKED,
    WEND_CLI_DELIVERY_CONFIRMED,
    WEND_CLI_ACCOUNT_VIEW,
    WEND_CLI_REORDER_VIEWED,
    WEND_CLI_RETURN_STARTED,
    WEND_CLI_SUPPORT_CONTACTED,
    WEND_CLI_NEWSLETTER_OPENED,
    WEND_CLI_REVIEW_WRITTEN,
    WEND_CLI_RATING_GIVEN,
    WEND_CLI_PRODUCT_SHARED,
    WEND_CLI_FRIEND_INVITED,
    WEND_CLI_SCROLL,
    WEND_CLI_HEARTBEAT,
    WEND_CLI_EVENT_KINDS,
    WEND_CLI_VISIT_END = WEND_CLI_EVENT_KINDS
};

/* In the order of the choices of --devices and --channels. */
enum wend_cli_device { WEND_CLI_DESKTOP, WEND_CLI_MOBILE, WEND_CLI_TABLET, WEND_CLI_APP };
enum wend_cli_channel {
    WEND_CLI_BY_AD,
    WEND_CLI_BY_SEARCH,
    WEND_CLI_BY_MAIL,
    WEND_CLI_BY_CALL,
    WEND_CLI_BY_SHOP
};
#define WEND_CLI_DEVICES_COUNT 4
#define WEND_CLI_CHANNELS_COUNT 5
#define WEND_CLI_NO_DEVICE 255 /* on the phone, in the shop */

#define WEND_CLI_LIFE_STAGES 5
#define WEND_CLI_CHECKOUT_STAGES 4
extern const char *const wend__cli_life_stages[WEND_CLI_LIFE_STAGES];
extern const char *const wend__cli_checkout_stages[WEND_CLI_CHECKOUT_STAGES];
extern const char *const wend__cli_devices[WEND_CLI_DEVICES_COUNT];
extern const char *const wend__cli_channels[WEND_CLI_CHANNELS_COUNT];

enum wend_cli_page { WEND_CLI_PAGE_PLAIN, WEND_CLI_PAGE_PRODUCT, WEND_CLI_PAGE_SEARCH };

/* Odds of 256; what is left of them ends the visit. */
struct wend_cli_step {
    uint8_t to;
    uint8_t odds;
};

#define WEND_CLI_STEP_MAX 7
struct wend_cli_kind_info {
    const char *name;
    const char *path; /* of the page, behind the host */
    uint8_t page;     /* enum wend_cli_page */
    uint8_t life;     /* 1-based stage of the journey `lifecycle`; 0: no touchpoint */
    uint8_t checkout; /* 1-based stage of the journey `checkout`, 0: none */
    uint8_t pause_s;  /* usual seconds to the next event */
    struct wend_cli_step steps[WEND_CLI_STEP_MAX];
};
extern const struct wend_cli_kind_info wend__cli_kinds[WEND_CLI_EVENT_KINDS];

struct wend_cli_event {
    int64_t time_ms;
    uint64_t customer; /* from 0 */
    uint64_t id;       /* distinct for each event */
    uint64_t visit;    /* distinct for each visit, nearly */
    uint32_t product;
    uint32_t price_cents;
    uint32_t value_cents; /* 0: no value */
    uint8_t kind;
    uint8_t device;
    uint8_t channel;
    uint8_t flavour; /* any number, for small differences */
};

struct wend_cli_world_options {
    uint64_t events;
    uint64_t customers;
    uint64_t days;
    uint64_t seed;
    uint32_t devices;  /* bit set */
    uint32_t channels; /* bit set */
    bool ties;
};

/* What the world remembers of a customer between events. */
struct wend_cli_customer {
    int64_t last_ms;
    uint8_t flags;    /* see generate_answers.c */
    uint8_t life;     /* stages reached in the open journey `lifecycle` */
    uint8_t checkout; /* the same of `checkout` */
    uint8_t stage;    /* of the last event */
};

struct wend_cli_journey {
    uint64_t random;
    uint64_t customer;
    uint64_t visit;
    uint32_t product;
    uint32_t price_cents;
    uint32_t cart_cents;
    uint8_t kind; /* of the event that comes next */
    uint8_t device;
    uint8_t channel;
    uint8_t first_channel;
    uint8_t visits;
    uint8_t steps; /* in this visit */
    bool lost;
    bool bounces;
    bool bought;
};

struct wend_cli_world {
    struct wend_cli_world_options options;
    struct wend_cli_customer *customers; /* `options.customers` of them */
    struct wend_cli_journey *journeys;   /* a pool */
    size_t journey_count;
    size_t journey_capacity;
    uint32_t *free_journeys;
    size_t free_count;
    struct wend_cli_queue queue; /* the next event of each journey under way */
    uint64_t event_count;
    uint64_t arrival_count;
    uint64_t arrival_gap_ms; /* with `arrival_rest` / `arrival_pace` ms more */
    uint64_t arrival_rest;
    uint64_t arrival_pace;
    uint64_t arrival_carry;
    uint64_t arrival_ms;  /* since the start, of the next journey */
    uint32_t bounce_odds; /* of 65536 */
    int64_t bad_from_ms;  /* when payments on mobile fail */
    int64_t bad_until_ms;
};

void wend__cli_world_init(struct wend_cli_world *world,
                          const struct wend_cli_world_options *options);
void wend__cli_world_deinit(struct wend_cli_world *world);
/*
 * The next event in the order of time, after which the customer's record is the caller's to
 * update: `last_ms` and `stage` must be set to the event's. False after `options.events`.
 */
bool wend__cli_world_next(struct wend_cli_world *world, struct wend_cli_event *event);

/* splitmix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators"). */
static inline uint64_t wend__cli_random_mix(uint64_t x) {
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

static inline uint64_t wend__cli_random(uint64_t *state) {
    *state += UINT64_C(0x9E3779B97F4A7C15);
    return wend__cli_random_mix(*state);
}

/* 0 to `limit` - 1. */
static inline uint32_t wend__cli_random_below(uint64_t *state, uint32_t limit) {
    return (uint32_t)((wend__cli_random(state) >> 32) * limit >> 32);
}

#endif
