#include "snapshot/checkpoint_chain.h"

#include "base/io.h"
#include "base/memory.h"
#include "snapshot/staging.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Manifests that stay, with their files: whoever finds the newest damaged goes back. */
enum { KEPT = 4, NUMBER_DIGITS = 10, MANIFEST_BYTES_MAX = 16 << 20 };

static const char prefix[] = "m-";

char *wend__chain_path(const struct wend_chain *chain, const char *name) {
    struct wend_buffer path = {0};
    char *copy = wend__buffer_append_format(&path, "%s/%s", chain->folder, name)
                     ? wend__copy_text(path.data, path.len)
                     : NULL;
    wend__buffer_deinit(&path);
    return copy;
}

static char *manifest_path(const struct wend_chain *chain, uint64_t number) {
    char name[WEND_CHECKPOINT_NAME_BYTES];
    (void)snprintf(name, sizeof name, "%s%0*" PRIu64, prefix, NUMBER_DIGITS, number);
    return wend__chain_path(chain, name);
}

/* The number of a manifest's name; 0: it is no such name. */
static uint64_t number_of(const char *name) {
    char *end = NULL;
    if (strncmp(name, prefix, strlen(prefix)) != 0) {
        return 0;
    }
    uint64_t number = strtoull(name + strlen(prefix), &end, 10);
    return *end == '\0' ? number : 0;
}

/* The largest number below `limit`; 0: none. */
static enum wend_status find_number(const struct wend_chain *chain, uint64_t limit,
                                    uint64_t *number, struct wend_error *error) {
    DIR *folder = opendir(chain->folder);
    *number = 0;
    if (folder == NULL) {
        return wend__fail_os(error, "read", chain->folder, errno);
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        uint64_t found = number_of(entry->d_name);
        *number = found < limit && found > *number ? found : *number;
    }
    (void)closedir(folder);
    return WEND_OK;
}

/* `*is_whole` false: it is there, but no manifest, or gone meanwhile. */
static enum wend_status read_manifest(const struct wend_chain *chain, uint64_t number,
                                      struct wend_checkpoint *checkpoint, bool *is_whole,
                                      struct wend_error *error) {
    struct wend_buffer text = {0};
    char *path = manifest_path(chain, number);
    *is_whole = false;
    int descriptor = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    wend__free(path);
    if (path == NULL) {
        return wend__fail_memory(error);
    }
    if (descriptor < 0) {
        return WEND_OK;
    }
    off_t size = lseek(descriptor, 0, SEEK_END);
    size_t got = 0;
    bool is_read = size > 0 && size <= MANIFEST_BYTES_MAX &&
                   wend__buffer_reserve(&text, (size_t)size) &&
                   wend__io_read_at(descriptor, text.data, (size_t)size, 0, &got) == 0;
    (void)close(descriptor);
    text.len = got;
    *is_whole = is_read && wend__checkpoint_parse(wend__buffer_view(&text), checkpoint) &&
                checkpoint->seq == number;
    if (!*is_whole) {
        wend__checkpoint_deinit(checkpoint);
    }
    wend__buffer_deinit(&text);
    return WEND_OK;
}

/* The newest whole manifest below `limit` becomes the head. */
static enum wend_status find_head(struct wend_chain *chain, uint64_t limit,
                                  struct wend_error *error) {
    chain->has_head = false;
    wend__checkpoint_deinit(&chain->head);
    for (uint64_t number = limit; !chain->has_head;) {
        WEND_TRY(find_number(chain, number, &number, error));
        if (number == 0) {
            return WEND_OK;
        }
        chain->last_number = number > chain->last_number ? number : chain->last_number;
        WEND_TRY(read_manifest(chain, number, &chain->head, &chain->has_head, error));
        chain->damaged_count += chain->has_head ? 0 : 1;
    }
    return WEND_OK;
}

