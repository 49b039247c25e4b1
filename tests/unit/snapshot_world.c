/* See snapshot_world.h. */
#include "snapshot_world.h"

#include "base/limits.h"
#include "ds/runs.h"
#include "ds/sortkey.h"
#include "model/detail.h"
#include "model/ruleset.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SECOND WEND_US_PER_SECOND
#define DAY WEND_US_PER_DAY
enum { DEPTH = 3, STAGES = 3 };

const struct world_unit world_units[] = {
    {0, "phone", "AB", 10 * DAY, 5 * SECOND, WEND_OUTCOME_ABANDONED, 0, "00000000000000a1", false},
    {0, "phone", "ABCD", 10 * DAY + 7, 90 * SECOND, WEND_OUTCOME_CONVERTED, 123400,
     "00000000000000a2", true},
    {0, "phone", "AB", 11 * DAY, 60 * SECOND, WEND_OUTCOME_ABANDONED, 0, "00000000000000a3", false},
    {0, NULL, "ABABCD", 11 * DAY, 1, WEND_OUTCOME_CONVERTED, -5, "00000000000000a4", false},
    {0, NULL, "", 11 * DAY + 1, 0, WEND_OUTCOME_ABANDONED, 0, "00000000000000a5", false},
    {0, "desk", "D", 12 * DAY, 0, WEND_OUTCOME_CONVERTED, 10000, "00000000000000a6", false},
    {1, "phone", "ABAB", 10 * DAY, 3600 * SECOND, WEND_OUTCOME_OPEN, 0, "00000000000000b1", true},
    {1, "phone", "ABCD", 10 * DAY + 9, 90 * SECOND, WEND_OUTCOME_CONVERTED, 123400,
     "00000000000000b2", false},
    {1, NULL, "CBA", 12 * DAY, 11 * SECOND, WEND_OUTCOME_ABANDONED, 0, "00000000000000b3", false},
    {1, NULL, "AC", 12 * DAY, 12 * SECOND, WEND_OUTCOME_ABANDONED, 0, "00000000000000b4", false},
    {1, NULL, "", 12 * DAY, 0, WEND_OUTCOME_OPEN, 0, "00000000000000b5", false},
};
const size_t world_unit_count = sizeof world_units / sizeof *world_units;

struct world {
    struct wend_runs *runs[WEND_TABLE_COUNT];
    bool has_windows;
    const struct world_unit *unit;
    size_t len;   /* steps of the unit */
    int furthest; /* stages that it reached */
    struct wend_buffer key;
    struct wend_buffer payload;
};

static const char *const scope_names[] = {"session", "buy"};
static const char *const stage_names[STAGES] = {"look", "cart", "pay"};

static int stage_of(char letter) {
    return letter == 'C' ? 1 : letter == 'D' ? 2 : 0;
}

static int64_t window_of(const struct world_unit *unit, size_t len) {
    int64_t end = unit->started_us + (len > 0 ? (int64_t)(len - 1) * unit->gap_us : 0);
    return end / DAY * DAY;
}

static void start_key(struct world *world) {
    const struct world_unit *unit = world->unit;
    struct wend_bytes device =
        unit->device == NULL ? WEND_BYTES_ABSENT : wend__bytes_text(unit->device);
    wend__buffer_clear(&world->key);
    wend__buffer_clear(&world->payload);
    cr_assert(wend__key_append_group(&world->key, wend__bytes_text(scope_names[unit->scope]),
                                     world->has_windows, window_of(unit, world->len), &device, 1));
}

static void add_text(struct world *world, const char *text) {
    cr_assert(wend__sortkey_append_text(&world->key, wend__bytes_text(text)));
}

static void add_letter(struct world *world, char letter) {
    char text[2] = {letter, '\0'};
    add_text(world, text);
}

static void add_stage(struct world *world, char letter) {
    bool has = world->unit->scope == 1 && letter != 0;
    struct wend_bytes stage =
        has ? wend__bytes_text(stage_names[stage_of(letter)]) : WEND_BYTES_ABSENT;
    cr_assert(wend__sortkey_append_nullable_text(&world->key, stage));
}

/* Adds a row with the key so far. `time` -1: no sum, no value in the sketch. */
static void add_row(struct world *world, enum wend_table_id table, struct wend_payload payload,
                    int64_t time) {
    struct wend_sketch sketch = {0};
    if (time >= 0) {
        cr_assert(wend__sketch_add(&sketch, time));
        payload.time_sum = time;
    }
    cr_assert(wend__payload_write(&world->payload, &wend__schemas[table].shape, &payload, &sketch));
    cr_assert_eq(wend__runs_add(world->runs[table], wend__buffer_view(&world->key),
                                wend__buffer_view(&world->payload), NULL),
                 WEND_OK);
    wend__sketch_deinit(&sketch);
}

