#include "source/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>

#include "base/memory.h"
#include "source/archive_tail.h"

struct wend_archive_reader {
    struct archive *archive;
    struct archive_entry *entry; /* libarchive's; the present member */
    struct wend_layer *below;
    bool is_zip;
    bool is_unreadable;    /* the first header is none, and that was not told yet */
    bool is_done;          /* nothing more can be read */
    bool is_resyncing;     /* the last header was damaged, and told */
    bool was_told;         /* the trouble of the chain below has reached a member */
    uint64_t entry_count;  /* headers, whatever they stand for */
    uint64_t pulled_bytes; /* from below */
    struct wend_archive_tail tail;
    uint8_t *buffer; /* WEND_LAYER_INPUT_BYTES */
    /* libarchive's callbacks know only errno; the refusal itself is kept here. */
    enum wend_status status;
    struct wend_error *error; /* the present caller's */
};

struct member_layer {
    struct wend_layer layer;
    struct wend_archive_reader *reader;
    const uint8_t *block; /* libarchive's, until the next call */
    size_t block_len;
    uint64_t block_offset; /* in the member; what lies before and was not given is a hole */
    uint64_t given_bytes;
    bool is_ended;
};

static la_ssize_t pull(struct archive *archive, void *data, const void **bytes) {
    struct wend_archive_reader *reader = data;
    size_t got = 0;
    if (reader->status == WEND_OK) {
        reader->status = wend__layer_read(reader->below, reader->buffer, WEND_LAYER_INPUT_BYTES,
                                          &got, reader->error);
    }
    if (reader->status != WEND_OK) {
        archive_set_error(archive, EIO, "the archive cannot be read");
        return ARCHIVE_FATAL;
    }
    reader->pulled_bytes += got;
    wend__archive_tail_add(&reader->tail, reader->buffer, got);
    *bytes = reader->buffer;
    return (la_ssize_t)got;
}

/* A refusal of the system or of memory as status; all else is for the caller to word. */
static enum wend_status real_failure(struct wend_archive_reader *reader) {
    if (reader->status != WEND_OK) {
        return reader->status;
    }
    if (archive_errno(reader->archive) == ENOMEM) {
        return wend__fail_memory(reader->error);
    }
    return WEND_OK;
}

/* A warning comes with what was asked for. */
static bool is_usable(int result) {
    return result == ARCHIVE_OK || result == ARCHIVE_WARN;
}

static const char *why(struct wend_archive_reader *reader) {
    const char *text = archive_error_string(reader->archive);
    return text == NULL ? "it cannot be read" : text;
}

enum wend_status wend__archive_open(struct wend_layer *below, bool is_zip,
                                    struct wend_archive_reader **out, struct wend_error *error) {
    struct wend_archive_reader *reader = wend__alloc_zeroed(1, sizeof *reader);
    *out = NULL;
    if (reader == NULL) {
        return wend__fail_memory(error);
    }
    reader->below = below;
    reader->is_zip = is_zip;
    reader->error = error;
    reader->buffer = wend__alloc(WEND_LAYER_INPUT_BYTES);
    reader->archive = archive_read_new();
    int result = ARCHIVE_FATAL;
    if (reader->buffer != NULL && reader->archive != NULL &&
        wend__archive_tail_init(&reader->tail, is_zip)) {
        result = is_zip ? archive_read_support_format_zip_streamable(reader->archive)
                        : archive_read_support_format_tar(reader->archive);
    }
    /* Tars that were put one behind the other are read whole. The option is not there for zip. */
    if (is_usable(result) && !is_zip) {
        result = archive_read_set_format_option(reader->archive, "tar",
                                                "read_concatenated_archives", "1");
    }
    if (!is_usable(result)) {
        wend__archive_close(reader);
        return wend__fail_memory(error);
    }
    /* Opening looks at the first header. */
    if (!is_usable(archive_read_open(reader->archive, reader, NULL, pull, NULL))) {
        enum wend_status status = real_failure(reader);
        if (status != WEND_OK) {
            wend__archive_close(reader);
            return status;
        }
        reader->is_unreadable = true;
    }
    *out = reader;
    return WEND_OK;
}

