#include "base/arena.h"

#include "base/memory.h"

enum { CHUNK_BYTES = 64 * 1024, ALIGNMENT = 16 };

struct wend_arena_chunk {
    struct wend_arena_chunk *older;
    size_t used;
    size_t capacity;
    size_t padding; /* keeps the data behind the header 16-byte aligned */
};

_Static_assert(sizeof(struct wend_arena_chunk) % ALIGNMENT == 0, "chunk data must be aligned");

static uint8_t *take(struct wend_arena *arena, size_t size, size_t alignment) {
    struct wend_arena_chunk *chunk = arena->chunk;
    if (chunk != NULL) {
        size_t start = (chunk->used + alignment - 1) & ~(alignment - 1);
        if (start <= chunk->capacity && size <= chunk->capacity - start) {
            chunk->used = start + size;
            return (uint8_t *)(chunk + 1) + start;
        }
    }
    size_t capacity = size > CHUNK_BYTES / 4 ? size : CHUNK_BYTES;
    if (capacity > SIZE_MAX - sizeof *chunk) {
        return NULL;
    }
    struct wend_arena_chunk *fresh = wend__alloc(sizeof *fresh + capacity);
    if (fresh == NULL) {
        return NULL;
    }
    *fresh = (struct wend_arena_chunk){.used = size, .capacity = capacity};
    arena->total_bytes += sizeof *fresh + capacity;
    if (chunk != NULL && capacity != CHUNK_BYTES) {
        /* A block of its own goes behind the current chunk, whose rest stays in use. */
        fresh->older = chunk->older;
        chunk->older = fresh;
    } else {
        fresh->older = chunk;
        arena->chunk = fresh;
    }
    return (uint8_t *)(fresh + 1);
}

void *wend__arena_alloc(struct wend_arena *arena, size_t size) {
    return take(arena, size, ALIGNMENT);
}

const uint8_t *wend__arena_copy(struct wend_arena *arena, const void *data, size_t len) {
    if (data == NULL) {
        return NULL;
    }
    uint8_t *copy = take(arena, len, 1);
    if (copy != NULL && len > 0) {
        memcpy(copy, data, len);
    }
    return copy;
}

void wend__arena_clear(struct wend_arena *arena) {
    struct wend_arena_chunk *kept = NULL;
    struct wend_arena_chunk *chunk = arena->chunk;
    while (chunk != NULL) {
        struct wend_arena_chunk *older = chunk->older;
        if (kept == NULL && chunk->capacity == CHUNK_BYTES) {
            kept = chunk;
        } else {
            wend__free(chunk);
        }
        chunk = older;
    }
    if (kept != NULL) {
        kept->older = NULL;
        kept->used = 0;
    }
    arena->chunk = kept;
    arena->total_bytes = kept == NULL ? 0 : sizeof *kept + kept->capacity;
}

void wend__arena_deinit(struct wend_arena *arena) {
    struct wend_arena_chunk *chunk = arena->chunk;
    while (chunk != NULL) {
        struct wend_arena_chunk *older = chunk->older;
        wend__free(chunk);
        chunk = older;
    }
    *arena = (struct wend_arena){0};
}
