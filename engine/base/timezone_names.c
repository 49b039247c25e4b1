#include "base/timezone_names.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_LEN = 64, LIST_BYTES_MAX = 4 * 1024 * 1024, PATH_BYTES = 4096 };

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

static uint8_t fold_case(uint8_t c) {
    if (c >= 'A' && c <= 'Z') {
        return (uint8_t)(c - 'A' + 'a');
    }
    return c == ' ' ? '_' : c;
}

/* Changed, missing, added or swapped neighbouring letters (optimal string alignment). */
static size_t distance(struct wend_bytes a, struct wend_bytes b) {
    size_t rows[3][NAME_MAX_LEN + 1];
    if (a.len > NAME_MAX_LEN || b.len > NAME_MAX_LEN) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b.len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            uint8_t left = fold_case(a.data[i - 1]);
            uint8_t right = fold_case(b.data[j - 1]);
            size_t least = above[j - 1] + (left != right);
            least = above[j] + 1 < least ? above[j] + 1 : least;
            least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
            if (i > 1 && j > 1 && left == fold_case(b.data[j - 2]) &&
                right == fold_case(a.data[i - 2])) {
                size_t swapped = rows[(i - 2) % 3][j - 2] + 1;
                least = swapped < least ? swapped : least;
            }
            row[j] = least;
        }
    }
    return rows[a.len % 3][b.len];
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
        size_t whole = distance(name, candidate);
        size_t part = distance(name, last_part(candidate));
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
