#include "source/directory.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"

/* The directories that are still to be read. */
struct pending {
    char **paths;
    size_t count;
    size_t capacity;
};

static enum wend_status push(struct pending *pending, const char *path, struct wend_error *error) {
    void *paths = pending->paths;
    bool is_good =
        wend__reserve(&paths, &pending->capacity, pending->count + 1, sizeof *pending->paths);
    pending->paths = paths;
    char *copy = is_good ? wend__copy_text(path, strlen(path)) : NULL;
    if (copy == NULL) {
        return wend__fail_memory(error);
    }
    pending->paths[pending->count++] = copy;
    return WEND_OK;
}

static bool join(struct wend_buffer *path, const char *folder, const char *name) {
    size_t len = strlen(folder);
    wend__buffer_clear(path);
    return wend__buffer_append(path, folder, len) &&
           (len == 0 || folder[len - 1] == '/' || wend__buffer_append(path, "/", 1)) &&
           wend__buffer_append(path, name, strlen(name) + 1);
}

static enum wend_status visit_entry(const char *path, const struct wend_directory_visitor *visitor,
                                    struct pending *pending, struct wend_error *error) {
    struct stat status;
    if (lstat(path, &status) != 0) {
        return wend__fail(error, WEND_ERROR_IO, "cannot read %s: %s", path, strerror(errno));
    }
    bool is_link = S_ISLNK(status.st_mode);
    if (is_link && stat(path, &status) != 0) {
        return wend__fail(error, WEND_ERROR_IO,
                          "cannot read %s: it is a link that leads nowhere; repair it or remove it",
                          path);
    }
    if (S_ISDIR(status.st_mode) && !is_link) {
        return push(pending, path, error);
    }
    return visitor->visit(visitor->context, path, &status, is_link, error);
}

static enum wend_status read_folder(const char *folder,
                                    const struct wend_directory_visitor *visitor,
                                    struct pending *pending, struct wend_buffer *path,
                                    struct wend_error *error) {
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return wend__fail(error, WEND_ERROR_IO, "cannot read the directory %s: %s", folder,
                          strerror(errno));
    }
    enum wend_status status = WEND_OK;
    while (status == WEND_OK) {
        errno = 0;
        struct dirent *entry = readdir(directory);
        if (entry == NULL) {
            if (errno != 0) {
                status = wend__fail(error, WEND_ERROR_IO, "cannot read the directory %s: %s",
                                    folder, strerror(errno));
            }
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (!join(path, folder, entry->d_name)) {
            status = wend__fail_memory(error);
            break;
        }
        status = visit_entry((const char *)path->data, visitor, pending, error);
    }
    (void)closedir(directory);
    return status;
}

enum wend_status wend__directory_walk(const char *path,
                                      const struct wend_directory_visitor *visitor,
                                      struct wend_error *error) {
    struct pending pending = {0};
    struct wend_buffer joined = {0};
    enum wend_status status = push(&pending, path, error);
    while (status == WEND_OK && pending.count > 0) {
        char *folder = pending.paths[--pending.count];
        status = read_folder(folder, visitor, &pending, &joined, error);
        wend__free(folder);
    }
    while (pending.count > 0) {
        wend__free(pending.paths[--pending.count]);
    }
    wend__free(pending.paths);
    wend__buffer_deinit(&joined);
    return status;
}
