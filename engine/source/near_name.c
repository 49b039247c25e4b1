#include "source/near_name.h"

#include "base/edit_distance.h"
#include "base/memory.h"

#include <dirent.h>

/* The nearest entry of the directory, the first one bytewise of several. False: no memory. */
static bool search(DIR *directory, struct wend_bytes wanted, struct wend_buffer *best) {
    size_t allowed = wanted.len / 3 < 3 ? wanted.len / 3 : 3;
    size_t best_distance = allowed + 1;
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        struct wend_bytes name = wend__bytes_text(entry->d_name);
        if (name.data[0] == '.') {
            continue;
        }
        size_t now = wend__edit_distance(wanted, name);
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
