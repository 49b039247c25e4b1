/*
 * inputs.h: what the user named, as a list of files in input order.
 *
 * Names are files, fifos, directories (all regular files in them, recursively, hidden ones too),
 * globs (`*`, `?`, `[...]`, where no file has just that name; a directory that matches stands for
 * its files), or "-". The order is the order of the names; the files of a directory or of a glob
 * come by path, bytewise. It decides the input position of SEMANTICS. What a directory holds beside
 * regular files (sockets, fifos, devices) is left out and told in `notes`; links to files are
 * followed, links to directories inside of a directory are not (told, too). A file that was named
 * twice, also by way of a link, is read twice (told in `notes`). There are at most 21 notes.
 *
 * Threads: none of its own.
 */
#ifndef WEND_SOURCE_INPUTS_H
#define WEND_SOURCE_INPUTS_H

#include "base/arena.h"
#include "base/status.h"

struct wend_input {
    const char *path; /* as opened, zero-terminated; "-" is standard input */
    uint64_t bytes;   /* size of the file, 0 where unknown */
};

/* Zero-initialise to start. */
struct wend_inputs {
    struct wend_input *items;
    size_t count;
    size_t capacity;
    uint64_t total_bytes; /* 0 when one of them is unknown */
    const char **notes;   /* what a person should know, one line each */
    size_t note_count;
    size_t note_capacity;
    struct wend_arena arena;
};

/* WEND_ERROR_USAGE: "-" twice; WEND_ERROR_IO: a name that does not exist (with the nearest existing
 * one where something is near) or cannot be read, also inside a directory (there also a
 * link that leads nowhere); WEND_ERROR_EMPTY: a
 * directory or glob without any file; WEND_ERROR_MEMORY. `deinit` in any case. */
WEND_MUST_CHECK enum wend_status wend__inputs_expand(const char *const *names, size_t name_count,
                                                     struct wend_inputs *inputs,
                                                     struct wend_error *error);
void wend__inputs_deinit(struct wend_inputs *inputs);

#endif
