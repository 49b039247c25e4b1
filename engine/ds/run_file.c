#include "ds/run_file.h"

#include "base/io.h"
#include "base/memory.h"

#include <unistd.h>

enum { WRITE_BYTES = 256 * 1024 };

static enum wend_status fail_io(const struct wend_run_file *file, const char *what, int number,
                                struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO,
                      "cannot %s temporary data in %s: %s; make room there, or choose another "
                      "folder for temporary files",
                      what, file->directory, strerror(number));
}

enum wend_status wend__run_file_open(struct wend_run_file *file, const char *directory,
                                     struct wend_error *error) {
    *file = (struct wend_run_file){.directory = directory};
    int number = wend__io_open_temporary(directory, &file->descriptor);
    if (number != 0) {
        return fail_io(file, "create", number, error);
    }
    file->is_open = true;
    return WEND_OK;
}

static enum wend_status flush(struct wend_run_file *file, struct wend_error *error) {
    if (file->pending.len == 0) {
        return WEND_OK;
    }
    int number = wend__io_write(file->descriptor, file->pending.data, file->pending.len);
    if (number != 0) {
        return fail_io(file, "write", number, error);
    }
    wend__buffer_clear(&file->pending);
    return WEND_OK;
}

enum wend_status wend__run_file_append(struct wend_run_file *file, struct wend_bytes key,
                                       struct wend_bytes payload, struct wend_error *error) {
    size_t row_bytes = wend__row_bytes(key, payload);
    if (file->pending.len > 0 && file->pending.len + row_bytes > WRITE_BYTES) {
        WEND_TRY(flush(file, error));
    }
    size_t wanted = row_bytes > WRITE_BYTES ? row_bytes : WRITE_BYTES;
    if (!wend__buffer_reserve(&file->pending, wanted - file->pending.len)) {
        return wend__fail_memory(error);
    }
    wend__row_write(file->pending.data + file->pending.len, key, payload);
    file->pending.len += row_bytes;
    file->len += row_bytes;
    return WEND_OK;
}

enum wend_status wend__run_file_end_run(struct wend_run_file *file, struct wend_error *error) {
    WEND_TRY(flush(file, error));
    void *ends = file->ends;
    bool reserved =
        wend__reserve(&ends, &file->run_capacity, file->run_count + 1, sizeof *file->ends);
    file->ends = ends;
    if (!reserved) {
        return wend__fail_memory(error);
    }
    file->ends[file->run_count++] = file->len;
    return WEND_OK;
}

void wend__run_file_seal(struct wend_run_file *file) {
    assert(file->pending.len == 0);
    wend__buffer_deinit(&file->pending);
}

void wend__run_file_close(struct wend_run_file *file) {
    if (file->is_open) {
        (void)close(file->descriptor);
    }
    wend__buffer_deinit(&file->pending);
    wend__free(file->ends);
    *file = (struct wend_run_file){0};
}

void wend__run_reader_open(struct wend_run_reader *reader, const struct wend_run_file *file,
                           size_t run_index, size_t read_bytes) {
    assert(run_index < file->run_count);
    *reader = (struct wend_run_reader){.file = file,
                                       .offset = run_index == 0 ? 0 : file->ends[run_index - 1],
                                       .end = file->ends[run_index],
                                       .read_bytes = read_bytes};
}

/* Makes `wanted` bytes stand at `at`; the run has so many left, or the file is damaged. */
static enum wend_status fetch(struct wend_run_reader *reader, size_t wanted,
                              struct wend_error *error) {
    size_t have = reader->buffer.len - reader->at;
    if (have >= wanted) {
        return WEND_OK;
    }
    if (have > 0 && reader->at > 0) {
        memmove(reader->buffer.data, reader->buffer.data + reader->at, have);
    }
    reader->buffer.len = have;
    reader->at = 0;
    size_t more = wanted > reader->read_bytes ? wanted - have : reader->read_bytes - have;
    uint64_t left = reader->end - reader->offset;
    more = more < left ? more : (size_t)left;
    if (!wend__buffer_reserve(&reader->buffer, more)) {
        return wend__fail_memory(error);
    }
    size_t got = 0;
    int number = wend__io_read_at(reader->file->descriptor, reader->buffer.data + have, more,
                                  reader->offset, &got);
    if (number != 0) {
        return fail_io(reader->file, "read", number, error);
    }
    reader->offset += got;
    reader->buffer.len += got;
    if (reader->buffer.len < wanted) {
        return wend__fail(error, WEND_ERROR_IO,
                          "temporary data in %s ended early; check the disk and run again",
                          reader->file->directory);
    }
    return WEND_OK;
}

enum wend_status wend__run_reader_next(struct wend_run_reader *reader, const uint8_t **row,
                                       struct wend_error *error) {
    *row = NULL;
    if (reader->offset == reader->end && reader->at == reader->buffer.len) {
        return WEND_OK;
    }
    WEND_TRY(fetch(reader, WEND_ROW_HEADER_BYTES, error));
    const uint8_t *header = reader->buffer.data + reader->at;
    size_t row_bytes =
        WEND_ROW_HEADER_BYTES + (size_t)wend__row_key_len(header) + wend__row_payload_len(header);
    WEND_TRY(fetch(reader, row_bytes, error));
    *row = reader->buffer.data + reader->at;
    reader->at += row_bytes;
    return WEND_OK;
}

void wend__run_reader_close(struct wend_run_reader *reader) {
    wend__buffer_deinit(&reader->buffer);
    *reader = (struct wend_run_reader){0};
}
