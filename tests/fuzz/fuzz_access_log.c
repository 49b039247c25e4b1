/* Access-log lines of any bytes: the same records for all blocks, and no field of a reject. */
#include "decode_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {"host", "user",     "time",  "request",
                                        "path", "protocol", "agent", "vhost"};
    static const struct wend_format format = {.kind = WEND_FORMAT_ACCESS_LOG,
                                              .max_record_bytes = 200};
    (void)fuzz_decode(&format, names, sizeof names / sizeof *names, data, size);
    return 0;
}
