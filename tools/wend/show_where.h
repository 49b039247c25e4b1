/*
 * show_where.h: --where FIELD=VALUE against a value of a snapshot.
 *
 * A value fits when it is VALUE: texts byte by byte, numbers and decimals by what they are worth,
 * times by the moment, a list when it holds VALUE. Without VALUE only an absent value fits: null,
 * or empty.
 *
 * Threads: pure functions.
 */
#ifndef WEND_TOOLS_SHOW_WHERE_H
#define WEND_TOOLS_SHOW_WHERE_H

#include "text.h"

#include <wend/snapshot.h>

struct wend_cli_where {
    size_t column;
    enum wend_value_type type;
    const char *text;           /* VALUE, borrowed */
    size_t len;                 /* 0: absent */
    int64_t integer;            /* TIME: the moment */
    double number;              /* DOUBLE */
    struct wend_cli_text exact; /* COUNT, DECIMAL: VALUE as such a number is written */
};

/*
 * Reads VALUE for a column. WEND_ERROR_USAGE when it cannot be such a value. `deinit` in any case.
 */
enum wend_status wend__cli_where_init(struct wend_cli_where *where, size_t column,
                                      const char *column_name, enum wend_value_type type,
                                      const char *text, struct wend_error *error) WEND_MUST_CHECK;
void wend__cli_where_deinit(struct wend_cli_where *where);
bool wend__cli_where_fits(const struct wend_cli_where *where, const struct wend_value *value);

#endif
