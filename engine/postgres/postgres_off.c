/* A build without PostgreSQL: says so. */
#include "base/status.h"
#include "postgres/postgres.h"

enum wend_status wend__postgres_publish(const struct wend_postgres_options *options,
                                        struct wend_postgres_published *published,
                                        struct wend_error *error) {
    (void)options;
    *published = (struct wend_postgres_published){0};
    return wend__fail(error, WEND_ERROR_USAGE,
                      "this build of wend has no PostgreSQL; build it with -DWEND_POSTGRES=ON");
}

int wend__postgres_version(void) {
    return 0;
}
