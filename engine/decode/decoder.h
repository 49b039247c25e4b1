/*
 * decoder.h: bytes to fields.
 *
 * The narrow interface of decoding: an input is detected (detected.h), its bytes are cut into
 * blocks of whole records (chunker.h), and a decoder turns a block into batches of records with the
 * fields that the definitions ask for. What the fields mean (time, customer) is not known here.
 *
 *   head --wend__detect--> wend_detected --wend__decoder_set_input--> decoder
 *   bytes --wend__chunker_next--> block --wend__decoder_batch--> batch, batch, ...
 *
 * Fields by format:
 *  - NDJSON: a key of the top level, or, starting with '/', a JSON pointer (RFC 6901) with array
 *    indices. A pointer may also hold a token `[key=NAME]`, which selects in an array the object
 *    whose member `key` (any name) is NAME; of several the last.
 *    `~` before anything but 0 and 1 stands for itself.
 *  - DELIMITED: the column of that name. ACCESS_LOG: one of wend__access_log_fields.
 *  - messages also have the fields of message_fields.h.
 * A field that the format does not have is absent in every record.
 *
 * Threads: a decoder belongs to one thread. `wend_detected` may be shared.
 */
#ifndef WEND_DECODE_DECODER_H
#define WEND_DECODE_DECODER_H

#include "decode/chunker.h"
#include "decode/detected.h"
#include "model/batch.h"
#include "model/message.h"
#include "model/ruleset.h"

struct wend_decoder;

/*
 * A decoder for a ruleset's fields; those of another kind than PLAIN stay absent. The fields are
 * borrowed for the decoder's life. WEND_ERROR_USAGE for a pointer of more than 64 tokens,
 * WEND_ERROR_MEMORY; then `*decoder` is NULL.
 */
WEND_MUST_CHECK enum wend_status wend__decoder_create(const struct wend_field *fields,
                                                      uint32_t field_count,
                                                      struct wend_decoder **decoder,
                                                      struct wend_error *error);

void wend__decoder_destroy(struct wend_decoder *decoder);

/*
 * Points the decoder to another input, which may be of another format; `detected` is borrowed until
 * the next such call. Needed before the first batch. WEND_ERROR_MEMORY.
 */
WEND_MUST_CHECK enum wend_status wend__decoder_set_input(struct wend_decoder *decoder,
                                                         const struct wend_detected *detected,
                                                         struct wend_error *error);

/*
 * Decodes records from the front of `bytes`, which starts at a record and holds whole ones (the
 * last may lack its line end), until the batch is full or the bytes are used up. `*consumed` says
 * how many bytes these records took, blank lines included; call again with what is left while it is
 * less than `len`. `bytes` is read only up to its length, never behind. The batch may stay empty
 * when only blank lines were left.
 *
 * A record that cannot be parsed is WEND_REJECT_SHAPE, its fields absent. Offsets count from
 * `bytes`. Views of the batch point into `bytes` or into the decoder, and die with the next batch.
 * batch->field_count must be that of the decoder. WEND_ERROR_MEMORY only.
 */
WEND_MUST_CHECK enum wend_status wend__decoder_batch(struct wend_decoder *decoder,
                                                     const uint8_t *bytes, size_t len,
                                                     size_t *consumed, struct wend_batch *batch,
                                                     struct wend_error *error);

/*
 * The same for messages, each of which is one record, or none when it is blank: a JSON object may
 * go over several lines, a line end behind the record is no second one, and one inside of it, but
 * for JSON's blanks and a column's quotes, makes it WEND_REJECT_SHAPE. Decodes from the front of
 * `messages` until the batch is full or they are used up; `*consumed` says how many. A record's
 * offset is the index of its message. Views point into the messages. WEND_ERROR_MEMORY only.
 */
WEND_MUST_CHECK enum wend_status wend__decoder_messages(struct wend_decoder *decoder,
                                                        const struct wend_message *messages,
                                                        size_t count, size_t *consumed,
                                                        struct wend_batch *batch,
                                                        struct wend_error *error);

/* The fields of access logs, in their order in `wend__access_log_fields`. */
enum wend_access_log_field {
    WEND_LOG_HOST,
    WEND_LOG_IDENT,
    WEND_LOG_USER,
    WEND_LOG_TIME,     /* between the brackets */
    WEND_LOG_REQUEST,  /* the quoted request line, unescaped */
    WEND_LOG_METHOD,   /* of a request that can be parsed */
    WEND_LOG_TARGET,   /* of a request that can be parsed, as written */
    WEND_LOG_PATH,     /* target up to the first ? or # */
    WEND_LOG_PROTOCOL, /* of a request that can be parsed and has one */
    WEND_LOG_STATUS,
    WEND_LOG_BYTES,
    WEND_LOG_REFERER,
    WEND_LOG_AGENT,
    WEND_LOG_VHOST, /* the word before the host, with its port */
    WEND_LOG_FIELD_COUNT
};

/* Names as definitions write them: "host", "ident", ... */
extern const char *const wend__access_log_fields[WEND_LOG_FIELD_COUNT];

#endif
