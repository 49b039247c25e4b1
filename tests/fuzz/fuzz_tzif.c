/* Time zone data of any bytes: refused, or an ascending list of changes. */
#include "base/tzif.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct wend_zone_changes zone = {0};
    struct wend_error error = {0};
    enum wend_status status =
        wend__tzif_parse(wend__bytes(data, size), wend__bytes_text("fuzz"), &zone, &error);
    bool good = status == WEND_OK || status == error.status;
    for (size_t i = 1; i < zone.count; i++) {
        good = good && zone.changes[i - 1].time <= zone.changes[i].time;
    }
    if (!good) {
        abort();
    }
    wend__zone_changes_deinit(&zone);
    return 0;
}
