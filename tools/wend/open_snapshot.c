/* A directory that is no snapshot: which one may be meant. */
#include "commands.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <wend/snapshot.h>

#define SEEN_MAX 64

/* Snapshots right below a directory, by name; at most SEEN_MAX of them. */
struct neighbours {
    char *names[SEEN_MAX];
    size_t count;
};

static bool is_snapshot(const char *folder, const char *name) {
    struct wend_cli_text path = {0};
    struct stat status;
    wend__cli_text_add_format(&path, "%s/%s/manifest.json", folder, name);
    bool found = stat(path.data, &status) == 0 && S_ISREG(status.st_mode);
    wend__cli_text_deinit(&path);
    return found;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void find_neighbours(const char *folder, struct neighbours *found) {
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return;
    }
    const struct dirent *entry = readdir(directory);
    for (; entry != NULL && found->count < SEEN_MAX; entry = readdir(directory)) {
        if (entry->d_name[0] != '.' && is_snapshot(folder, entry->d_name)) {
            size_t size = strlen(entry->d_name) + 1;
            found->names[found->count] = wend__cli_alloc(size);
            memcpy(found->names[found->count++], entry->d_name, size);
        }
    }
    (void)closedir(directory);
    qsort(found->names, found->count, sizeof *found->names, compare_names);
}

static void free_neighbours(struct neighbours *found) {
    for (size_t i = 0; i < found->count; i++) {
        free(found->names[i]);
    }
}

/* "\nSnapshots in FOLDER: a, b" */
static void add_list(const char *folder, const struct neighbours *found,
                     struct wend_cli_text *out) {
    size_t len = strlen(folder);
    wend__cli_text_add(out, "\nSnapshots in ");
    wend__cli_text_add_bytes(out, folder, len > 1 && folder[len - 1] == '/' ? len - 1 : len);
    wend__cli_text_add(out, ": ");
    for (size_t i = 0; i < found->count; i++) {
        wend__cli_text_add(out, i == 0 ? "" : ", ");
        wend__cli_text_add(out, found->names[i]);
    }
}

/* What is inside a directory that is there, and beside one that is not. */
static void add_hint(const char *directory, struct wend_cli_text *out) {
    struct stat status;
    struct neighbours found = {.count = 0};
    if (stat(directory, &status) == 0) {
        if (S_ISDIR(status.st_mode)) {
            find_neighbours(directory, &found);
        }
        if (found.count > 0) {
            add_list(directory, &found, out);
        }
        free_neighbours(&found);
        return;
    }
    size_t len = strlen(directory);
    while (len > 1 && directory[len - 1] == '/') {
        len--;
    }
    struct wend_cli_text folder = {0};
    struct wend_cli_text name = {0};
    size_t slash = len;
    while (slash > 0 && directory[slash - 1] != '/') {
        slash--;
    }
    wend__cli_text_add_bytes(&folder, directory, slash);
    wend__cli_text_add_bytes(&name, directory + slash, len - slash);
    find_neighbours(slash == 0 ? "." : folder.data, &found);
    const char *near = wend__cli_nearest(wend__cli_text_string(&name),
                                         (const char *const *)found.names, found.count);
    if (near != NULL) {
        wend__cli_text_add_format(out, "\nDid you mean %s%s?", wend__cli_text_string(&folder),
                                  near);
    } else if (found.count > 0) {
        add_list(slash == 0 ? "this directory" : folder.data, &found, out);
    }
    wend__cli_text_deinit(&folder);
    wend__cli_text_deinit(&name);
    free_neighbours(&found);
}

static bool is_table(const char *name) {
    bool found = false;
    for (size_t i = 0; !found && wend_snapshot_known_table(i) != NULL; i++) {
        found = strcmp(wend_snapshot_known_table(i), name) == 0;
    }
    return found;
}

enum wend_status wend__cli_open_snapshot(const struct wend_cli_context *context,
                                         const char *directory, struct wend_snapshot **snapshot,
                                         struct wend_error *error) {
    const struct wend_cli_arguments *arguments = context->arguments;
    enum wend_status status = wend_snapshot_open(directory, snapshot, error);
    if (status != WEND_ERROR_USAGE) {
        return status;
    }
    struct wend_cli_text text = {0};
    wend__cli_text_add(&text, error->text);
    if (arguments->command == WEND_CLI_SHOW && arguments->operand_count == 2 &&
        is_table(directory)) {
        wend__cli_text_add_format(&text, "\nThe directory comes first: wend show %s %s",
                                  arguments->operands[1], directory);
    } else {
        add_hint(directory, &text);
    }
    (void)wend__cli_error(error, status, "%s", wend__cli_text_string(&text));
    wend__cli_text_deinit(&text);
    return status;
}
