/*
 * Behaviour of engine/base/timezone.h. The expected offsets of real zones are those of Python's
 * zoneinfo; tests/oracle/test_timezone.py compares thousands more.
 */
#include "base/buffer.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/timezone.h"
#include "base/tzif.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int32_t offset_in(const char *zone, int64_t seconds) {
    struct wend_timezone *timezone;
    struct wend_error error = {0};
    cr_assert_eq(wend__timezone_open(wend__bytes_text(zone), &timezone, &error), WEND_OK, "%s",
                 error.text);
    int32_t offset = wend__timezone_offset_seconds(timezone, seconds * WEND_US_PER_SECOND);
    wend__timezone_close(timezone);
    return offset;
}

static void need_zone_data(void) {
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) {
        cr_skip_test("no time zone data in /usr/share/zoneinfo");
    }
}

Test(timezone, real_zones_have_the_offsets_of_their_history) {
    static const struct {
        const char *zone;
        int64_t seconds;
        int32_t offset;
    } known[] = {
        {"Europe/Berlin", INT64_C(-9214560000), 3208},        /* 1678-01-01 */
        {"Europe/Berlin", INT64_C(-2422054409), 3208},        /* 1893-03-31 */
        {"Europe/Berlin", INT64_C(-2422054408), 3600},        /* 1893-03-31 */
        {"Europe/Berlin", INT64_C(-775872000), 10800},        /* 1945-06-01 */
        {"Europe/Berlin", INT64_C(1711846799), 3600},         /* 2024-03-31 */
        {"Europe/Berlin", INT64_C(1711846800), 7200},         /* 2024-03-31 */
        {"Europe/Berlin", INT64_C(1729990799), 7200},         /* 2024-10-27 */
        {"Europe/Berlin", INT64_C(1729990800), 3600},         /* 2024-10-27 */
        {"Europe/Berlin", INT64_C(2143238400), 3600},         /* 2037-12-01 */
        {"Europe/Berlin", INT64_C(2540246400), 7200},         /* 2050-07-01 */
        {"Europe/Berlin", INT64_C(9190457999), 3600},         /* 2261-03-27 */
        {"Europe/Berlin", INT64_C(9190803600), 7200},         /* 2261-03-31 */
        {"Europe/Berlin", INT64_C(9214646399), 3600},         /* 2261-12-31 */
        {"America/New_York", INT64_C(-9214560000), -17762},   /* 1678-01-01 */
        {"America/New_York", INT64_C(-2717650801), -17762},   /* 1883-11-18 */
        {"America/New_York", INT64_C(-2717650800), -18000},   /* 1883-11-18 */
        {"America/New_York", INT64_C(1173596399), -18000},    /* 2007-03-11 */
        {"America/New_York", INT64_C(1173596400), -14400},    /* 2007-03-11 */
        {"America/New_York", INT64_C(1762063199), -14400},    /* 2025-11-02 */
        {"America/New_York", INT64_C(1762063200), -18000},    /* 2025-11-02 */
        {"America/New_York", INT64_C(9198748800), -14400},    /* 2261-07-01 */
        {"America/New_York", INT64_C(9211968000), -18000},    /* 2261-12-01 */
        {"Australia/Lord_Howe", INT64_C(-2208988800), 36000}, /* 1900-01-01 */
        {"Australia/Lord_Howe", INT64_C(1712415599), 39600},  /* 2024-04-06 */
        {"Australia/Lord_Howe", INT64_C(1712415600), 37800},  /* 2024-04-06 */
        {"Australia/Lord_Howe", INT64_C(1728142199), 37800},  /* 2024-10-05 */
        {"Australia/Lord_Howe", INT64_C(1728142200), 39600},  /* 2024-10-05 */
        {"Australia/Lord_Howe", INT64_C(9151488000), 39600},  /* 2260-01-01 */
        {"Australia/Lord_Howe", INT64_C(9167212800), 37800},  /* 2260-07-01 */
        {"Europe/Dublin", INT64_C(-2208988800), -1521},       /* 1900-01-01 */
        {"Europe/Dublin", INT64_C(0), 3600},                  /* 1970-01-01 */
        {"Europe/Dublin", INT64_C(1704067200), 0},            /* 2024-01-01 */
        {"Europe/Dublin", INT64_C(1719792000), 3600},         /* 2024-07-01 */
        {"Europe/Dublin", INT64_C(4102444800), 0},            /* 2100-01-01 */
        {"Europe/Dublin", INT64_C(4118083200), 3600},         /* 2100-07-01 */
        {"Asia/Kathmandu", INT64_C(504901799), 19800},        /* 1985-12-31 */
        {"Asia/Kathmandu", INT64_C(504901800), 20700},        /* 1985-12-31 */
        {"Asia/Kathmandu", INT64_C(9183110400), 20700},       /* 2261-01-01 */
        {"Pacific/Apia", INT64_C(1325239199), -36000},        /* 2011-12-30 */
        {"Pacific/Apia", INT64_C(1325239200), 50400},         /* 2011-12-30 */
        {"Pacific/Apia", INT64_C(9183110400), 46800},         /* 2261-01-01 */
        {"Africa/Casablanca", INT64_C(1710035999), 3600},     /* 2024-03-10 */
        {"Africa/Casablanca", INT64_C(1710036000), 0},        /* 2024-03-10 */
        {"Africa/Casablanca", INT64_C(1713060000), 3600},     /* 2024-04-14 */
        {"America/Nuuk", INT64_C(1711846799), -7200},         /* 2024-03-31 */
        {"America/Nuuk", INT64_C(1711846800), -3600},         /* 2024-03-31 */
        {"America/Nuuk", INT64_C(1729990799), -3600},         /* 2024-10-27 */
        {"America/Nuuk", INT64_C(1729990800), -7200},         /* 2024-10-27 */
        {"Asia/Tokyo", INT64_C(-9214560000), 33539},          /* 1678-01-01 */
        {"Asia/Tokyo", INT64_C(-683769600), 36000},           /* 1948-05-02 */
        {"Asia/Tokyo", INT64_C(9183110400), 32400},           /* 2261-01-01 */
        {"EST", INT64_C(-9214560000), -18000},                /* 1678-01-01 */
        {"EST", INT64_C(9183110400), -18000},                 /* 2261-01-01 */
        {"Etc/GMT-14", INT64_C(-9214560000), 50400},          /* 1678-01-01 */
        {"Etc/GMT-14", INT64_C(9183110400), 50400},           /* 2261-01-01 */
    };
    need_zone_data();
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        cr_assert_eq(offset_in(known[i].zone, known[i].seconds), known[i].offset, "%s at %lld",
                     known[i].zone, (long long)known[i].seconds);
    }
}

