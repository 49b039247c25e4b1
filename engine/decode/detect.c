#include <stdio.h>

#include "base/memory.h"
#include "base/status.h"
#include "decode/detect_internal.h"
#include "decode/scan.h"

/* What the lines of a head look like, each counted by every format that it fits. */
struct lines {
    uint32_t count;
    uint32_t json;       /* valid objects */
    uint32_t braces;     /* start with { */
    uint32_t access_log; /* can be split */
    uint32_t combined;   /* of these: with referer and agent */
    uint32_t vhost;      /* of these: with a word before the host */
    uint32_t nginx;      /* JSON with the keys of nginx's variables */
    uint32_t caddy;
    bool is_list; /* the first byte opens a JSON list */
};

enum json_key {
    KEY_REMOTE_ADDR,
    KEY_STATUS,
    KEY_REQUEST,
    KEY_REQUEST_URI,
    KEY_CADDY_URI,
    KEY_CADDY_METHOD,
    KEY_CADDY_TS,
    KEY_COUNT
};

static const char *const key_names[KEY_COUNT] = {
    "remote_addr", "status", "request", "request_uri", "/request/uri", "/request/method", "ts"};

/* A parser with the keys that tell JSON access logs apart. */
struct json_probe {
    struct wend_json json;
    struct wend_arena scratch;
    uint32_t nodes[KEY_COUNT];
};

static bool has_key(const struct json_probe *probe, enum json_key key) {
    return probe->json.kinds[probe->nodes[key]] != WEND_JSON_ABSENT;
}

static void count_json(struct json_probe *probe, const uint8_t *at, const uint8_t *end,
                       const uint8_t *limit, struct lines *lines) {
    if (!wend__json_parse(&probe->json, at, end, limit)) {
        return;
    }
    lines->json++;
    lines->nginx += has_key(probe, KEY_REMOTE_ADDR) && has_key(probe, KEY_STATUS) &&
                    (has_key(probe, KEY_REQUEST) || has_key(probe, KEY_REQUEST_URI));
    lines->caddy += has_key(probe, KEY_CADDY_URI) && has_key(probe, KEY_CADDY_METHOD) &&
                    has_key(probe, KEY_CADDY_TS);
}

static void count_line(struct json_probe *probe, const uint8_t *at, const uint8_t *end,
                       const uint8_t *limit, struct lines *lines) {
    struct wend_bytes words[WEND_LOG_FIELD_COUNT];
    lines->is_list |= lines->count == 0 && *wend__json_skip_blank(at, end) == '[';
    lines->count++;
    lines->braces += *wend__json_skip_blank(at, end) == '{';
    count_json(probe, at, end, limit, lines);
    if (wend__access_log_split(at, end, words)) {
        lines->access_log++;
        lines->combined += end > at && end[-1] == '"';
        lines->vhost += words[WEND_LOG_VHOST].data != NULL;
    }
}

/* Looks at the whole lines; at the first one also when it is torn and there is no other. */
static void count_lines(struct json_probe *probe, const struct wend_head *head,
                        struct lines *lines) {
    const uint8_t *at = head->at;
    while (at < head->end && lines->count < WEND_DETECT_RECORDS) {
        const uint8_t *line_end = wend__find_byte(at, head->end, '\n');
        const uint8_t *next = line_end == NULL ? head->end : line_end + 1;
        const uint8_t *end = wend__without_line_end(at, next);
        bool is_torn = line_end == NULL && !head->is_complete;
        if (!wend__is_blank_line(at, end) && !(is_torn && lines->count > 0)) {
            count_line(probe, at, end, head->end, lines);
        }
        at = next;
    }
}

static enum wend_status look_at_lines(const struct wend_head *head, struct lines *lines,
                                      struct wend_error *error) {
    struct json_probe *probe = wend__alloc_zeroed(1, sizeof *probe);
    if (probe == NULL) {
        return wend__fail_memory(error);
    }
    struct wend_bytes names[KEY_COUNT];
    for (int i = 0; i < KEY_COUNT; i++) {
        names[i] = wend__bytes_text(key_names[i]);
    }
    enum wend_status status =
        wend__json_init(&probe->json, names, KEY_COUNT, &probe->scratch, probe->nodes, error);
    if (status == WEND_OK) {
        count_lines(probe, head, lines);
    }
    wend__json_deinit(&probe->json);
    wend__arena_deinit(&probe->scratch);
    wend__free(probe);
    return status;
}

static uint32_t certainty(uint32_t good, uint32_t count) {
    uint32_t share = good * 99 / count;
    return count < 3 && share > 90 ? 90 : share;
}

static void set_json_log(struct wend_detected *detected, const struct lines *lines) {
    if (lines->caddy * 2 > lines->count) {
        detected->json_log = WEND_JSON_LOG_CADDY;
    } else if (lines->nginx * 2 > lines->count) {
        detected->json_log = WEND_JSON_LOG_NGINX;
    }
}

/* The kind by majority of the lines; DELIMITED is left to its own look at the records. */
static void choose_kind(struct wend_detected *detected, const struct lines *lines) {
    if (lines->json * 2 >= lines->count) {
        detected->kind = WEND_FORMAT_NDJSON;
        detected->confidence = certainty(lines->json, lines->count);
    } else if (lines->access_log * 2 >= lines->count) {
        detected->kind = WEND_FORMAT_ACCESS_LOG;
        detected->confidence = certainty(lines->access_log, lines->count);
    } else if (lines->braces * 2 >= lines->count && !lines->is_list) {
        detected->kind = WEND_FORMAT_NDJSON;
        detected->confidence = 30 + certainty(lines->json, lines->count) / 2;
    }
}