void wend__archive_close(struct wend_archive_reader *reader) {
    if (reader == NULL) {
        return;
    }
    (void)archive_read_free(reader->archive);
    wend__archive_tail_deinit(&reader->tail);
    wend__free(reader->buffer);
    wend__free(reader);
}

/* The archive is over for libarchive: is it whole? */
static enum wend_status finish(struct wend_archive_reader *reader, enum wend_archive_found *found,
                               struct wend_error *error) {
    struct wend_layer_context *context = reader->below->context;
    bool has_mark = reader->pulled_bytes > (uint64_t)archive_read_header_position(reader->archive);
    size_t got;
    reader->is_done = true;
    do { /* what lies behind holds the checksum of a compressed archive, and the list of a zip */
        WEND_TRY(
            wend__layer_read(reader->below, reader->buffer, WEND_LAYER_INPUT_BYTES, &got, error));
        wend__archive_tail_add(&reader->tail, reader->buffer, got);
    } while (got > 0);
    if (reader->is_zip) {
        wend__archive_tail_check(&reader->tail, reader->entry_count, context);
    } else if (!has_mark) {
        wend__layer_trouble(context, "the tar archive has no end mark; it was cut off");
    }
    bool is_trouble = context->trouble[0] != '\0' && !reader->was_told;
    *found = is_trouble ? WEND_ARCHIVE_TROUBLE : WEND_ARCHIVE_END;
    return WEND_OK;
}

/* A header that is no header. Some can be passed by; a run of them is told once. */
static void note_header(struct wend_archive_reader *reader, int result,
                        enum wend_archive_found *found) {
    bool is_news = !reader->is_resyncing;
    reader->is_resyncing = true;
    if (result == ARCHIVE_FATAL) {
        reader->is_done = true;
        is_news = is_news && !reader->was_told;
    }
    if (is_news) {
        *found = WEND_ARCHIVE_TROUBLE;
        wend__layer_trouble(reader->below->context, "the %s archive is damaged or cut off (%s)",
                            wend__archive_kind(reader), why(reader));
    }
}

enum wend_status wend__archive_next(struct wend_archive_reader *reader,
                                    enum wend_archive_found *found, struct wend_error *error) {
    struct wend_layer_context *context = reader->below->context;
    reader->error = error;
    *found = WEND_ARCHIVE_END;
    if (reader->is_unreadable) {
        reader->is_unreadable = false;
        note_header(reader, ARCHIVE_FATAL, found);
    }
    while (*found == WEND_ARCHIVE_END && !reader->is_done) {
        int result = archive_read_next_header(reader->archive, &reader->entry);
        if (result == ARCHIVE_EOF) {
            return finish(reader, found, error);
        }
        reader->entry_count++;
        if (reader->entry_count > context->options.entries_max) {
            wend__layer_trouble(context,
                                "the archive has more than %" PRIu64
                                " entries, which is the limit; the rest is not read",
                                context->options.entries_max);
            reader->is_done = true;
            *found = WEND_ARCHIVE_TROUBLE;
        } else if (!is_usable(result)) {
            WEND_TRY(real_failure(reader));
            note_header(reader, result, found);
        } else {
            reader->is_resyncing = false;
            /* A hard link names bytes that came before. */
            if (archive_entry_filetype(reader->entry) == AE_IFREG &&
                archive_entry_hardlink(reader->entry) == NULL) {
                *found = WEND_ARCHIVE_MEMBER;
            }
        }
    }
    return WEND_OK;
}

const char *wend__archive_member_name(const struct wend_archive_reader *reader) {
    const char *name = archive_entry_pathname(reader->entry);
    if (name == NULL) { /* not to be told in the character set of the process */
        name = archive_entry_pathname_utf8(reader->entry);
    }
    if (name == NULL) {
        return "(a name that cannot be read)";
    }
    while (name[0] == '.' && name[1] == '/') {
        name += 2;
    }
    return name;
}

