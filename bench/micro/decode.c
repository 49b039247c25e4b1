/*
 * Decoding: blocks to batches, in memory, one thread; times apart.
 *
 * The lines are made here, like those of `wend generate`: some 370 bytes with nested objects,
 * escapes and text beyond ASCII. "stable" has one order of keys, "mixed" that of four producers,
 * "random" another one in every line. What WEND_SIMD says holds here too.
 */
#define BENCH_CLOCK CLOCK_THREAD_CPUTIME_ID
#include "bench.h"

#include "base/simd.h"
#include "decode/decoder.h"
#include "decode/time.h"

enum { BUFFER_BYTES = 32 << 20, BLOCK_BYTES = 256 << 10, BATCH_RECORDS = 128, MAX_FIELDS = 8 };

struct input {
    uint8_t *bytes;
    size_t len;
    uint64_t record_count;
    struct wend_detected detected;
    struct wend_decoder *decoder;
    struct wend_batch batch;
    struct wend_field fields[MAX_FIELDS];
    uint32_t time_field;
    bool reads_time;
};

/* -- Lines ------------------------------------------------------------------------------------- */

static const char *const titles[] = {"Merino base layer, men's",
                                     "Rain jacket, waterproof \\/ light",
                                     "Backpack 24 l \\ud83c\\udf92 \\\"Trail\\\"",
                                     "Skarpety we\xc5\x82niane\\t3 pary",
                                     "\xc3\x89"
                                     "charpe d\\u00e9t\\u00e9 \\u2014 l\\u2019\xc3\xa9t\xc3\xa9",
                                     "Stiefel \\\"Gr\xc3\xb6\xc3\x9f"
                                     "e 42\\\" \\u2013 M\xc3\xbcller",
                                     "\\u30b9\\u30cb\\u30fc\\u30ab\\u30fc \xe7\x99\xbd 26cm"};
static const char *const channels[] = {"mail", "search", "ad", "shop"};
static const char *const events[] = {"mail_open", "product_view", "search_landing", "add_to_cart",
                                     "payment_failed"};

struct event {
    uint64_t id;
    uint64_t seconds;
    unsigned milliseconds;
    unsigned customer;
    unsigned product;
    unsigned draw;
};

static struct event draw_event(uint64_t *state, uint64_t number) {
    uint64_t draw = bench_random(state);
    return (struct event){bench_random(state),           number * 2,
                          (unsigned)(draw % 1000),       (unsigned)(draw >> 10) % 100000,
                          (unsigned)(draw >> 30) % 5000, (unsigned)(draw >> 45)};
}

static size_t write_time(char *out, size_t room, const struct event *event, const char *form) {
    unsigned day = (unsigned)(event->seconds / 86400 % 28 + 1);
    unsigned second = (unsigned)(event->seconds % 86400);
    return (size_t)snprintf(out, room, form, day, second / 3600, second / 60 % 60, second % 60,
                            event->milliseconds);
}

/* One member of a line's object; 0 to 7. */
static size_t write_member(char *out, size_t room, const struct event *event, unsigned member) {
    char time[64];
    unsigned draw = event->draw;
    switch (member) {
    case 0:
        return (size_t)snprintf(out, room, "\"event_id\":\"%016llx\"",
                                (unsigned long long)event->id);
    case 1:
        (void)write_time(time, sizeof time, event, "2025-03-%02uT%02u:%02u:%02u.%03uZ");
        return (size_t)snprintf(out, room, "\"time\":\"%s\"", time);
    case 2:
        return (size_t)snprintf(out, room, "\"user_id\":\"c%u\"", event->customer);
    case 3:
        return (size_t)snprintf(out, room, "\"event\":\"%s\"", events[draw % 5]);
    case 4:
        return (size_t)snprintf(out, room, "\"session_id\":\"%016llx\"",
                                (unsigned long long)(event->id * 7));
    case 5:
        return (size_t)snprintf(out, room, "\"channel\":\"%s\"", channels[draw % 4]);
    case 6:
        return (size_t)snprintf(
            out, room,
            "\"context\":{\"device\":{\"type\":\"%s\",\"os\":\"%s\"},\"locale\":\"en-GB\",\"page\":"
            "{\"url\":\"https://shop.example/p/%u?utm_source=mail&utm_campaign=spring-%02u\","
            "\"title\":\"%s\"}}",
            draw % 3 == 0 ? "desktop" : "mobile", draw % 2 == 0 ? "iOS 18.2" : "Linux",
            event->product, draw % 30, titles[draw % 7]);
    default:
        return (size_t)snprintf(out, room, "\"product\":{\"id\":\"p%u\",\"price\":%u.95}",
                                event->product, event->product % 230);
    }
}

enum order { ORDER_STABLE, ORDER_MIXED, ORDER_RANDOM };

