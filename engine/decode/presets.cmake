# Turns presets/*.yaml into one C table (preset.h). The texts become arrays of bytes, for string
# literals of that length are not portable C.
file(GLOB preset_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/decode/presets/*.yaml)
list(SORT preset_files)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${preset_files})

set(preset_arrays "")
set(preset_rows "")
set(preset_names "")
foreach(file IN LISTS preset_files)
    get_filename_component(name ${file} NAME_WE)
    string(MAKE_C_IDENTIFIER ${name} identifier)
    file(READ ${file} text HEX)
    string(REGEX REPLACE "(..)" "0x\\1," text "${text}")
    string(APPEND preset_arrays "static const char ${identifier}[] = {${text}0};\n")
    string(APPEND preset_rows "    {\"${name}\", ${identifier}},\n")
    string(APPEND preset_names "    \"${name}\",\n")
endforeach()
list(LENGTH preset_files preset_count)

file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/preset_table.c @ONLY CONTENT
"/* Made from engine/decode/presets; do not edit. */
#include \"decode/preset.h\"

@preset_arrays@
const struct wend_preset wend__presets[] = {
@preset_rows@    {0, 0}};

const char *const wend__preset_name_list[] = {
@preset_names@    0};
")