static void describe(struct wend_detected *detected, const struct lines *lines) {
    static const char *const logs[] = {[WEND_JSON_LOG_NONE] = "",
                                       [WEND_JSON_LOG_NGINX] = ", an access log of nginx",
                                       [WEND_JSON_LOG_CADDY] = ", an access log of Caddy"};
    char what[128] = "empty";
    if (detected->kind == WEND_FORMAT_NDJSON) {
        (void)snprintf(what, sizeof what, "NDJSON%s", logs[detected->json_log]);
    } else if (detected->kind == WEND_FORMAT_ACCESS_LOG) {
        (void)snprintf(what, sizeof what, "access log, %s%s",
                       lines->combined * 2 >= lines->access_log ? "combined" : "common",
                       lines->vhost * 2 > lines->access_log ? " with virtual host" : "");
    } else if (detected->kind == WEND_FORMAT_DELIMITED) {
        uint8_t separator = detected->separator;
        char name[16];
        (void)snprintf(name, sizeof name, separator > 0x20 && separator < 0x7F ? "'%c'" : "\\x%02x",
                       separator);
        (void)snprintf(what, sizeof what, "%s, separator %s, %s %u columns",
                       separator == '\t' ? "TSV" : "CSV", separator == '\t' ? "tab" : name,
                       detected->has_header ? "header with" : "no header,", detected->column_count);
    }
    char repeated[64] = "";
    if (detected->duplicate_count > 0) {
        (void)snprintf(repeated, sizeof repeated, "; %u repeated column names (the first counts)",
                       detected->duplicate_count);
    }
    if (detected->confidence == 100 || detected->kind == WEND_FORMAT_AUTO) {
        (void)snprintf(detected->description, sizeof detected->description, "%s%s%s", what,
                       repeated, detected->kind == WEND_FORMAT_AUTO ? "" : "; as declared");
    } else {
        (void)snprintf(detected->description, sizeof detected->description, "%s%s; certainty %u %%",
                       what, repeated, detected->confidence);
    }
}

static enum wend_status fail_unknown(const struct wend_head *head, struct wend_error *error) {
    WEND_TRY(wend__detect_refuse_text(head, error));
    return wend__fail(error, WEND_ERROR_USAGE,
                      "the format cannot be told: the first lines are neither NDJSON nor an access "
                      "log nor CSV; declare format: {kind: ndjson, csv or access-log}");
}

static enum wend_status detect_content(const struct wend_head *head,
                                       const struct wend_format *format,
                                       struct wend_detected *detected, struct wend_error *error) {
    struct lines lines = {0};
    WEND_TRY(look_at_lines(head, &lines, error));
    if (lines.count > 0 && detected->kind == WEND_FORMAT_AUTO) {
        choose_kind(detected, &lines);
    }
    bool is_likely = true;
    if (detected->kind == WEND_FORMAT_DELIMITED ||
        (detected->kind == WEND_FORMAT_AUTO && lines.count > 0)) {
        if (detected->kind == WEND_FORMAT_AUTO) {
            WEND_TRY(wend__detect_refuse_text(head, error));
        }
        WEND_TRY(wend__detect_delimited(head, format, detected, &is_likely, error));
        if (detected->kind == WEND_FORMAT_AUTO) {
            return fail_unknown(head, error);
        }
    }
    if (detected->kind == WEND_FORMAT_NDJSON) {
        set_json_log(detected, &lines);
    }
    describe(detected, &lines);
    return WEND_OK;
}

static enum wend_status check_declaration(const struct wend_format *format,
                                          struct wend_error *error) {
    uint8_t separator = format->separator;
    if (separator == '"' || separator == '\r' || separator == '\n') {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "a quote or a line end cannot be the separator of columns");
    }
    return WEND_OK;
}

enum wend_status wend__detect(const uint8_t *head, size_t len, bool complete,
                              const struct wend_format *format, struct wend_detected *detected,
                              struct wend_error *error) {
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    *detected = (struct wend_detected){.kind = format->kind,
                                       .separator = format->separator,
                                       .max_record_bytes = format->max_record_bytes == 0
                                                               ? WEND_MAX_RECORD_BYTES
                                                               : format->max_record_bytes,
                                       .is_cloudevents = format->is_cloudevents,
                                       .confidence = 100};
    WEND_TRY(check_declaration(format, error));
    bool is_declared = format->kind != WEND_FORMAT_AUTO;
    WEND_TRY(wend__detect_refuse_binary(head, len, is_declared, error));
    size_t mark_len = len >= sizeof mark && memcmp(head, mark, sizeof mark) == 0 ? sizeof mark : 0;
    struct wend_head rest = {head + mark_len, head + len, complete};
    struct wend_format declared = *format;
    declared.max_record_bytes = detected->max_record_bytes;
    WEND_TRY(detect_content(&rest, &declared, detected, error));
    detected->data_offset += mark_len;
    return WEND_OK;
}

void wend__detected_deinit(struct wend_detected *detected) {
    wend__arena_deinit(&detected->arena);
    detected->columns = NULL;
    detected->column_count = 0;
}

uint32_t wend__detected_column(const struct wend_detected *detected, struct wend_bytes name) {
    for (uint32_t i = 0; i < detected->column_count; i++) {
        if (detected->columns[i].data != NULL && wend__bytes_equal(detected->columns[i], name)) {
            return i;
        }
    }
    return UINT32_MAX;
}
