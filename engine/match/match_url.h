/*
 * match_url.h: the parts of a URL that definitions may look at.
 *
 *   https://user@Shop.example:8080/a/b?x=1&y=%41#top
 *                host              path query
 *
 * The split is that of RFC 3986, appendix B, without any check: host only behind `//`, path up to
 * the first `?` or `#`. An empty part is absent.
 * Threads: none of its own.
 */
#ifndef WEND_MATCH_MATCH_URL_H
#define WEND_MATCH_MATCH_URL_H

#include "base/buffer.h"

/* As written: a view into `url`. */
struct wend_bytes wend__url_path(struct wend_bytes url);

/*
 * Without user and port, lower case (ASCII). A view into `url`, or into `scratch` (whose content is
 * replaced) where a letter had to change. False without memory.
 */
bool wend__url_host(struct wend_bytes url, struct wend_buffer *scratch, struct wend_bytes *host);

/*
 * The value of the first parameter called `name` (compared as written), `%XX` decoded, `+` left as
 * it is. A view into `url` or `scratch` as above. False without memory.
 */
bool wend__url_query(struct wend_bytes url, struct wend_bytes name, struct wend_buffer *scratch,
                     struct wend_bytes *value);

#endif
