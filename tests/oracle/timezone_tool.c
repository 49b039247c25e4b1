/* Reads lines "ZONE SECONDS" and answers each with the zone's offset at that instant, as wend
 * computes it; for test_timezone.py. */
#include "base/limits.h"
#include "base/timezone.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    char zone[128];
    char open_name[128] = "";
    int64_t seconds;
    struct wend_timezone *timezone = NULL;
    while (scanf("%127s %" SCNd64, zone, &seconds) == 2) {
        if (strcmp(zone, open_name) != 0) {
            struct wend_error error = {0};
            wend__timezone_close(timezone);
            if (wend__timezone_open(wend__bytes_text(zone), &timezone, &error) != WEND_OK) {
                (void)fprintf(stderr, "%s\n", error.text);
                return 1;
            }
            memcpy(open_name, zone, sizeof zone);
        }
        printf("%" PRId32 "\n",
               wend__timezone_offset_seconds(timezone, seconds * WEND_US_PER_SECOND));
    }
    wend__timezone_close(timezone);
    return 0;
}
