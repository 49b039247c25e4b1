/* The headers of messages. */
#include "source/kafka_internal.h"

enum wend_status wend__kafka_take_headers(struct wend_kafka_lane *lane,
                                          const rd_kafka_message_t *raw,
                                          struct wend_message *message, struct wend_error *error) {
    rd_kafka_headers_t *found = NULL;
    if (rd_kafka_message_headers(raw, &found) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return WEND_OK; /* it has none */
    }
    size_t count = rd_kafka_header_cnt(found);
    struct wend_header *headers = wend__arena_alloc(&lane->headers, (count + 1) * sizeof *headers);
    if (headers == NULL) {
        return wend__fail_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = NULL;
        const void *value = NULL;
        size_t len = 0;
        if (rd_kafka_header_get_all(found, i, &name, &value, &len) != RD_KAFKA_RESP_ERR_NO_ERROR) {
            break;
        }
        headers[message->header_count++] = (struct wend_header){
            wend__bytes_text(name), value == NULL ? WEND_BYTES_ABSENT : wend__bytes(value, len)};
    }
    message->headers = headers;
    return WEND_OK;
}
