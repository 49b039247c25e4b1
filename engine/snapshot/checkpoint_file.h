/*
 * checkpoint_file.h: a file of a checkpoint: zstd-compressed bytes that are known by their size and
 * checksum.
 *
 *   [ magic, version: 8 ][ zstd frame ]       XXH3-128 over all bytes; kept in the manifest
 *
 * A file is written once, under a name that nobody else uses, and synced; what names it (the
 * manifest of checkpoint_chain.h) is written afterwards. It never leaves machines of one byte
 * order: another one does not know the magic.
 *
 * Threads: one at a time for each object.
 */
#ifndef WEND_SNAPSHOT_CHECKPOINT_FILE_H
#define WEND_SNAPSHOT_CHECKPOINT_FILE_H

#include "base/buffer.h"
#include "base/hash.h"
#include "base/status.h"

/* How a file is known. */
struct wend_checkpoint_ref {
    uint64_t bytes;
    struct wend_hash128 checksum;
};

/*
 * Writes the parts one after the other as the file `path`, synced (its directory is not).
 * WEND_ERROR_IO: nothing is there; WEND_ERROR_MEMORY.
 */
WEND_MUST_CHECK enum wend_status
wend__checkpoint_write(const char *path, const struct wend_bytes *parts, size_t part_count,
                       struct wend_checkpoint_ref *ref, struct wend_error *error);

/* Appends the content of `path` to `out`. WEND_ERROR_IO: it is not there, or not what `ref` says.
 */
WEND_MUST_CHECK enum wend_status wend__checkpoint_read(const char *path,
                                                       const struct wend_checkpoint_ref *ref,
                                                       struct wend_buffer *out,
                                                       struct wend_error *error);

#endif
