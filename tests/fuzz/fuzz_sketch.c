/* Serialised sketches of any bytes: refused, or the one form of what they hold. */
#include "ds/sketch.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct wend_sketch sketch = {0};
    struct wend_bytes bytes = wend__bytes(data, size);
    if (wend__sketch_merge_serialised(&sketch, bytes, NULL) == WEND_OK) {
        struct wend_buffer again = {0};
        bool serialised = wend__sketch_serialise(&sketch, &again);
        if (serialised && !wend__bytes_equal(wend__buffer_view(&again), bytes)) {
            abort();
        }
        wend__buffer_deinit(&again);
    }
    wend__sketch_deinit(&sketch);
    return 0;
}
