#include "match/starter_stages.h"

#include "match/starter.h"

const char *const wend__starter_templates[] = {"purchase",  "lead",  "engagement",
                                               "retention", "guest", NULL};

/* In the order of wend__starter_templates. */
static const struct wend_journey_template templates[] = {
    {.name = "purchase",
     .purpose = "from the first look to the purchase",
     .timeout = "30d",
     .goal = 3,
     .stage_count = 4,
     .stages = {{"awareness", "impression ad ads banner campaign email newsletter landing home "
                              "index promo social referral display video"},
                {"consideration", "view product item catalog category list search filter compare "
                                  "wishlist detail page pdp plp review"},
                {"intent", "cart basket bag checkout shipping delivery payment billing coupon"},
                {"purchase", "purchase order buy bought paid sale sold transaction conversion "
                             "converted thank thanks"}}},
    {.name = "lead",
     .purpose = "from the first look to the contact",
     .timeout = "90d",
     .goal = 3,
     .stage_count = 4,
     .stages = {{"awareness", "impression ad ads banner campaign email landing home index blog "
                              "article social referral"},
                {"interest", "view page product feature features case whitepaper download webinar "
                             "video docs about search"},
                {"evaluation", "pricing price plan plans compare calculator faq demo trial form"},
                {"lead", "lead signup sign register registered registration contact quote submit "
                         "submitted request booked subscribe conversion"}}},
    {.name = "engagement",
     .purpose = "from arriving to taking part",
     .timeout = "7d",
     .goal = 3,
     .goes_on = true,
     .stage_count = 4,
     .stages = {{"arrival", "home landing login open opened launch start visit install index"},
                {"exploration", "view page search browse list category scroll help about filter"},
                {"activity", "play next song watch listen read click like save follow add favorite "
                             "favourite bookmark rate use download"},
                {"contribution", "share comment post upload invite review create created publish "
                                 "upgrade reply message edit"}}},
    {.name = "retention",
     .purpose = "from joining to coming back and telling others",
     .timeout = "90d",
     .goal = 2,
     .goes_on = true,
     .stage_count = 4,
     .stages = {{"onboarding", "signup sign register registered registration welcome tutorial "
                               "install activate activated onboarding trial"},
                {"use", "view page search play next song watch login open use session home list "
                        "catalog product"},
                {"renewal", "renew renewal renewed upgrade subscribe subscription repurchase "
                            "purchase order buy paid"},
                {"advocacy", "share review rate refer referral invite recommend feedback"}}},
    {.name = "guest",
     .purpose = "from the idea of a stay to telling about it",
     .timeout = "180d",
     .goal = 2,
     .goes_on = true,
     .stage_count = 5,
     .stages = {{"awareness", "impression ad ads banner campaign email landing home index promo"},
                {"search",
                 "search availability view room rate offer list filter hotel compare map"},
                {"booking", "book booking booked reserve reservation reserved payment paid order "
                            "purchase confirm confirmation"},
                {"stay", "checkin arrive arrival arrived stay key service breakfast dinner spa "
                         "restaurant minibar checkout departure"},
                {"advocacy", "review rate rating feedback survey share refer recommend loyalty"}}},
};

/* A name with one of these tells of something that did not happen. */
static const char failures[] = "error fail failed failure bug cancel cancelled canceled refund "
                               "refunded remove removed decline declined abandon abandoned";

const struct wend_journey_template *wend__starter_template(const char *name) {
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        if (strcmp(templates[i].name, name) == 0) {
            return &templates[i];
        }
    }
    return NULL;
}

static bool is_upper(uint8_t c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_word_byte(uint8_t c) {
    return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The next word of `text` from `*at`; false at the end. */
static bool next_word(struct wend_bytes text, size_t *at, struct wend_bytes *word) {
    while (*at < text.len && !is_word_byte(text.data[*at])) {
        (*at)++;
    }
    size_t start = *at;
    while (*at < text.len && is_word_byte(text.data[*at]) &&
           !(*at > start && is_upper(text.data[*at]) && !is_upper(text.data[*at - 1]))) {
        (*at)++;
    }
    *word = wend__bytes(text.data + start, *at - start);
    return word->len > 0;
}

/* A short word of a list stands for itself and its plural, a longer one for what begins with it. */
static bool fits(struct wend_bytes word, const char *wanted, size_t len) {
    if (word.len < len || (len < 4 && word.len > len + 1)) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        uint8_t c = word.data[i];
        if ((is_upper(c) ? (uint8_t)(c | 0x20) : c) != (uint8_t)wanted[i]) {
            return false;
        }
    }
    return len >= 4 || word.len == len || (word.data[len] | 0x20) == 's';
}

/* A path of something that belongs to a page. */
static bool is_asset(struct wend_bytes event) {
    static const char *const endings[] = {".css",   ".js",  ".png", ".jpg",  ".jpeg",
                                          ".gif",   ".ico", ".svg", ".webp", ".woff",
                                          ".woff2", ".map", ".txt"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t len = strlen(endings[i]);
        if (event.len > len && memcmp(event.data + event.len - len, endings[i], len) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_word(struct wend_bytes event, const char *words) {
    struct wend_bytes word;
    for (size_t at = 0; next_word(event, &at, &word);) {
        for (const char *wanted = words; *wanted != '\0';) {
            size_t len = strcspn(wanted, " ");
            if (fits(word, wanted, len)) {
                return true;
            }
            wanted += wanted[len] == ' ' ? len + 1 : len;
        }
    }
    return false;
}

uint32_t wend__starter_stage(const struct wend_journey_template *journey, struct wend_bytes event) {
    if (is_asset(event) || has_word(event, failures)) {
        return WEND_NO_STAGE;
    }
    for (uint32_t stage = journey->stage_count; stage > 0; stage--) {
        if (has_word(event, journey->stages[stage - 1].words)) {
            return stage - 1;
        }
    }
    return WEND_NO_STAGE;
}