static void path_of(const struct world_unit *unit, char path[64]) {
    size_t len = 0;
    (void)snprintf(path, 64, "(none)");
    for (const char *at = unit->steps; *at != '\0'; at++) {
        len += (size_t)snprintf(path + len, 64 - len, "%s%c", len == 0 ? "" : " > ", *at);
    }
}

static void count_path(struct world *world) {
    const struct world_unit *unit = world->unit;
    char path[64];
    path_of(unit, path);
    start_key(world);
    add_text(world, path);
    struct wend_payload payload = {.counts = {1}, .value_sum = unit->value};
    payload.counts[1 + unit->outcome] = 1;
    add_row(world, WEND_TABLE_PATHS, payload,
            world->len > 0 ? (int64_t)(world->len - 1) * unit->gap_us : 0);
}

static void count_transitions(struct world *world) {
    const char *steps = world->unit->steps;
    for (size_t i = 0; i <= world->len && world->len > 0; i++) {
        bool is_first = true;
        for (size_t j = 1; j < i && i < world->len; j++) {
            is_first = is_first && (steps[j - 1] != steps[i - 1] || steps[j] != steps[i]);
        }
        start_key(world);
        if (i == 0) {
            add_text(world, "(entry)");
        } else {
            add_letter(world, steps[i - 1]);
        }
        if (i == world->len) {
            add_text(world, "(exit)");
        } else {
            add_letter(world, steps[i]);
        }
        struct wend_payload payload = {.counts = {1, is_first}};
        add_row(world, WEND_TABLE_TRANSITIONS, payload,
                i > 0 && i < world->len ? world->unit->gap_us : -1);
    }
}

static void count_flow(struct world *world, const char *anchor, const char *steps, size_t len,
                       const char *end) {
    for (uint32_t i = 0; i < len && i < DEPTH; i++) {
        start_key(world);
        add_text(world, anchor);
        cr_assert(wend__sortkey_append_uint32(&world->key, i + 1));
        add_letter(world, steps[i]);
        if (i + 1 == len) {
            add_text(world, end);
        } else if (i + 1 == DEPTH) {
            add_text(world, "(more)");
        } else {
            add_letter(world, steps[i + 1]);
        }
        add_row(world, WEND_TABLE_FLOW, (struct wend_payload){.counts = {1}}, -1);
    }
}

static void count_stages(struct world *world) {
    const struct world_unit *unit = world->unit;
    int furthest = 0;
    size_t at[STAGES + 1] = {0};
    bool visited[STAGES] = {false};
    for (size_t i = 0; i < world->len; i++) {
        int stage = stage_of(unit->steps[i]);
        visited[stage] = true;
        if (stage == furthest) {
            at[furthest++] = i;
        }
    }
    for (int i = 0; i < STAGES && unit->scope == 1; i++) {
        start_key(world);
        cr_assert(wend__sortkey_append_uint32(&world->key, (uint32_t)i + 1));
        add_text(world, stage_names[i]);
        bool here = unit->outcome == WEND_OUTCOME_ABANDONED && furthest == i + 1;
        struct wend_payload payload = {
            .counts = {visited[i], furthest > i, furthest > i + 1, here}};
        int64_t time = furthest > i + 1 ? (int64_t)(at[i + 1] - at[i]) * unit->gap_us : -1;
        add_row(world, WEND_TABLE_STAGES, payload, time);
    }
    world->furthest = furthest;
}

static void count_points(struct world *world) {
    const struct world_unit *unit = world->unit;
    bool converted = unit->outcome == WEND_OUTCOME_CONVERTED;
    bool abandoned = unit->outcome == WEND_OUTCOME_ABANDONED;
    if (world->len == 0) {
        start_key(world);
        add_text(world, "(none)");
        add_stage(world, 0);
        add_row(world, WEND_TABLE_ABANDONMENT, (struct wend_payload){.counts = {abandoned, 1}}, -1);
    }
    for (char letter = 'A'; letter <= 'D'; letter++) {
        uint64_t events = 0;
        for (size_t i = 0; i < world->len; i++) {
            events += unit->steps[i] == letter;
        }
        if (events == 0) {
            continue;
        }
        char last = unit->steps[world->len - 1];
        start_key(world);
        add_letter(world, letter);
        add_stage(world, letter);
        add_row(world, WEND_TABLE_ABANDONMENT,
                (struct wend_payload){.counts = {abandoned && last == letter, 1}}, -1);
        wend__buffer_clear(&world->payload);
        char before = world->len > 1 ? unit->steps[world->len - 2] : last;
        struct wend_payload payload = {
            .counts = {events, 1, unit->steps[0] == letter, last == letter, converted,
                       converted && unit->steps[0] == letter, converted && before == letter},
            .value_sum = letter == 'D' ? unit->value : 0};
        add_row(world, WEND_TABLE_TOUCHPOINTS, payload, -1);
    }
}

