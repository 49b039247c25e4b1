/*
 * wrapper.h: what something is wrapped in, by its first bytes.
 *
 * Threads: none of its own.
 */
#ifndef WEND_SOURCE_WRAPPER_H
#define WEND_SOURCE_WRAPPER_H

#include "source/layer.h"

enum wend_wrapper {
    WEND_WRAPPER_PLAIN,
    WEND_WRAPPER_GZIP,
    WEND_WRAPPER_ZSTD,
    WEND_WRAPPER_BZIP2,
    WEND_WRAPPER_XZ,
    WEND_WRAPPER_TAR,
    WEND_WRAPPER_ZIP,
};

/* `is_all`: nothing follows `head`. `*is_sure` false: more bytes may change the answer. */
enum wend_wrapper wend__wrapper_detect(struct wend_bytes head, bool is_all, bool *is_sure);

/*
 * Puts decompressors on `*top` until plain bytes, a tar or a zip come out of it, which is told in
 * `*inside`. Wrapping that is too deep is trouble, and the bytes come as they are.
 */
WEND_MUST_CHECK enum wend_status
wend__wrapper_peel(struct wend_layer **top, enum wend_wrapper *inside, struct wend_error *error);

#endif
