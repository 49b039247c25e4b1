/* Values that stand elsewhere, and the properties whose values nobody may see. */
#include "base/memory.h"
#include "source/kafka_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SECRET_BYTES_MAX = 65536, REASON_BYTES = 1024 };

enum wend_status wend__kafka_fail_at(const struct wend_setting *setting, struct wend_error *error,
                                     const char *format, ...) {
    char reason[REASON_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (setting->file != NULL) {
        return wend__fail_at(error, setting->file, setting->line, setting->column, "%s", reason);
    }
    return wend__fail(error, WEND_ERROR_USAGE, "-X %s: %s", setting->name, reason);
}

bool wend__kafka_is_secret(const char *name) {
    static const char *const names[] = {"sasl.password",
                                        "ssl.key.password",
                                        "ssl.key.pem",
                                        "ssl.keystore.password",
                                        "sasl.oauthbearer.client.secret",
                                        "sasl.oauthbearer.config"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool wend__kafka_is_reference(const char *value) {
    return (value[0] == '@' || value[0] == '$') && value[1] != '\0' && value[1] != value[0];
}

/* The line ends that an editor leaves behind a secret are none of it. */
static size_t without_line_ends(const char *text, size_t len) {
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r')) {
        len--;
    }
    return len;
}

static enum wend_status read_file(struct wend_kafka_config *config,
                                  const struct wend_setting *setting, const char **value,
                                  struct wend_error *error) {
    const char *path = setting->value + 1;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return wend__kafka_fail_at(setting, error, "cannot open %s: %s", path, strerror(errno));
    }
    char *text = wend__arena_alloc(&config->arena, SECRET_BYTES_MAX + 1);
    size_t len = 0;
    ssize_t got = 1;
    while (text != NULL && got != 0 && len < SECRET_BYTES_MAX) {
        got = read(descriptor, text + len, SECRET_BYTES_MAX - len);
        if (got < 0 && errno != EINTR) {
            break;
        }
        len += got > 0 ? (size_t)got : 0;
    }
    int number = errno;
    (void)close(descriptor);
    if (text == NULL) {
        return wend__fail_memory(error);
    }
    if (got < 0) {
        return wend__kafka_fail_at(setting, error, "cannot read %s: %s", path, strerror(number));
    }
    if (len == SECRET_BYTES_MAX) {
        return wend__kafka_fail_at(setting, error, "%s has more than %d bytes", path,
                                   SECRET_BYTES_MAX - 1);
    }
    text[without_line_ends(text, len)] = '\0';
    *value = text;
    return WEND_OK;
}

static enum wend_status keep_secret(struct wend_kafka_config *config, const char *value,
                                    struct wend_error *error) {
    struct wend_bytes *secrets =
        wend__arena_alloc(&config->arena, (config->secret_count + 1) * sizeof *secrets);
    if (secrets == NULL) {
        return wend__fail_memory(error);
    }
    if (config->secret_count > 0) {
        memcpy(secrets, config->secrets, config->secret_count * sizeof *secrets);
    }
    secrets[config->secret_count] = wend__bytes_text(value);
    config->secrets = secrets;
    config->secret_count++;
    return WEND_OK;
}

enum wend_status wend__kafka_value(struct wend_kafka_config *config,
                                   const struct wend_setting *setting, const char **value,
                                   struct wend_error *error) {
    const char *text = setting->value;
    if (!wend__kafka_is_reference(text)) {
        bool is_escaped = (text[0] == '@' || text[0] == '$') && text[1] == text[0];
        *value = is_escaped ? text + 1 : text;
        return WEND_OK;
    }
    if (text[0] == '@') {
        WEND_TRY(read_file(config, setting, value, error));
    } else {
        *value = getenv(text + 1);
        if (*value == NULL) {
            return wend__kafka_fail_at(setting, error,
                                       "the environment has no %s; set it, or write $$%s where the "
                                       "sign itself is meant",
                                       text + 1, text + 1);
        }
    }
    bool is_property = strchr(setting->name, '.') != NULL;
    return is_property ? keep_secret(config, *value, error) : WEND_OK;
}

void wend__kafka_config_mask(const struct wend_kafka_config *config, char *text) {
    for (size_t i = 0; i < config->secret_count; i++) {
        const char *secret = (const char *)config->secrets[i].data;
        size_t len = config->secrets[i].len;
        char *at = len < 3 ? NULL : strstr(text, secret);
        while (at != NULL) {
            memset(at, '*', len);
            at = strstr(at + len, secret);
        }
    }
}
