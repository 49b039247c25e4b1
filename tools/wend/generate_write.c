/*
 * Lines by copying ready pieces: at 350 bytes an event, formatting by printf would be the slowest
 * part of the generator by far.
 */
#include "generate_write.h"

#include <string.h>

const char wend__cli_csv_header[] = "event_id,time,user_id,event,session_id,channel,device,os,"
                                    "locale,url,title,product,price,value\n";

struct piece {
    const char *text;
    size_t len;
};
#define PIECE(text)                                                                                \
    { text, sizeof(text) - 1 }

struct device_piece {
    struct piece json;
    struct piece csv;
};

/* Three of each device. */
static const struct device_piece devices[WEND_CLI_DEVICES_COUNT][3] = {
    {{PIECE("{\"type\":\"desktop\",\"os\":\"Windows 11\"}"), PIECE("desktop,Windows 11")},
     {PIECE("{\"type\":\"desktop\",\"os\":\"macOS 15.1\"}"), PIECE("desktop,macOS 15.1")},
     {PIECE("{\"type\":\"desktop\",\"os\":\"Linux\"}"), PIECE("desktop,Linux")}},
    {{PIECE("{\"type\":\"mobile\",\"os\":\"Android 14\"}"), PIECE("mobile,Android 14")},
     {PIECE("{\"type\":\"mobile\",\"os\":\"iOS 18.2\"}"), PIECE("mobile,iOS 18.2")},
     {PIECE("{\"type\":\"mobile\",\"os\":\"Android 15\"}"), PIECE("mobile,Android 15")}},
    {{PIECE("{\"type\":\"tablet\",\"os\":\"iPadOS 18.2\"}"), PIECE("tablet,iPadOS 18.2")},
     {PIECE("{\"type\":\"tablet\",\"os\":\"Android 14\"}"), PIECE("tablet,Android 14")},
     {PIECE("{\"type\":\"tablet\",\"os\":\"iPadOS 17.6\"}"), PIECE("tablet,iPadOS 17.6")}},
    {{PIECE("{\"type\":\"app\",\"os\":\"Android 14\"}"), PIECE("app,Android 14")},
     {PIECE("{\"type\":\"app\",\"os\":\"iOS 18.2\"}"), PIECE("app,iOS 18.2")},
     {PIECE("{\"type\":\"app\",\"os\":\"iOS 17.6\"}"), PIECE("app,iOS 17.6")}},
};

struct words {
    struct piece locale;
    struct piece json;  /* a title, escaped in all the ways that JSON knows */
    struct piece csv;   /* the same */
    struct piece query; /* of a search, percent-encoded */
};

static const struct words words[8] = {
    {PIECE("de-DE"), PIECE("Stiefel \\\"Größe 42\\\" \\u2013 Müller & Söhne"),
     PIECE("\"Stiefel \"\"Größe 42\"\" – Müller & Söhne\""), PIECE("gr%C3%B6%C3%9Fe+42")},
    {PIECE("en-GB"), PIECE("Rain jacket, waterproof \\/ light"),
     PIECE("\"Rain jacket, waterproof / light\""), PIECE("rain+jacket")},
    {PIECE("fr-FR"), PIECE("Écharpe d\\u00e9t\\u00e9 \\u2014 l\\u2019été indien"),
     PIECE("Écharpe dété — l’été indien"), PIECE("%C3%A9charpe")},
    {PIECE("ja-JP"), PIECE("\\u30b9\\u30cb\\u30fc\\u30ab\\u30fc 白 26cm"),
     PIECE("スニーカー 白 26cm"), PIECE("%E7%99%BD")},
    {PIECE("en-US"), PIECE("Backpack 24 l \\ud83c\\udf92 \\\"Trail\\\""),
     PIECE("\"Backpack 24 l 🎒 \"\"Trail\"\"\""), PIECE("backpack")},
    {PIECE("pl-PL"), PIECE("Skarpety wełniane\\t3 pary"), PIECE("Skarpety wełniane\t3 pary"),
     PIECE("we%C5%82na")},
    {PIECE("es-ES"), PIECE("Pantalón de montaña C:\\\\talla\\\\M"),
     PIECE("Pantalón de montaña C:\\talla\\M"), PIECE("pantal%C3%B3n")},
    {PIECE("en-GB"), PIECE("Merino base layer, men's"), PIECE("\"Merino base layer, men's\""),
     PIECE("merino")},
};

