/* What this program was built from; the build system hands in the versions. */
#include "help.h"

#include "api/cli.h"

#include <zlib.h>
#include <zstd.h>

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown compiler"
#endif

void wend__cli_version(struct wend_cli_text *out) {
    wend__cli_text_add_format(out, "wend %s\n", WEND_CLI_VERSION_TEXT);
    wend__cli_text_add_format(out, "build: %s, %s, %s\n", WEND_CLI_BUILD_TYPE, COMPILER,
                              WEND_CLI_SYSTEM);
    wend__cli_text_add_format(out, "options: %s\n", WEND_CLI_BUILD_OPTIONS);
    const char *kafka = wend__cli_kafka_version();
    const char *http = wend__cli_http_version();
    wend__cli_text_add_format(out, "instructions: %s\n", wend__instructions());
    wend__cli_text_add_format(out, "libraries: zstd %s, zlib %s, %s", ZSTD_versionString(),
                              zlibVersion(), WEND_CLI_LIBRARIES);
    if (kafka != NULL) {
        wend__cli_text_add_format(out, ", librdkafka %s", kafka);
    }
    int postgres = wend__cli_postgres_version(); /* 150004 is 15.4 */
    if (postgres != 0) {
        wend__cli_text_add_format(out, ", libpq %d.%d", postgres / 10000, postgres % 10000);
    }
    if (http != NULL) {
        wend__cli_text_add_format(out, ", libmicrohttpd %s", http);
    }
    wend__cli_text_add(out, "\n");
}
