#include "worker/stream_state.h"

#include "base/memory.h"

void wend__stream_state_destroy(struct wend_stream_state *stream) {
    if (stream != NULL) {
        wend__detected_deinit(&stream->detected);
        wend__free(stream->name);
        wend__free(stream->wrapper);
        wend__free(stream->trouble);
        wend__free(stream);
    }
}