Test(timezone, utc_and_fixed_offsets_need_no_data) {
    setenv("TZDIR", "/nonexistent", 1);
    cr_assert_eq(offset_in("UTC", 0), 0);
    cr_assert_eq(offset_in("+02:00", 0), 7200);
    cr_assert_eq(offset_in("-0530", 0), -19800);
    cr_assert_eq(offset_in("+14", 9000000000), 50400);
    cr_assert_eq(offset_in("-00:01", -9000000000), -60);
    cr_assert_eq(offset_in("+23:59", 0), 86340);
}

Test(timezone, a_local_day_begins_at_its_midnight) {
    struct wend_timezone *timezone;
    cr_assert_eq(wend__timezone_open(wend__bytes_text("-05:00"), &timezone, NULL), WEND_OK);
    int64_t midnight = INT64_C(5) * 3600 * WEND_US_PER_SECOND;
    cr_assert_eq(wend__timezone_local_day(timezone, midnight), 0);
    cr_assert_eq(wend__timezone_local_day(timezone, midnight - 1), -1);
    cr_assert_eq(wend__timezone_local_day(timezone, midnight - WEND_US_PER_DAY), -1);
    cr_assert_eq(wend__timezone_local_day(timezone, midnight - WEND_US_PER_DAY - 1), -2);
    cr_assert_eq(wend__timezone_local_day(timezone, midnight + WEND_US_PER_DAY - 1), 0);
    cr_assert_eq(wend__timezone_local_day(timezone, WEND_TIME_MIN_US), -106651);
    wend__timezone_close(timezone);
}

