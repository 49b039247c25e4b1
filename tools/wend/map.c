/* `wend map`: the journey map of a snapshot, as a page or a poster. */
#include "commands.h"
#include "generate_output.h"
#include "map_convert.h"

#include <string.h>
#include <wend/map.h>

enum form { FORM_PAGE, FORM_SVG, FORM_PDF, FORM_PNG, FORM_OTHER };

static bool ends_with(const char *path, const char *ending) {
    size_t len = strlen(path);
    size_t ending_len = strlen(ending);
    return len > ending_len && strcmp(path + len - ending_len, ending) == 0;
}

/* What the name of the output asks for; standard output takes a page or an SVG. */
static enum form form_of(const char *path, bool is_poster) {
    static const struct {
        const char *ending;
        enum form form;
    } forms[] = {{".html", FORM_PAGE},
                 {".htm", FORM_PAGE},
                 {".svg", FORM_SVG},
                 {".pdf", FORM_PDF},
                 {".png", FORM_PNG}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (ends_with(path, forms[i].ending)) {
            return forms[i].form;
        }
    }
    if (strcmp(path, "-") == 0) {
        return is_poster ? FORM_SVG : FORM_PAGE;
    }
    return FORM_OTHER;
}

static enum wend_status check_form(const char *path, enum form form, bool is_poster,
                                   struct wend_error *error) {
    if (form == FORM_OTHER) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "-o %s: the name tells what to write, and this one does not\n"
                               "A page ends in .html, a poster in .svg, .pdf or .png.",
                               path);
    }
    if (is_poster && form == FORM_PAGE) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "-o %s: a poster is no page\n"
                               "Let the name end in .svg, .pdf or .png, or leave --poster out.",
                               path);
    }
    if (!is_poster && form != FORM_PAGE) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "-o %s: this is the name of a poster\nAdd --poster A2.", path);
    }
    return WEND_OK;
}

static enum wend_status write_map(const char *path, enum form form, const char *text, size_t len,
                                  struct wend_error *error) {
    struct wend_cli_text content = {0};
    enum wend_status status = WEND_OK;
    if (form == FORM_PDF || form == FORM_PNG) {
        status = wend__cli_convert(text, len, form == FORM_PDF ? "pdf" : "png", &content, error);
    } else {
        wend__cli_text_add_bytes(&content, text, len);
    }
    if (status == WEND_OK) {
        status = strcmp(path, "-") == 0 ? wend__cli_print(&content, error)
                                        : wend__cli_output_file(path, &content, error);
    }
    wend__cli_text_deinit(&content);
    return status;
}

/* "map.html: 312 kB; open it in a browser" */
static enum wend_status print_written(const char *path, enum form form, size_t len,
                                      struct wend_error *error) {
    struct wend_cli_text out = {0};
    wend__cli_text_add_visible(&out, path, strlen(path), false);
    if (form == FORM_PAGE) {
        wend__cli_text_add(&out, ": ");
        wend__cli_text_add_size(&out, len);
        wend__cli_text_add(&out, ", for any browser\n");
    } else {
        wend__cli_text_add(&out, ": a poster\n");
    }
    enum wend_status status = wend__cli_print(&out, error);
    wend__cli_text_deinit(&out);
    return status;
}

enum wend_status wend__cli_map(struct wend_cli_context *context, struct wend_error *error) {
    const struct wend_cli_value *values = context->arguments->values;
    const char *path = values[WEND_CLI_MAP_OUTPUT].text;
    bool is_poster = values[WEND_CLI_POSTER].given;
    enum form form = form_of(path, is_poster);
    struct wend_map_settings settings = {
        .steps = (uint32_t)values[WEND_CLI_STEPS].number,
        .top = (uint32_t)values[WEND_CLI_MAP_TOP].number,
        .ideal = values[WEND_CLI_IDEAL].text,
        .scope = values[WEND_CLI_MAP_SCOPE].text,
        .segment = values[WEND_CLI_SEGMENT].text,
        .paper = values[WEND_CLI_POSTER].text,
    };
    struct wend_snapshot *snapshot = NULL;
    char *text = NULL;
    size_t len = 0;
    enum wend_status status = check_form(path, form, is_poster, error);
    if (status == WEND_OK) {
        status =
            wend__cli_open_snapshot(context, context->arguments->operands[0], &snapshot, error);
    }
    if (status != WEND_OK) {
        return status;
    }
    wend__cli_interrupt_restore();
    status = is_poster ? wend_map_poster(snapshot, &settings, &text, &len, error)
                       : wend_map_page(snapshot, &settings, &text, &len, error);
    wend_snapshot_close(snapshot);
    if (status == WEND_OK) {
        status = write_map(path, form, text, len, error);
    }
    wend_map_free(text);
    if (status != WEND_OK || context->quiet || strcmp(path, "-") == 0) {
        return status;
    }
    return print_written(path, form, len, error);
}
