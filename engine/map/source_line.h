/*
 * source_line.h: where a map comes from, in words: period, inputs, definitions, snapshot.
 *
 * Threads: one at a time.
 */
#ifndef WEND_MAP_SOURCE_LINE_H
#define WEND_MAP_SOURCE_LINE_H

#include "map/map_model.h"
#include "map/pen.h"

/* "from 2025-03-06, data up to 2025-04-02": windows tell the first day, the watermark the last. */
void wend__map_period(struct wend_pen *pen, const struct wend_map_model *model);
/* "events.ndjson.gz and 2 more, definitions wend.yaml, snapshot 1a2b3c4d" */
void wend__map_source(struct wend_pen *pen, const struct wend_map_model *model);
/* "lifecycle", "Sessions"; with the segment value where the slice has one. */
void wend__map_slice_name(struct wend_pen *pen, const struct wend_map_model *model,
                          const struct wend_map_slice *slice);
/* "all", "channel: mail". */
void wend__map_slice_value(struct wend_pen *pen, const struct wend_map_model *model,
                           const struct wend_map_slice *slice);

#endif
