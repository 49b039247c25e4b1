/* The journey map of the present snapshot, drawn once for each. */
#include "serve.h"

#include <string.h>
#include <wend/map.h>

struct asked {
    struct wend_cli_served *served;
    struct wend_page_query *query;
};

static enum wend_status draw(void *context, const struct wend_snapshot *snapshot,
                             struct wend_error *error) {
    struct asked *asked = context;
    struct wend_cli_served *served = asked->served;
    struct wend_page_query *query = asked->query;
    struct wend_map_settings settings = {.tag = query->tag};
    char *text = NULL;
    size_t len = 0;
    wend__cli_snapshot_tag(snapshot, query->tag);
    query->is_known = query->known != NULL && strstr(query->known, query->tag) != NULL;
    if (query->is_known || strcmp(served->tag, query->tag) == 0) {
        return WEND_OK;
    }
    enum wend_status status = wend_map_page(snapshot, &settings, &text, &len, error);
    if (status == WEND_OK) {
        wend__cli_text_clear(&served->map);
        wend__cli_text_add_bytes(&served->map, text, len);
        memcpy(served->tag, query->tag, sizeof served->tag);
    }
    wend_map_free(text);
    return status;
}

enum wend_status wend__cli_served_page(void *context, struct wend_page_query *query,
                                       struct wend_answer *answer, struct wend_error *error) {
    struct asked asked = {.served = context, .query = query};
    enum wend_status status = wend__cli_served_with(context, draw, &asked, error);
    if (status == WEND_OK && !query->is_known) {
        (void)wend__answer_add(answer, wend__cli_text_string(&asked.served->map),
                               asked.served->map.len);
    }
    return status;
}

void wend__cli_served_deinit(struct wend_cli_served *served) {
    wend__cli_text_deinit(&served->map);
}
