/* Files and counters of a snapshot; see verify.h. */
#include "snapshot/verify.h"

#include "base/io.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024 };

/* Names come from strangers: nothing in a line may end it or steer a terminal. */
static void clean_line(char *text) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 127) {
            *text = '?';
        }
    }
}

static void tell(struct wend_verify *verify, const char *format, va_list arguments) {
    char text[WEND_ERROR_TEXT_BYTES];
    (void)vsnprintf(text, sizeof text, format, arguments);
    clean_line(text);
    verify->is_stopped = !verify->finding(verify->context, text);
}

bool wend__verify_check(struct wend_verify *verify, bool ok, const char *format, ...) {
    verify->verified->checks += 1;
    if (ok) {
        return true;
    }
    verify->verified->findings += 1;
    if (verify->finding != NULL && !verify->is_stopped && !verify->is_silenced) {
        va_list arguments;
        va_start(arguments, format);
        tell(verify, format, arguments);
        va_end(arguments);
    }
    return false;
}

static enum wend_status hash_file(int descriptor, const char *path, uint8_t *block,
                                  XXH3_state_t *hash, uint64_t *bytes, struct wend_error *error) {
    (void)XXH3_128bits_reset(hash);
    *bytes = 0;
    for (;;) {
        size_t got;
        int number = wend__io_read_at(descriptor, block, READ_BYTES, *bytes, &got);
        if (number != 0) {
            return wend__fail_os(error, "read", path, number);
        }
        if (got == 0) {
            return WEND_OK;
        }
        (void)XXH3_128bits_update(hash, block, got);
        *bytes += got;
    }
}

/* Compares what is on the disk with what the manifest says. */
static enum wend_status check_content(struct wend_verify *verify,
                                      const struct wend_snapshot_file *file, const char *path,
                                      uint8_t *block, struct wend_error *error) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 && errno != ENOENT && errno != ENOTDIR) {
        return wend__fail_os(error, "read", path, errno);
    }
    if (!wend__verify_check(verify, descriptor >= 0, "%s is missing", file->path)) {
        verify->is_readable[file->table] = false;
        return WEND_OK;
    }
    XXH3_state_t hash;
    uint64_t bytes;
    enum wend_status status = hash_file(descriptor, path, block, &hash, &bytes, error);
    (void)close(descriptor);
    if (status != WEND_OK) {
        return status;
    }
    XXH128_hash_t sum = XXH3_128bits_digest(&hash);
    verify->verified->files += 1;
    verify->verified->bytes += bytes;
    bool has_size = wend__verify_check(verify, bytes == file->bytes,
                                       "%s has %" PRIu64 " bytes, the manifest says %" PRIu64,
                                       file->path, bytes, file->bytes);
    /* Of another size it has another checksum anyway. */
    bool is_same = has_size &&
                   wend__verify_check(
                       verify, sum.high64 == file->checksum.high && sum.low64 == file->checksum.low,
                       "%s has another checksum than the manifest says: it was "
                       "changed or damaged",
                       file->path);
    verify->is_readable[file->table] = verify->is_readable[file->table] && is_same;
    return WEND_OK;
}

static enum wend_status check_files(struct wend_verify *verify, struct wend_error *error) {
    uint8_t *block = wend__alloc(READ_BYTES);
    enum wend_status status = block == NULL ? wend__fail_memory(error) : WEND_OK;
    size_t count = wend__snapshot_file_count(verify->snapshot);
    for (size_t i = 0; i < count; i++) {
        verify->is_readable[wend__snapshot_file(verify->snapshot, i)->table] = true;
    }
    for (size_t i = 0; i < count && status == WEND_OK && !verify->is_stopped; i++) {
        const struct wend_snapshot_file *file = wend__snapshot_file(verify->snapshot, i);
        char *path = wend__snapshot_file_path(verify->snapshot, file->path);
        status = path == NULL ? wend__fail_memory(error)
                              : check_content(verify, file, path, block, error);
        wend__free(path);
    }
    wend__free(block);
    return status;
}

static void check_counters(struct wend_verify *verify) {
    const struct wend_counters *counters = &wend__snapshot_manifest(verify->snapshot)->counters;
    wend__verify_check(verify, wend__counters_balance(counters),
                       "counters: %" PRIu64 " records were read, but accepted, filtered, rejected, "
                       "late and duplicate are %" PRIu64,
                       counters->read,
                       counters->accepted + counters->filtered + wend__counters_rejected(counters) +
                           counters->late + counters->duplicate);
    wend__verify_check(verify, counters->unmatched <= counters->accepted,
                       "counters: more records are unmatched (%" PRIu64 ") than accepted (%" PRIu64
                       ")",
                       counters->unmatched, counters->accepted);
    wend__verify_check(verify, counters->bad_value <= counters->accepted,
                       "counters: more records have a bad value (%" PRIu64
                       ") than were accepted (%" PRIu64 ")",
                       counters->bad_value, counters->accepted);
    /* A window of a stream tells its units alone: records are counted by partition, not by window.
     */
    bool is_window = counters->read == 0 && counters->accepted == 0;
    wend__verify_check(verify, is_window || counters->sessions <= counters->accepted,
                       "counters: there are more sessions (%" PRIu64
                       ") than accepted records (%" PRIu64 ")",
                       counters->sessions, counters->accepted);
}

enum wend_status wend__snapshot_verify(const struct wend_snapshot *snapshot,
                                       wend_snapshot_finding *finding, void *context,
                                       struct wend_snapshot_verified *verified,
                                       struct wend_error *error) {
    *verified = (struct wend_snapshot_verified){0};
    struct wend_verify verify = {
        .snapshot = snapshot, .finding = finding, .context = context, .verified = verified};
    WEND_TRY(check_files(&verify, error));
    check_counters(&verify);
    return verify.is_stopped ? WEND_OK : wend__verify_tables(&verify, error);
}
