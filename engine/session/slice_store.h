/*
 * slice_store.h: the chunks of the slices, in memory and in the owner's temporary file.
 *
 *   part:   memory  chunk -> chunk -> NULL      [ rows ........ | link ]
 *           file    extent <- extent <- last    [ rows ........ | link ]
 *
 * Terms: *part* = what one slice holds of one kind, hits or customers; *row* = a hit, or a
 * customer's key, length and bytes, padded to 8; *extent* = a chunk in the file. The link behind
 * the rows tells place and size of the part's extent before it, so that the extents of a slice
 * take no memory, however many they are.
 *
 * There are two files where settling forgets: one pass reads what the one holds and writes to the
 * other; then the first is empty, and is closed.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SESSION_SLICE_STORE_H
#define WEND_SESSION_SLICE_STORE_H

#include "session/slices.h"

enum wend_slice_kind { WEND_SLICE_HITS, WEND_SLICE_CUSTOMERS, WEND_SLICE_KINDS };

/* Where an extent lies; row_bytes 0: there is none. */
struct wend_slice_link {
    uint64_t file; /* 0 or 1 */
    uint64_t offset;
    uint64_t row_bytes;
};

struct wend_slice_chunk {
    struct wend_slice_chunk *next;
    size_t capacity; /* bytes of rows, a multiple of 8; behind them there is room for a link */
    size_t used;     /* of the chunk that rows are added to, only valid once sealed */
    uint8_t rows[];
};

struct wend_slice_part {
    struct wend_slice_chunk *chunks; /* oldest first: what arrives in order stays in order */
    struct wend_slice_chunk *newest; /* the one that rows are added to */
    size_t memory_bytes;             /* capacity of all chunks */
    struct wend_slice_link last;     /* the extent that was written last */
};

/* A row of a customer: its bytes follow, padded to 8. */
struct wend_slice_customer {
    struct wend_hash128 key;
    uint64_t len;
};

struct wend_slice_file {
    int descriptor; /* -1: there is none yet */
    uint64_t bytes;
};

struct wend_slice_scratch;

struct wend_slice_store {
    struct wend_slices_options options;
    size_t charged_bytes; /* of all chunks */
    struct wend_slice_file files[2];
    uint32_t file; /* that is written to */
    uint64_t spilled_bytes;
    struct wend_slice_part parts[WEND_SLICE_KINDS][WEND_SLICE_COUNT];
    struct wend_slice_tail customer_tails[WEND_SLICE_COUNT];
    struct wend_hash128 *told; /* customers told of lately, by the low bits of their keys */
    bool is_taken[WEND_SLICE_COUNT];
    struct wend_slice_scratch *scratch;
};

/* Ends the adding to a slice for now: notes how far its chunks are filled. */
void wend__slice_seal(struct wend_slices *slices, uint32_t slice);
/* Reads all extents of a part back into chunks. WEND_ERROR_IO, WEND_ERROR_MEMORY. */
enum wend_status wend__slice_load(struct wend_slice_store *store, struct wend_slice_part *part,
                                  struct wend_error *error);
/* Frees the first chunk of a part. */
void wend__slice_drop_chunk(struct wend_slice_store *store, struct wend_slice_part *part);
/* Where settling forgets: a pass over all slices begins, nobody counts as told of any more, and
 * what is spilled goes to the other file. At its end nothing is left in the first. */
void wend__slice_begin_pass(struct wend_slice_store *store);
void wend__slice_end_pass(struct wend_slice_store *store);

void wend__slice_scratch_destroy(struct wend_slice_store *store);

#endif
