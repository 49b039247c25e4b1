/* A build without PostgreSQL: says so. */
#include "base/status.h"
#include "postgres/postgres.h"

enum wend_status wend__postgres_check(const char *conninfo, const char *schema,
                                      struct wend_error *error) {
    (void)conninfo;
    (void)schema;
    return wend__fail(error, WEND_ERROR_USAGE,
                      "this build of wend has no PostgreSQL; build it with -DWEND_POSTGRES=ON");
}

enum wend_status wend__postgres_list_windows(const struct wend_postgres_options *options,
                                             struct wend_postgres_published *published,
                                             struct wend_postgres_windows *windows,
                                             struct wend_error *error) {
    *published = (struct wend_postgres_published){0};
    *windows = (struct wend_postgres_windows){0};
    return wend__postgres_check(options->conninfo, options->schema, error);
}

enum wend_status wend__postgres_publish(const struct wend_postgres_options *options,
                                        struct wend_postgres_published *published,
                                        struct wend_error *error) {
    *published = (struct wend_postgres_published){0};
    return wend__postgres_check(options->conninfo, options->schema, error);
}

int wend__postgres_version(void) {
    return 0;
}
