/*
 * outcome_record.h: a journey that was decided, as a message for others: JSON under its customer.
 *
 *   outbox:  [ key length: 4 (2^32 - 1: null) ][ value length: 4 ][ key ][ value ] ...
 *
 * An outbox is part of a checkpoint, and like it never leaves machines of one byte order.
 *
 * Threads: none of its own.
 */
#ifndef WEND_PIPELINE_OUTCOME_RECORD_H
#define WEND_PIPELINE_OUTCOME_RECORD_H

#include "base/buffer.h"
#include "model/detail.h"
#include "model/ruleset.h"

/* A path that is longer loses its middle, so that every broker takes the message, of which they
 * allow 1 MB by default; escapes make a byte at most six. */
#define WEND_OUTCOME_PATH_BYTES_MAX 131072U

/*
 * Appends the message of a row of `journeys`. `customer` is the name to show, absent for none; it
 * is the key, byte by byte. False without memory.
 */
bool wend__outcome_append(struct wend_buffer *outbox, const struct wend_ruleset *ruleset,
                          const struct wend_detail *detail, struct wend_bytes customer);

/* Takes the first message off an outbox; a key that is null is absent. False: these are no such
 * bytes. */
bool wend__outcome_take(struct wend_bytes *outbox, struct wend_bytes *key,
                        struct wend_bytes *value);

#endif
