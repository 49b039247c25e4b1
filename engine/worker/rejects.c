#include "worker/rejects.h"

#include "ds/sortkey.h"

enum wend_status wend__rejects_add(struct wend_runs *runs, const struct wend_rejected *rejected,
                                   struct wend_buffer *scratch, struct wend_error *error) {
    wend__buffer_clear(scratch);
    uint32_t head[3] = {rejected->stream_index, rejected->reason, rejected->flaw};
    if (!wend__sortkey_append_int64(scratch, (int64_t)rejected->position)) {
        return wend__fail_memory(error);
    }
    size_t key_len = scratch->len;
    if (!wend__buffer_append(scratch, head, sizeof head) ||
        !wend__buffer_append(scratch, rejected->raw.data, rejected->raw.len)) {
        return wend__fail_memory(error);
    }
    return wend__runs_add(runs, wend__bytes(scratch->data, key_len),
                          wend__bytes(scratch->data + key_len, scratch->len - key_len), error);
}

bool wend__rejects_read(struct wend_bytes key, struct wend_bytes payload,
                        struct wend_rejected *rejected) {
    uint32_t head[3];
    int64_t position = 0;
    if (wend__sortkey_read_int64(&key, &position) != WEND_SORTKEY_OK || payload.len < sizeof head) {
        return false;
    }
    memcpy(head, payload.data, sizeof head);
    *rejected = (struct wend_rejected){
        .position = (uint64_t)position,
        .stream_index = head[0],
        .reason = head[1],
        .flaw = head[2],
        .raw = wend__bytes(payload.data + sizeof head, payload.len - sizeof head),
    };
    return rejected->reason <= WEND_REASON_LATE;
}

const char *wend__reject_name(uint32_t reason) {
    static const char *const names[] = {
        [WEND_REJECT_NONE] = "none",     [WEND_REJECT_SHAPE] = "shape",
        [WEND_REJECT_TIME] = "time",     [WEND_REJECT_CUSTOMER] = "customer",
        [WEND_REJECT_FUTURE] = "future", [WEND_REASON_LATE] = "late",
    };
    return reason < sizeof names / sizeof *names ? names[reason] : "unknown";
}

const char *wend__flaw_text(uint32_t flaw) {
    static const char *const texts[] = {
        [WEND_FLAW_NONE] = NULL,
        [WEND_FLAW_ENVELOPE] = "a header of the event is no UTF-8",
    };
    return flaw < sizeof texts / sizeof *texts ? texts[flaw] : NULL;
}
