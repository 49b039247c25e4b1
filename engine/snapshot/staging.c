#define _XOPEN_SOURCE 700 /* realpath */
#include "snapshot/staging.h"

#include "base/hidden.h"
#include "base/io.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum wend_status wend__fail_os(struct wend_error *error, const char *what, const char *path,
                               int number) {
    if (number == ENOMEM) {
        return wend__fail_memory(error);
    }
    char cause[128];
    if (strerror_r(number, cause, sizeof cause) != 0) {
        (void)snprintf(cause, sizeof cause, "error %d", number);
    }
    const char *step = "check the disk, then run again";
    if (number == ENOSPC || number == EDQUOT) {
        step = "make room there, or choose another directory";
    } else if (number == EACCES || number == EPERM || number == EROFS) {
        step = "allow it, or choose another directory";
    } else if (number == ENOENT || number == ENOTDIR || number == ENAMETOOLONG) {
        step = "check the path";
    }
    return wend__fail(error, WEND_ERROR_IO, "cannot %s %s: %s; %s", what, path, cause, step);
}

/* PARENT/MIDDLE, from a format; NULL without memory. */
static char *join(const char *parent, const char *name) {
    size_t parent_len = strlen(parent);
    size_t name_len = strlen(name);
    char *path = wend__alloc(parent_len + name_len + 2);
    if (path != NULL) {
        (void)snprintf(path, parent_len + name_len + 2, "%s/%s", parent, name);
    }
    return path;
}

/* Splits the place into parent and name. */
static enum wend_status set_place(struct wend_staging *staging, const char *directory,
                                  struct wend_error *error) {
    size_t len = strlen(directory);
    while (len > 1 && directory[len - 1] == '/') {
        len--;
    }
    staging->place = wend__copy_text(directory, len);
    if (staging->place == NULL) {
        return wend__fail_memory(error);
    }
    struct stat status;
    if (lstat(staging->place, &status) == 0 && S_ISLNK(status.st_mode)) {
        char *target = realpath(staging->place, NULL);
        if (target == NULL) {
            return wend__fail_os(error, "follow the link", staging->place, errno);
        }
        wend__free(staging->place);
        staging->place = target;
    }
    char *slash = strrchr(staging->place, '/');
    staging->name = slash == NULL ? staging->place : slash + 1;
    if (staging->name[0] == '\0' || strcmp(staging->name, ".") == 0 ||
        strcmp(staging->name, "..") == 0) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "'%s' cannot be the directory of a snapshot; give one of its own",
                          directory);
    }
    if (slash == NULL) {
        staging->parent = wend__copy_text(".", 1);
    } else if (slash == staging->place) {
        staging->parent = wend__copy_text("/", 1);
    } else {
        staging->parent = wend__copy_text(staging->place, (size_t)(slash - staging->place));
    }
    return staging->parent == NULL ? wend__fail_memory(error) : WEND_OK;
}

/* Whether the directory has a manifest that names our format near its beginning. */
static enum wend_status look_at_manifest(const char *directory, bool *is_snapshot,
                                         struct wend_error *error) {
    *is_snapshot = false;
    char *path = join(directory, WEND_MANIFEST_NAME);
    if (path == NULL) {
        return wend__fail_memory(error);
    }
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    wend__free(path);
    if (descriptor < 0) {
        return WEND_OK;
    }
    char start[512];
    size_t got = 0;
    int number = wend__io_read_at(descriptor, start, sizeof start - 1, 0, &got);
    (void)close(descriptor);
    start[number == 0 ? got : 0] = '\0';
    *is_snapshot = strstr(start, "\"" WEND_MANIFEST_FORMAT "\"") != NULL;
    return WEND_OK;
}

static enum wend_status check_place(const struct wend_staging *staging, struct wend_error *error) {
    struct stat status;
    if (lstat(staging->place, &status) != 0) {
        return errno == ENOENT || errno == ENOTDIR
                   ? WEND_OK
                   : wend__fail_os(error, "look at", staging->place, errno);
    }
    bool is_snapshot = false;
    if (S_ISDIR(status.st_mode)) {
        WEND_TRY(look_at_manifest(staging->place, &is_snapshot, error));
    }
    if (!staging->replaces) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "%s is already there; choose another directory, or ask to replace it",
                          staging->place);
    }
    if (!is_snapshot) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "%s is no snapshot, so that it is not replaced; choose another "
                          "directory, or remove it yourself",
                          staging->place);
    }
    return WEND_OK;
}