/* An error text, in a static buffer, for a zone that cannot be opened. */
static const char *refusal(const char *zone, enum wend_status wanted) {
    static struct wend_error error;
    struct wend_timezone *timezone;
    cr_assert_eq(wend__timezone_open(wend__bytes_text(zone), &timezone, &error), wanted, "%s",
                 zone);
    cr_assert_null(timezone);
    return error.text;
}

Test(timezone, a_wrong_name_is_answered_with_the_one_that_was_meant) {
    static const char *const wrong[][2] = {
        {"Europe/Berln", "\"Europe/Berlin\""},
        {"europe/berlin", "\"Europe/Berlin\""},
        {"Berlin", "\"Europe/Berlin\""},
        {"New York", "\"America/New_York\""},
        {"america/new-york", "\"America/New_York\""},
        {"Asia/Toyko", "\"Asia/Tokyo\""},
    };
    need_zone_data();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *text = refusal(wrong[i][0], WEND_ERROR_USAGE);
        cr_assert(strstr(text, "did you mean") != NULL && strstr(text, wrong[i][1]) != NULL, "%s",
                  text);
    }
    cr_assert(strstr(refusal("Middle/Earth", WEND_ERROR_USAGE), "Europe/Berlin") != NULL);
}

Test(timezone, names_that_are_no_zone_are_refused) {
    static const char *const wrong[] = {
        "",   "/etc/passwd", "../zoneinfo/UTC", "Europe", "+24:00",  "+02:60",
        "+2", "+02-00",      "02:00",           "UTC+2",  "zone.tab"};
    need_zone_data();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        (void)refusal(wrong[i], WEND_ERROR_USAGE);
    }
    char long_name[400];
    memset(long_name, 'x', sizeof long_name);
    long_name[399] = '\0';
    (void)refusal(long_name, WEND_ERROR_USAGE);
}

Test(timezone, without_data_the_package_is_named) {
    setenv("TZDIR", "/nonexistent", 1);
    cr_assert(strstr(refusal("Europe/Berlin", WEND_ERROR_IO), "tzdata") != NULL);
}

/* Time zone data: `time_count` changes at 1000, 2000, ... between the types 0 (UTC+1:00) and 1
 * (UTC+2:00), type 1 first, then the rule. */
static struct wend_buffer make_file(uint8_t time_count, const char *rule) {
    struct wend_buffer file = {0};
    static const uint8_t header[44] = {'T', 'Z', 'i', 'f', '2'};
    for (int block = 0; block < 2; block++) {
        cr_assert(wend__buffer_append(&file, header, sizeof header));
        uint8_t *counts = file.data + file.len - 24;
        counts[15] = block == 0 ? 0 : time_count;
        counts[19] = block == 0 ? 0 : 2; /* types */
        counts[23] = block == 0 ? 0 : 4; /* bytes of names */
    }
    for (unsigned i = 1; i <= time_count; i++) {
        uint8_t time[8] = {0, 0, 0, 0, 0, 0, (uint8_t)(i * 1000 >> 8), (uint8_t)(i * 1000)};
        cr_assert(wend__buffer_append(&file, time, sizeof time));
    }
    for (unsigned i = 1; i <= time_count; i++) {
        cr_assert(wend__buffer_append(&file, &(uint8_t){i % 2}, 1));
    }
    static const uint8_t types[12] = {0, 0, 0x0e, 0x10, 0, 0, 0, 0, 0x1c, 0x20, 1, 0};
    cr_assert(wend__buffer_append(&file, types, sizeof types));
    cr_assert(wend__buffer_append(&file, "ABC", 4));
    cr_assert(wend__buffer_append_format(&file, "\n%s\n", rule));
    return file;
}

static enum wend_status parse(const struct wend_buffer *file, struct wend_zone_changes *zone,
                              struct wend_error *error) {
    *zone = (struct wend_zone_changes){0};
    return wend__tzif_parse(wend__buffer_view(file), wend__bytes_text("Test"), zone, error);
}

