/*
 * gzip (RFC 1952) by ISA-L: several members one behind the other, zero bytes behind them (tapes
 * and block devices pad so).
 */
#include "source/layer.h"

#include <isa-l/igzip_lib.h>

#include "base/memory.h"

enum gzip_phase {
    GZIP_MEMBER,  /* in a member */
    GZIP_BETWEEN, /* behind one */
    GZIP_FAILED,  /* what was decoded before the damage is still handed out */
};

struct gzip_layer {
    struct wend_layer layer;
    enum gzip_phase phase;
    uint64_t member_count;
    struct inflate_state state;
};

static void start_member(struct gzip_layer *gzip) {
    isal_inflate_reset(&gzip->state);
    gzip->state.crc_flag = ISAL_GZIP;
    gzip->phase = GZIP_MEMBER;
    gzip->member_count++;
}

/* Goes to the next member, or ends the layer. */
static enum wend_status pass_between(struct gzip_layer *gzip, struct wend_error *error) {
    struct wend_layer *layer = &gzip->layer;
    for (;;) {
        WEND_TRY(wend__layer_fill(layer, error));
        if (layer->input_ended) {
            layer->is_over = true;
            return WEND_OK;
        }
        while (layer->input_at < layer->input_len && layer->input[layer->input_at] == 0) {
            layer->input_at++;
        }
        if (layer->input_at < layer->input_len) {
            break;
        }
    }
    if (layer->input[layer->input_at] == 0x1f) {
        start_member(gzip);
    } else {
        wend__layer_has_tail(layer);
    }
    return WEND_OK;
}

static void note_failure(struct gzip_layer *gzip, int result) {
    if (result == ISAL_INVALID_WRAPPER && gzip->member_count > 1) {
        wend__layer_has_tail(&gzip->layer);
    } else if (result == ISAL_INVALID_WRAPPER) {
        wend__layer_is_damaged(&gzip->layer, "its header is wrong");
    } else if (result == ISAL_UNSUPPORTED_METHOD) {
        wend__layer_is_damaged(&gzip->layer, "its compression method is unknown");
    } else if (result == ISAL_INCORRECT_CHECKSUM) {
        wend__layer_is_damaged(&gzip->layer, "the checksum does not match");
    } else {
        wend__layer_is_damaged(&gzip->layer, "it cannot be decoded");
    }
    gzip->layer.is_over = false; /* until what was decoded is handed out */
    gzip->phase = GZIP_FAILED;
}

/* ISA-L decodes a little ahead of its output; what is good of that is not lost to the damage. */
static size_t take_decoded(struct gzip_layer *gzip, uint8_t *out, size_t capacity) {
    struct inflate_state *state = &gzip->state;
    int32_t left = state->tmp_out_valid - state->tmp_out_processed;
    size_t len = left < 0 ? 0 : (size_t)left;
    if (len > capacity) {
        len = capacity;
    }
    if (len > 0) {
        memcpy(out, state->tmp_out_buffer + state->tmp_out_processed, len);
        state->tmp_out_processed += (int32_t)len;
    }
    return len;
}

/* One call of the decoder; `*is_stuck`: it can do nothing more without input. */
static size_t inflate_once(struct gzip_layer *gzip, uint8_t *out, size_t capacity, bool *is_stuck) {
    struct wend_layer *layer = &gzip->layer;
    struct inflate_state *state = &gzip->state;
    uint32_t room = capacity < UINT32_C(1) << 30 ? (uint32_t)capacity : UINT32_C(1) << 30;
    size_t left = wend__layer_input_left(layer);
    state->next_in = layer->input + layer->input_at;
    state->avail_in = (uint32_t)left;
    state->next_out = out;
    state->avail_out = room;
    int result = isal_inflate(state);
    layer->input_at = layer->input_len - state->avail_in;
    size_t made = room - state->avail_out;
    *is_stuck = false;
    if (result != ISAL_DECOMP_OK) {
        note_failure(gzip, result);
    } else if (state->block_state == ISAL_BLOCK_FINISH) {
        gzip->phase = GZIP_BETWEEN;
    } else {
        *is_stuck = made == 0 && state->avail_in == left;
    }
    return made;
}

static enum wend_status gzip_read(struct wend_layer *layer, uint8_t *out, size_t capacity,
                                  size_t *got, struct wend_error *error) {
    struct gzip_layer *gzip = (struct gzip_layer *)layer;
    for (;;) {
        if (gzip->phase == GZIP_FAILED) {
            *got = take_decoded(gzip, out, capacity);
            return WEND_OK;
        }
        if (gzip->phase == GZIP_BETWEEN) {
            WEND_TRY(pass_between(gzip, error));
            if (layer->is_over) {
                return WEND_OK;
            }
        }
        WEND_TRY(wend__layer_fill(layer, error));
        bool is_stuck;
        *got = inflate_once(gzip, out, capacity, &is_stuck);
        if (*got > 0) {
            return WEND_OK;
        }
        if (is_stuck && layer->input_ended) {
            wend__layer_ends_early(layer);
            return WEND_OK;
        }
        if (is_stuck) {
            note_failure(gzip, ISAL_INVALID_BLOCK);
        }
    }
}

static void gzip_close(struct wend_layer *layer) {
    wend__layer_deinit(layer);
    wend__free(layer);
}

static const struct wend_layer_kind gzip_kind = {"gzip", gzip_read, gzip_close};

struct wend_layer *wend__layer_gzip_open(struct wend_layer *below,
                                         struct wend_layer_context *context) {
    struct gzip_layer *gzip = wend__alloc_zeroed(1, sizeof *gzip);
    if (gzip == NULL) {
        return NULL;
    }
    if (!wend__layer_init(&gzip->layer, &gzip_kind, below, context)) {
        wend__free(gzip);
        return NULL;
    }
    isal_inflate_init(&gzip->state);
    start_member(gzip);
    return &gzip->layer;
}