enum wend_status wend__chain_open(struct wend_chain *chain, const char *root, const char *topic,
                                  int32_t partition, struct wend_error *error) {
    *chain = (struct wend_chain){0};
    struct wend_buffer folder = {0};
    bool done = wend__buffer_append_format(&folder, "%s/%s-%d", root, topic, (int)partition);
    chain->folder = done ? wend__copy_text(folder.data, folder.len) : NULL;
    wend__buffer_deinit(&folder);
    if (chain->folder == NULL) {
        return wend__fail_memory(error);
    }
    int number = wend__io_make_directories(chain->folder);
    if (number != 0) {
        return wend__fail_os(error, "make the directory", chain->folder, number);
    }
    return find_head(chain, UINT64_MAX, error);
}

enum wend_status wend__chain_step_back(struct wend_chain *chain, struct wend_error *error) {
    chain->damaged_count++;
    return find_head(chain, chain->head.seq, error);
}

void wend__chain_deinit(struct wend_chain *chain) {
    wend__checkpoint_deinit(&chain->head);
    wend__free(chain->folder);
    *chain = (struct wend_chain){0};
}

static int write_text(const char *path, struct wend_bytes text) {
    int descriptor = -1;
    wend__io_step();
    int number = wend__io_create_new(path, &descriptor);
    if (number != 0) {
        return number;
    }
    wend__io_step();
    number = wend__io_write(descriptor, text.data, text.len);
    if (number == 0) {
        wend__io_step();
        number = wend__io_sync(descriptor);
    }
    (void)close(descriptor);
    return number;
}

/* Writes the text under a hidden name, and links it to its own. */
static enum wend_status link_manifest(const struct wend_chain *chain, struct wend_bytes text,
                                      bool *is_taken, struct wend_error *error) {
    char hidden[WEND_CHECKPOINT_NAME_BYTES];
    (void)snprintf(hidden, sizeof hidden, ".m-%" PRIu64 "-%" PRIu64 "-%ld", chain->head.epoch,
                   chain->head.seq, (long)getpid());
    char *temporary = wend__chain_path(chain, hidden);
    char *path = manifest_path(chain, chain->head.seq);
    if (temporary == NULL || path == NULL) {
        wend__free(temporary);
        wend__free(path);
        return wend__fail_memory(error);
    }
    (void)wend__io_remove(temporary);
    int number = write_text(temporary, text);
    if (number == 0) {
        wend__io_step();
        number = wend__io_link_new(temporary, path);
    }
    wend__io_step();
    (void)wend__io_remove(temporary);
    if (number == 0) {
        wend__io_step();
        number = wend__io_sync_directory(chain->folder);
    }
    *is_taken = number == EEXIST;
    enum wend_status status =
        number == 0 || *is_taken ? WEND_OK : wend__fail_os(error, "write", path, number);
    wend__free(temporary);
    wend__free(path);
    return status;
}

/* Whether a later number than `last` is there: then another one owns the chain. */
static enum wend_status find_successor(const struct wend_chain *chain, uint64_t last,
                                       bool *is_there, struct wend_error *error) {
    uint64_t newest = 0;
    WEND_TRY(find_number(chain, UINT64_MAX, &newest, error));
    *is_there = newest > last;
    return WEND_OK;
}

/* The number was taken: by us, in a try that failed behind the link? Epochs are no two owners'. */
static enum wend_status check_taken(const struct wend_chain *chain, bool *is_fenced,
                                    struct wend_error *error) {
    struct wend_checkpoint taken = {0};
    bool is_whole = false;
    enum wend_status status = read_manifest(chain, chain->head.seq, &taken, &is_whole, error);
    *is_fenced = !is_whole || taken.epoch != chain->head.epoch;
    wend__checkpoint_deinit(&taken);
    return status;
}

/* The number may be free although the chain has gone on, for old manifests are swept. The newest
 * never is: so whoever has linked an old number sees it, and takes its own away, which nobody has
 * looked at, for only the newest counts. */
