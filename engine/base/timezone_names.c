#include "base/timezone_names.h"

#include "base/edit_distance.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LIST_BYTES_MAX = 4 * 1024 * 1024, PATH_BYTES = 4096 };

static int read_descriptor(int descriptor, size_t most, struct wend_buffer *content) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) {
        return errno;
    }
    if (!S_ISREG(status.st_mode)) {
        return EISDIR;
    }
    if (status.st_size > (off_t)most) {
        return EFBIG;
    }
    size_t len = (size_t)status.st_size;
    if (!wend__buffer_reserve(content, len + 1)) {
        return ENOMEM;
    }
    return wend__io_read_at(descriptor, content->data, len, 0, &content->len);
}

int wend__timezone_read_file(const char *path, size_t most, struct wend_buffer *content) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return errno;
    }
    int result = read_descriptor(descriptor, most, content);
    (void)close(descriptor);
    return result;
}

static struct wend_bytes last_part(struct wend_bytes name) {
    size_t begin = name.len;
    while (begin > 0 && name.data[begin - 1] != '/') {
        begin -= 1;
    }
    return wend__bytes(name.data + begin, name.len - begin);
}

/* Takes the next word of a line off `line`; empty at its end. */
static struct wend_bytes take_word(struct wend_bytes *line, const char *separators) {
    size_t len = 0;
    while (len < line->len && strchr(separators, line->data[len]) == NULL) {
        len += 1;
    }
    struct wend_bytes word = wend__bytes(line->data, len);
    size_t taken = len < line->len ? len + 1 : len;
    *line = wend__bytes(line->data + taken, line->len - taken);
    return word;
}

/* The name in a line of tzdata.zi ("Z name ...", "L target name") or zone.tab ("DE<tab>place<tab>
 * name"); empty when it has none. */
static struct wend_bytes name_in_line(struct wend_bytes line, bool is_zi) {
    struct wend_bytes kind = take_word(&line, is_zi ? " " : "\t");
    if (!is_zi) {
        (void)take_word(&line, "\t");
        return kind.len > 0 && kind.data[0] == '#' ? wend__bytes("", 0) : take_word(&line, "\t");
    }
    if (wend__bytes_is(kind, "L")) {
        (void)take_word(&line, " ");
    } else if (!wend__bytes_is(kind, "Z")) {
        return wend__bytes("", 0);
    }
    return take_word(&line, " ");
}

bool wend__timezone_nearest(const char *directory, struct wend_bytes name, char *nearest,
                            size_t nearest_bytes) {
    static const char *const lists[] = {"tzdata.zi", "zone.tab"};
    struct wend_buffer content = {0};
    int result = ENOENT;
    size_t list = 0;
    for (; list < 2 && result != 0; list++) {
        char path[PATH_BYTES];
        wend__buffer_clear(&content);
        (void)snprintf(path, sizeof path, "%s/%s", directory, lists[list]);
        result = wend__timezone_read_file(path, LIST_BYTES_MAX, &content);
    }
    bool is_zi = list == 1;
    struct wend_bytes rest = wend__buffer_view(&content);
    /* A quarter of the letters may be wrong, at least one. */
    size_t best = name.len < 8 ? 2 : name.len / 4 + 1;
    bool found = false;
    while (result == 0 && rest.len > 0) {
        struct wend_bytes candidate = name_in_line(take_word(&rest, "\n"), is_zi);
        size_t whole = wend__edit_distance(name, candidate);
        size_t part = wend__edit_distance(name, last_part(candidate));
        size_t least = whole < part ? whole : part;
        if (candidate.len > 0 && least < best) {
            best = least;
            found = true;
            (void)snprintf(nearest, nearest_bytes, "%.*s", (int)candidate.len,
                           (const char *)candidate.data);
        }
    }
    wend__buffer_deinit(&content);
    return found;
}