static void count_switch(struct world *world) {
    const struct world_unit *unit = world->unit;
    if (!unit->has_switch) {
        return;
    }
    start_key(world);
    add_text(world, "device");
    add_text(world, "x");
    add_text(world, "y");
    add_text(world, "(entry)");
    add_letter(world, unit->steps[0]);
    struct wend_payload payload = {.counts = {1, 1, unit->outcome == WEND_OUTCOME_CONVERTED,
                                              unit->outcome == WEND_OUTCOME_ABANDONED}};
    add_row(world, WEND_TABLE_SWITCHES, payload, unit->gap_us);
}

static void add_detail(struct world *world) {
    const struct world_unit *unit = world->unit;
    size_t len = world->len;
    char path[64];
    path_of(unit, path);
    int64_t duration = len > 0 ? (int64_t)(len - 1) * unit->gap_us : 0;
    struct wend_detail detail = {
        .scope = unit->scope,
        .has_window = world->has_windows,
        .window_us = window_of(unit, len),
        .segments = {unit->device == NULL ? WEND_BYTES_ABSENT : wend__bytes_text(unit->device)},
        .segment_count = 1,
        .customer = wend__bytes_text(unit->id + 14),
        .started_us = unit->started_us,
        .ended_us = unit->started_us + duration,
        .session_count = 1,
        .event_count = len > 0 ? len : 1,
        .path = wend__bytes_text(path),
        .outcome = unit->outcome,
        .has_converted = unit->outcome == WEND_OUTCOME_CONVERTED,
        .converted_us = unit->started_us + duration,
        .value = unit->value,
    };
    memcpy(detail.id, unit->id, sizeof detail.id);
    if (len > 0 && unit->scope == 0) {
        detail.entry_point = wend__bytes(unit->steps, 1);
        detail.exit_point = wend__bytes(unit->steps + len - 1, 1);
    } else if (len > 0) {
        detail.last_stage = wend__bytes_text(stage_names[stage_of(unit->steps[len - 1])]);
        if (world->furthest > 0) {
            detail.furthest_stage = wend__bytes_text(stage_names[world->furthest - 1]);
        }
    }
    wend__buffer_clear(&world->key);
    wend__buffer_clear(&world->payload);
    cr_assert(wend__detail_write(&detail, &world->key, &world->payload));
    enum wend_table_id table = unit->scope == 0 ? WEND_TABLE_SESSIONS : WEND_TABLE_JOURNEYS;
    cr_assert_eq(wend__runs_add(world->runs[table], wend__buffer_view(&world->key),
                                wend__buffer_view(&world->payload), NULL),
                 WEND_OK);
}

static void count_unit(struct world *world, const struct world_unit *unit) {
    world->unit = unit;
    world->len = strlen(unit->steps);
    count_path(world);
    count_transitions(world);
    count_flow(world, "start", unit->steps, world->len, "(exit)");
    if (unit->outcome == WEND_OUTCOME_CONVERTED) {
        char backwards[16] = {0};
        for (size_t i = 0; i < world->len; i++) {
            backwards[i] = unit->steps[world->len - 1 - i];
        }
        count_flow(world, "goal", backwards, world->len, "(entry)");
    }
    count_stages(world);
    count_points(world);
    count_switch(world);
    add_detail(world);
}

static enum wend_status write_table(struct wend_snapshot_writer *writer, struct wend_runs *runs,
                                    enum wend_table_id table, struct wend_error *error) {
    struct wend_bytes key;
    struct wend_bytes payload;
    WEND_TRY(wend__snapshot_writer_begin(writer, table, error));
    cr_assert_eq(wend__runs_finish(runs, NULL), WEND_OK);
    for (;;) {
        WEND_TRY(wend__runs_next(runs, &key, &payload, error));
        if (key.data == NULL) {
            return wend__snapshot_writer_end(writer, error);
        }
        WEND_TRY(wend__snapshot_writer_row(writer, key, payload, error));
    }
}