static size_t write_json(char *out, size_t room, const struct event *event, enum order order,
                         uint64_t *state) {
    unsigned members[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    uint64_t shuffle = order == ORDER_RANDOM ? bench_random(state) : bench_random(state) % 4;
    for (unsigned i = 7; order != ORDER_STABLE && i > 0; i--) {
        unsigned other = (unsigned)(bench_random(&shuffle) % (i + 1));
        unsigned moved = members[i];
        members[i] = members[other];
        members[other] = moved;
    }
    size_t len = 0;
    for (unsigned i = 0; i < 8; i++) {
        out[len++] = i == 0 ? '{' : ',';
        len += write_member(out + len, room - len, event, members[i]);
    }
    return len + (size_t)snprintf(out + len, room - len, "}\n");
}

static size_t write_csv(char *out, size_t room, const struct event *event) {
    char time[64];
    unsigned draw = event->draw;
    (void)write_time(time, sizeof time, event, "2025-03-%02uT%02u:%02u:%02u.%03uZ");
    return (size_t)snprintf(
        out, room,
        "%016llx,%s,c%u,%s,%016llx,%s,%s,Linux,en-GB,https://shop.example/p/%u?utm_source=mail,"
        "%s,p%u,%u.95,\n",
        (unsigned long long)event->id, time, event->customer, events[draw % 5],
        (unsigned long long)event->id * 7, channels[draw % 4], draw % 3 == 0 ? "desktop" : "mobile",
        event->product, draw % 4 == 0 ? "\"Merino base layer, men's\"" : "Backpack 24 l",
        event->product, event->product % 230);
}

static size_t write_log(char *out, size_t room, const struct event *event) {
    char time[64];
    unsigned draw = event->draw;
    (void)write_time(time, sizeof time, event, "%02u/Mar/2025:%02u:%02u:%02u +0000");
    return (size_t)snprintf(
        out, room,
        "%u.%u.%u.%u - - [%s] \"GET /p/%u?utm_source=mail&q=%u HTTP/1.1\" 200 %u "
        "\"https://shop.example/%s\" \"Mozilla/5.0 (X11; Linux x86_64; rv:1%u.0) "
        "Gecko/20100101 Firefox/1%u.0\"\n",
        event->customer % 256, draw % 256, event->product % 256, draw % 99, time, event->product,
        draw, event->product * 7, events[draw % 5], draw % 30, draw % 30);
}

/* -- Inputs ------------------------------------------------------------------------------------ */

static void open_input(struct input *input, const char *const *names, const char *time_name) {
    struct wend_format format = {0};
    struct wend_error error = {0};
    uint32_t count = 0;
    for (; names[count] != NULL; count++) {
        input->fields[count] = (struct wend_field){.name = wend__bytes_text(names[count])};
        input->time_field = strcmp(names[count], time_name) == 0 ? count : input->time_field;
    }
    bench_check(wend__detect(input->bytes, WEND_DETECT_BYTES, false, &format, &input->detected,
                             &error) == WEND_OK,
                error.text);
    bench_check(wend__decoder_create(input->fields, count, &input->decoder, &error) == WEND_OK &&
                    wend__decoder_set_input(input->decoder, &input->detected, &error) == WEND_OK,
                "memory");
    input->batch = (struct wend_batch){
        .records = calloc(BATCH_RECORDS, sizeof *input->batch.records),
        .fields = calloc((size_t)BATCH_RECORDS * count, sizeof *input->batch.fields),
        .record_capacity = BATCH_RECORDS,
        .field_count = count};
    bench_check(input->batch.records != NULL && input->batch.fields != NULL, "memory");
}

static void close_input(struct input *input) {
    wend__decoder_destroy(input->decoder);
    wend__detected_deinit(&input->detected);
    free(input->batch.records);
    free(input->batch.fields);
    input->len = 0;
    input->record_count = 0;
}

static void take_batch(struct input *input) {
    struct wend_time_state state = {WEND_TIME_UNIT_AUTO, false};
    for (uint32_t i = 0; i < input->batch.record_count; i++) {
        const struct wend_bytes *row = input->batch.fields + i * input->batch.field_count;
        int64_t ts_us = 0;
        bench_check(input->batch.records[i].reject == WEND_REJECT_NONE, "a record");
        bench_check(row[0].data != NULL, "a field");
        bench_check(!input->reads_time ||
                        wend__time_parse(row[input->time_field], &state, &ts_us) == WEND_TIME_OK,
                    "a time");
    }
}

static void decode_all(void *context) {
    struct input *input = context;
    size_t at = input->detected.data_offset;
    uint64_t count = 0;
    struct wend_chunker chunker;
    wend__chunker_init(&chunker, &input->detected);
    while (at < input->len) {
        size_t block = input->len - at < BLOCK_BYTES ? input->len - at : BLOCK_BYTES;
        struct wend_chunk chunk =
            wend__chunker_next(&chunker, input->bytes + at, block, at + block == input->len);
        chunker.scanned = 0;
        size_t end = at + chunk.skip + chunk.take;
        at += chunk.skip;
        while (at < end) {
            size_t consumed = 0;
            bench_check(wend__decoder_batch(input->decoder, input->bytes + at, end - at, &consumed,
                                            &input->batch, NULL) == WEND_OK,
                        "decoding");
            take_batch(input);
            count += input->batch.record_count;
            at += consumed;
        }
    }
    bench_check(count == input->record_count, "counting");
}

static void bench_input(const struct bench *bench, struct input *input, const char *name) {
    char line[64];
    for (int reads_time = 0; reads_time < 2; reads_time++) {
        input->reads_time = reads_time == 1;
        (void)snprintf(line, sizeof line, "%s%s, %.0f B", name, input->reads_time ? " + time" : "",
                       (double)input->len / (double)input->record_count);
        bench_run(bench, line, input->record_count, NULL, decode_all, input);
        if (bench_wants(bench, line)) {
            (void)snprintf(line, sizeof line, "%s, a kilobyte", name);
            bench_run(bench, line, input->len / 1000, NULL, decode_all, input);
        }
    }
}

static void bench_json(const struct bench *bench, struct input *input, enum order order,
                       const char *name) {
    static const char *const names[] = {"time",    "user_id",        "event_id",          "event",
                                        "channel", "/product/price", "/context/page/url", NULL};
    uint64_t state = 1;
    while (input->len < BUFFER_BYTES - 1000) {
        struct event event = draw_event(&state, input->record_count++);
        input->len += write_json((char *)input->bytes + input->len, 1000, &event, order, &state);
    }
    open_input(input, names, "time");
    bench_input(bench, input, name);
    close_input(input);
}

static void bench_text(const struct bench *bench, struct input *input, bool is_csv,
                       const char *name) {
    static const char *const columns[] = {"time",    "user_id", "event_id", "event",
                                          "channel", "price",   NULL};
    static const char *const words[] = {"time", "host", "agent", "path", "status", NULL};
    static const char header[] = "event_id,time,user_id,event,session_id,channel,device,os,locale,"
                                 "url,title,product,price,value\n";
    uint64_t state = 1;
    if (is_csv) {
        memcpy(input->bytes, header, sizeof header - 1);
        input->len = sizeof header - 1;
    }
    while (input->len < BUFFER_BYTES - 1000) {
        struct event event = draw_event(&state, input->record_count++);
        char *out = (char *)input->bytes + input->len;
        input->len += is_csv ? write_csv(out, 1000, &event) : write_log(out, 1000, &event);
    }
    open_input(input, is_csv ? columns : words, "time");
    bench_input(bench, input, name);
    close_input(input);
}

struct times {
    char texts[1024][40];
    struct wend_bytes views[1024];
};

static void parse_times(void *context) {
    struct times *times = context;
    struct wend_time_state state = {WEND_TIME_UNIT_MILLISECONDS, true};
    for (int round = 0; round < 1000; round++) {
        for (int i = 0; i < 1024; i++) {
            int64_t ts_us;
            bench_check(wend__time_parse(times->views[i], &state, &ts_us) == WEND_TIME_OK, "time");
        }
    }
}

static void bench_times(const struct bench *bench, const char *name, const char *form) {
    static struct times times;
    uint64_t state = 1;
    for (uint64_t i = 0; i < 1024; i++) {
        struct event event = draw_event(&state, i);
        size_t len = write_time(times.texts[i], sizeof times.texts[i], &event, form);
        times.views[i] = wend__bytes(times.texts[i], len);
    }
    bench_run(bench, name, 1024 * 1000, NULL, parse_times, &times);
}

int main(int argc, char **argv) {
    struct bench bench = bench_start(argc, argv);
    struct input input = {.bytes = malloc(BUFFER_BYTES)};
    bench_check(input.bytes != NULL, "memory");
    printf("instructions: %s\n", wend__simd_name(wend__simd_choose()));
    bench_json(&bench, &input, ORDER_STABLE, "ndjson stable");
    bench_json(&bench, &input, ORDER_MIXED, "ndjson mixed");
    bench_json(&bench, &input, ORDER_RANDOM, "ndjson random");
    bench_text(&bench, &input, true, "csv");
    bench_text(&bench, &input, false, "access log");
    bench_times(&bench, "time, ISO 8601", "2025-03-%02uT%02u:%02u:%02u.%03uZ");
    bench_times(&bench, "time, access log", "%02u/Mar/2025:%02u:%02u:%02u +0000");
    bench_times(&bench, "time, epoch milliseconds", "17%02u%02u%02u%02u%03u");
    free(input.bytes);
    return 0;
}
