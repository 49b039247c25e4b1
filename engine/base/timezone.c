#include "base/timezone.h"

#include "base/limits.h"
#include "base/memory.h"
#include "base/timezone_names.h"
#include "base/tzif.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { NAME_BYTES_MAX = 128, FILE_BYTES_MAX = 1024 * 1024, PATH_BYTES = 4096, DAY = 86400 };

struct wend_timezone {
    struct wend_zone_changes zone;
};

static const char *data_directory(void) {
    const char *directory = getenv("TZDIR");
    return directory == NULL || directory[0] == '\0' ? "/usr/share/zoneinfo" : directory;
}

/* Two digits at `at`, at most `most`. */
static bool two_digits(const uint8_t *at, int32_t most, int32_t *number) {
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9') {
        return false;
    }
    *number = (at[0] - '0') * 10 + at[1] - '0';
    return *number <= most;
}

/* +hh, +hhmm or +hh:mm, or with a minus; also "UTC". */
static bool parse_fixed(struct wend_bytes name, int32_t *offset) {
    *offset = 0;
    if (wend__bytes_is(name, "UTC")) {
        return true;
    }
    bool colon = name.len == 6 && name.data[3] == ':';
    if (!colon && name.len != 3 && name.len != 5) {
        return false;
    }
    int32_t hours = 0;
    int32_t minutes = 0;
    bool negative = name.data[0] == '-';
    if ((!negative && name.data[0] != '+') || !two_digits(name.data + 1, 23, &hours)) {
        return false;
    }
    if (name.len > 3 && !two_digits(name.data + (colon ? 4 : 3), 59, &minutes)) {
        return false;
    }
    *offset = (hours * 60 + minutes) * 60 * (negative ? -1 : 1);
    return true;
}

/* Names that cannot lead out of the data's folder: letters, digits, _ + - and / inside. */
static bool is_plain_name(struct wend_bytes name) {
    if (name.len == 0 || name.len > NAME_BYTES_MAX || name.data[0] == '/') {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && (c == 0 || strchr("_+-/", c) == NULL)) {
            return false;
        }
    }
    return true;
}

static enum wend_status fail_unknown(struct wend_bytes name, struct wend_error *error) {
    const char *directory = data_directory();
    int shown = name.len < NAME_BYTES_MAX ? (int)name.len : NAME_BYTES_MAX;
    char nearest[NAME_BYTES_MAX];
    struct stat status;
    if (stat(directory, &status) != 0 || !S_ISDIR(status.st_mode)) {
        return wend__fail(
            error, WEND_ERROR_IO,
            "time zone \"%.*s\" needs the time zone data, which is not in %s; install "
            "the package tzdata, or name its folder in TZDIR",
            shown, (const char *)name.data, directory);
    }
    if (wend__timezone_nearest(directory, name, nearest, sizeof nearest)) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "unknown time zone \"%.*s\"; did you mean \"%s\"?", shown,
                          (const char *)name.data, nearest);
    }
    return wend__fail(error, WEND_ERROR_USAGE,
                      "unknown time zone \"%.*s\"; give UTC, an offset such as +02:00, or a name "
                      "such as Europe/Berlin (they are listed in %s/zone.tab)",
                      shown, (const char *)name.data, directory);
}

static enum wend_status load(struct wend_bytes name, struct wend_zone_changes *zone,
                             struct wend_error *error) {
    char path[PATH_BYTES];
    int path_len = snprintf(path, sizeof path, "%s/%.*s", data_directory(), (int)name.len,
                            (const char *)name.data);
    if (path_len < 0 || (size_t)path_len >= sizeof path) {
        return wend__fail(error, WEND_ERROR_IO, "the folder in TZDIR is too long; shorten it");
    }
    struct wend_buffer file = {0};
    enum wend_status status;
    int number = wend__timezone_read_file(path, FILE_BYTES_MAX, &file);
    if (number == 0) {
        status = wend__tzif_parse(wend__buffer_view(&file), name, zone, error);
    } else if (number == ENOMEM) {
        status = wend__fail_memory(error);
    } else if (number == ENOENT || number == ENOTDIR || number == EISDIR) {
        status = fail_unknown(name, error);
    } else {
        status = wend__fail(error, WEND_ERROR_IO, "cannot read time zone data %s: %s", path,
                            strerror(number));
    }
    wend__buffer_deinit(&file);
    return status;
}

enum wend_status wend__timezone_open(struct wend_bytes name, struct wend_timezone **timezone,
                                     struct wend_error *error) {
    *timezone = wend__alloc_zeroed(1, sizeof **timezone);
    if (*timezone == NULL) {
        return wend__fail_memory(error);
    }
    enum wend_status status = WEND_OK;
    if (!parse_fixed(name, &(*timezone)->zone.offset_before)) {
        status =
            is_plain_name(name) ? load(name, &(*timezone)->zone, error) : fail_unknown(name, error);
    }
    if (status != WEND_OK) {
        wend__timezone_close(*timezone);
        *timezone = NULL;
    }
    return status;
}

void wend__timezone_close(struct wend_timezone *timezone) {
    if (timezone != NULL) {
        wend__zone_changes_deinit(&timezone->zone);
        wend__free(timezone);
    }
}

/* Seconds, rounded down also before 1970. */
static int64_t floor_seconds(int64_t ts_us) {
    return ts_us / WEND_US_PER_SECOND - (ts_us % WEND_US_PER_SECOND < 0);
}

static int32_t offset_at(const struct wend_zone_changes *zone, int64_t time) {
    /* How many changes are not later. */
    size_t low = 0;
    size_t high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].time <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? zone->offset_before : zone->changes[low - 1].offset;
}

int32_t wend__timezone_offset_seconds(const struct wend_timezone *timezone, int64_t ts_us) {
    return offset_at(&timezone->zone, floor_seconds(ts_us));
}

int64_t wend__timezone_local_day(const struct wend_timezone *timezone, int64_t ts_us) {
    int64_t seconds = floor_seconds(ts_us);
    seconds += offset_at(&timezone->zone, seconds);
    return seconds / DAY - (seconds % DAY < 0);
}
