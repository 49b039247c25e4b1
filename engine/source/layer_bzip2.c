/* bzip2 by libbz2: several streams one behind the other. */
#include "source/layer.h"

#include <bzlib.h>

#include "base/memory.h"

/*
 * The decoder always writes here: of a damaged block it gives more or less as the room for its
 * output is, which must not depend on how the caller reads. The copy costs nothing beside bzip2.
 */
enum { OUTPUT_BYTES = 256 << 10 };

struct bzip2_layer {
    struct wend_layer layer;
    uint8_t *output;
    size_t output_at;
    size_t output_len;
    bz_stream stream;
    bool is_open;    /* the decoder is in a stream */
    bool has_stream; /* at least one stream is done */
    bool is_ended;   /* nothing comes behind `output` */
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

/* Fills `output` when it is empty, or ends the layer. */
static enum wend_status decode(struct bzip2_layer *bzip2, struct wend_error *error) {
    struct wend_layer *layer = &bzip2->layer;
    while (bzip2->output_len == 0 && !bzip2->is_ended) {
        WEND_TRY(wend__layer_fill(layer, error));
        if (!bzip2->is_open) {
            if (layer->input_ended && bzip2->has_stream) {
                bzip2->is_ended = true;
                return WEND_OK;
            }
            WEND_TRY(start_stream(bzip2, error));
        }
        bzip2->stream.next_in = (char *)layer->input + layer->input_at;
        bzip2->stream.avail_in = (unsigned int)wend__layer_input_left(layer);
        bzip2->stream.next_out = (char *)bzip2->output;
        bzip2->stream.avail_out = OUTPUT_BYTES;
        int result = BZ2_bzDecompress(&bzip2->stream);
        layer->input_at = layer->input_len - bzip2->stream.avail_in;
        bzip2->output_len = OUTPUT_BYTES - bzip2->stream.avail_out;
        WEND_TRY(take_result(bzip2, result, error));
        if (result == BZ_OK && bzip2->output_len == 0 && layer->input_ended) {
            wend__layer_ends_early(layer);
        }
        /* What came before the end of the layer is still to be given. */
        bzip2->is_ended = layer->is_over;
        layer->is_over = false;
    }
    return WEND_OK;
}

static enum wend_status bzip2_read(struct wend_layer *layer, uint8_t *out, size_t capacity,
                                   size_t *got, struct wend_error *error) {
    struct bzip2_layer *bzip2 = (struct bzip2_layer *)layer;
    if (bzip2->output_at == bzip2->output_len) {
        bzip2->output_at = 0;
        bzip2->output_len = 0;
        WEND_TRY(decode(bzip2, error));
    }
    size_t left = bzip2->output_len - bzip2->output_at;
    *got = left < capacity ? left : capacity;
    memcpy(out, bzip2->output + bzip2->output_at, *got);
    bzip2->output_at += *got;
    return WEND_OK;
}

static void bzip2_close(struct wend_layer *layer) {
    struct bzip2_layer *bzip2 = (struct bzip2_layer *)layer;
    end_stream(bzip2);
    wend__free(bzip2->output);
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
    bzip2->output = wend__alloc(OUTPUT_BYTES);
    if (!wend__layer_init(&bzip2->layer, &bzip2_kind, below, context) || bzip2->output == NULL) {
        bzip2_close(&bzip2->layer);
        return NULL;
    }
    return &bzip2->layer;
}
