#include "source/near_name.h"

#include <dirent.h>

#include "base/memory.h"

/* The longest name that file systems take. */
enum { NAME_BYTES = 255 };

static unsigned int least(unsigned int a, unsigned int b, unsigned int c) {
    unsigned int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Insertions, deletions and changes of a byte (Wagner and Fischer); both at most NAME_BYTES. */
static unsigned int distance(struct wend_bytes a, struct wend_bytes b) {
    unsigned int row[NAME_BYTES + 1];
    for (unsigned int j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (unsigned int i = 0; i < a.len; i++) {
        unsigned int diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.len; j++) {
            unsigned int above = row[j + 1];
            row[j + 1] =
                least(above + 1, row[j] + 1, diagonal + (a.data[i] == b.data[j] ? 0U : 1U));
            diagonal = above;
        }
    }
    return row[b.len];
}

/* The nearest entry of the directory, the first one bytewise of several. False: no memory. */
static bool search(DIR *directory, struct wend_bytes wanted, struct wend_buffer *best) {
    size_t allowed = wanted.len / 3 < 3 ? wanted.len / 3 : 3;
    size_t best_distance = allowed + 1;
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        struct wend_bytes name = wend__bytes_text(entry->d_name);
        if (name.data[0] == '.' || name.len > NAME_BYTES || wanted.len > NAME_BYTES) {
            continue;
        }
        size_t now = distance(wanted, name);
        bool is_better =
            now < best_distance || (now == best_distance && now <= allowed &&
                                    wend__bytes_compare(name, wend__buffer_view(best)) < 0);
        if (is_better) {
            best_distance = now;
            wend__buffer_clear(best);
            if (!wend__buffer_append(best, name.data, name.len)) {
                return false;
            }
        }
    }
    return true;
}

bool wend__near_name(const char *path, struct wend_buffer *near) {
    const char *slash = strrchr(path, '/');
    size_t folder_len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    char *folder = folder_len == 0 ? wend__copy_text(".", 1) : wend__copy_text(path, folder_len);
    if (folder == NULL) {
        return false;
    }
    struct wend_buffer best = {0};
    DIR *directory = opendir(folder);
    bool is_good = true;
    if (directory != NULL) {
        is_good = search(directory, wend__bytes_text(path + folder_len), &best);
        (void)closedir(directory);
    }
    if (is_good && best.len > 0) {
        is_good = wend__buffer_append(near, path, folder_len) &&
                  wend__buffer_append(near, best.data, best.len) &&
                  wend__buffer_append(near, "", 1);
    }
    wend__buffer_deinit(&best);
    wend__free(folder);
    return is_good;
}
