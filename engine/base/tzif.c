#include "base/tzif.h"

#include "base/memory.h"

/*
 * [ header ][ data with 4-byte times ][ header ][ data with 8-byte times ] \n rule \n
 *
 * header: "TZif", version, 15 unused, then six counts, big-endian:
 *         ut/local marks, standard/wall marks, leap seconds, times, types, name bytes
 * data:   times; a type for each, 1 byte; types: offset 4, is summer 1, name 1; names;
 *         leap seconds; marks
 */
enum {
    HEADER_BYTES = 44,
    TYPE_BYTES = 6,
    /* RFC 8536, 3.2 advises -25 to +26 hours. */
    OFFSET_MAX = 26 * 3600
};

struct counts {
    uint32_t ut_marks;
    uint32_t standard_marks;
    uint32_t leaps;
    uint32_t times;
    uint32_t types;
    uint32_t name_bytes;
};

bool wend__zone_changes_append(struct wend_zone_changes *zone, int64_t time, int32_t offset) {
    void *changes = zone->changes;
    bool reserved =
        wend__reserve(&changes, &zone->capacity, zone->count + 1, sizeof *zone->changes);
    zone->changes = changes;
    if (reserved) {
        zone->changes[zone->count++] = (struct wend_zone_change){time, offset};
    }
    return reserved;
}

void wend__zone_changes_deinit(struct wend_zone_changes *zone) {
    wend__free(zone->changes);
    *zone = (struct wend_zone_changes){0};
}

static uint64_t big_endian(const uint8_t *at, size_t byte_count) {
    uint64_t value = 0;
    for (size_t i = 0; i < byte_count; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

/* Takes `len` bytes off the front of `rest`; NULL when there are fewer. */
static const uint8_t *take(struct wend_bytes *rest, uint64_t len) {
    if (len > rest->len) {
        return NULL;
    }
    const uint8_t *taken = rest->data;
    *rest = wend__bytes(taken + len, rest->len - (size_t)len);
    return taken;
}

static bool take_header(struct wend_bytes *rest, struct counts *counts, uint8_t *version) {
    const uint8_t *header = take(rest, HEADER_BYTES);
    if (header == NULL || memcmp(header, "TZif", 4) != 0) {
        return false;
    }
    *version = header[4];
    uint32_t *fields[] = {&counts->ut_marks, &counts->standard_marks, &counts->leaps,
                          &counts->times,    &counts->types,          &counts->name_bytes};
    for (size_t i = 0; i < 6; i++) {
        *fields[i] = (uint32_t)big_endian(header + 20 + 4 * i, 4);
    }
    return true;
}

/* The data behind a header; at most 2^32 * 31 bytes, so that nothing wraps. */
static const uint8_t *take_data(struct wend_bytes *rest, const struct counts *counts,
                                uint64_t time_bytes) {
    return take(rest, counts->times * (time_bytes + 1) + counts->types * (uint64_t)TYPE_BYTES +
                          counts->name_bytes + counts->leaps * (time_bytes + 4) +
                          counts->standard_marks + counts->ut_marks);
}

/* The offset of a type; false when there is no such type or no such offset. */
static bool type_offset(const uint8_t *types, uint32_t type_count, uint32_t type, int32_t *offset) {
    if (type >= type_count) {
        return false;
    }
    *offset = (int32_t)(uint32_t)big_endian(types + type * (size_t)TYPE_BYTES, 4);
    return *offset >= -OFFSET_MAX && *offset <= OFFSET_MAX;
}

/* Appends the listed changes; `*memory` false: there was none for them. */
static bool read_changes(const uint8_t *data, const struct counts *counts,
                         struct wend_zone_changes *zone, bool *memory) {
    const uint8_t *types_of = data + counts->times * (size_t)8;
    const uint8_t *types = types_of + counts->times;
    if (!type_offset(types, counts->types, 0, &zone->offset_before)) {
        return false;
    }
    for (uint32_t i = 0; i < counts->times; i++) {
        int64_t time = (int64_t)big_endian(data + i * (size_t)8, 8);
        int32_t offset;
        bool ascending = i == 0 || time > zone->changes[i - 1].time;
        if (!ascending || !type_offset(types, counts->types, types_of[i], &offset)) {
            return false;
        }
        if (!wend__zone_changes_append(zone, time, offset)) {
            *memory = false;
            return false;
        }
    }
    return true;
}

static enum wend_status damaged(struct wend_bytes name, const char *what,
                                struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_USAGE,
                      "the data of time zone \"%.*s\" is damaged: %s; install tzdata anew",
                      (int)name.len, (const char *)name.data, what);
}

static enum wend_status parse_rest(struct wend_bytes rest, struct wend_bytes name,
                                   struct wend_zone_changes *zone, struct wend_error *error) {
    struct counts counts;
    uint8_t version;
    if (!take_header(&rest, &counts, &version)) {
        return damaged(name, "it has no second header", error);
    }
    if (counts.leaps != 0) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "time zone \"%.*s\" counts leap seconds; use the zone without them",
                          (int)name.len, (const char *)name.data);
    }
    bool marks = (counts.ut_marks == 0 || counts.ut_marks == counts.types) &&
                 (counts.standard_marks == 0 || counts.standard_marks == counts.types);
    if (counts.types == 0 || !marks) {
        return damaged(name, "its counts disagree", error);
    }
    const uint8_t *data = take_data(&rest, &counts, 8);
    bool memory = true;
    if (data == NULL || !read_changes(data, &counts, zone, &memory)) {
        return !memory ? wend__fail_memory(error)
                       : damaged(name, "its changes are cut off or impossible", error);
    }
    if (rest.len < 2 || rest.data[0] != '\n' || rest.data[rest.len - 1] != '\n') {
        return damaged(name, "it has no last line", error);
    }
    switch (wend__zone_rule_expand(wend__bytes(rest.data + 1, rest.len - 2), zone)) {
    case WEND_ZONE_RULE_OK:
        return WEND_OK;
    case WEND_ZONE_RULE_BAD:
        return damaged(name, "the rule in its last line cannot be read", error);
    case WEND_ZONE_RULE_NO_MEMORY:
        break;
    }
    return wend__fail_memory(error);
}

enum wend_status wend__tzif_parse(struct wend_bytes file, struct wend_bytes name,
                                  struct wend_zone_changes *zone, struct wend_error *error) {
    struct wend_bytes rest = file;
    struct counts counts;
    uint8_t version;
    if (!take_header(&rest, &counts, &version)) {
        return damaged(name, "it does not begin as time zone data", error);
    }
    if (version < '2') {
        return damaged(name, "it is of version 1, which ends in 2037", error);
    }
    if (take_data(&rest, &counts, 4) == NULL) {
        return damaged(name, "it is cut off", error);
    }
    enum wend_status status = parse_rest(rest, name, zone, error);
    if (status != WEND_OK) {
        wend__zone_changes_deinit(zone);
    }
    return status;
}
