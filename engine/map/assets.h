/*
 * assets.h: style and script of a map, put into the library by assets.cmake.
 *
 * Threads: constants.
 */
#ifndef WEND_MAP_ASSETS_H
#define WEND_MAP_ASSETS_H

#include <stdint.h>

struct wend_map_asset {
    const char *text;
    uint8_t sha256[32]; /* of the text: the page's policy allows these texts alone */
};

extern const struct wend_map_asset wend__map_style;
extern const struct wend_map_asset wend__map_script;
extern const struct wend_map_asset wend__map_poster_style;

#endif