/* Best effort: what cannot be removed hinders nobody. */
static enum wend_status clear_leftover(const struct wend_staging *staging, const char *name,
                                       struct wend_error *error) {
    bool is_old = wend__hidden_is_leftover(name, staging->name, WEND_HIDDEN_OLD);
    if (!is_old && !wend__hidden_is_leftover(name, staging->name, WEND_HIDDEN_TEMPORARY)) {
        return WEND_OK;
    }
    char *path = join(staging->parent, name);
    if (path == NULL) {
        return wend__fail_memory(error);
    }
    struct stat status;
    bool is_put_back = is_old && lstat(staging->place, &status) != 0 && errno == ENOENT &&
                       rename(path, staging->place) == 0;
    if (!is_put_back) {
        (void)wend__io_remove_tree(path);
    }
    wend__free(path);
    return WEND_OK;
}

static enum wend_status clear_leftovers(const struct wend_staging *staging,
                                        struct wend_error *error) {
    DIR *parent = opendir(staging->parent);
    enum wend_status status = WEND_OK;
    if (parent == NULL) {
        return WEND_OK;
    }
    for (struct dirent *entry = readdir(parent); entry != NULL && status == WEND_OK;
         entry = readdir(parent)) {
        status = clear_leftover(staging, entry->d_name, error);
    }
    (void)closedir(parent);
    return status;
}

enum wend_status wend__staging_open(struct wend_staging *staging, const char *directory,
                                    bool replaces, struct wend_error *error) {
    staging->replaces = replaces;
    WEND_TRY(set_place(staging, directory, error));
    WEND_TRY(clear_leftovers(staging, error));
    WEND_TRY(check_place(staging, error));
    int number = wend__io_make_directories(staging->parent);
    if (number != 0) {
        return wend__fail_os(error, "make the directory", staging->parent, number);
    }
    staging->temporary = wend__hidden_path(staging->parent, staging->name, WEND_HIDDEN_TEMPORARY);
    if (staging->temporary == NULL) {
        return wend__fail_memory(error);
    }
    if (mkdir(staging->temporary, 0777) != 0) {
        return wend__fail_os(error, "make the directory", staging->temporary, errno);
    }
    staging->is_made = true;
    return WEND_OK;
}

/* Two renames, since a directory cannot be renamed over a full one. */
static enum wend_status replace(struct wend_staging *staging, struct wend_error *error) {
    char *old = wend__hidden_path(staging->parent, staging->name, WEND_HIDDEN_OLD);
    if (old == NULL) {
        return wend__fail_memory(error);
    }
    int number = rename(staging->place, old) == 0 ? 0 : errno;
    if (number == 0 && rename(staging->temporary, staging->place) != 0) {
        number = errno;
        (void)rename(old, staging->place);
    } else if (number == 0) {
        staging->is_made = false;
        (void)wend__io_remove_tree(old);
    }
    wend__free(old);
    return number == 0 ? WEND_OK
                       : wend__fail_os(error, "put the snapshot to", staging->place, number);
}

enum wend_status wend__staging_publish(struct wend_staging *staging, struct wend_error *error) {
    int number = wend__io_sync_directory(staging->temporary);
    if (number != 0) {
        return wend__fail_os(error, "write to disk", staging->temporary, number);
    }
    struct stat status;
    if (lstat(staging->place, &status) == 0) {
        /* Looked at again: it may have come, or changed, since the opening. */
        WEND_TRY(check_place(staging, error));
        WEND_TRY(replace(staging, error));
    } else {
        if (rename(staging->temporary, staging->place) != 0) {
            return wend__fail_os(error, "put the snapshot to", staging->place, errno);
        }
        staging->is_made = false;
    }
    /* It is published; that the name itself may not survive a power cut is no failure of it. */
    (void)wend__io_sync_directory(staging->parent);
    return WEND_OK;
}

void wend__staging_deinit(struct wend_staging *staging) {
    if (staging->is_made) {
        (void)wend__io_remove_tree(staging->temporary);
    }
    wend__free(staging->place);
    wend__free(staging->parent);
    wend__free(staging->temporary);
    *staging = (struct wend_staging){0};
}
