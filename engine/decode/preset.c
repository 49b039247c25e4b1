#include "decode/preset.h"

const char *wend__preset_find(const char *name) {
    for (const struct wend_preset *preset = wend__presets; preset->name != NULL; preset++) {
        if (strcmp(preset->name, name) == 0) {
            return preset->text;
        }
    }
    return NULL;
}

static bool has_field(const struct wend_sample *sample, struct wend_bytes name) {
    for (uint32_t i = 0; i < sample->field_count; i++) {
        const struct wend_sample_field *field = &sample->fields[i];
        if (wend__bytes_equal(field->name, name)) {
            return sample->format.kind == WEND_FORMAT_DELIMITED ||
                   field->count * 2 >= sample->record_count;
        }
    }
    return false;
}

/* All names of one comma-separated line. */
static bool has_fields(const struct wend_sample *sample, const char *names, size_t len) {
    const char *end = names + len;
    while (names < end) {
        const char *comma = memchr(names, ',', (size_t)(end - names));
        const char *stop = comma == NULL ? end : comma;
        while (names < stop && *names == ' ') {
            names++;
        }
        if (!has_field(sample, wend__bytes(names, (size_t)(stop - names)))) {
            return false;
        }
        names = stop + (comma == NULL ? 0 : 1);
    }
    return true;
}

static bool looks_like(const struct wend_sample *sample, const char *text) {
    static const char mark[] = "\n# detect: ";
    const char *line = strstr(text, mark);
    while (line != NULL) {
        const char *names = line + sizeof mark - 1;
        const char *end = strchr(names, '\n');
        size_t len = end == NULL ? strlen(names) : (size_t)(end - names);
        if (has_fields(sample, names, len)) {
            return true;
        }
        line = strstr(names, mark);
    }
    return false;
}

struct wend_bytes wend__preset_recognise(const struct wend_sample *sample) {
    for (const struct wend_preset *preset = wend__presets;
         sample->record_count > 0 && preset->name != NULL; preset++) {
        if (looks_like(sample, preset->text)) {
            return wend__bytes_text(preset->name);
        }
    }
    return WEND_BYTES_ABSENT;
}
