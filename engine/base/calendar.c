#include "base/calendar.h"

#include "base/limits.h"

#include <stdio.h>
#include <time.h>

void wend__time_format(int64_t ts_us, int digits, char text[WEND_TIME_TEXT_BYTES]) {
    int64_t seconds = ts_us / WEND_US_PER_SECOND;
    int rest = (int)(ts_us % WEND_US_PER_SECOND);
    if (rest < 0) {
        rest += WEND_US_PER_SECOND;
        seconds -= 1;
    }
    struct tm parts;
    time_t moment = (time_t)seconds;
    if (gmtime_r(&moment, &parts) == NULL) {
        parts = (struct tm){0};
    }
    (void)snprintf(text, WEND_TIME_TEXT_BYTES, "%04ld-%02d-%02dT%02d:%02d:%02d.%0*dZ",
                   1900L + parts.tm_year, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                   parts.tm_min, parts.tm_sec, digits, digits == 3 ? rest / 1000 : rest);
}
