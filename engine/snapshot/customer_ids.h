/*
 * customer_ids.h: how a customer is named in the tables sessions and journeys.
 *
 *   raw    as in the data
 *   hash   the first 128 bits of HMAC-SHA256 (RFC 2104) over the customer's bytes with the user's
 *          secret, 32 hex digits: the same customer has the same id, and without the secret nobody
 *          finds out by trying which customer it is
 *   none   null
 *
 * Threads: one at a time.
 */
#ifndef WEND_SNAPSHOT_CUSTOMER_IDS_H
#define WEND_SNAPSHOT_CUSTOMER_IDS_H

#include "snapshot/snapshot_writer.h"

#include <nettle/hmac.h>

#define WEND_CUSTOMER_KEY_BYTES_MIN 16U
#define WEND_CUSTOMER_HASH_LEN 32U

struct wend_customer_namer {
    enum wend_customer_ids kind;
    struct hmac_sha256_ctx hmac;
    char text[WEND_CUSTOMER_HASH_LEN];
};

/* "raw", "hash", "none". */
const char *wend__customer_ids_name(enum wend_customer_ids kind);
bool wend__customer_ids_find(struct wend_bytes name, enum wend_customer_ids *kind);

/* `key`: of HASH, else not looked at. WEND_ERROR_USAGE: it is too short. */
enum wend_status wend__customer_namer_init(struct wend_customer_namer *namer,
                                           enum wend_customer_ids kind, struct wend_bytes key,
                                           struct wend_error *error);
/* The name of a customer, valid until the next call; absent: none is to be shown. */
struct wend_bytes wend__customer_name(struct wend_customer_namer *namer,
                                      struct wend_bytes customer);
/* Forgets the key. */
void wend__customer_namer_deinit(struct wend_customer_namer *namer);

#endif
