/*
 * preset.h: mappings of known formats, as definition texts.
 *
 * Each file of presets/ is one definition file (format, fields, time, customer, event, id, value)
 * built into the engine under its name without the ending. Its comments may hold lines
 *
 *     # detect: NAME, NAME, ...
 *
 * which say that an input whose records have all these fields looks like the format; any one of
 * several such lines is enough. What the definitions mean is not known here.
 * Threads: constant.
 */
#ifndef WEND_DECODE_PRESET_H
#define WEND_DECODE_PRESET_H

#include "model/sample.h"

struct wend_preset {
    const char *name;
    const char *text; /* YAML */
};

/* The table and the list of its names, each ending with NULL; in the order of the names. */
extern const struct wend_preset wend__presets[];
extern const char *const wend__preset_name_list[];

/* The text of a preset, or NULL. */
const char *wend__preset_find(const char *name);

/*
 * The name of the first preset that the sample looks like, absent for none: every field of one of
 * its `detect` lines is a column, or is present in at least half of the records.
 */
struct wend_bytes wend__preset_recognise(const struct wend_sample *sample);

#endif
