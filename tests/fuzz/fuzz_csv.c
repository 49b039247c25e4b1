/* Delimited text of any bytes: detected or declared, the same records for all blocks. */
#include "decode/sampler.h"
#include "decode_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {"a", "b", "column_1", "column_2"};
    static const struct wend_format formats[] = {
        {.kind = WEND_FORMAT_AUTO, .max_record_bytes = 50},
        {.kind = WEND_FORMAT_DELIMITED, .separator = ',', .max_record_bytes = 9},
        {.kind = WEND_FORMAT_DELIMITED, .header = WEND_HEADER_NO, .max_record_bytes = 30}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        (void)fuzz_decode(&formats[i], names, sizeof names / sizeof *names, data, size);
    }
    struct wend_detected detected;
    struct wend_sampled sampled;
    if (wend__detect(data, size, size % 2 == 0, &formats[0], &detected, NULL) == WEND_OK) {
        enum wend_status status = wend__sample_fields(data, size, size % 2 == 0, &detected,
                                                      wend__bytes_text("fuzz"), 1, &sampled, NULL);
        FUZZ_REQUIRE(status == WEND_OK);
        for (uint32_t i = 0; i < sampled.sample.field_count; i++) {
            FUZZ_REQUIRE(sampled.sample.fields[i].count <= sampled.sample.record_count);
        }
        wend__sampled_deinit(&sampled);
    }
    wend__detected_deinit(&detected);
    return 0;
}
