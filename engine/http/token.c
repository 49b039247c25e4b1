#include "http/token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static enum wend_status read_file(const char *path, struct wend_token *token,
                                  struct wend_error *error) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return wend__fail(error, WEND_ERROR_IO, "--token: cannot open %s: %s", path,
                          strerror(errno));
    }
    ssize_t got = 1;
    while (got != 0 && token->len < sizeof token->text) {
        got = read(descriptor, token->text + token->len, sizeof token->text - token->len);
        if (got < 0 && errno != EINTR) {
            break;
        }
        token->len += got > 0 ? (size_t)got : 0;
    }
    int number = errno;
    (void)close(descriptor);
    if (got < 0) {
        return wend__fail(error, WEND_ERROR_IO, "--token: cannot read %s: %s", path,
                          strerror(number));
    }
    return WEND_OK;
}

static enum wend_status read_variable(const char *name, struct wend_token *token,
                                      struct wend_error *error) {
    const char *value = getenv(name);
    if (value == NULL) {
        return wend__fail(error, WEND_ERROR_USAGE, "--token: the environment has no %s; set it",
                          name);
    }
    token->len = strlen(value);
    token->len = token->len < sizeof token->text ? token->len : sizeof token->text;
    memcpy(token->text, value, token->len);
    return WEND_OK;
}

static bool is_visible(const struct wend_token *token) {
    for (size_t i = 0; i < token->len; i++) {
        if (token->text[i] <= ' ' || token->text[i] > '~') {
            return false;
        }
    }
    return true;
}

static enum wend_status load(const char *reference, struct wend_token *token,
                             struct wend_error *error) {
    if ((reference[0] != '@' && reference[0] != '$') || reference[1] == '\0') {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "--token takes @FILE or $NAME, not the token itself: everybody on the "
                          "machine sees the arguments of a process");
    }
    WEND_TRY(reference[0] == '@' ? read_file(reference + 1, token, error)
                                 : read_variable(reference + 1, token, error));
    while (token->len > 0 && token->len <= WEND_TOKEN_BYTES_MAX &&
           (token->text[token->len - 1] == '\n' || token->text[token->len - 1] == '\r')) {
        token->len--;
    }
    if (token->len < WEND_TOKEN_BYTES_MIN || token->len > WEND_TOKEN_BYTES_MAX) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "--token: a token has %u to %u characters\n"
                          "To make one: openssl rand -hex 32 > token",
                          WEND_TOKEN_BYTES_MIN, WEND_TOKEN_BYTES_MAX);
    }
    token->text[token->len] = '\0';
    if (!is_visible(token)) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "--token: a token is of visible ASCII characters, without blanks\n"
                          "To make one: openssl rand -hex 32 > token");
    }
    return WEND_OK;
}

enum wend_status wend__token_load(const char *reference, struct wend_token *token,
                                  struct wend_error *error) {
    *token = (struct wend_token){.len = 0};
    enum wend_status status = load(reference, token, error);
    if (status != WEND_OK) {
        wend__token_wipe(token);
    }
    return status;
}

void wend__token_wipe(struct wend_token *token) {
    /* Through volatile, so that the compiler does not leave it out. */
    volatile char *at = token->text;
    for (size_t i = 0; i < sizeof token->text; i++) {
        at[i] = '\0';
    }
    token->len = 0;
}

bool wend__token_fits(const struct wend_token *token, const char *header) {
    static const char scheme[] = "Bearer ";
    if (header == NULL || strncasecmp(header, scheme, sizeof scheme - 1) != 0) {
        return false;
    }
    const char *shown = header + sizeof scheme - 1;
    shown += strspn(shown, " ");
    size_t len = strlen(shown);
    /* Of another length it is compared with itself; no byte decides when the loop ends. */
    const char *other = len == token->len ? token->text : shown;
    volatile unsigned char difference = len == token->len ? 0 : 1;
    for (size_t i = 0; i < len; i++) {
        difference = (unsigned char)(difference | (unsigned char)(shown[i] ^ other[i]));
    }
    return difference == 0;
}
