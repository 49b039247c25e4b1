#include "snapshot/window_folders.h"

#include "base/calendar.h"
#include "base/limits.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS_PER_DAY INT64_C(86400)
#define YEAR_MIN 1600 /* the start of a cycle of leap years, before any time that wend reads */

bool wend__window_name(int64_t window_us, char name[WEND_WINDOW_NAME_BYTES]) {
    time_t seconds = (time_t)(window_us / WEND_US_PER_SECOND);
    struct tm parts;
    return gmtime_r(&seconds, &parts) != NULL &&
           strftime(name, WEND_WINDOW_NAME_BYTES, "%Y-%m-%dT%H-%M-%SZ", &parts) ==
               WEND_WINDOW_NAME_BYTES - 1;
}

static int64_t number_at(const char *text, size_t len) {
    int64_t number = 0;
    for (size_t i = 0; i < len; i++) {
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

bool wend__window_parse(const char *name, int64_t *window_us) {
    static const char form[WEND_WINDOW_NAME_BYTES] = "0000-00-00T00-00-00Z";
    for (size_t i = 0; i < sizeof form; i++) {
        bool fits = form[i] == '0' ? name[i] >= '0' && name[i] <= '9' : name[i] == form[i];
        if (!fits) {
            return false;
        }
    }
    int64_t year = number_at(name, 4);
    int64_t month = number_at(name + 5, 2);
    if (year < YEAR_MIN || month < 1 || month > 12) {
        return false;
    }
    int64_t days = wend__days_since_1970(year, month, number_at(name + 8, 2));
    int64_t seconds =
        number_at(name + 11, 2) * 3600 + number_at(name + 14, 2) * 60 + number_at(name + 17, 2);
    char again[WEND_WINDOW_NAME_BYTES];
    *window_us = (days * SECONDS_PER_DAY + seconds) * WEND_US_PER_SECOND;
    /* The 31st of June has another name. */
    return wend__window_name(*window_us, again) && strcmp(again, name) == 0;
}

static int compare_times(const void *a, const void *b) {
    int64_t one = *(const int64_t *)a;
    int64_t other = *(const int64_t *)b;
    return one < other ? -1 : one > other;
}

enum wend_status wend__window_folders(const char *directory, struct wend_window_folders *folders,
                                      struct wend_error *error) {
    size_t capacity = 0;
    *folders = (struct wend_window_folders){0};
    DIR *list = opendir(directory);
    if (list == NULL) {
        bool is_missing = errno == ENOENT || errno == ENOTDIR;
        return wend__fail(error, is_missing ? WEND_ERROR_USAGE : WEND_ERROR_IO,
                          "cannot open the directory %s: %s", directory, strerror(errno));
    }
    enum wend_status status = WEND_OK;
    for (const struct dirent *entry = NULL; (entry = readdir(list)) != NULL;) {
        int64_t window_us = 0;
        if (!wend__window_parse(entry->d_name, &window_us)) {
            continue;
        }
        void *items = folders->windows_us;
        if (!wend__reserve(&items, &capacity, folders->count + 1, sizeof *folders->windows_us)) {
            status = wend__fail_memory(error);
            break;
        }
        folders->windows_us = items;
        folders->windows_us[folders->count++] = window_us;
    }
    (void)closedir(list);
    if (status != WEND_OK) {
        wend__free(folders->windows_us);
        *folders = (struct wend_window_folders){0};
    } else if (folders->count > 1) {
        qsort(folders->windows_us, folders->count, sizeof *folders->windows_us, compare_times);
    }
    return status;
}
