/*
 * run_file.h: a temporary file of sorted runs, written from front to end and read back by run.
 *
 *   [ run 0: row row row ... ][ run 1: row ... ] ...        rows as in row.h
 *
 * The file has no name: it goes when it is closed, or with the process.
 * Threads: one at a time.
 */
#ifndef WEND_DS_RUN_FILE_H
#define WEND_DS_RUN_FILE_H

#include "base/buffer.h"
#include "base/status.h"
#include "ds/row.h"

/* Zero-initialise to start; `descriptor` is valid between open and close only. */
struct wend_run_file {
    const char *directory; /* borrowed */
    bool is_open;
    int descriptor;
    uint64_t len;               /* bytes appended, written or pending */
    struct wend_buffer pending; /* the last of them, not yet written */
    uint64_t *ends;             /* of the runs: run i is [ends[i - 1], ends[i]) */
    size_t run_count;
    size_t run_capacity;
};

/* WEND_ERROR_IO when the folder takes no file. `directory` must outlive the file. */
enum wend_status wend__run_file_open(struct wend_run_file *file, const char *directory,
                                     struct wend_error *error);
/* Appends a row to the run being written. WEND_ERROR_IO: the disk refuses, WEND_ERROR_MEMORY. */
enum wend_status wend__run_file_append(struct wend_run_file *file, struct wend_bytes key,
                                       struct wend_bytes payload, struct wend_error *error);
/* Ends the run being written; what was appended can be read afterwards. */
enum wend_status wend__run_file_end_run(struct wend_run_file *file, struct wend_error *error);
/* Frees the write buffer, between runs or when there are no more; nothing may be pending. */
void wend__run_file_seal(struct wend_run_file *file);
void wend__run_file_close(struct wend_run_file *file);

/* Reads one run. Zero-initialise to start. */
struct wend_run_reader {
    const struct wend_run_file *file;
    uint64_t offset; /* of the next byte to read */
    uint64_t end;
    struct wend_buffer buffer; /* read ahead; [at, len) is not yet taken */
    size_t at;
    size_t read_bytes;
};

/* `read_bytes`: how much is read at a time. The file stays open and unchanged meanwhile. */
void wend__run_reader_open(struct wend_run_reader *reader, const struct wend_run_file *file,
                           size_t run_index, size_t read_bytes);
/* The next row, valid until the next call; NULL at the run's end. */
enum wend_status wend__run_reader_next(struct wend_run_reader *reader, const uint8_t **row,
                                       struct wend_error *error);
void wend__run_reader_close(struct wend_run_reader *reader);

#endif
