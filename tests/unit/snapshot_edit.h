/*
 * snapshot_edit.h: one value of a snapshot changed, so that all files still fit the manifest.
 *
 * A table is read, changed and written anew; the manifest gets its new size and checksum.
 */
#ifndef WEND_TESTS_SNAPSHOT_EDIT_H
#define WEND_TESTS_SNAPSHOT_EDIT_H

#include "snapshot/manifest.h"

struct edit {
    enum wend_table_id table;
    uint64_t row;       /* from 0 */
    const char *column; /* NULL: the row is left out */
    int64_t delta;      /* to a count, a time, a sum of values */
    const char *text;   /* instead, for a text */
    double number;      /* instead, for a double */
    bool makes_null;
};

void edit_table(const char *place, struct edit edit);
/* Writes the manifest anew; `change` edits it before. */
void edit_manifest(const char *place, void (*change)(struct wend_manifest_content *content));

#endif