static struct wend_manifest manifest_of(const struct world_unit *units, size_t unit_count,
                                        const struct world_options *options,
                                        struct wend_manifest_input *input) {
    struct wend_manifest manifest = {
        .definitions_hash = {UINT64_C(0x0123456789abcdef), 42},
        .definitions_name = "world.yaml",
        .inputs = input,
        .input_count = 1,
        .now_us = 20 * DAY,
        .has_watermark = unit_count > 0,
        .lateness_us = WEND_LATENESS_UNLIMITED,
        .window_us = options->has_windows ? DAY : 0,
    };
    struct wend_counters *counters = &manifest.counters;
    for (size_t i = 0; i < unit_count; i++) {
        size_t len = strlen(units[i].steps);
        int64_t end = units[i].started_us + (len > 0 ? (int64_t)(len - 1) * units[i].gap_us : 0);
        manifest.watermark_us = end > manifest.watermark_us ? end : manifest.watermark_us;
        counters->units[units[i].scope][units[i].outcome]++;
        counters->sessions += units[i].scope == 0;
        counters->accepted += len > 0 ? len : 1;
    }
    counters->rejected[WEND_REJECT_TIME] = 2;
    counters->late = 1;
    counters->read = options->read > 0 ? options->read : counters->accepted + 3;
    *input = (struct wend_manifest_input){
        .name = options->input_name == NULL ? "world.ndjson" : options->input_name,
        .format = "NDJSON",
        .wrapper = "plain",
        .bytes = 100 * unit_count,
    };
    return manifest;
}

static enum wend_status write_all(struct world *world, const struct world_options *options,
                                  const struct wend_manifest *manifest, struct wend_error *error) {
    static const char key[] = "0123456789abcdef";
    struct wend_bytes scopes[] = {wend__bytes_text("session"), wend__bytes_text("buy")};
    struct wend_bytes segments[] = {wend__bytes_text("device")};
    struct wend_snapshot_options snapshot = {
        .directory = options->directory,
        .replaces = options->replaces,
        .customer_ids = options->customer_ids,
        .key = wend__bytes(key, 16),
        .segments = segments,
        .segment_count = 1,
        .scopes = scopes,
        .scope_count = 2,
    };
    struct wend_snapshot_writer *writer;
    WEND_TRY(wend__snapshot_writer_open(&snapshot, &writer, error));
    enum wend_status status = WEND_OK;
    for (unsigned i = 0; i < WEND_TABLE_COUNT && status == WEND_OK; i++) {
        if (options->tables == 0 || (options->tables >> i & 1) != 0) {
            status = write_table(writer, world->runs[i], (enum wend_table_id)i, error);
        }
    }
    if (status == WEND_OK) {
        status = wend__snapshot_writer_publish(writer, manifest, error);
    }
    wend__snapshot_writer_destroy(writer);
    return status;
}

enum wend_status world_write(const struct world_unit *units, size_t unit_count,
                             const struct world_options *options, struct wend_error *error) {
    struct world world = {.has_windows = options->has_windows};
    for (unsigned i = 0; i < WEND_TABLE_COUNT; i++) {
        struct wend_runs_options runs = {
            .directory = "/tmp",
            .memory_bytes = 1 << 20,
            .combine = i < WEND_AGGREGATE_COUNT ? wend__payload_combine : NULL,
            .context = (void *)(uintptr_t)&wend__schemas[i].shape,
        };
        cr_assert_eq(wend__runs_create(&runs, &world.runs[i], NULL), WEND_OK);
    }
    for (size_t i = 0; i < unit_count; i++) {
        count_unit(&world, &units[i]);
    }
    struct wend_manifest_input input;
    struct wend_manifest manifest = manifest_of(units, unit_count, options, &input);
    enum wend_status status = write_all(&world, options, &manifest, error);
    for (unsigned i = 0; i < WEND_TABLE_COUNT; i++) {
        wend__runs_destroy(world.runs[i]);
    }
    wend__buffer_deinit(&world.key);
    wend__buffer_deinit(&world.payload);
    return status;
}

void world_make_directory(char path[64]) {
    (void)snprintf(path, 64, "/tmp/wend-test-XXXXXX");
    cr_assert_not_null(mkdtemp(path));
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

const char *world_list(const char *directory) {
    static char list[4096];
    char *names[64];
    size_t count = 0;
    DIR *opened = opendir(directory);
    cr_assert_not_null(opened);
    for (struct dirent *entry = readdir(opened); entry != NULL; entry = readdir(opened)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            cr_assert(count < 64);
            names[count++] = strdup(entry->d_name);
        }
    }
    (void)closedir(opened);
    qsort(names, count, sizeof *names, compare_names);
    size_t len = 0;
    list[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i == 0 ? "" : " ", names[i]);
        free(names[i]);
    }
    return list;
}
