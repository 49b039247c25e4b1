/* A file of a staging directory; see staging.h. */
#include "base/buffer.h"
#include "base/io.h"
#include "base/memory.h"
#include "snapshot/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Makes the directory that the file lies in. */
static enum wend_status make_directory(struct wend_staged_file *file, const char *folder,
                                       struct wend_error *error) {
    struct wend_buffer path = {0};
    const char *below = folder == NULL ? "" : folder;
    if (!wend__buffer_append_format(&path, "%s%s%s", file->staging->temporary,
                                    folder == NULL ? "" : "/", below) ||
        !wend__buffer_append(&path, "", 1)) {
        wend__buffer_deinit(&path);
        return wend__fail_memory(error);
    }
    file->directory = (char *)path.data;
    int number = wend__io_make_directories(file->directory);
    return number == 0 ? WEND_OK
                       : wend__fail_os(error, "make the directory", file->directory, number);
}

static enum wend_status create_file(struct wend_staged_file *file, const char *name,
                                    struct wend_error *error) {
    struct wend_buffer path = {0};
    if (!wend__buffer_append_format(&path, "%s/%s", file->directory, name) ||
        !wend__buffer_append(&path, "", 1)) {
        wend__buffer_deinit(&path);
        return wend__fail_memory(error);
    }
    const char *text = (const char *)path.data;
    enum wend_status status = WEND_OK;
    file->descriptor = open(text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file->descriptor < 0) {
        status = wend__fail_os(error, "make the file", text, errno);
    } else {
        file->is_open = true;
    }
    wend__buffer_deinit(&path);
    return status;
}

static enum wend_status start_hash(struct wend_staged_file *file, struct wend_error *error) {
    enum { ALIGNMENT = 64 };
    file->hash_block = wend__alloc(sizeof *file->hash + ALIGNMENT);
    if (file->hash_block == NULL) {
        return wend__fail_memory(error);
    }
    uintptr_t address = (uintptr_t)file->hash_block;
    file->hash = (void *)((char *)file->hash_block + (ALIGNMENT - address % ALIGNMENT));
    (void)XXH3_128bits_reset(file->hash);
    return WEND_OK;
}

enum wend_status wend__staged_file_open(struct wend_staged_file *file,
                                        const struct wend_staging *staging, const char *folder,
                                        const char *name, struct wend_error *error) {
    *file = (struct wend_staged_file){.staging = staging};
    enum wend_status status = start_hash(file, error);
    if (status == WEND_OK) {
        status = make_directory(file, folder, error);
    }
    if (status == WEND_OK) {
        status = create_file(file, name, error);
    }
    if (status != WEND_OK) {
        wend__staged_file_deinit(file);
    }
    return status;
}

enum wend_status wend__staged_file_write(void *context, const void *data, size_t len,
                                         struct wend_error *error) {
    struct wend_staged_file *file = context;
    int number = wend__io_write(file->descriptor, data, len);
    if (number != 0) {
        return wend__fail_os(error, "write the snapshot", file->staging->place, number);
    }
    (void)XXH3_128bits_update(file->hash, data, len);
    file->bytes += len;
    return WEND_OK;
}

enum wend_status wend__staged_file_finish(struct wend_staged_file *file,
                                          struct wend_hash128 *checksum, struct wend_error *error) {
    int number = wend__io_sync(file->descriptor);
    file->is_open = false;
    if (close(file->descriptor) != 0 && number == 0) {
        number = errno;
    }
    if (number == 0) {
        number = wend__io_sync_directory(file->directory);
    }
    XXH128_hash_t hash = XXH3_128bits_digest(file->hash);
    *checksum = (struct wend_hash128){hash.high64, hash.low64};
    return number == 0 ? WEND_OK
                       : wend__fail_os(error, "write the snapshot", file->staging->place, number);
}

void wend__staged_file_deinit(struct wend_staged_file *file) {
    if (file->is_open) {
        (void)close(file->descriptor);
    }
    wend__free(file->hash_block);
    wend__free(file->directory);
    *file = (struct wend_staged_file){0};
}
