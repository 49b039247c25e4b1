/*
 * source.h: the bytes of one input, uncompressed, stream after stream.
 *
 * An input is a file, a fifo or standard input. What it is wrapped in is found by magic bytes,
 * never by name: plain, gzip (several members), zstd (several frames, long windows), bzip2, xz, and
 * around or inside of these tar (with its "ustar" magic) and zip. A plain or compressed file is one
 * *stream*; an archive is one stream for each regular file in it, in the archive's order, each with
 * its own name ("logs.tar.gz!a/b.log"). A member of an archive may itself be compressed; an archive
 * in an archive is not opened (it is a stream with trouble). Hard links in an archive are left out:
 * their bytes have come already. Data may be compressed up to four times over.
 *
 * A stream that is cut off or damaged delivers what could be read, then ends, and says so:
 * `wend__source_trouble`. That is data, not an error. What is wrong with an archive between its
 * members, or behind them, is told by a stream of its own that has the archive's name and no bytes.
 * Only the operating system's refusals (EIO, no such file) are errors.
 *
 * Limits against bombs: output of more than `ratio_max` times the input (of each compression, and
 * of all streams against the file; looked at beyond 64 MiB of output), more than `entries_max`
 * entries in an archive, zstd windows and xz dictionaries above 2^max_window_log bytes: the stream
 * ends with trouble that names the limit, and so does the archive, but for windows. Members of a
 * zip that are compressed by lzma, xz or ppmd are not read, as their memory cannot be limited.
 *
 * Threads: one at a time for each source.
 */
#ifndef WEND_SOURCE_SOURCE_H
#define WEND_SOURCE_SOURCE_H

#include "base/bytes.h"
#include "base/status.h"

#define WEND_SOURCE_TROUBLE_BYTES 256

/* Whether to give up waiting for a pipe; asked about ten times a second by the thread that waits.
 */
struct wend_source_watch {
    bool (*is_stopped)(void *context);
    void *context;
};

/* 0 stands for the default of each field. */
struct wend_source_options {
    uint32_t max_window_log; /* 27: 128 MiB; brought into 10 to 31 */
    uint64_t ratio_max;      /* 2000 (gzip cannot pass 1032; zstd and bzip2 of logs stay below) */
    uint64_t entries_max;    /* 1,000,000 */
    const struct wend_source_watch *watch; /* borrowed; NULL: a wait has no end */
};

struct wend_source;

struct wend_stream {
    const char *name;    /* for messages: the path, or "archive!member"; "-" for standard input */
    bool is_member;      /* of an archive, so that others may follow */
    const char *wrapper; /* "plain", "gzip", "tar, gzip", "zstd, zip", ...: from within outwards */
};

/* Opens the file `path` ("-": standard input). NULL options: defaults. WEND_ERROR_IO: it cannot be
 * opened or is neither file nor fifo (the text says what it is); WEND_ERROR_MEMORY. */
WEND_MUST_CHECK enum wend_status wend__source_open(const char *path,
                                                   const struct wend_source_options *options,
                                                   struct wend_source **source,
                                                   struct wend_error *error);
/* Another watch from now on; the old one is not looked at any more. */
void wend__source_set_watch(struct wend_source *source, const struct wend_source_watch *watch);
/* NULL is fine. */
void wend__source_close(struct wend_source *source);

/* Goes to the next stream (first call: the first one); what is left of the one before is dropped.
 * `*found` false: there is none left. `stream` is valid until the next call. */
WEND_MUST_CHECK enum wend_status wend__source_next(struct wend_source *source, bool *found,
                                                   struct wend_stream *stream,
                                                   struct wend_error *error);
/* Fills `buffer` as far as the stream goes: `*got` < `capacity` only at its end (0: at once).
 * Standard input and pipes may give less before their end, never 0. WEND_ERROR_CANCELLED: the watch
 * said so. */
WEND_MUST_CHECK enum wend_status wend__source_read(struct wend_source *source, void *buffer,
                                                   size_t capacity, size_t *got,
                                                   struct wend_error *error);
/* Why the present stream ended before its time ("the gzip data ends early"), or NULL. Valid until
 * the next stream. Ask when reading has got to the end. */
const char *wend__source_trouble(const struct wend_source *source);
/* Bytes of the file that were consumed so far, for progress. */
uint64_t wend__source_raw_bytes(const struct wend_source *source);

#endif