static enum wend_status check_newest(const struct wend_chain *chain, bool *is_fenced,
                                     struct wend_error *error) {
    WEND_TRY(find_successor(chain, chain->head.seq, is_fenced, error));
    char *path = *is_fenced ? manifest_path(chain, chain->head.seq) : NULL;
    if (path != NULL) {
        (void)wend__io_remove(path);
    }
    wend__free(path);
    return WEND_OK;
}

enum wend_status wend__chain_commit(struct wend_chain *chain, bool *is_fenced,
                                    struct wend_error *error) {
    struct wend_buffer text = {0};
    bool is_taken = false;
    chain->head.seq = chain->last_number + 1;
    WEND_TRY(find_successor(chain, chain->head.seq, is_fenced, error));
    if (*is_fenced) {
        return WEND_OK;
    }
    enum wend_status status = wend__checkpoint_format(&chain->head, &text)
                                  ? link_manifest(chain, wend__buffer_view(&text), &is_taken, error)
                                  : wend__fail_memory(error);
    wend__buffer_deinit(&text);
    WEND_TRY(status);
    if (is_taken) {
        WEND_TRY(check_taken(chain, is_fenced, error));
    }
    if (!*is_fenced) {
        WEND_TRY(check_newest(chain, is_fenced, error));
    }
    if (!*is_fenced) {
        chain->has_head = true;
        chain->last_number = chain->head.seq;
    }
    return WEND_OK;
}

static bool names(const struct wend_checkpoint *checkpoint, const char *name) {
    if (checkpoint->has_state && strcmp(checkpoint->state_name, name) == 0) {
        return true;
    }
    for (size_t i = 0; i < checkpoint->part_count; i++) {
        if (strcmp(checkpoint->parts[i].name, name) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < checkpoint->outbox_count; i++) {
        if (strcmp(checkpoint->outboxes[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The epoch in the name of a state, a part, an outbox or a hidden manifest; UINT64_MAX: it is none.
 */
static uint64_t epoch_of(const char *name) {
    static const char *const kinds[] = {"state-", "part-", "outbox-", ".m-"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t len = strlen(kinds[i]);
        if (strncmp(name, kinds[i], len) == 0) {
            return strtoull(name + len, NULL, 10);
        }
    }
    return UINT64_MAX;
}

static bool is_kept(const struct wend_chain *chain, const struct wend_checkpoint *kept,
                    size_t kept_count, const char *name) {
    uint64_t number = number_of(name);
    if (number != 0) {
        return number + KEPT > chain->head.seq;
    }
    if (epoch_of(name) > chain->head.epoch) {
        return true; /* of a later owner, or none of ours */
    }
    for (size_t i = 0; i < kept_count; i++) {
        if (names(&kept[i], name)) {
            return true;
        }
    }
    return false;
}

void wend__chain_sweep(const struct wend_chain *chain) {
    struct wend_checkpoint kept[KEPT] = {0};
    size_t kept_count = 0;
    for (uint64_t number = chain->head.seq; number > 0 && number + KEPT > chain->head.seq;
         number--) {
        bool is_whole = false;
        if (read_manifest(chain, number, &kept[kept_count], &is_whole, NULL) != WEND_OK) {
            break;
        }
        kept_count += is_whole ? 1 : 0;
    }
    DIR *folder = kept_count == 0 ? NULL : opendir(chain->folder);
    for (struct dirent *entry = folder == NULL ? NULL : readdir(folder); entry != NULL;
         entry = readdir(folder)) {
        if (entry->d_name[0] == '.' && strncmp(entry->d_name, ".m-", 3) != 0) {
            continue;
        }
        if (!is_kept(chain, kept, kept_count, entry->d_name)) {
            wend__io_step();
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    for (size_t i = 0; i < kept_count; i++) {
        wend__checkpoint_deinit(&kept[i]);
    }
}
