#include "source/layer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/memory.h"

bool wend__layer_init(struct wend_layer *layer, const struct wend_layer_kind *kind,
                      struct wend_layer *below, struct wend_layer_context *context) {
    layer->kind = kind;
    layer->below = below;
    layer->context = context;
    if (below != NULL) {
        layer->input = wend__alloc(WEND_LAYER_INPUT_BYTES);
        return layer->input != NULL;
    }
    return true;
}

void wend__layer_deinit(struct wend_layer *layer) {
    wend__free(layer->input);
    layer->input = NULL;
}

void wend__layer_close_down(struct wend_layer *top, const struct wend_layer *end) {
    while (top != NULL && top != end) {
        struct wend_layer *below = top->below;
        top->kind->close(top);
        top = below;
    }
}

/* A bomb is told by what a layer makes from what it takes; the file and members take nothing. */
static void check_ratio(struct wend_layer *layer) {
    uint64_t ratio_max = layer->context->options.ratio_max;
    uint64_t consumed = layer->in_bytes - wend__layer_input_left(layer);
    if (layer->below != NULL && layer->out_bytes > WEND_SOURCE_RATIO_FLOOR_BYTES &&
        layer->out_bytes / ratio_max > consumed) {
        wend__layer_trouble(layer->context,
                            "the %s data unpacks to more than %" PRIu64
                            " times its size, which is the limit; the rest is not read",
                            layer->kind->name, ratio_max);
        layer->is_over = true;
    }
}

static enum wend_status read_kind(struct wend_layer *layer, uint8_t *out, size_t capacity,
                                  size_t *got, struct wend_error *error) {
    *got = 0;
    if (layer->is_over) {
        return WEND_OK;
    }
    WEND_TRY(layer->kind->read(layer, out, capacity, got, error));
    layer->out_bytes += *got;
    if (*got == 0) {
        layer->is_over = true;
    }
    check_ratio(layer);
    return WEND_OK;
}

enum wend_status wend__layer_read(struct wend_layer *layer, uint8_t *out, size_t capacity,
                                  size_t *got, struct wend_error *error) {
    size_t waiting = layer->head_len - layer->head_at;
    if (waiting == 0) {
        return read_kind(layer, out, capacity, got, error);
    }
    *got = waiting < capacity ? waiting : capacity;
    memcpy(out, layer->head + layer->head_at, *got);
    layer->head_at += *got;
    return WEND_OK;
}

enum wend_status wend__layer_peek_more(struct wend_layer *layer, struct wend_error *error) {
    size_t got = 0;
    if (layer->head_len < sizeof layer->head) {
        WEND_TRY(read_kind(layer, layer->head + layer->head_len,
                           sizeof layer->head - layer->head_len, &got, error));
    }
    layer->head_len += got;
    return WEND_OK;
}

enum wend_status wend__layer_fill(struct wend_layer *layer, struct wend_error *error) {
    if (wend__layer_input_left(layer) > 0 || layer->input_ended) {
        return WEND_OK;
    }
    size_t got;
    layer->input_at = 0;
    layer->input_len = 0;
    WEND_TRY(wend__layer_read(layer->below, layer->input, WEND_LAYER_INPUT_BYTES, &got, error));
    layer->input_len = got;
    layer->in_bytes += got;
    layer->input_ended = got == 0;
    return WEND_OK;
}

void wend__layer_trouble(struct wend_layer_context *context, const char *format, ...) {
    if (context->trouble[0] == '\0') {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(context->trouble, sizeof context->trouble, format, arguments);
        va_end(arguments);
    }
}

void wend__layer_ends_early(struct wend_layer *layer) {
    wend__layer_trouble(layer->context, "the %s data ends early", layer->kind->name);
    layer->is_over = true;
}

void wend__layer_is_damaged(struct wend_layer *layer, const char *how) {
    wend__layer_trouble(layer->context, "the %s data is damaged (%s)", layer->kind->name, how);
    layer->is_over = true;
}

void wend__layer_has_tail(struct wend_layer *layer) {
    wend__layer_trouble(layer->context, "the %s data is followed by something else",
                        layer->kind->name);
    layer->is_over = true;
}
