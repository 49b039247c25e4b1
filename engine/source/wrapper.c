#include "source/wrapper.h"

#include "base/bytes.h"

/* Nobody compresses more often on purpose; a file that unpacks to itself never ends. */
enum { MAX_COMPRESSIONS = 4 };

enum { TAR_MODE_AT = 100, TAR_MODE_LEN = 8, TAR_MAGIC_AT = 257, TAR_MAGIC_LEN = 8 };

struct magic {
    enum wend_wrapper wrapper;
    uint8_t len;
    uint8_t enough; /* so many bytes are a sign when nothing follows: they begin no text */
    uint8_t bytes[10];
};

/* The magic bytes of RFC 1952, RFC 8878, the .xz format 1.1.0, bzip2 and APPNOTE 6.3.10. */
static const struct magic magics[] = {
    {WEND_WRAPPER_GZIP, 2, 2, {0x1f, 0x8b}},
    {WEND_WRAPPER_ZSTD, 4, 2, {0x28, 0xb5, 0x2f, 0xfd}},
    {WEND_WRAPPER_XZ, 6, 2, {0xfd, '7', 'z', 'X', 'Z', 0x00}},
    {WEND_WRAPPER_ZIP, 4, 4, {'P', 'K', 3, 4}},
    {WEND_WRAPPER_ZIP, 4, 4, {'P', 'K', 5, 6}}, /* without any file */
};

static bool is_prefix(const struct magic *magic, struct wend_bytes head, size_t len) {
    return head.len >= len && memcmp(head.data, magic->bytes, len) == 0;
}

/* 0x184D2A50 to 0x184D2A5F, little-endian: a frame of zstd that holds no data. */
static bool is_skippable_zstd(struct wend_bytes head, bool is_all, bool *may_be) {
    static const uint8_t rest[] = {0x2a, 0x4d, 0x18};
    size_t seen = head.len < 4 ? head.len : 4;
    if (seen == 0 || (head.data[0] & 0xf0) != 0x50 || memcmp(head.data + 1, rest, seen - 1) != 0) {
        return false;
    }
    *may_be = *may_be || (seen < 4 && !is_all);
    return seen == 4;
}

/* "BZh", the block size, then the start of a block or of the end; a text may begin with "BZh9". */
static bool is_bzip2(struct wend_bytes head, bool is_all, bool *may_be) {
    static const uint8_t block[] = {0x31, 0x41, 0x59, 0x26, 0x53, 0x59};
    static const uint8_t end[] = {0x17, 0x72, 0x45, 0x38, 0x50, 0x90};
    size_t seen = head.len < 3 ? head.len : 3;
    if (memcmp(head.data, "BZh", seen) != 0 ||
        (head.len > 3 && (head.data[3] < '1' || head.data[3] > '9'))) {
        return false;
    }
    size_t rest = head.len > 4 ? head.len - 4 : 0;
    rest = rest < sizeof block ? rest : sizeof block;
    if (rest > 0 && memcmp(head.data + 4, block, rest) != 0 &&
        memcmp(head.data + 4, end, rest) != 0) {
        return false;
    }
    *may_be = *may_be || (rest < sizeof block && !is_all);
    return rest == sizeof block || (is_all && head.len >= 4);
}

/* POSIX "ustar" with its zero, or that of GNU tar. Where it cannot be seen yet, the octal field in
 * front of it tells most texts apart, so that a slow pipe is not waited for. */
static bool is_tar(struct wend_bytes head, bool is_all, bool *may_be) {
    if (head.len >= TAR_MAGIC_AT + TAR_MAGIC_LEN) {
        const uint8_t *magic = head.data + TAR_MAGIC_AT;
        return memcmp(magic, "ustar", 6) == 0 || memcmp(magic, "ustar  ", TAR_MAGIC_LEN) == 0;
    }
    bool is_possible = !is_all;
    for (size_t i = TAR_MODE_AT; i < TAR_MODE_AT + TAR_MODE_LEN && i < head.len; i++) {
        uint8_t byte = head.data[i];
        is_possible = is_possible && ((byte >= '0' && byte <= '7') || byte == ' ' || byte == 0 ||
                                      (i == TAR_MODE_AT && byte == 0x80));
    }
    *may_be = *may_be || is_possible;
    return false;
}

enum wend_wrapper wend__wrapper_detect(struct wend_bytes head, bool is_all, bool *is_sure) {
    bool may_be = false;
    *is_sure = true;
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        size_t len = head.len < magics[i].len ? head.len : magics[i].len;
        if (!is_prefix(&magics[i], head, len)) {
            continue;
        }
        if (len == magics[i].len || (is_all && len >= magics[i].enough)) {
            return magics[i].wrapper;
        }
        may_be = !is_all;
    }
    if (is_skippable_zstd(head, is_all, &may_be)) {
        return WEND_WRAPPER_ZSTD;
    }
    if (is_bzip2(head, is_all, &may_be)) {
        return WEND_WRAPPER_BZIP2;
    }
    if (is_tar(head, is_all, &may_be)) {
        return WEND_WRAPPER_TAR;
    }
    *is_sure = !may_be;
    return WEND_WRAPPER_PLAIN;
}

static enum wend_status look(struct wend_layer *layer, enum wend_wrapper *wrapper,
                             struct wend_error *error) {
    bool is_sure = false;
    for (;;) {
        bool is_all = layer->is_over || layer->head_len == sizeof layer->head;
        *wrapper =
            wend__wrapper_detect(wend__bytes(layer->head, layer->head_len), is_all, &is_sure);
        if (is_sure) {
            return WEND_OK;
        }
        WEND_TRY(wend__layer_peek_more(layer, error));
    }
}

enum wend_status wend__wrapper_peel(struct wend_layer **top, enum wend_wrapper *inside,
                                    struct wend_error *error) {
    static struct wend_layer *(*const openers[])(struct wend_layer *,
                                                 struct wend_layer_context *) = {
        [WEND_WRAPPER_GZIP] = wend__layer_gzip_open,
        [WEND_WRAPPER_ZSTD] = wend__layer_zstd_open,
        [WEND_WRAPPER_BZIP2] = wend__layer_bzip2_open,
        [WEND_WRAPPER_XZ] = wend__layer_xz_open,
    };
    for (int depth = 0;; depth++) {
        WEND_TRY(look(*top, inside, error));
        if (*inside == WEND_WRAPPER_PLAIN || *inside >= WEND_WRAPPER_TAR) {
            return WEND_OK;
        }
        if (depth == MAX_COMPRESSIONS) {
            wend__layer_trouble((*top)->context,
                                "it is compressed more than %d times over, which is the limit",
                                MAX_COMPRESSIONS);
            *inside = WEND_WRAPPER_PLAIN;
            return WEND_OK;
        }
        struct wend_layer *layer = openers[*inside](*top, (*top)->context);
        if (layer == NULL) {
            return wend__fail_memory(error);
        }
        *top = layer;
    }
}
