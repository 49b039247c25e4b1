/* xz by liblzma: several streams one behind the other, with the padding that the format allows. */
#include "source/layer.h"

#include <lzma.h>

#include "base/memory.h"

/* What a decoder needs beside its dictionary, generously. */
static const uint64_t decoder_bytes = UINT64_C(8) << 20;

struct xz_layer {
    struct wend_layer layer;
    lzma_stream stream;
    lzma_allocator allocator;
};

static void *allocate(void *opaque, size_t count, size_t bytes) {
    (void)opaque;
    if (bytes != 0 && count > SIZE_MAX / bytes) {
        return NULL;
    }
    return wend__alloc(count * bytes);
}

static void release(void *opaque, void *block) {
    (void)opaque;
    wend__free(block);
}

static enum wend_status take_result(struct xz_layer *xz, lzma_ret result,
                                    struct wend_error *error) {
    struct wend_layer *layer = &xz->layer;
    switch (result) {
    case LZMA_OK:
        return WEND_OK;
    case LZMA_STREAM_END:
        layer->is_over = true;
        return WEND_OK;
    case LZMA_BUF_ERROR:
        wend__layer_ends_early(layer);
        return WEND_OK;
    case LZMA_MEM_ERROR:
        return wend__fail_memory(error);
    case LZMA_MEMLIMIT_ERROR:
        wend__layer_trouble(layer->context,
                            "the xz data needs a dictionary above 2^%u bytes, which is the limit",
                            layer->context->options.max_window_log);
        layer->is_over = true;
        return WEND_OK;
    case LZMA_FORMAT_ERROR: /* of a stream's header: the first one's was seen to be right */
        wend__layer_has_tail(layer);
        return WEND_OK;
    default:
        wend__layer_is_damaged(layer, "it cannot be decoded, or a checksum does not match");
        return WEND_OK;
    }
}

static enum wend_status xz_read(struct wend_layer *layer, uint8_t *out, size_t capacity,
                                size_t *got, struct wend_error *error) {
    struct xz_layer *xz = (struct xz_layer *)layer;
    while (*got == 0 && !layer->is_over) {
        WEND_TRY(wend__layer_fill(layer, error));
        xz->stream.next_in = layer->input + layer->input_at;
        xz->stream.avail_in = wend__layer_input_left(layer);
        xz->stream.next_out = out;
        xz->stream.avail_out = capacity;
        lzma_ret result = lzma_code(&xz->stream, layer->input_ended ? LZMA_FINISH : LZMA_RUN);
        layer->input_at = layer->input_len - xz->stream.avail_in;
        *got = capacity - xz->stream.avail_out;
        WEND_TRY(take_result(xz, result, error));
    }
    return WEND_OK;
}

static void xz_close(struct wend_layer *layer) {
    struct xz_layer *xz = (struct xz_layer *)layer;
    lzma_end(&xz->stream);
    wend__layer_deinit(layer);
    wend__free(xz);
}

static const struct wend_layer_kind xz_kind = {"xz", xz_read, xz_close};

struct wend_layer *wend__layer_xz_open(struct wend_layer *below,
                                       struct wend_layer_context *context) {
    struct xz_layer *xz = wend__alloc_zeroed(1, sizeof *xz);
    if (xz == NULL) {
        return NULL;
    }
    xz->allocator = (lzma_allocator){.alloc = allocate, .free = release};
    xz->stream = (lzma_stream)LZMA_STREAM_INIT;
    xz->stream.allocator = &xz->allocator;
    uint64_t memory_max = (UINT64_C(1) << context->options.max_window_log) + decoder_bytes;
    if (!wend__layer_init(&xz->layer, &xz_kind, below, context) ||
        lzma_stream_decoder(&xz->stream, memory_max, LZMA_CONCATENATED) != LZMA_OK) {
        xz_close(&xz->layer);
        return NULL;
    }
    return &xz->layer;
}
