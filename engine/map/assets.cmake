# Turns assets/ into one C table (map/assets.h). The texts become arrays of bytes, for string literals
# of that length are not portable C. A poster's colours are put in here: rsvg-convert knows no var().
set(map_assets ${CMAKE_CURRENT_SOURCE_DIR}/map/assets)
set(map_built ${CMAKE_CURRENT_BINARY_DIR}/map)
foreach(name colours drawing page)
    file(READ ${map_assets}/${name}.css css_${name})
endforeach()
file(READ ${map_assets}/page.js map_script)
file(WRITE ${map_built}/page.css "${css_colours}${css_drawing}${css_page}")
file(WRITE ${map_built}/page.js "${map_script}")
set(css_poster "${css_drawing}")
string(REGEX MATCHALL "--[a-z-]+:#[0-9a-f]+" map_colours "${css_colours}")
foreach(colour IN LISTS map_colours)
    string(REGEX REPLACE "^(--[a-z-]+):(#.*)$" "\\1;\\2" colour "${colour}")
    list(GET colour 0 name)
    list(GET colour 1 value)
    string(REPLACE "var(${name})" "${value}" css_poster "${css_poster}")
endforeach()
file(WRITE ${map_built}/poster.css "${css_poster}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${map_assets}/colours.css
    ${map_assets}/drawing.css ${map_assets}/page.css ${map_assets}/page.js)

foreach(part page.css page.js poster.css)
    string(MAKE_C_IDENTIFIER ${part} identifier)
    file(READ ${map_built}/${part} text HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes_${identifier} "${text}")
    file(SHA256 ${map_built}/${part} hash)
    string(REGEX REPLACE "(..)" "0x\\1," hash_${identifier} "${hash}")
endforeach()
file(CONFIGURE OUTPUT ${map_built}/map_assets.c @ONLY CONTENT
"/* Made from engine/map/assets; do not edit. */
#include \"map/assets.h\"

static const char style[] = {@bytes_page_css@0};
static const char script[] = {@bytes_page_js@0};
static const char poster[] = {@bytes_poster_css@0};

const struct wend_map_asset wend__map_style = {style, {@hash_page_css@}};
const struct wend_map_asset wend__map_script = {script, {@hash_page_js@}};
const struct wend_map_asset wend__map_poster_style = {poster, {@hash_poster_css@}};
")
