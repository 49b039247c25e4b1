/* Zstandard (RFC 8878) by libzstd: several frames, skippable frames, long windows to a limit. */
#include "source/layer.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "base/memory.h"

/* The shortest header of a frame, from which the decoder learns what more it wants. */
static const size_t frame_header_min = 5;
static const size_t block_header_bytes = 3;

struct zstd_layer {
    struct wend_layer layer;
    ZSTD_DCtx *decoder;
    size_t wanted;       /* input until the next block is whole; 0: a frame is done */
    bool has_output;     /* the decoder holds output that had no room */
    bool has_frame;      /* at least one frame is done */
    bool is_frame_start; /* nothing of the present frame was taken */
};

static enum wend_status note_failure(struct zstd_layer *zstd, size_t result,
                                     struct wend_error *error) {
    struct wend_layer *layer = &zstd->layer;
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
        return wend__fail_memory(error);
    case ZSTD_error_frameParameter_windowTooLarge:
        wend__layer_trouble(layer->context,
                            "the zstd data needs a window above 2^%u bytes, which is the limit",
                            layer->context->options.max_window_log);
        layer->is_over = true;
        return WEND_OK;
    case ZSTD_error_checksum_wrong:
        wend__layer_is_damaged(layer, "the checksum does not match");
        return WEND_OK;
    case ZSTD_error_dictionary_wrong:
        wend__layer_trouble(layer->context,
                            "the zstd data was made with a dictionary, which is not known here");
        layer->is_over = true;
        return WEND_OK;
    case ZSTD_error_prefix_unknown:
        if (zstd->has_frame) {
            wend__layer_has_tail(layer);
            return WEND_OK;
        }
        break;
    default:
        break;
    }
    wend__layer_is_damaged(layer, "it cannot be decoded");
    return WEND_OK;
}

/*
 * One call of the decoder. It gets one block at a time, without the header of the next that it asks
 * for, and none while it holds output: when something is damaged the call says nothing of the
 * output that it made before, which would be lost.
 */
static enum wend_status decode_once(struct zstd_layer *zstd, uint8_t *out, size_t capacity,
                                    size_t *got, struct wend_error *error) {
    struct wend_layer *layer = &zstd->layer;
    size_t given = wend__layer_input_left(layer);
    if (zstd->has_output) {
        given = 0;
    } else {
        size_t most =
            zstd->wanted > block_header_bytes ? zstd->wanted - block_header_bytes : zstd->wanted;
        given = given < most ? given : most;
    }
    ZSTD_inBuffer input = {layer->input + layer->input_at, given, 0};
    ZSTD_outBuffer output = {out, capacity, 0};
    size_t result = ZSTD_decompressStream(zstd->decoder, &output, &input);
    if (ZSTD_isError(result)) {
        return note_failure(zstd, result, error);
    }
    layer->input_at += input.pos;
    *got = output.pos;
    zstd->has_output = output.pos == capacity;
    zstd->is_frame_start = result == 0 || (zstd->is_frame_start && input.pos == 0);
    zstd->has_frame = zstd->has_frame || result == 0;
    zstd->wanted = result == 0 ? frame_header_min : result;
    return WEND_OK;
}

static enum wend_status zstd_read(struct wend_layer *layer, uint8_t *out, size_t capacity,
                                  size_t *got, struct wend_error *error) {
    struct zstd_layer *zstd = (struct zstd_layer *)layer;
    while (*got == 0 && !layer->is_over) {
        if (!zstd->has_output) {
            WEND_TRY(wend__layer_fill(layer, error));
            if (layer->input_ended && zstd->is_frame_start && zstd->has_frame) {
                layer->is_over = true;
                return WEND_OK;
            }
            if (layer->input_ended) {
                wend__layer_ends_early(layer);
                return WEND_OK;
            }
        }
        WEND_TRY(decode_once(zstd, out, capacity, got, error));
    }
    return WEND_OK;
}

static void zstd_close(struct wend_layer *layer) {
    struct zstd_layer *zstd = (struct zstd_layer *)layer;
    (void)ZSTD_freeDCtx(zstd->decoder);
    wend__layer_deinit(layer);
    wend__free(zstd);
}

static const struct wend_layer_kind zstd_kind = {"zstd", zstd_read, zstd_close};

struct wend_layer *wend__layer_zstd_open(struct wend_layer *below,
                                         struct wend_layer_context *context) {
    struct zstd_layer *zstd = wend__alloc_zeroed(1, sizeof *zstd);
    if (zstd == NULL) {
        return NULL;
    }
    zstd->decoder = ZSTD_createDCtx();
    if (!wend__layer_init(&zstd->layer, &zstd_kind, below, context) || zstd->decoder == NULL ||
        ZSTD_isError(ZSTD_DCtx_setParameter(zstd->decoder, ZSTD_d_windowLogMax,
                                            (int)context->options.max_window_log))) {
        zstd_close(&zstd->layer);
        return NULL;
    }
    zstd->wanted = frame_header_min;
    zstd->is_frame_start = true;
    return &zstd->layer;
}
