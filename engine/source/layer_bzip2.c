/* bzip2 by libbz2: several streams one behind the other. */
#include "source/layer.h"

#include <bzlib.h>

#include "base/memory.h"

struct bzip2_layer {
    struct wend_layer layer;
    bz_stream stream;
    bool is_open;    /* the decoder is in a stream */
    bool has_stream; /* at least one stream is done */
};

static void *allocate(void *opaque, int count, int bytes) {
    (void)opaque;
    if (count < 0 || bytes < 0) {
        return NULL;
    }
    return wend__alloc((size_t)count * (size_t)bytes);
}

static void release(void *opaque, void *block) {
    (void)opaque;
    wend__free(block);
}

static enum wend_status start_stream(struct bzip2_layer *bzip2, struct wend_error *error) {
    bzip2->stream = (bz_stream){.bzalloc = allocate, .bzfree = release};
    if (BZ2_bzDecompressInit(&bzip2->stream, 0, 0) != BZ_OK) {
        return wend__fail_memory(error);
    }
    bzip2->is_open = true;
    return WEND_OK;
}

static void end_stream(struct bzip2_layer *bzip2) {
    if (bzip2->is_open) {
        (void)BZ2_bzDecompressEnd(&bzip2->stream);
        bzip2->is_open = false;
    }
}

static enum wend_status take_result(struct bzip2_layer *bzip2, int result,
                                    struct wend_error *error) {
    switch (result) {
    case BZ_OK:
        return WEND_OK;
    case BZ_STREAM_END:
        end_stream(bzip2);
        bzip2->has_stream = true;
        return WEND_OK;
    case BZ_MEM_ERROR:
        return wend__fail_memory(error);
    case BZ_DATA_ERROR_MAGIC:
        if (bzip2->has_stream) {
            wend__layer_has_tail(&bzip2->layer);
        } else {
            wend__layer_is_damaged(&bzip2->layer, "its header is wrong");
        }
        return WEND_OK;
    default:
        wend__layer_is_damaged(&bzip2->layer, "it cannot be decoded, or a checksum does not match");
        return WEND_OK;
    }
}

static enum wend_status bzip2_read(struct wend_layer *layer, uint8_t *out, size_t capacity,
                                   size_t *got, struct wend_error *error) {
    struct bzip2_layer *bzip2 = (struct bzip2_layer *)layer;
    unsigned int room = capacity < 1U << 30 ? (unsigned int)capacity : 1U << 30;
    while (*got == 0 && !layer->is_over) {
        WEND_TRY(wend__layer_fill(layer, error));
        if (!bzip2->is_open) {
            if (layer->input_ended && bzip2->has_stream) {
                layer->is_over = true;
                return WEND_OK;
            }
            WEND_TRY(start_stream(bzip2, error));
        }
        size_t left = wend__layer_input_left(layer);
        bzip2->stream.next_in = (char *)layer->input + layer->input_at;
        bzip2->stream.avail_in = (unsigned int)left;
        bzip2->stream.next_out = (char *)out;
        bzip2->stream.avail_out = room;
        int result = BZ2_bzDecompress(&bzip2->stream);
        layer->input_at = layer->input_len - bzip2->stream.avail_in;
        *got = room - bzip2->stream.avail_out;
        WEND_TRY(take_result(bzip2, result, error));
        if (result == BZ_OK && *got == 0 && layer->input_ended) {
            wend__layer_ends_early(layer);
        }
    }
    return WEND_OK;
}

static void bzip2_close(struct wend_layer *layer) {
    struct bzip2_layer *bzip2 = (struct bzip2_layer *)layer;
    end_stream(bzip2);
    wend__layer_deinit(layer);
    wend__free(bzip2);
}

static const struct wend_layer_kind bzip2_kind = {"bzip2", bzip2_read, bzip2_close};

struct wend_layer *wend__layer_bzip2_open(struct wend_layer *below,
                                          struct wend_layer_context *context) {
    struct bzip2_layer *bzip2 = wend__alloc_zeroed(1, sizeof *bzip2);
    if (bzip2 == NULL) {
        return NULL;
    }
    if (!wend__layer_init(&bzip2->layer, &bzip2_kind, below, context)) {
        wend__free(bzip2);
        return NULL;
    }
    return &bzip2->layer;
}
