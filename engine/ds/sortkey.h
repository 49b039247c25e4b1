/*
 * sortkey.h: keys whose byte order (memcmp, the shorter first) is the order of their parts.
 *
 * Parts are appended one after the other and read back in the same order; a key does not say of
 * what its parts are, the caller knows. Order: null before everything, numbers by size, texts by
 * unsigned bytes, the shorter first.
 *
 *   null, present   00, 01                          in front of a part that may be null
 *   text            its bytes, 00 as 00 FF, then 00 00
 *   int64           8 bytes big-endian, sign bit flipped
 *   uint32          4 bytes big-endian
 *
 * No text is another's prefix: behind a text's end stands 00 00, and there a longer text has either
 * 00 FF or a byte above 00. So what follows never decides before the text does. (The idea is that
 * of the tuple encoding of FoundationDB.)
 *
 * Threads: none of its own.
 */
#ifndef WEND_DS_SORTKEY_H
#define WEND_DS_SORTKEY_H

#include "base/buffer.h"

/* All append functions: false without memory, the key is then what it was. */
bool wend__sortkey_append_null(struct wend_buffer *key);
bool wend__sortkey_append_present(struct wend_buffer *key);
bool wend__sortkey_append_text(struct wend_buffer *key, struct wend_bytes text);
bool wend__sortkey_append_int64(struct wend_buffer *key, int64_t number);
bool wend__sortkey_append_uint32(struct wend_buffer *key, uint32_t number);
/* Null for an absent view, else present and the text. */
bool wend__sortkey_append_nullable_text(struct wend_buffer *key, struct wend_bytes text);

enum wend_sortkey_read {
    WEND_SORTKEY_OK,
    WEND_SORTKEY_NO_MEMORY,
    WEND_SORTKEY_DAMAGED /* the key does not go on with such a part */
};

/*
 * All read functions take their part off the front of `*key`; unless OK, `*key` is what it was.
 * Only reading a text can run out of memory: it is appended to `text`.
 */
enum wend_sortkey_read wend__sortkey_read_present(struct wend_bytes *key, bool *present);
enum wend_sortkey_read wend__sortkey_read_text(struct wend_bytes *key, struct wend_buffer *text);
enum wend_sortkey_read wend__sortkey_read_int64(struct wend_bytes *key, int64_t *number);
enum wend_sortkey_read wend__sortkey_read_uint32(struct wend_bytes *key, uint32_t *number);

#endif
