/*
 * archive_reader.h: the regular files in a tar or zip, one after the other, by libarchive.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SOURCE_ARCHIVE_READER_H
#define WEND_SOURCE_ARCHIVE_READER_H

#include "source/layer.h"

struct wend_archive_reader;

enum wend_archive_found {
    WEND_ARCHIVE_MEMBER,  /* a file, to be read through a layer */
    WEND_ARCHIVE_TROUBLE, /* no file, but something that `below`'s context has trouble for */
    WEND_ARCHIVE_END,
};

/* Reads the archive from `below`, which stays the caller's. */
WEND_MUST_CHECK enum wend_status wend__archive_open(struct wend_layer *below, bool is_zip,
                                                    struct wend_archive_reader **reader,
                                                    struct wend_error *error);
void wend__archive_close(struct wend_archive_reader *reader);
/* Ends the layer of the member before. */
WEND_MUST_CHECK enum wend_status wend__archive_next(struct wend_archive_reader *reader,
                                                    enum wend_archive_found *found,
                                                    struct wend_error *error);
/* Of the present member, as bytes of the archive; valid until the next. */
const char *wend__archive_member_name(const struct wend_archive_reader *reader);
/* The present member's bytes; its troubles go to `context`. NULL without memory. */
struct wend_layer *wend__archive_member_open(struct wend_archive_reader *reader,
                                             struct wend_layer_context *context);
const char *wend__archive_kind(const struct wend_archive_reader *reader);

#endif
