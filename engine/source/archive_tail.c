#include "source/archive_tail.h"

#include <inttypes.h>

#include "base/memory.h"

/* The end record of a zip (APPNOTE 6.3.10, 4.3.16) and the longest comment behind it. */
enum {
    END_RECORD_BYTES = 22,
    TAIL_BYTES = END_RECORD_BYTES + 65535,
    END_COUNT_AT = 10,
    END_COMMENT_AT = 20
};

bool wend__archive_tail_init(struct wend_archive_tail *tail, bool is_kept) {
    *tail = (struct wend_archive_tail){0};
    if (is_kept) {
        tail->bytes = wend__alloc(TAIL_BYTES);
    }
    return !is_kept || tail->bytes != NULL;
}

void wend__archive_tail_deinit(struct wend_archive_tail *tail) {
    wend__free(tail->bytes);
    tail->bytes = NULL;
}

void wend__archive_tail_add(struct wend_archive_tail *tail, const uint8_t *bytes, size_t len) {
    if (tail->bytes == NULL || len == 0) {
        return;
    }
    if (len > TAIL_BYTES) {
        bytes += len - TAIL_BYTES;
        len = TAIL_BYTES;
    }
    size_t kept = TAIL_BYTES - len;
    if (tail->len > kept) {
        memmove(tail->bytes, tail->bytes + (tail->len - kept), kept);
        tail->len = kept;
    }
    memcpy(tail->bytes + tail->len, bytes, len);
    tail->len += len;
}

static unsigned int two_bytes(const uint8_t *bytes) {
    return bytes[0] + bytes[1] * 256U;
}

void wend__archive_tail_check(const struct wend_archive_tail *tail, uint64_t entry_count,
                              struct wend_layer_context *context) {
    static const uint8_t magic[] = {'P', 'K', 5, 6};
    for (size_t left = END_RECORD_BYTES; left <= tail->len; left++) {
        const uint8_t *record = tail->bytes + (tail->len - left);
        if (memcmp(record, magic, sizeof magic) != 0 ||
            two_bytes(record + END_COMMENT_AT) > left - END_RECORD_BYTES) {
            continue;
        }
        /* 65535 stands for "in the record of zip64", which is not looked for. */
        unsigned int listed = two_bytes(record + END_COUNT_AT);
        if (listed != UINT16_MAX && listed > entry_count) {
            wend__layer_trouble(context,
                                "the zip archive is damaged: it lists %u files, and %" PRIu64
                                " were found",
                                listed, entry_count);
        }
        return;
    }
    wend__layer_trouble(context, "the zip archive ends early: its list of files is not whole");
}
