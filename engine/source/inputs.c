#include "source/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "source/directory.h"
#include "source/file_kind.h"
#include "source/near_name.h"

/* More notes than these nobody reads; a last one says how many there were. */
enum { MAX_NOTES = 20 };

/* Which file an input is, to tell when two are the same. */
struct identity {
    dev_t device;
    ino_t number;
    const char *path; /* of the input */
};

struct expansion {
    struct wend_inputs *inputs;
    struct identity *identities; /* of the regular files */
    size_t identity_count;
    size_t identity_capacity;
    size_t dropped_notes;
    bool has_standard_input;
    bool is_total_unknown;
};

static bool keep_note(struct wend_inputs *inputs, const char *text, size_t len) {
    char *kept = wend__arena_alloc(&inputs->arena, len + 1);
    void *notes = (void *)inputs->notes;
    bool is_good = kept != NULL && wend__reserve(&notes, &inputs->note_capacity,
                                                 inputs->note_count + 1, sizeof *inputs->notes);
    inputs->notes = notes;
    if (is_good) {
        memcpy(kept, text, len);
        kept[len] = '\0';
        inputs->notes[inputs->note_count++] = kept;
    }
    return is_good;
}

static enum wend_status note(struct expansion *expansion, struct wend_error *error,
                             const char *format, ...) __attribute__((format(printf, 3, 4)));

static enum wend_status note(struct expansion *expansion, struct wend_error *error,
                             const char *format, ...) {
    char text[WEND_ERROR_TEXT_BYTES];
    if (expansion->inputs->note_count >= MAX_NOTES) {
        expansion->dropped_notes++;
        return WEND_OK;
    }
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t kept = len < 0 ? 0 : (size_t)len;
    kept = kept < sizeof text ? kept : sizeof text - 1;
    return keep_note(expansion->inputs, text, kept) ? WEND_OK : wend__fail_memory(error);
}

static bool remember(struct expansion *expansion, const char *path, const struct stat *status) {
    void *identities = expansion->identities;
    bool is_good = wend__reserve(&identities, &expansion->identity_capacity,
                                 expansion->identity_count + 1, sizeof *expansion->identities);
    expansion->identities = identities;
    if (is_good) {
        expansion->identities[expansion->identity_count++] =
            (struct identity){status->st_dev, status->st_ino, path};
    }
    return is_good;
}

/* A regular file, fifo or standard input. */
static enum wend_status add(struct expansion *expansion, const char *path,
                            const struct stat *status, struct wend_error *error) {
    struct wend_inputs *inputs = expansion->inputs;
    bool is_regular = S_ISREG(status->st_mode);
    void *items = inputs->items;
    bool is_good =
        wend__reserve(&items, &inputs->capacity, inputs->count + 1, sizeof *inputs->items);
    inputs->items = items;
    const uint8_t *kept = is_good ? wend__arena_copy(&inputs->arena, path, strlen(path) + 1) : NULL;
    if (kept == NULL || (is_regular && !remember(expansion, (const char *)kept, status))) {
        return wend__fail_memory(error);
    }
    uint64_t bytes = is_regular && status->st_size > 0 ? (uint64_t)status->st_size : 0;
    inputs->items[inputs->count++] = (struct wend_input){(const char *)kept, bytes};
    inputs->total_bytes += bytes;
    expansion->is_total_unknown = expansion->is_total_unknown || !is_regular;
    return WEND_OK;
}

/* Late is too late: a run should not stop after an hour at a file that it may not read. */
static enum wend_status check_readable(const char *path, struct wend_error *error) {
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0) {
        return wend__fail(error, WEND_ERROR_IO, "cannot read %s: %s", path, strerror(errno));
    }
    return WEND_OK;
}

static enum wend_status visit(void *context, const char *path, const struct stat *status,
                              bool is_link, struct wend_error *error) {
    struct expansion *expansion = context;
    if (S_ISREG(status->st_mode)) {
        WEND_TRY(check_readable(path, error));
        return add(expansion, path, status, error);
    }
    return note(expansion, error, "%s is %s%s and is left out", path, is_link ? "a link to " : "",
                wend__file_kind(status->st_mode));
}

/* A path that is there: a file, or a directory with what is in it. */
static enum wend_status add_path(struct expansion *expansion, const char *path,
                                 struct wend_error *error) {
    struct stat status;
    if (stat(path, &status) != 0) {
        return wend__fail(error, WEND_ERROR_IO, "cannot read %s: %s", path, strerror(errno));
    }
    if (S_ISDIR(status.st_mode)) {
        struct wend_directory_visitor visitor = {visit, expansion};
        return wend__directory_walk(path, &visitor, error);
    }
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
        return wend__fail(error, WEND_ERROR_IO, "cannot read %s: it is %s, not a file", path,
                          wend__file_kind(status.st_mode));
    }
    WEND_TRY(check_readable(path, error));
    return add(expansion, path, &status, error);
}

static enum wend_status add_standard_input(struct expansion *expansion, struct wend_error *error) {
    struct stat status;
    if (expansion->has_standard_input) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "standard input (-) is named twice, and can be read only once");
    }
    if (fstat(STDIN_FILENO, &status) != 0) {
        return wend__fail(error, WEND_ERROR_IO, "cannot read standard input: %s", strerror(errno));
    }
    expansion->has_standard_input = true;
    return add(expansion, "-", &status, error);
}

