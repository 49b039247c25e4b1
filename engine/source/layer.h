/*
 * layer.h: one step between the file and the bytes that a stream delivers.
 *
 *     file <- gzip <- tar member <- zstd        (read from the right)
 *
 * A *layer* gives bytes on demand and takes its own from the layer below. The first bytes of each
 * may be looked at before they are read (`head`), which is how the wrapper inside is found.
 * Depth is bounded by who builds the chain, so that calls through the layers cannot nest deeply.
 *
 * Trouble (damaged, cut off, over a limit) is kept for each chain in its `context`; the first
 * one stays, since it is the cause of those that the layers above then meet.
 *
 * Threads: one at a time for a chain.
 */
#ifndef WEND_SOURCE_LAYER_H
#define WEND_SOURCE_LAYER_H

#include "base/bytes.h"
#include "base/status.h"
#include "source/source.h"

/* A tar header: the longest that must be seen to tell what something is. */
#define WEND_LAYER_HEAD_BYTES 512
/* Large enough that the calls below vanish, small enough for the second-level cache. */
#define WEND_LAYER_INPUT_BYTES ((size_t)256 << 10)
/* Less output than this is no bomb, whatever it was made from. */
#define WEND_SOURCE_RATIO_FLOOR_BYTES (UINT64_C(64) << 20)

struct wend_layer;

/* What the layers of one chain share. */
struct wend_layer_context {
    struct wend_source_options options; /* no limit is 0 */
    char trouble[WEND_SOURCE_TROUBLE_BYTES];
};

struct wend_layer_kind {
    const char *name; /* "gzip" */
    /* 1 to `capacity` bytes, or 0 at the end; is not called again after `is_over`. */
    enum wend_status (*read)(struct wend_layer *layer, uint8_t *out, size_t capacity, size_t *got,
                             struct wend_error *error);
    /* Frees what the layer owns, and the layer, but not the layers below. */
    void (*close)(struct wend_layer *layer);
};

/* The start of every kind's own struct. */
struct wend_layer {
    const struct wend_layer_kind *kind;
    struct wend_layer *below; /* NULL: the file, or a member of an archive */
    struct wend_layer_context *context;
    uint8_t *input; /* bytes from below, WEND_LAYER_INPUT_BYTES of room; NULL with `below` */
    size_t input_at;
    size_t input_len;
    bool input_ended;
    bool is_over;       /* nothing more comes but the head */
    uint64_t in_bytes;  /* taken from below */
    uint64_t out_bytes; /* given, the head included */
    size_t head_at;
    size_t head_len;
    uint8_t head[WEND_LAYER_HEAD_BYTES];
};

/* Makes the common part; false without memory for the input. */
bool wend__layer_init(struct wend_layer *layer, const struct wend_layer_kind *kind,
                      struct wend_layer *below, struct wend_layer_context *context);
void wend__layer_deinit(struct wend_layer *layer);
/* Closes from `top` down to, but not including, `end` (NULL: all). */
void wend__layer_close_down(struct wend_layer *top, const struct wend_layer *end);

/* 1 to `capacity` bytes (which is not 0), or 0 at the end. */
WEND_MUST_CHECK enum wend_status wend__layer_read(struct wend_layer *layer, uint8_t *out,
                                                  size_t capacity, size_t *got,
                                                  struct wend_error *error);
/* Looks further ahead: more bytes into `head`, or `is_over`. Only before the first read. */
WEND_MUST_CHECK enum wend_status wend__layer_peek_more(struct wend_layer *layer,
                                                       struct wend_error *error);
/* For kinds: when no input is left, takes some from below, or sets `input_ended`. */
WEND_MUST_CHECK enum wend_status wend__layer_fill(struct wend_layer *layer,
                                                  struct wend_error *error);

/* Notes trouble, unless there is some already. */
void wend__layer_trouble(struct wend_layer_context *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The usual ones; they also end the layer. */
void wend__layer_ends_early(struct wend_layer *layer);
void wend__layer_is_damaged(struct wend_layer *layer, const char *how);
void wend__layer_has_tail(struct wend_layer *layer);

static inline size_t wend__layer_input_left(const struct wend_layer *layer) {
    return layer->input_len - layer->input_at;
}

/* The kinds. Each returns NULL without memory. */
struct wend_layer *wend__layer_gzip_open(struct wend_layer *below,
                                         struct wend_layer_context *context);
struct wend_layer *wend__layer_zstd_open(struct wend_layer *below,
                                         struct wend_layer_context *context);
struct wend_layer *wend__layer_bzip2_open(struct wend_layer *below,
                                          struct wend_layer_context *context);
struct wend_layer *wend__layer_xz_open(struct wend_layer *below,
                                       struct wend_layer_context *context);

/* The bottom: an open file. `is_owned`: closed with the layer. `label` for errors; it stays the
 * caller's. */
struct wend_layer *wend__layer_file_open(int descriptor, bool is_owned, const char *label,
                                         struct wend_layer_context *context);

#endif
