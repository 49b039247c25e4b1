/* `wend verify`: whether a snapshot is whole and consistent. */
#include "commands.h"
#include "json.h"

#include <wend/snapshot.h>

#include <string.h>

struct listener {
    struct wend_cli_context *context;
    bool json;
    struct wend_cli_text lines; /* JSON: all findings; else the one to print */
    struct wend_error error;
    enum wend_status status; /* of printing */
};

static bool take_finding(void *opaque, const char *text) {
    struct listener *listener = opaque;
    wend__cli_text_add_visible(&listener->lines, text, strlen(text), false);
    wend__cli_text_add(&listener->lines, "\n");
    if (!listener->json) {
        listener->status = wend__cli_print(&listener->lines, &listener->error);
    }
    return listener->status == WEND_OK && !wend__cli_output_closed();
}

static void add_json(const char *directory, const struct wend_verified *verified,
                     const char *findings, struct wend_cli_text *out) {
    wend__cli_json_begin(out);
    wend__cli_json_word(out, "snapshot", directory);
    wend__cli_json_count(out, "files", verified->files);
    wend__cli_json_count(out, "rows", verified->rows);
    wend__cli_json_count(out, "bytes", verified->bytes);
    wend__cli_json_count(out, "checks", verified->checks);
    wend__cli_json_lines(out, "findings", findings);
    wend__cli_text_add(out, "}\n");
}

/* "out: whole and consistent: 7 files, 1,234 rows, 56 KB, 89 checks" */
static void add_summary(const char *directory, const struct wend_verified *verified,
                        struct wend_cli_text *out) {
    wend__cli_text_add_visible(out, directory, strlen(directory), false);
    if (verified->findings == 0) {
        wend__cli_text_add(out, ": whole and consistent: ");
    } else {
        wend__cli_text_add(out, ": ");
        wend__cli_text_add_count(out, verified->findings);
        wend__cli_text_add(out, verified->findings == 1 ? " finding in " : " findings in ");
    }
    wend__cli_text_add_count(out, verified->files);
    wend__cli_text_add(out, verified->files == 1 ? " file, " : " files, ");
    wend__cli_text_add_count(out, verified->rows);
    wend__cli_text_add(out, verified->rows == 1 ? " row, " : " rows, ");
    wend__cli_text_add_size(out, verified->bytes);
    wend__cli_text_add(out, ", ");
    wend__cli_text_add_count(out, verified->checks);
    wend__cli_text_add(out, verified->checks == 1 ? " check\n" : " checks\n");
}

static enum wend_status verify(struct listener *listener, const struct wend_snapshot *snapshot,
                               struct wend_error *error) {
    const char *directory = listener->context->arguments->operands[0];
    struct wend_verified verified = {0};
    struct wend_cli_text out = {0};
    enum wend_status status =
        wend_snapshot_verify(snapshot, take_finding, listener, &verified, error);
    if (listener->status != WEND_OK) {
        *error = listener->error;
        status = listener->status;
    }
    if (status == WEND_OK && listener->json) {
        add_json(directory, &verified, wend__cli_text_string(&listener->lines), &out);
    } else if (status == WEND_OK && !listener->context->quiet) {
        add_summary(directory, &verified, &out);
    }
    if (status == WEND_OK) {
        status = wend__cli_print(&out, error);
    }
    wend__cli_text_deinit(&out);
    if (status == WEND_OK && verified.findings > 0) {
        return wend__cli_error(error, WEND_ERROR_EMPTY,
                               "%s is damaged or inconsistent; make it anew with `wend replay` "
                               "or `wend merge`, and look for the cause",
                               directory);
    }
    return status;
}

enum wend_status wend__cli_verify(struct wend_cli_context *context, struct wend_error *error) {
    struct wend_snapshot *snapshot = NULL;
    wend__cli_interrupt_restore(); /* it only reads: Ctrl-C may end it at once */
    enum wend_status status =
        wend__cli_open_snapshot(context, context->arguments->operands[0], &snapshot, error);
    if (status != WEND_OK) {
        return status;
    }
    struct listener listener = {.context = context,
                                .json = context->arguments->values[WEND_CLI_JSON].given};
    status = verify(&listener, snapshot, error);
    wend__cli_text_deinit(&listener.lines);
    wend_snapshot_close(snapshot);
    return status;
}
