/*
 * io.h: the operating system's files, with every write in one place.
 *
 * All writes of results go through here, so that tests can make the n-th one fail as a full disk
 * would. Functions return errno values (0 = done); the caller words the error.
 *
 * Threads: safe from any thread on different descriptors.
 */
#ifndef WEND_BASE_IO_H
#define WEND_BASE_IO_H

#include "base/bytes.h"

#include <stdio.h>

/* Writes all bytes, over EINTR and short writes. */
int wend__io_write(int descriptor, const void *data, size_t len);
/* Reads at `offset` until `len` bytes or the end; `*got` tells how many. */
int wend__io_read_at(int descriptor, void *data, size_t len, uint64_t offset, size_t *got);
int wend__io_sync(int descriptor);
int wend__io_sync_directory(const char *path);
/* mkdir -p; an existing directory is fine. */
int wend__io_make_directories(const char *path);
/* rm -r, without following links; nothing there is fine. */
int wend__io_remove_tree(const char *path);
/* An unnamed temporary file in `directory` (O_TMPFILE where possible, else unlinked at once). */
int wend__io_open_temporary(const char *directory, int *descriptor);

/* A new file for writing, mode 0600; EEXIST where the name is taken. */
int wend__io_create_new(const char *path, int *descriptor);
/* Gives a file a second name, at once and only if nobody has that name yet: EEXIST. */
int wend__io_link_new(const char *path, const char *name);
/* The file at `path` holds `bytes` from now on, or, after a failure or a crash, what it held. They
 * are written under the name `hidden`, beside it, first. The directory is not synchronised. */
int wend__io_replace(const char *path, const char *hidden, const void *bytes, size_t len);
/* Nothing there is fine. */
int wend__io_remove(const char *path);

/*
 * Test hook, in builds with assertions: kills the process at the step whose number the environment
 * names in WEND_TEST_KILL_AT (1 = the first). A step stands in front of each system call of a
 * checkpoint.
 */
void wend__io_step(void);

/* Test hook: the n-th write from now (1 = the next) fails with `error_number`; 0 switches off. */
void wend__io_fail_write_at(uint64_t n, int error_number);
uint64_t wend__io_write_count(void);

#endif
