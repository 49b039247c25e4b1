/* Values of options: numbers, sizes, durations, times, shares, choices, lists. */
#include "options.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND UINT64_C(1000000)

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit size_units[] = {
    {"B", 1},
    {"K", UINT64_C(1) << 10},
    {"KiB", UINT64_C(1) << 10},
    {"M", UINT64_C(1) << 20},
    {"MiB", UINT64_C(1) << 20},
    {"G", UINT64_C(1) << 30},
    {"GiB", UINT64_C(1) << 30},
    {"T", UINT64_C(1) << 40},
    {"TiB", UINT64_C(1) << 40},
};

static const struct unit duration_units[] = {
    {"us", 1},
    {"ms", 1000},
    {"s", SECOND},
    {"m", 60 * SECOND},
    {"h", 3600 * SECOND},
    {"d", 86400 * SECOND},
    {"w", 604800 * SECOND},
};

/* Reads digits (with _ between them) at `*at`; false without any or beyond 64 bits. */
static bool read_digits(const char **at, uint64_t *number) {
    const char *start = *at;
    uint64_t value = 0;
    for (; (**at >= '0' && **at <= '9') || (**at == '_' && *at > start); (*at)++) {
        if (**at == '_') {
            continue;
        }
        uint64_t digit = (uint64_t)(**at - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *number = value;
    return *at > start && (*at)[-1] != '_';
}

/* Reads the letters of a unit at `*at`; NULL when it is none of `units`. */
static const struct unit *read_unit(const char **at, const struct unit *units, size_t count) {
    size_t len = 0;
    while (((*at)[len] >= 'a' && (*at)[len] <= 'z') || ((*at)[len] >= 'A' && (*at)[len] <= 'Z')) {
        len++;
    }
    for (size_t i = 0; i < count; i++) {
        if (strlen(units[i].name) == len && memcmp(units[i].name, *at, len) == 0) {
            *at += len;
            return &units[i];
        }
    }
    return NULL;
}

static bool add_scaled(uint64_t *sum, uint64_t number, uint64_t factor) {
    if (number > (UINT64_MAX - *sum) / factor) {
        return false;
    }
    *sum += number * factor;
    return true;
}

static bool parse_size(const char *text, uint64_t *bytes) {
    uint64_t number;
    *bytes = 0;
    if (!read_digits(&text, &number)) {
        return false;
    }
    if (*text == '\0') {
        *bytes = number;
        return true;
    }
    const struct unit *unit = read_unit(&text, size_units, sizeof size_units / sizeof *size_units);
    return unit != NULL && *text == '\0' && add_scaled(bytes, number, unit->factor);
}

/* Sums of parts such as 1h30m. */
static bool parse_duration(const char *text, bool bare_seconds, uint64_t *us) {
    *us = 0;
    if (*text == '\0') {
        return false;
    }
    while (*text != '\0') {
        uint64_t number;
        if (!read_digits(&text, &number)) {
            return false;
        }
        if (*text == '\0' && (bare_seconds || number == 0)) {
            return add_scaled(us, number, SECOND);
        }
        const struct unit *unit =
            read_unit(&text, duration_units, sizeof duration_units / sizeof *duration_units);
        if (unit == NULL || !add_scaled(us, number, unit->factor)) {
            return false;
        }
    }
    return true;
}

/* 0.02 or 2%: digits, at most six behind the point, in millionths. */
static bool parse_share(const char *text, uint64_t *millionths) {
    uint64_t whole;
    if (!read_digits(&text, &whole) || whole > 1000000) {
        return false;
    }
    uint64_t value = whole * SECOND;
    if (*text == '.') {
        uint64_t weight = SECOND / 10;
        for (text++; *text >= '0' && *text <= '9'; text++) {
            value += (uint64_t)(*text - '0') * weight;
            weight /= 10;
        }
    }
    bool percent = *text == '%';
    *millionths = percent ? value / 100 : value;
    return text[percent ? 1 : 0] == '\0';
}

/* Days since 1970-01-01 of a Gregorian date (H. Hinnant, "chrono-compatible low-level date
 * algorithms", days_from_civil), for years from 1. */
static int64_t civil_days(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2 ? 1 : 0;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static bool two_digits(const char *at, int64_t low, int64_t high, int64_t *number) {
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9') {
        return false;
    }
    *number = (at[0] - '0') * 10 + (at[1] - '0');
    return *number >= low && *number <= high;
}

/* YYYY-MM-DD, and optionally T or a blank, HH:MM, :SS, and Z. */
/* ".25" behind the seconds: microseconds, finer digits cut off. `*len` becomes the length in front
 * of it. */
static bool parse_fraction(const char *text, size_t *len, int64_t *us) {
    *us = 0;
    if (*len <= 19 || text[19] != '.') {
        return true;
    }
    if (*len == 20 || *len > 29) {
        return false;
    }
    int64_t unit = (int64_t)SECOND / 10;
    for (size_t i = 20; i < *len; i++, unit /= 10) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *us += (text[i] - '0') * unit;
    }
    *len = 19;
    return true;
}

static bool parse_time(const char *text, uint64_t *us) {
    int64_t century, year, month, day, hour = 0, minute = 0, second = 0, fraction = 0;
    size_t len = strlen(text);
    if (len > 10 && text[len - 1] == 'Z') {
        len--;
    }
    if (!parse_fraction(text, &len, &fraction)) {
        return false;
    }
    if (len != 10 && len != 16 && len != 19) {
        return false;
    }
    bool date = two_digits(text, 16, 22, &century) && two_digits(text + 2, 0, 99, &year) &&
                text[4] == '-' && two_digits(text + 5, 1, 12, &month) && text[7] == '-' &&
                two_digits(text + 8, 1, 31, &day);
    if (!date) {
        return false;
    }
    if (len > 10 &&
        ((text[10] != 'T' && text[10] != ' ') || text[13] != ':' ||
         !two_digits(text + 11, 0, 23, &hour) || !two_digits(text + 14, 0, 59, &minute))) {
        return false;
    }
    if (len > 16 && (text[16] != ':' || !two_digits(text + 17, 0, 59, &second))) {
        return false;
    }
    year += century * 100;
    int64_t days = civil_days(year, month, day);
    int64_t next_month = month == 12 ? civil_days(year + 1, 1, 1) : civil_days(year, month + 1, 1);
    *us =
        (uint64_t)((((days * 24 + hour) * 60 + minute) * 60 + second) * (int64_t)SECOND + fraction);
    return days < next_month && year >= 1678 && year < 2262;
}

int wend__cli_choice_index(const char *choices, const char *word, size_t len) {
    int index = 0;
    assert(choices != NULL);
    for (const char *at = choices;; index++) {
        size_t choice_len = strcspn(at, "|");
        if (choice_len == len && memcmp(at, word, len) == 0) {
            return index;
        }
        if (at[choice_len] == '\0') {
            return -1;
        }
        at += choice_len + 1;
    }
}

/* "a, b or c" of "a|b|c". */
static void list_choices(const char *choices, struct wend_cli_text *out) {
    assert(choices != NULL);
    for (const char *at = choices; *at != '\0';) {
        size_t len = strcspn(at, "|");
        const char *next = at[len] == '\0' ? at + len : at + len + 1;
        if (at != choices) {
            wend__cli_text_add(out, *next == '\0' ? " or " : ", ");
        }
        wend__cli_text_add_bytes(out, at, len);
        at = next;
    }
}

static enum wend_status wrong_choice(const struct wend_cli_option *option, const char *word,
                                     size_t len, struct wend_error *error) {
    struct wend_cli_text known = {0};
    list_choices(option->choices, &known);
    char *copy = wend__cli_alloc(strlen(option->choices) + 1);
    memcpy(copy, option->choices, strlen(option->choices) + 1);
    const char *candidates[64];
    size_t count = 0;
    for (char *at = copy; at != NULL && count < 64;) {
        char *bar = strchr(at, '|');
        if (bar != NULL) {
            *bar = '\0';
        }
        candidates[count++] = at;
        at = bar == NULL ? NULL : bar + 1;
    }
    struct wend_cli_text mistyped = {0};
    wend__cli_text_add_bytes(&mistyped, word, len);
    const char *near = wend__cli_nearest(wend__cli_text_string(&mistyped), candidates, count);
    enum wend_status status =
        wend__cli_error(error, WEND_ERROR_USAGE, "--%s: %s is not %s%s%s%s", option->name,
                        len == 0 ? "an empty word" : wend__cli_text_string(&mistyped),
                        wend__cli_text_string(&known), near == NULL ? "" : "; did you mean ",
                        near == NULL ? "" : near, near == NULL ? "" : "?");
    free(copy);
    wend__cli_text_deinit(&known);
    wend__cli_text_deinit(&mistyped);
    return status;
}

static enum wend_status parse_list(const struct wend_cli_option *option, const char *text,
                                   struct wend_cli_value *value, struct wend_error *error) {
    uint64_t bits = 0;
    for (const char *at = text;;) {
        size_t len = strcspn(at, ",");
        if (option->choices != NULL) {
            int index = wend__cli_choice_index(option->choices, at, len);
            if (index < 0) {
                return wrong_choice(option, at, len, error);
            }
            bits |= UINT64_C(1) << index;
        } else if (len == 0) {
            return wend__cli_error(error, WEND_ERROR_USAGE,
                                   "--%s: empty name in the list %s\nWrite %s=a,b,c.", option->name,
                                   text, option->name);
        }
        if (at[len] == '\0') {
            break;
        }
        at += len + 1;
    }
    value->number = bits;
    return WEND_OK;
}

struct kind_text {
    const char *what;
    const char *example;
};

static const struct kind_text kind_texts[] = {
    [WEND_CLI_FLAG] = {"", ""},
    [WEND_CLI_TEXT] = {"a text", "name"},
    [WEND_CLI_FILE] = {"a file", "file"},
    [WEND_CLI_DIRECTORY] = {"a directory", "directory"},
    [WEND_CLI_COUNT] = {"a whole number", "20"},
    [WEND_CLI_SIZE] = {"a size", "512MiB"},
    [WEND_CLI_DURATION] = {"a duration with a unit", "10m"},
    [WEND_CLI_TIME] = {"a time", "2025-03-03T12:00:00Z"},
    [WEND_CLI_SHARE] = {"a share from 0 to 1", "0.02 or 2%"},
    [WEND_CLI_CHOICE] = {"a choice", ""},
    [WEND_CLI_LIST] = {"a list", "a,b"},
    [WEND_CLI_PAIR] = {"FIELD=VALUE", "device=mobile"},
};

/* A pair of another sort. */
static const struct kind_text property_text = {"NAME=VALUE", "client.id=me"};

static bool parse_plain(const struct wend_cli_option *option, const char *text, uint64_t *number) {
    const char *at = text;
    switch (option->kind) {
    case WEND_CLI_COUNT:
        return read_digits(&at, number) && *at == '\0';
    case WEND_CLI_SIZE:
        return parse_size(text, number);
    case WEND_CLI_DURATION:
        return parse_duration(text, option->bare_seconds, number);
    case WEND_CLI_TIME:
        return parse_time(text, number);
    case WEND_CLI_SHARE:
        return parse_share(text, number);
    case WEND_CLI_PAIR:
        return strchr(text, '=') != NULL && text[0] != '=';
    default:
        return text[0] != '\0';
    }
}

/* In the largest unit that it is a whole number of. */
static void add_binary_size(struct wend_cli_text *out, uint64_t bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    while (unit < 4 && bytes >= 1024 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    wend__cli_text_add_format(out, "%llu %s", (unsigned long long)bytes, units[unit]);
}

/* "from 1 to 64", in the option's own unit where that is one number. */
static enum wend_status out_of_range(const struct wend_cli_option *option, const char *text,
                                     struct wend_error *error) {
    struct wend_cli_text range = {0};
    bool count = option->kind == WEND_CLI_COUNT;
    if (count) {
        wend__cli_text_add_format(&range, "from %llu to %llu", (unsigned long long)option->minimum,
                                  (unsigned long long)option->maximum);
    } else if (option->kind == WEND_CLI_SIZE) {
        wend__cli_text_add(&range, "from ");
        add_binary_size(&range, option->minimum);
        wend__cli_text_add(&range, " to ");
        add_binary_size(&range, option->maximum);
    } else if (option->kind == WEND_CLI_DURATION) {
        wend__cli_text_add_format(&range, "at most %llud",
                                  (unsigned long long)(option->maximum / (86400 * SECOND)));
    } else {
        wend__cli_text_add(&range, "from 0 to 1");
    }
    enum wend_status status =
        wend__cli_error(error, WEND_ERROR_USAGE, "--%s: %s is out of range; it must be %s",
                        option->name, text, wend__cli_text_string(&range));
    wend__cli_text_deinit(&range);
    return status;
}

enum wend_status wend__cli_value_parse(const struct wend_cli_option *option, const char *text,
                                       struct wend_cli_value *value, struct wend_error *error) {
    value->text = text;
    value->number = 0;
    if (option->kind == WEND_CLI_LIST) {
        return parse_list(option, text, value, error);
    }
    int word =
        option->choices == NULL ? -1 : wend__cli_choice_index(option->choices, text, strlen(text));
    if (option->kind == WEND_CLI_CHOICE) {
        value->number = (uint64_t)word;
        return word >= 0 ? WEND_OK : wrong_choice(option, text, strlen(text), error);
    }
    if (word >= 0) {
        value->number = UINT64_MAX;
        return WEND_OK;
    }
    if (!parse_plain(option, text, &value->number)) {
        const struct kind_text *kind = option == &wend__cli_options[WEND_CLI_PROPERTY]
                                           ? &property_text
                                           : &kind_texts[option->kind];
        return wend__cli_error(
            error, WEND_ERROR_USAGE, "--%s: %s%s%s is not %s%s%s\nExample: --%s %s", option->name,
            text[0] == '\0' ? "nothing" : "`", text, text[0] == '\0' ? "" : "`", kind->what,
            option->choices == NULL ? "" : ", or ", option->choices == NULL ? "" : option->choices,
            option->name, kind->example);
    }
    bool bounded = option->maximum > 0 && option->kind != WEND_CLI_TIME;
    if (bounded && (value->number < option->minimum || value->number > option->maximum)) {
        return out_of_range(option, text, error);
    }
    return WEND_OK;
}