static inline char *put(char *at, const char *text, size_t len) {
    memcpy(at, text, len);
    return at + len;
}
#define PUT(at, literal) put(at, literal, sizeof(literal) - 1)

static inline char *put_piece(char *at, const struct piece *piece) {
    return put(at, piece->text, piece->len);
}

static inline char *put_text(char *at, const char *text) {
    return put(at, text, strlen(text));
}

static char *put_hex(char *at, uint64_t value) {
    static const char digits[] = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4) {
        *at++ = digits[value >> shift & 15];
    }
    return at;
}

static char *put_number(char *at, uint64_t value) {
    char digits[20];
    size_t len = 0;
    do {
        digits[sizeof digits - ++len] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return put(at, digits + sizeof digits - len, len);
}

static inline char *put_two(char *at, uint32_t value) {
    at[0] = (char)('0' + value / 10);
    at[1] = (char)('0' + value % 10);
    return at + 2;
}

static char *put_cents(char *at, uint32_t cents) {
    at = put_number(at, cents / 100);
    *at++ = '.';
    return put_two(at, cents % 100);
}

/* Writes the date of a day since 1970 (H. Hinnant, "chrono-compatible low-level date algorithms",
 * civil_from_days), for days from 1970 on. */
static void write_date(int64_t days, char date[static 10]) {
    uint64_t shifted = (uint64_t)days + 719468;
    uint64_t era = shifted / 146097;
    uint64_t day_of_era = shifted % 146097;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t shifted_month = (5 * day_of_year + 2) / 153;
    uint64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    uint64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    uint64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    char *at = put_two(date, (uint32_t)(year / 100));
    at = put_two(at, (uint32_t)(year % 100));
    *at++ = '-';
    at = put_two(at, (uint32_t)month);
    *at++ = '-';
    (void)put_two(at, (uint32_t)day);
}

char *wend__cli_write_time(struct wend_cli_writer *writer, int64_t time_ms, char *at) {
    int64_t day = time_ms / WEND_CLI_DAY_MS;
    uint32_t rest = (uint32_t)(time_ms % WEND_CLI_DAY_MS);
    if (writer->day != day + 1) {
        write_date(day, writer->date);
        writer->day = day + 1;
    }
    uint32_t seconds = rest / 1000;
    at = put(at, writer->date, sizeof writer->date);
    *at++ = 'T';
    at = put_two(at, seconds / 3600);
    *at++ = ':';
    at = put_two(at, seconds / 60 % 60);
    *at++ = ':';
    at = put_two(at, seconds % 60);
    if (!writer->whole_seconds) {
        uint32_t ms = rest % 1000;
        *at++ = '.';
        *at++ = (char)('0' + ms / 100);
        at = put_two(at, ms % 100);
    }
    *at++ = 'Z';
    return at;
}

static char *put_event_time(struct wend_cli_writer *writer, const struct wend_cli_event *event,
                            enum wend_cli_fault fault, char *at) {
    if (fault == WEND_CLI_FAULT_TIME) {
        return PUT(at, "yesterday, 10 o'clock");
    }
    if (fault == WEND_CLI_FAULT_FUTURE) {
        return PUT(at, "2199-12-31T23:59:59.999Z");
    }
    return wend__cli_write_time(writer, event->time_ms, at);
}

/* Which of the eight sets of words: a product has always the same. */
static const struct words *event_words(const struct wend_cli_event *event) {
    return &words[event->product & 7];
}

static char *put_url(const struct wend_cli_event *event, char *at) {
    const struct wend_cli_kind_info *info = &wend__cli_kinds[event->kind];
    at = PUT(at, "https://shop.example");
    at = put_text(at, info->path);
    if (info->page == WEND_CLI_PAGE_PRODUCT) {
        *at++ = '/';
        at = put_number(at, event->product);
    } else if (info->page == WEND_CLI_PAGE_SEARCH) {
        at = PUT(at, "?q=");
        at = put_piece(at, &event_words(event)->query);
    } else if (info->life == 1) {
        at = PUT(at, "?utm_source=");
        at = put_text(at, wend__cli_channels[event->channel]);
        at = PUT(at, "&utm_campaign=spring-");
        at = put_two(at, event->flavour % 24U + 1);
    }
    return at;
}

char *wend__cli_write_customer(const struct wend_cli_event *event, char *at) {
    *at++ = 'c';
    return put_number(at, event->customer + 1);
}

static char *write_json(struct wend_cli_writer *writer, const struct wend_cli_event *event,
                        enum wend_cli_fault fault, char *at) {
    const struct words *text = event_words(event);
    at = PUT(at, "{\"event_id\":\"");
    at = put_hex(at, event->id);
    at = PUT(at, "\",\"time\":\"");
    at = put_event_time(writer, event, fault, at);
    if (fault == WEND_CLI_FAULT_CUSTOMER) {
        at = PUT(at, "\",\"user_id\":null,\"event\":\"");
    } else {
        at = PUT(at, "\",\"user_id\":\"");
        at = wend__cli_write_customer(event, at);
        at = PUT(at, "\",\"event\":\"");
    }
    at = put_text(at, wend__cli_kinds[event->kind].name);
    at = PUT(at, "\",\"session_id\":\"");
    at = put_hex(at, event->visit);
    at = PUT(at, "\",\"channel\":\"");
    at = put_text(at, wend__cli_channels[event->channel]);
    at = PUT(at, "\",\"context\":{\"device\":");
    if (event->device == WEND_CLI_NO_DEVICE) {
        at = PUT(at, "null");
    } else {
        at = put_piece(at, &devices[event->device][event->visit % 3].json);
    }
    at = PUT(at, ",\"locale\":\"");
    at = put_piece(at, &text->locale);
    at = PUT(at, "\",\"page\":{\"url\":\"");
    at = put_url(event, at);
    at = PUT(at, "\",\"title\":\"");
    at = put_piece(at, &text->json);
    at = PUT(at, "\"}},\"product\":{\"id\":\"p");
    at = put_number(at, event->product);
    at = PUT(at, "\",\"price\":");
    at = put_cents(at, event->price_cents);
    *at++ = '}';
    if (event->value_cents > 0) {
        at = PUT(at, ",\"value\":");
        at = put_cents(at, event->value_cents);
    }
    return PUT(at, "}\n");
}

static char *write_csv(struct wend_cli_writer *writer, const struct wend_cli_event *event,
                       enum wend_cli_fault fault, char *at) {
    const struct words *text = event_words(event);
    at = put_hex(at, event->id);
    *at++ = ',';
    bool quoted = fault == WEND_CLI_FAULT_TIME; /* it holds a comma */
    at = put(at, "\"", quoted ? 1 : 0);
    at = put_event_time(writer, event, fault, at);
    at = put(at, "\"", quoted ? 1 : 0);
    *at++ = ',';
    if (fault != WEND_CLI_FAULT_CUSTOMER) {
        at = wend__cli_write_customer(event, at);
    }
    *at++ = ',';
    at = put_text(at, wend__cli_kinds[event->kind].name);
    *at++ = ',';
    at = put_hex(at, event->visit);
    *at++ = ',';
    at = put_text(at, wend__cli_channels[event->channel]);
    *at++ = ',';
    if (event->device == WEND_CLI_NO_DEVICE) {
        *at++ = ',';
    } else {
        at = put_piece(at, &devices[event->device][event->visit % 3].csv);
    }
    *at++ = ',';
    at = put_piece(at, &text->locale);
    *at++ = ',';
    at = put_url(event, at);
    *at++ = ',';
    at = put_piece(at, &text->csv);
    at = PUT(at, ",p");
    at = put_number(at, event->product);
    *at++ = ',';
    at = put_cents(at, event->price_cents);
    *at++ = ',';
    if (event->value_cents > 0) {
        at = put_cents(at, event->value_cents);
    }
    *at++ = '\n';
    return at;
}

char *wend__cli_write_event(struct wend_cli_writer *writer, const struct wend_cli_event *event,
                            enum wend_cli_fault fault, char *at) {
    if (fault == WEND_CLI_FAULT_GARBAGE) {
        return PUT(at, "\x00\x01\xFF\xFE garbage ]{[ \xC3\x28 \x1B[31m not a record\n");
    }
    char *end =
        writer->csv ? write_csv(writer, event, fault, at) : write_json(writer, event, fault, at);
    if (fault == WEND_CLI_FAULT_CUT) { /* in the user's id: too short for either format */
        end = at + (writer->csv ? 43 : 78);
        *end++ = '\n';
    }
    return end;
}
