#define _GNU_SOURCE /* O_TMPFILE */
#include "base/io.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Relaxed: a test sets the trigger before the calls under test start. */
static _Atomic uint64_t write_count;
static _Atomic uint64_t fail_at;
static _Atomic int fail_errno;

void wend__io_fail_write_at(uint64_t n, int error_number) {
    uint64_t now = atomic_load_explicit(&write_count, memory_order_relaxed);
    atomic_store_explicit(&fail_errno, error_number, memory_order_relaxed);
    atomic_store_explicit(&fail_at, n == 0 ? 0 : now + n, memory_order_relaxed);
}

uint64_t wend__io_write_count(void) {
    return atomic_load_explicit(&write_count, memory_order_relaxed);
}

int wend__io_write(int descriptor, const void *data, size_t len) {
    uint64_t now = atomic_fetch_add_explicit(&write_count, 1, memory_order_relaxed) + 1;
    if (now == atomic_load_explicit(&fail_at, memory_order_relaxed)) {
        return atomic_load_explicit(&fail_errno, memory_order_relaxed);
    }
    const uint8_t *at = data;
    while (len > 0) {
        ssize_t written = write(descriptor, at, len);
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno;
        }
        at += written;
        len -= (size_t)written;
    }
    return 0;
}

int wend__io_read_at(int descriptor, void *data, size_t len, uint64_t offset, size_t *got) {
    uint8_t *at = data;
    *got = 0;
    while (*got < len) {
        ssize_t count = pread(descriptor, at + *got, len - *got, (off_t)(offset + *got));
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno;
        }
        if (count == 0) {
            break;
        }
        *got += (size_t)count;
    }
    return 0;
}

int wend__io_create_new(const char *path, int *descriptor) {
    *descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return *descriptor >= 0 ? 0 : errno;
}

int wend__io_link_new(const char *path, const char *name) {
    return link(path, name) == 0 ? 0 : errno;
}

int wend__io_remove(const char *path) {
    return unlink(path) == 0 || errno == ENOENT ? 0 : errno;
}

int wend__io_replace(const char *path, const char *hidden, const void *bytes, size_t len) {
    int descriptor = -1;
    (void)wend__io_remove(hidden);
    int number = wend__io_create_new(hidden, &descriptor);
    if (number == 0) {
        number = wend__io_write(descriptor, bytes, len);
        number = number == 0 ? wend__io_sync(descriptor) : number;
        (void)close(descriptor);
    }
    if (number == 0 && rename(hidden, path) != 0) {
        number = errno;
    }
    if (number != 0) {
        (void)wend__io_remove(hidden);
    }
    return number;
}

void wend__io_step(void) {
#ifndef NDEBUG
    static _Atomic uint64_t steps;
    static _Atomic uint64_t last = UINT64_MAX; /* not looked up yet */
    uint64_t wanted = atomic_load_explicit(&last, memory_order_relaxed);
    if (wanted == UINT64_MAX) {
        const char *text = getenv("WEND_TEST_KILL_AT");
        wanted = text == NULL ? 0 : strtoull(text, NULL, 10);
        atomic_store_explicit(&last, wanted, memory_order_relaxed);
    }
    if (wanted != 0 && atomic_fetch_add_explicit(&steps, 1, memory_order_relaxed) + 1 == wanted) {
        (void)raise(SIGKILL);
    }
#endif
}

int wend__io_sync(int descriptor) {
    return fsync(descriptor) == 0 ? 0 : errno;
}

int wend__io_sync_directory(const char *path) {
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return errno;
    }
    int result = wend__io_sync(descriptor);
    (void)close(descriptor);
    return result;
}

static int make_directory(const char *path) {
    if (mkdir(path, 0777) == 0) {
        return 0;
    }
    struct stat status;
    int error = errno;
    return error == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode) ? 0 : error;
}

int wend__io_make_directories(const char *path) {
    char *copy = wend__copy_text(path, strlen(path));
    if (copy == NULL) {
        return ENOMEM;
    }
    int result = 0;
    for (char *slash = strchr(copy + 1, '/'); copy[0] != '\0' && slash != NULL && result == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        result = make_directory(copy);
        *slash = '/';
    }
    if (result == 0 && copy[0] != '\0') {
        result = make_directory(copy);
    }
    wend__free(copy);
    return result;
}

/* Removes the entries of one directory that are no directories; `*deeper` gets the name of a
 * sub-directory that is still there, or "". */
static int remove_entries(const char *path, char *deeper, size_t deeper_bytes) {
    deeper[0] = '\0';
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return errno;
    }
    int result = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL && result == 0;
         entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (unlinkat(dirfd(directory), entry->d_name, 0) != 0) {
            if (errno == EISDIR || errno == EPERM) {
                (void)snprintf(deeper, deeper_bytes, "%s", entry->d_name);
            } else {
                result = errno;
            }
        }
    }
    (void)closedir(directory);
    return result;
}

int wend__io_remove_tree(const char *path) {
    struct stat status;
    if (lstat(path, &status) != 0) {
        return errno == ENOENT ? 0 : errno;
    }
    if (!S_ISDIR(status.st_mode)) {
        return unlink(path) == 0 ? 0 : errno;
    }
    /* Without recursion: walk down to a directory that holds only files, remove it, go up. */
    char current[4096];
    size_t root_len = strlen(path);
    if (root_len >= sizeof current) {
        return ENAMETOOLONG;
    }
    memcpy(current, path, root_len + 1);
    for (;;) {
        char deeper[256];
        int result = remove_entries(current, deeper, sizeof deeper);
        if (result != 0) {
            return result;
        }
        size_t len = strlen(current);
        if (deeper[0] != '\0') {
            if (len + strlen(deeper) + 2 > sizeof current) {
                return ENAMETOOLONG;
            }
            current[len] = '/';
            memcpy(current + len + 1, deeper, strlen(deeper) + 1);
            continue;
        }
        if (rmdir(current) != 0) {
            return errno;
        }
        if (len == root_len) {
            return 0;
        }
        *strrchr(current, '/') = '\0';
    }
}

int wend__io_open_temporary(const char *directory, int *descriptor) {
#ifdef O_TMPFILE
    *descriptor = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*descriptor >= 0) {
        return 0;
    }
#endif
    char name[4096];
    int len = snprintf(name, sizeof name, "%s/.wend-spill-XXXXXX", directory);
    if (len < 0 || (size_t)len >= sizeof name) {
        return ENAMETOOLONG;
    }
    *descriptor = mkstemp(name);
    if (*descriptor < 0) {
        return errno;
    }
    return unlink(name) == 0 ? 0 : errno;
}