static enum wend_status fail_missing(const char *name, struct wend_error *error) {
    struct wend_buffer near = {0};
    enum wend_status status;
    if (!wend__near_name(name, &near)) {
        status = wend__fail_memory(error);
    } else if (near.len > 0) {
        status = wend__fail(error, WEND_ERROR_IO, "there is no file \"%s\"; did you mean \"%s\"?",
                            name, (const char *)near.data);
    } else {
        status = wend__fail(error, WEND_ERROR_IO, "there is no file \"%s\"", name);
    }
    wend__buffer_deinit(&near);
    return status;
}

/* glob(3) stops at a directory that cannot be read; this keeps which. */
static _Thread_local char glob_failure[512];

static int keep_glob_failure(const char *path, int number) {
    if (number == ENOENT || number == ENOTDIR) { /* went away, or matched a file: no directory */
        return 0;
    }
    (void)snprintf(glob_failure, sizeof glob_failure, "%s: %s", path, strerror(number));
    return 1;
}

static enum wend_status add_glob(struct expansion *expansion, const char *pattern,
                                 struct wend_error *error) {
    glob_t found = {0};
    glob_failure[0] = '\0';
    int result = glob(pattern, GLOB_NOSORT, keep_glob_failure, &found);
    enum wend_status status = WEND_OK;
    if (result == GLOB_NOSPACE) {
        status = wend__fail_memory(error);
    } else if (result == GLOB_ABORTED) {
        status = wend__fail(error, WEND_ERROR_IO, "cannot read the directory %s", glob_failure);
    } else if (result == GLOB_NOMATCH) {
        status = wend__fail(error, WEND_ERROR_EMPTY, "no file matches \"%s\"", pattern);
    }
    for (size_t i = 0; status == WEND_OK && i < found.gl_pathc; i++) {
        status = add_path(expansion, found.gl_pathv[i], error);
    }
    globfree(&found);
    return status;
}

static int compare_paths(const void *a, const void *b) {
    /* strcmp compares unsigned bytes, in every locale. */
    return strcmp(((const struct wend_input *)a)->path, ((const struct wend_input *)b)->path);
}

static enum wend_status add_name(struct expansion *expansion, const char *name,
                                 struct wend_error *error) {
    struct wend_inputs *inputs = expansion->inputs;
    struct stat status;
    size_t first = inputs->count;
    if (strcmp(name, "-") == 0) {
        return add_standard_input(expansion, error);
    }
    bool is_there = lstat(name, &status) == 0;
    if (is_there) {
        WEND_TRY(add_path(expansion, name, error));
    } else if (errno != ENOENT && errno != ENOTDIR) {
        return wend__fail(error, WEND_ERROR_IO, "cannot read %s: %s", name, strerror(errno));
    } else if (strpbrk(name, "*?[") != NULL) {
        WEND_TRY(add_glob(expansion, name, error));
    } else {
        return fail_missing(name, error);
    }
    if (inputs->count == first) {
        return wend__fail(error, WEND_ERROR_EMPTY, "there is no file in \"%s\"", name);
    }
    qsort(inputs->items + first, inputs->count - first, sizeof *inputs->items, compare_paths);
    return WEND_OK;
}

static int compare_identities(const void *a, const void *b) {
    const struct identity *left = a;
    const struct identity *right = b;
    if (left->device != right->device) {
        return left->device < right->device ? -1 : 1;
    }
    if (left->number != right->number) {
        return left->number < right->number ? -1 : 1;
    }
    return strcmp(left->path, right->path);
}

static enum wend_status note_same_files(struct expansion *expansion, struct wend_error *error) {
    struct identity *identities = expansion->identities;
    if (expansion->identity_count > 0) {
        qsort(identities, expansion->identity_count, sizeof *identities, compare_identities);
    }
    for (size_t i = 1; i < expansion->identity_count; i++) {
        const struct identity *before = &identities[i - 1];
        const struct identity *now = &identities[i];
        if (before->device != now->device || before->number != now->number) {
            continue;
        }
        if (strcmp(before->path, now->path) == 0) {
            WEND_TRY(note(expansion, error, "%s is named twice and is read twice", now->path));
        } else {
            WEND_TRY(note(expansion, error, "%s and %s are the same file, which is read twice",
                          before->path, now->path));
        }
    }
    return WEND_OK;
}

static enum wend_status finish(struct expansion *expansion, struct wend_error *error) {
    WEND_TRY(note_same_files(expansion, error));
    if (expansion->is_total_unknown) {
        expansion->inputs->total_bytes = 0;
    }
    if (expansion->dropped_notes > 0) {
        char text[64];
        int len =
            snprintf(text, sizeof text, "%zu more notes are left out", expansion->dropped_notes);
        if (!keep_note(expansion->inputs, text, len < 0 ? 0 : (size_t)len)) {
            return wend__fail_memory(error);
        }
    }
    return WEND_OK;
}

enum wend_status wend__inputs_expand(const char *const *names, size_t name_count,
                                     struct wend_inputs *inputs, struct wend_error *error) {
    struct expansion expansion = {.inputs = inputs};
    enum wend_status status = WEND_OK;
    for (size_t i = 0; status == WEND_OK && i < name_count; i++) {
        status = add_name(&expansion, names[i], error);
    }
    if (status == WEND_OK) {
        status = finish(&expansion, error);
    }
    wend__free(expansion.identities);
    return status;
}

void wend__inputs_deinit(struct wend_inputs *inputs) {
    wend__free(inputs->items);
    wend__free((void *)inputs->notes);
    wend__arena_deinit(&inputs->arena);
    *inputs = (struct wend_inputs){0};
}
