/*
 * look.h: what the first records of an input look like, before anything is defined.
 *
 * For inference, `wend init` and `wend check`: opens the first input that has a record, finds its
 * format out and samples its fields.
 *
 * Threads: none of its own.
 */
#ifndef WEND_PIPELINE_LOOK_H
#define WEND_PIPELINE_LOOK_H

#include "decode/preset.h"
#include "decode/sampler.h"
#include "match/definitions.h"
#include "worker/block_reader.h"

/* Zero-initialise to start. */
struct wend_look {
    struct wend_detected detected;
    struct wend_sampled sampled;
};

/* The presets that are built in, for wend__definitions_load. */
extern const struct wend_preset_lookup wend__builtin_presets;

/*
 * Looks at the input `name` (a file, directory, glob, "-"). `format`: what is declared.
 * `options`: as for wend__source_open. WEND_ERROR_EMPTY: no record in it; WEND_ERROR_USAGE: no
 * known format; WEND_ERROR_IO; WEND_ERROR_MEMORY. `deinit` in any case.
 *
 * `opened` (NULL: not wanted) gets the stream as it stands then, for a run to go on with; it is for
 * inputs of one file that cannot be read twice.
 */
WEND_MUST_CHECK enum wend_status wend__look_at(const char *name, const struct wend_format *format,
                                               const struct wend_source_options *options,
                                               struct wend_look *look,
                                               struct wend_opened_stream *opened,
                                               struct wend_error *error);
void wend__look_deinit(struct wend_look *look);

/* A format of which only the kind is declared: "auto" (or NULL), "ndjson", "csv", "access-log". */
WEND_MUST_CHECK enum wend_status wend__format_named(const char *kind, struct wend_format *format,
                                                    struct wend_error *error);

/* A seed that nobody can guess, for hash tables over strangers' bytes. */
uint64_t wend__secret_seed(void);

#endif
