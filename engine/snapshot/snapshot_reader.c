#include "snapshot/snapshot_reader.h"

#include "base/io.h"
#include "base/memory.h"
#include "snapshot/manifest.h"
#include "snapshot/snapshot_files.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct wend_snapshot {
    char *directory;
    struct wend_arena arena;
    struct wend_manifest_content content;
};

char *wend__snapshot_file_path(const struct wend_snapshot *snapshot, const char *name) {
    struct wend_buffer path = {0};
    if (!wend__buffer_append_format(&path, "%s/%s", snapshot->directory, name) ||
        !wend__buffer_append(&path, "", 1)) {
        wend__buffer_deinit(&path);
        return NULL;
    }
    return (char *)path.data;
}

const char *wend__snapshot_directory(const struct wend_snapshot *snapshot) {
    return snapshot->directory;
}

struct wend_hash128 wend__snapshot_id(const struct wend_snapshot *snapshot) {
    return snapshot->content.snapshot_id;
}

static enum wend_status read_open_file(int descriptor, const char *path, struct wend_buffer *text,
                                       struct wend_error *error) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) {
        return wend__fail_os(error, "read", path, errno);
    }
    if (!S_ISREG(status.st_mode) || status.st_size > (off_t)WEND_MANIFEST_BYTES_MAX) {
        return wend__fail(error, WEND_ERROR_IO,
                          "%s is no file of at most %u bytes; make the snapshot anew", path,
                          WEND_MANIFEST_BYTES_MAX);
    }
    if (!wend__buffer_reserve(text, (size_t)status.st_size + 1)) {
        return wend__fail_memory(error);
    }
    int number = wend__io_read_at(descriptor, text->data, (size_t)status.st_size, 0, &text->len);
    return number == 0 ? WEND_OK : wend__fail_os(error, "read", path, number);
}

static enum wend_status read_manifest(struct wend_snapshot *snapshot, const char *path,
                                      struct wend_buffer *text, struct wend_error *error) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "%s is no snapshot: it has no %s; give the directory that wend wrote",
                          snapshot->directory, WEND_MANIFEST_NAME);
    }
    if (descriptor < 0) {
        return wend__fail_os(error, "read", path, errno);
    }
    enum wend_status status = read_open_file(descriptor, path, text, error);
    (void)close(descriptor);
    if (status != WEND_OK) {
        return status;
    }
    return wend__manifest_read(wend__buffer_view(text), path, &snapshot->arena, &snapshot->content,
                               error);
}

static enum wend_status open_snapshot(struct wend_snapshot *snapshot, const char *directory,
                                      struct wend_error *error) {
    size_t len = strlen(directory);
    while (len > 1 && directory[len - 1] == '/') {
        len--;
    }
    snapshot->directory = wend__copy_text(directory, len);
    char *path =
        snapshot->directory == NULL ? NULL : wend__snapshot_file_path(snapshot, WEND_MANIFEST_NAME);
    if (path == NULL) {
        return wend__fail_memory(error);
    }
    struct wend_buffer text = {0};
    enum wend_status status = read_manifest(snapshot, path, &text, error);
    wend__buffer_deinit(&text);
    wend__free(path);
    return status;
}

enum wend_status wend__snapshot_open(const char *directory, struct wend_snapshot **snapshot,
                                     struct wend_error *error) {
    *snapshot = NULL;
    struct wend_snapshot *opened = wend__alloc_zeroed(1, sizeof *opened);
    if (opened == NULL) {
        return wend__fail_memory(error);
    }
    enum wend_status status = open_snapshot(opened, directory, error);
    if (status != WEND_OK) {
        wend__snapshot_close(opened);
        return status;
    }
    *snapshot = opened;
    return WEND_OK;
}

void wend__snapshot_close(struct wend_snapshot *snapshot) {
    if (snapshot == NULL) {
        return;
    }
    wend__free(snapshot->directory);
    wend__arena_deinit(&snapshot->arena);
    wend__free(snapshot);
}

const struct wend_manifest *wend__snapshot_manifest(const struct wend_snapshot *snapshot) {
    return &snapshot->content.manifest;
}

const struct wend_snapshot_options *wend__snapshot_options(const struct wend_snapshot *snapshot) {
    return &snapshot->content.options;
}

size_t wend__snapshot_file_count(const struct wend_snapshot *snapshot) {
    return snapshot->content.file_count;
}

const struct wend_snapshot_file *wend__snapshot_file(const struct wend_snapshot *snapshot,
                                                     size_t index) {
    assert(index < snapshot->content.file_count);
    return &snapshot->content.files[index];
}

bool wend__snapshot_has_table(const struct wend_snapshot *snapshot, enum wend_table_id table) {
    for (size_t i = 0; i < snapshot->content.file_count; i++) {
        if (snapshot->content.files[i].table == table) {
            return true;
        }
    }
    return false;
}
