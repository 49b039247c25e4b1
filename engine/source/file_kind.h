/* file_kind.h: what a thing that is no regular file is called. */
#ifndef WEND_SOURCE_FILE_KIND_H
#define WEND_SOURCE_FILE_KIND_H

#include <sys/stat.h>
#include <sys/types.h>

/* Static, with its article: "a directory". */
static inline const char *wend__file_kind(mode_t mode) {
    if (S_ISDIR(mode)) {
        return "a directory";
    }
    if (S_ISSOCK(mode)) {
        return "a socket";
    }
    if (S_ISFIFO(mode)) {
        return "a fifo";
    }
    if (S_ISCHR(mode) || S_ISBLK(mode)) {
        return "a device";
    }
    return S_ISREG(mode) ? "a file" : "something else";
}

#endif