/* The next block of libarchive; what a warning comes with is good. */
static enum wend_status next_block(struct member_layer *member, struct wend_error *error) {
    struct wend_archive_reader *reader = member->reader;
    const void *block = NULL;
    size_t len = 0;
    la_int64_t offset = 0;
    reader->error = error;
    int result = archive_read_data_block(reader->archive, &block, &len, &offset);
    if (result == ARCHIVE_EOF) {
        member->is_ended = true;
        return WEND_OK;
    }
    if (result != ARCHIVE_OK) {
        WEND_TRY(real_failure(reader));
        const char *below = reader->below->context->trouble;
        bool is_from_below = result == ARCHIVE_FATAL && below[0] != '\0';
        if (is_from_below) {
            wend__layer_trouble(member->layer.context, "%s", below);
        } else {
            wend__layer_trouble(member->layer.context, "the %s member is damaged or cut off (%s)",
                                wend__archive_kind(reader), why(reader));
        }
        reader->was_told = reader->was_told || result == ARCHIVE_FATAL;
        reader->is_done = reader->is_done || result == ARCHIVE_FATAL;
        member->is_ended = !is_usable(result);
    }
    if (!is_usable(result) || block == NULL) {
        len = 0;
    }
    member->block = block;
    member->block_len = len;
    member->block_offset = offset < 0 ? 0 : (uint64_t)offset;
    return WEND_OK;
}

static enum wend_status member_read(struct wend_layer *layer, uint8_t *out, size_t capacity,
                                    size_t *got, struct wend_error *error) {
    struct member_layer *member = (struct member_layer *)layer;
    while (member->block_len == 0 && !member->is_ended) {
        WEND_TRY(next_block(member, error));
    }
    if (member->block_len == 0) {
        return WEND_OK;
    }
    if (member->block_offset > member->given_bytes) { /* a hole of a sparse file reads as zeros */
        uint64_t hole = member->block_offset - member->given_bytes;
        *got = hole < capacity ? (size_t)hole : capacity;
        memset(out, 0, *got);
    } else {
        *got = member->block_len < capacity ? member->block_len : capacity;
        memcpy(out, member->block, *got);
        member->block += *got;
        member->block_len -= *got;
        member->block_offset += *got;
    }
    member->given_bytes += *got;
    return WEND_OK;
}

static void member_close(struct wend_layer *layer) {
    wend__layer_deinit(layer);
    wend__free(layer);
}

static const struct wend_layer_kind tar_kind = {"tar", member_read, member_close};
static const struct wend_layer_kind zip_kind = {"zip", member_read, member_close};

/*
 * Decoders of these take the memory that the data asks for, up to 4 GiB, and libarchive has no
 * limit to set. Its name of the format is the one place where it tells the method.
 */
static bool takes_any_memory(const struct wend_archive_reader *reader) {
    static const char *const methods[] = {"(lzma", "(xz", "(ppmd"};
    const char *format = archive_format_name(reader->archive);
    bool is_one = false;
    for (size_t i = 0; format != NULL && i < sizeof methods / sizeof *methods; i++) {
        is_one = is_one || strstr(format, methods[i]) != NULL;
    }
    return is_one && reader->is_zip;
}

struct wend_layer *wend__archive_member_open(struct wend_archive_reader *reader,
                                             struct wend_layer_context *context) {
    struct member_layer *member = wend__alloc_zeroed(1, sizeof *member);
    if (member == NULL) {
        return NULL;
    }
    (void)wend__layer_init(&member->layer, reader->is_zip ? &zip_kind : &tar_kind, NULL, context);
    member->reader = reader;
    if (takes_any_memory(reader)) {
        wend__layer_trouble(context,
                            "the zip member is compressed in a way that is not read here "
                            "(%s); unpack the archive first",
                            archive_format_name(reader->archive));
        member->is_ended = true;
    }
    return &member->layer;
}

const char *wend__archive_kind(const struct wend_archive_reader *reader) {
    return reader->is_zip ? "zip" : "tar";
}
