/*
 * arena.h: memory that is freed all at once.
 *
 * Blocks are handed out one after the other from chunks; nothing is freed singly. `clear` keeps
 * the first chunk for reuse. Blocks do not move. Zero-initialise to start.
 * Threads: one at a time.
 */
#ifndef WEND_BASE_ARENA_H
#define WEND_BASE_ARENA_H

#include "base/bytes.h"

struct wend_arena_chunk;

struct wend_arena {
    struct wend_arena_chunk *chunk; /* the newest, linked to the older ones */
    size_t total_bytes;             /* of all chunks: what the arena costs */
};

/* 16-byte aligned and not zeroed; NULL without memory. */
void *wend__arena_alloc(struct wend_arena *arena, size_t size);
/* Unaligned copy of bytes; `data` NULL gives NULL. For texts, which need no alignment. */
const uint8_t *wend__arena_copy(struct wend_arena *arena, const void *data, size_t len);
void wend__arena_clear(struct wend_arena *arena);
void wend__arena_deinit(struct wend_arena *arena);

#endif
