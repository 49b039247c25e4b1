/* Open addressing, FNV-1a, at most half full. */
#include "names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash_text(const char *text, size_t len) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    }
    return hash ^ hash >> 32;
}

static void *get_memory(void *old, size_t size) {
    void *memory = realloc(old, size);
    if (memory == NULL) {
        (void)fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return memory;
}

static void grow(struct names *names) {
    names->slot_count = names->slot_count == 0 ? 1024 : names->slot_count * 2;
    names->slots = get_memory(names->slots, names->slot_count * sizeof *names->slots);
    names->list = get_memory(names->list, names->slot_count / 2 * sizeof *names->list);
    memset(names->slots, 0, names->slot_count * sizeof *names->slots);
    for (size_t i = 0; i < names->count; i++) {
        size_t slot = names->list[i].hash & (names->slot_count - 1);
        while (names->slots[slot] != 0) {
            slot = (slot + 1) & (names->slot_count - 1);
        }
        names->slots[slot] = (uint32_t)i + 1;
    }
}

uint32_t names_number(struct names *names, const char *text, size_t len) {
    if (names->count >= names->slot_count / 2) {
        grow(names);
    }
    uint64_t hash = hash_text(text, len);
    size_t slot = hash & (names->slot_count - 1);
    while (names->slots[slot] != 0) {
        const struct name *name = &names->list[names->slots[slot] - 1];
        if (name->hash == hash && name->len == len && memcmp(name->text, text, len) == 0) {
            return names->slots[slot] - 1;
        }
        slot = (slot + 1) & (names->slot_count - 1);
    }
    struct name *name = &names->list[names->count++];
    *name = (struct name){.text = get_memory(NULL, len + 1), .len = len, .hash = hash};
    memcpy(name->text, text, len);
    name->text[len] = 0;
    names->slots[slot] = (uint32_t)names->count;
    return names->slots[slot] - 1;
}
