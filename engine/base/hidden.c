#include "base/hidden.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

char *wend__hidden_path(const char *parent, const char *name, const char *mark) {
    static _Atomic uint64_t calls; /* relaxed: only different numbers matter */
    uint64_t call = atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
    uint64_t number = wend__hash_mix((uint64_t)wend__clock_us(CLOCK_REALTIME) * 64 + call);
    struct wend_buffer path = {0};
    if (!wend__buffer_append_format(&path, "%s/.%s%s%ld-%08x", parent, name, mark, (long)getpid(),
                                    (unsigned)(number >> 32)) ||
        !wend__buffer_append(&path, "", 1)) {
        wend__buffer_deinit(&path);
        return NULL;
    }
    return (char *)path.data;
}

bool wend__hidden_is_leftover(const char *entry, const char *name, const char *mark) {
    size_t len = strlen(name);
    if (entry[0] != '.' || strncmp(entry + 1, name, len) != 0 ||
        strncmp(entry + 1 + len, mark, strlen(mark)) != 0) {
        return false;
    }
    const char *digits = entry + 1 + len + strlen(mark);
    char *end;
    errno = 0;
    long pid = strtol(digits, &end, 10);
    if (errno != 0 || digits[0] < '0' || digits[0] > '9' || *end != '-' || pid <= 0 ||
        pid > INT32_MAX) {
        return false;
    }
    return kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

void wend__hidden_clear_files(const char *parent, const char *name) {
    DIR *directory = opendir(parent);
    if (directory == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (wend__hidden_is_leftover(entry->d_name, name, WEND_HIDDEN_TEMPORARY)) {
            (void)unlinkat(dirfd(directory), entry->d_name, 0);
        }
    }
    (void)closedir(directory);
}
