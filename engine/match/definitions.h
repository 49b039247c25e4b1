/*
 * definitions.h: the user's YAML file to a ruleset.
 *
 * One document. README.md beside this file is its reference: every key, its type, its default.
 * Whatever is wrong stops the load with file, line and column, the line itself, and what would be
 * right ("did you mean"); what is right but suspicious (a touchpoint that no stage, start or goal
 * uses when there are journeys, a stage that no event can reach) becomes a warning.
 *
 * Threads: none of its own; rulesets are constant once loaded.
 */
#ifndef WEND_MATCH_DEFINITIONS_H
#define WEND_MATCH_DEFINITIONS_H

#include "base/buffer.h"
#include "base/status.h"
#include "model/ruleset.h"

/* How to find the text of a preset (engine/decode/preset.h), which `format: NAME` may name. */
struct wend_preset_lookup {
    const char *(*find)(const char *name); /* NULL: there is none */
    const char *const *names;              /* NULL-terminated, for "did you mean" */
};

/* "FILE:LINE:COLUMN: text" lines, each ended by a newline. Zero-initialise to start. */
struct wend_warnings {
    struct wend_buffer text;
    uint32_t count;
};

/*
 * Loads a definition text. `source_name` is for messages; `presets` may be NULL (then only the
 * plain kinds are known). WEND_ERROR_USAGE with the position filled, also for a text above
 * WEND_MAX_DEFINITION_BYTES (limits.h) and for an empty one; WEND_ERROR_MEMORY.
 */
WEND_MUST_CHECK enum wend_status
wend__definitions_load(struct wend_bytes text, const char *source_name,
                       const struct wend_preset_lookup *presets, struct wend_ruleset **ruleset,
                       struct wend_warnings *warnings, struct wend_error *error);
/* Frees it with its regular expressions. NULL is fine. */
void wend__ruleset_destroy(struct wend_ruleset *ruleset);
void wend__warnings_deinit(struct wend_warnings *warnings);

#endif
