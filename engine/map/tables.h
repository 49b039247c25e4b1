/*
 * tables.h: the same as the drawings in words and numbers, as HTML tables.
 *
 * Threads: one at a time.
 */
#ifndef WEND_MAP_TABLES_H
#define WEND_MAP_TABLES_H

#include "map/draw.h"

/* Each writes one <table> with a caption; `drawing->rows` bounds lists, width and height are not
 * looked at. */
void wend__table_stages(const struct wend_drawing *drawing);
void wend__table_points(const struct wend_drawing *drawing);
void wend__table_flow(const struct wend_drawing *drawing, unsigned anchor);
void wend__table_transitions(const struct wend_drawing *drawing);
void wend__table_drops(const struct wend_drawing *drawing);
void wend__table_ideal(const struct wend_drawing *drawing);
void wend__table_switches(const struct wend_drawing *drawing);
void wend__table_times(const struct wend_drawing *drawing);
void wend__table_paths(const struct wend_drawing *drawing);

#endif
