/* Manifests of any bytes: refused, or read so that what is written from it reads the same. */
#include "decode_fuzz.h"
#include "snapshot/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* False when the text is refused. */
static bool rewrite(struct wend_bytes text, struct wend_buffer *out) {
    struct wend_arena arena = {0};
    struct wend_manifest_content content;
    struct wend_error error = {0};
    enum wend_status status = wend__manifest_read(text, "manifest.json", &arena, &content, &error);
    FUZZ_REQUIRE(status == WEND_OK || error.text[0] != '\0');
    if (status == WEND_OK) {
        for (size_t i = 0; i < content.file_count; i++) {
            const char *path = content.files[i].path;
            FUZZ_REQUIRE(path[0] != '/' && path[0] != '\0' && strncmp(path, "../", 3) != 0 &&
                         strstr(path, "/../") == NULL);
        }
        FUZZ_REQUIRE(wend__manifest_write(&content, out, &error) == WEND_OK);
    }
    wend__arena_deinit(&arena);
    return status == WEND_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct wend_buffer once = {0};
    struct wend_buffer twice = {0};
    if (rewrite(wend__bytes(data, size), &once)) {
        FUZZ_REQUIRE(rewrite(wend__buffer_view(&once), &twice));
        FUZZ_REQUIRE(wend__bytes_equal(wend__buffer_view(&once), wend__buffer_view(&twice)));
    }
    wend__buffer_deinit(&once);
    wend__buffer_deinit(&twice);
    return 0;
}
