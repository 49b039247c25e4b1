/*
 * manifest.h: manifest.json, written and read.
 *
 * Its keys stand in a fixed order, and nothing in it comes from a clock or a random number but
 * `now`. `snapshot_id` is XXH3-128 over the hash of the definitions and the checksums of the files:
 * equal results have equal ids.
 *
 * Threads: none of its own.
 */
#ifndef WEND_SNAPSHOT_MANIFEST_H
#define WEND_SNAPSHOT_MANIFEST_H

#include "base/arena.h"
#include "base/buffer.h"
#include "snapshot/snapshot_reader.h"

#define WEND_SNAPSHOT_FORMAT_VERSION 1
#define WEND_MANIFEST_BYTES_MAX (UINT32_C(64) << 20)

/* Everything that a manifest says. */
struct wend_manifest_content {
    struct wend_manifest manifest;
    struct wend_snapshot_options options; /* without directory, replaces and key */
    struct wend_snapshot_file *files;
    size_t file_count;
    struct wend_hash128 snapshot_id; /* set by reading only */
};

/* Appends the text. Names that are no valid UTF-8 are cleaned. */
enum wend_status wend__manifest_write(const struct wend_manifest_content *content,
                                      struct wend_buffer *out, struct wend_error *error);
/* Everything of `content` lies in `arena`. `shown`: the name of the file, for errors. Nothing is
 * trusted: the text comes from strangers. Errors as wend__snapshot_open. */
enum wend_status wend__manifest_read(struct wend_bytes text, const char *shown,
                                     struct wend_arena *arena,
                                     struct wend_manifest_content *content,
                                     struct wend_error *error);

#endif