/* The offset of a zone that has nothing but a rule. */
static int32_t rule_offset(const char *rule, int64_t seconds) {
    struct wend_zone_changes zone = {0};
    cr_assert_eq(wend__zone_rule_expand(wend__bytes_text(rule), &zone), WEND_ZONE_RULE_OK, "%s",
                 rule);
    int32_t offset = zone.offset_before;
    for (size_t i = 0; i < zone.count; i++) {
        cr_assert(i == 0 || zone.changes[i].time >= zone.changes[i - 1].time);
        offset = zone.changes[i].time <= seconds ? zone.changes[i].offset : offset;
    }
    wend__zone_changes_deinit(&zone);
    return offset;
}

Test(timezone, rules_change_at_their_second) {
    static const struct {
        const char *rule;
        int64_t first; /* the first second of the new offset */
        int32_t before;
        int32_t after;
    } known[] = {
        /* Central Europe 2024 and 2261, New York 2025, Dublin (winter is the exception) 2024,
         * Lord Howe (half an hour) 2024, Nuuk (hours below 0) 2024 */
        {"CET-1CEST,M3.5.0,M10.5.0/3", 1711846800, 3600, 7200},
        {"CET-1CEST,M3.5.0,M10.5.0/3", 1729990800, 7200, 3600},
        {"CET-1CEST,M3.5.0,M10.5.0/3", 9190803600, 3600, 7200},
        {"EST5EDT,M3.2.0,M11.1.0", 1762063200, -14400, -18000},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", 1711846800, 0, 3600},
        {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 1712415600, 39600, 37800},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1711846800, -7200, -3600},
        /* J60 is March 1 in every year, day 59 only in others than leap years. */
        {"AAA0BBB,J60/0,J300/0", 1709251200, 0, 3600},
        {"AAA0BBB,J60/0,J300/0", 1740787200, 0, 3600},
        {"AAA0BBB,59/0,300/0", 1709164800, 0, 3600},
        {"AAA0BBB,59/0,300/0", 1740787200, 0, 3600},
        /* Far off hours: 167 hours behind January 1. */
        {"AAA0BBB,0/167,J300/0", 1704067200 + 167 * 3600, 0, 3600},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        cr_assert_eq(rule_offset(known[i].rule, known[i].first - 1), known[i].before, "%zu", i);
        cr_assert_eq(rule_offset(known[i].rule, known[i].first), known[i].after, "%zu", i);
    }
    cr_assert_eq(rule_offset("<+0545>-5:45", 0), 20700);
    cr_assert_eq(rule_offset("ABC1:02:03", 0), -3723);
    cr_assert_eq(rule_offset("CET-1CEST,M3.5.0,M10.5.0/3", -9214560000), 3600);
}

Test(timezone, summer_time_may_last_the_whole_year) {
    /* RFC 8536, 3.3.1: the end of one year's is the beginning of the next one's. */
    for (int64_t seconds = 1704067200; seconds < 1704067200 + 800 * 86400; seconds += 3600) {
        cr_assert_eq(rule_offset("XXX3EDT4,0/0,J365/23", seconds), -14400);
        seconds += 86400 * 5;
    }
    cr_assert_eq(rule_offset("XXX3EDT4,0/0,J365/23", 1735700399), -14400);
    cr_assert_eq(rule_offset("XXX3EDT4,0/0,J365/23", 1735700400), -14400);
}

Test(timezone, rules_that_are_none_are_refused) {
    static const char *const bad[] = {"C-1",
                                      "CET",
                                      "CET-1CEST",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1CEST,M13.5.0,M10.5.0",
                                      "CET-1CEST,M3.6.0,M10.5.0",
                                      "CET-1CEST,M3.5.7,M10.5.0",
                                      "CET-1CEST,J0,J10",
                                      "CET-1CEST,366,1",
                                      "CET-1CEST,M3.5.0/168,M10.5.0",
                                      "CET-1CEST,M3.5.0,M10.5.0/3 ",
                                      "CET-25",
                                      "CET-1:60",
                                      "<CET-1",
                                      "<A>1",
                                      "CET-1CEST-2,M3.5.0,M10.5.0/3,"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct wend_zone_changes zone = {0};
        cr_assert_eq(wend__zone_rule_expand(wend__bytes_text(bad[i]), &zone), WEND_ZONE_RULE_BAD,
                     "%s", bad[i]);
    }
}

