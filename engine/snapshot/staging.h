/*
 * staging.h: a directory that is made beside its place and renamed into it once it is whole.
 *
 *   PARENT/NAME                            the place
 *   PARENT/.NAME.wend-tmp-<pid>-<random>   what is being written
 *   PARENT/.NAME.wend-old-<pid>-<random>   what is being replaced, between two renames
 *
 * What a killed run leaves is found by its pid, which no longer runs, and is removed at the next
 * opening; an old snapshot whose successor never came is put back.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SNAPSHOT_STAGING_H
#define WEND_SNAPSHOT_STAGING_H

#include "base/hash.h"
#include "base/status.h"

#define WEND_MANIFEST_NAME "manifest.json"
#define WEND_MANIFEST_FORMAT "wend-snapshot"

struct wend_staging {
    char *place; /* without slashes at its end; links resolved */
    char *parent;
    const char *name; /* in `place` */
    char *temporary;
    bool replaces;
    bool is_made; /* the temporary directory is there */
};

/* Zero-initialised before. Errors as wend__snapshot_writer_open; after one, `deinit`. */
enum wend_status wend__staging_open(struct wend_staging *staging, const char *directory,
                                    bool replaces, struct wend_error *error);
/* Renames; everything in it was synced. After a failure the place is what it was. */
enum wend_status wend__staging_publish(struct wend_staging *staging, struct wend_error *error);
/* Removes what was not published. */
void wend__staging_deinit(struct wend_staging *staging);

/* A file below the temporary directory: hashed, counted, written. Zero-initialise to start. */
struct wend_staged_file {
    const struct wend_staging *staging;
    char *directory; /* that it lies in */
    int descriptor;
    bool is_open;
    void *hash_block; /* holds `hash`, which is aligned to 64 */
    XXH3_state_t *hash;
    uint64_t bytes;
};

/* `folder` NULL: directly in it; else the folder is made. */
enum wend_status wend__staged_file_open(struct wend_staged_file *file,
                                        const struct wend_staging *staging, const char *folder,
                                        const char *name, struct wend_error *error);
/* The `write` of a wend_parquet_sink; `context` is the file. */
enum wend_status wend__staged_file_write(void *context, const void *data, size_t len,
                                         struct wend_error *error);
/* Syncs the file and its directory, and closes. */
enum wend_status wend__staged_file_finish(struct wend_staged_file *file,
                                          struct wend_hash128 *checksum, struct wend_error *error);
void wend__staged_file_deinit(struct wend_staged_file *file);

/* WEND_ERROR_IO with the cause and the next step. */
enum wend_status wend__fail_os(struct wend_error *error, const char *what, const char *path,
                               int number);

#endif
