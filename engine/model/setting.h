/*
 * setting.h: a name and a value as the user wrote them, with the place, for errors.
 *
 * Threads: none of its own.
 */
#ifndef WEND_MODEL_SETTING_H
#define WEND_MODEL_SETTING_H

#include <stdint.h>

/* Texts are zero-terminated and borrowed. */
struct wend_setting {
    const char *name;
    const char *value;
    const char *file; /* NULL: it was given on the command line, and overrides the file's */
    uint32_t line;    /* of the name, in the file */
    uint32_t column;
};

#endif