Test(timezone, a_rule_goes_on_behind_the_listed_changes) {
    struct wend_buffer file = make_file(2, "CET-1CEST,M3.5.0,M10.5.0/3");
    struct wend_zone_changes zone;
    cr_assert_eq(parse(&file, &zone, NULL), WEND_OK);
    cr_assert_eq(zone.offset_before, 3600);
    cr_assert_eq(zone.changes[0].time, 1000);
    cr_assert_eq(zone.changes[0].offset, 7200);
    cr_assert_eq(zone.changes[1].offset, 3600);
    cr_assert_eq(zone.changes[2].time, 7520400); /* 1970-03-29 01:00 */
    cr_assert_eq(zone.changes[2].offset, 7200);
    cr_assert_geq(zone.changes[zone.count - 1].time, INT64_C(9214646400));
    wend__zone_changes_deinit(&zone);
    wend__buffer_deinit(&file);
}

Test(timezone, a_file_cut_off_anywhere_is_refused) {
    struct wend_buffer file = make_file(3, "CET-1");
    size_t len = file.len;
    struct wend_zone_changes zone;
    cr_assert_eq(parse(&file, &zone, NULL), WEND_OK);
    wend__zone_changes_deinit(&zone);
    for (file.len = 0; file.len < len; file.len++) {
        struct wend_error error = {0};
        cr_assert_eq(parse(&file, &zone, &error), WEND_ERROR_USAGE, "%zu", file.len);
        cr_assert(strstr(error.text, "Test") != NULL);
        cr_assert_null(zone.changes);
    }
    wend__buffer_deinit(&file);
}

Test(timezone, a_damaged_file_is_refused) {
    /* Where, and what stands there then: magic, version, second magic, a mark count, a leap second,
     * no types, times not ascending, a type that is not there, an impossible offset. */
    static const struct {
        size_t at;
        uint8_t byte;
    } damages[] = {{0, 'X'},     {4, 0},         {44, 'X'},      {44 + 23, 1},   {44 + 31, 1},
                   {44 + 39, 0}, {88 + 7, 0xff}, {88 + 8, 0x7f}, {88 + 24, 200}, {88 + 27, 0x7f}};
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct wend_buffer file = make_file(3, "");
        struct wend_zone_changes zone;
        cr_assert_eq(parse(&file, &zone, NULL), WEND_OK);
        wend__zone_changes_deinit(&zone);
        cr_assert_neq(file.data[damages[i].at], damages[i].byte);
        file.data[damages[i].at] = damages[i].byte;
        if (damages[i].at == 88 + 7) {
            file.data[88 + 6] = 0xff; /* the first time beyond the second */
        }
        cr_assert_eq(parse(&file, &zone, NULL), WEND_ERROR_USAGE, "%zu", i);
        wend__buffer_deinit(&file);
    }
}

Test(timezone, data_is_read_from_tzdir) {
    char directory[] = "/tmp/wend-test-XXXXXX";
    cr_assert_not_null(mkdtemp(directory));
    char path[64];
    (void)snprintf(path, sizeof path, "%s/Here", directory);
    struct wend_buffer file = make_file(1, "");
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    cr_assert_eq(wend__io_write(descriptor, file.data, file.len), 0);
    close(descriptor);
    setenv("TZDIR", directory, 1);
    cr_assert_eq(offset_in("Here", 999), 3600);
    cr_assert_eq(offset_in("Here", 1000), 7200);
    cr_assert(strstr(refusal("There", WEND_ERROR_USAGE), "unknown time zone") != NULL);
    cr_assert_eq(wend__io_remove_tree(directory), 0);
    wend__buffer_deinit(&file);
}

Test(timezone, a_failed_allocation_is_reported_and_nothing_leaks) {
    need_zone_data();
    for (uint64_t n = 1; n < 100; n++) {
        struct wend_timezone *timezone;
        wend__memory_fail_at(n);
        enum wend_status status =
            wend__timezone_open(wend__bytes_text("Europe/Berlin"), &timezone, NULL);
        wend__memory_fail_at(0);
        wend__timezone_close(timezone);
        if (status == WEND_OK) {
            cr_assert_gt(n, 3);
            return;
        }
        cr_assert_eq(status, WEND_ERROR_MEMORY);
    }
    cr_assert_fail("no end to the allocations");
}
