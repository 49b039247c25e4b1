/* The names of what stands in a JSON object, to a depth. */
#include "decode/sampler_internal.h"

/* A container on the way down; `name_len` is how much of the name leads to it. */
struct frame {
    const uint8_t *at;
    const uint8_t *end;
    size_t name_len;
    bool is_list;
};

/* Appends a pointer token: '/' and the text with `~` and `/` escaped. */
static bool append_token(struct wend_buffer *name, struct wend_bytes text) {
    bool is_good = true;
    for (size_t i = 0; i < text.len && is_good; i++) {
        uint8_t c = text.data[i];
        is_good = c == '~'   ? wend__buffer_append(name, "~0", 2)
                  : c == '/' ? wend__buffer_append(name, "~1", 2)
                             : wend__buffer_append(name, &c, 1);
    }
    return is_good;
}

static bool append_selector(struct wend_buffer *name, const char *member, struct wend_bytes text) {
    return wend__buffer_append_text(name, "/[") && wend__buffer_append_text(name, member) &&
           wend__buffer_append(name, "=", 1) && append_token(name, text) &&
           wend__buffer_append(name, "]", 1);
}

/* Names the element of a list by a member that tells it from the others; false where none does. */
static bool name_element(struct wend_sampler *sampler, struct wend_json_capture element,
                         bool *is_good) {
    static const char *const members[] = {"key", "name"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct wend_bytes text =
            wend__json_member_text(&sampler->json, element, wend__bytes_text(members[i]));
        if (text.data != NULL) {
            *is_good = append_selector(&sampler->name, members[i], text);
            return true;
        }
    }
    return false;
}

/* A plain key of the top level stands for itself unless it looks like a pointer. */
static bool is_plain(uint32_t depth, struct wend_bytes key) {
    return depth == 1 && key.len > 0 && key.data[0] != '/';
}

static bool count_scalar(struct wend_sampler *sampler, uint32_t depth,
                         const struct wend_json_item *item) {
    struct wend_bytes value = {item->value.data, item->value.len};
    if (item->kind == WEND_JSON_ABSENT || value.len == 0) {
        return true;
    }
    if (item->kind == WEND_JSON_ESCAPED) {
        value = wend__json_unescaped(&sampler->json, value.data, value.len);
        if (value.data == NULL) {
            return false;
        }
    }
    struct wend_bytes name =
        is_plain(depth, item->key) ? item->key : wend__buffer_view(&sampler->name);
    return wend__sampler_count(sampler, name, value);
}

/* Puts the item's name behind that of its container; false where it has none. */
static bool name_item(struct wend_sampler *sampler, const struct frame *frame,
                      const struct wend_json_item *item, bool *is_good) {
    sampler->name.len = frame->name_len;
    if (!frame->is_list) {
        *is_good = item->key.data != NULL && wend__buffer_append(&sampler->name, "/", 1) &&
                   append_token(&sampler->name, item->key);
        return true;
    }
    *is_good = true;
    return item->kind == WEND_JSON_CONTAINER && item->value.data[0] == '{' &&
           name_element(sampler, item->value, is_good);
}

bool wend__sampler_json(struct wend_sampler *sampler, const uint8_t *at, const uint8_t *end) {
    struct frame frames[WEND_SAMPLE_DEPTH];
    uint32_t depth = 1;
    wend__buffer_clear(&sampler->name);
    frames[0] = (struct frame){wend__json_skip_blank(at, end) + 1, end, 0, false};
    while (depth > 0) {
        struct frame *frame = &frames[depth - 1];
        struct wend_json_item item;
        bool is_good = true;
        if (!wend__json_next_item(&sampler->json, &frame->at, frame->end, frame->is_list, &item)) {
            depth--;
            continue;
        }
        if (!name_item(sampler, frame, &item, &is_good)) {
            continue;
        }
        if (is_good && item.kind != WEND_JSON_CONTAINER) {
            is_good = count_scalar(sampler, depth, &item);
        } else if (depth < WEND_SAMPLE_DEPTH) {
            frames[depth] = (struct frame){item.value.data + 1, item.value.data + item.value.len,
                                           sampler->name.len, item.value.data[0] == '['};
            depth++;
        }
        if (!is_good || sampler->json.is_out_of_memory) {
            return false;
        }
    }
    return true;
}
