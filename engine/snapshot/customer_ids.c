#include "snapshot/customer_ids.h"

static const char *const names[] = {
    [WEND_CUSTOMER_IDS_RAW] = "raw",
    [WEND_CUSTOMER_IDS_HASH] = "hash",
    [WEND_CUSTOMER_IDS_NONE] = "none",
};

const char *wend__customer_ids_name(enum wend_customer_ids kind) {
    return names[kind];
}

bool wend__customer_ids_find(struct wend_bytes name, enum wend_customer_ids *kind) {
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (wend__bytes_is(name, names[i])) {
            *kind = (enum wend_customer_ids)i;
            return true;
        }
    }
    return false;
}

enum wend_status wend__customer_namer_init(struct wend_customer_namer *namer,
                                           enum wend_customer_ids kind, struct wend_bytes key,
                                           struct wend_error *error) {
    *namer = (struct wend_customer_namer){.kind = kind};
    if (kind != WEND_CUSTOMER_IDS_HASH) {
        return WEND_OK;
    }
    if (key.data == NULL || key.len < WEND_CUSTOMER_KEY_BYTES_MIN) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the key for hashing customer ids has %zu bytes; give one of at least %u "
                          "random bytes, and keep it",
                          key.data == NULL ? (size_t)0 : key.len, WEND_CUSTOMER_KEY_BYTES_MIN);
    }
    hmac_sha256_set_key(&namer->hmac, key.len, key.data);
    return WEND_OK;
}

struct wend_bytes wend__customer_name(struct wend_customer_namer *namer,
                                      struct wend_bytes customer) {
    if (namer->kind == WEND_CUSTOMER_IDS_NONE || customer.data == NULL) {
        return WEND_BYTES_ABSENT;
    }
    if (namer->kind == WEND_CUSTOMER_IDS_RAW) {
        return customer;
    }
    uint8_t digest[WEND_CUSTOMER_HASH_LEN / 2];
    hmac_sha256_update(&namer->hmac, customer.len, customer.data);
    /* Makes ready for the next message with the same key, too. */
    hmac_sha256_digest(&namer->hmac, sizeof digest, digest);
    for (unsigned i = 0; i < sizeof digest; i++) {
        namer->text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        namer->text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    return wend__bytes(namer->text, sizeof namer->text);
}

void wend__customer_namer_deinit(struct wend_customer_namer *namer) {
    /* Through volatile, so that the compiler does not leave it out. */
    volatile uint8_t *at = (volatile uint8_t *)&namer->hmac;
    for (size_t i = 0; i < sizeof namer->hmac; i++) {
        at[i] = 0;
    }
}
