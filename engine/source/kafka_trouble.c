#include "source/kafka_trouble.h"

#include "base/limits.h"

#include <stdio.h>

#define DELAY_MAX_US (64 * WEND_US_PER_SECOND)
/* By its changelog, the first librdkafka that does not send its own nonce twice. Seen: Kafka 4.1.1
 * refuses 2.0.2 and takes 2.16.1, Kafka 3.9.1 takes both. */
#define SCRAM_MENDED 0x020601ff

const char *wend__kafka_next_step(rd_kafka_resp_err_t kind) {
    switch (kind) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
        return "check security.protocol, sasl.mechanism, sasl.username and sasl.password";
    case RD_KAFKA_RESP_ERR__SSL:
        return "check security.protocol, ssl.ca.location and the host name in the certificate";
    case RD_KAFKA_RESP_ERR__RESOLVE:
        return "check the host names in `brokers`";
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
        return "check that the brokers run, their addresses, and security.protocol";
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        return "grant this user READ and DESCRIBE on the topic";
    default:
        return "it is tried again";
    }
}

/* A login that Kafka 4 refuses with the right password, too. */
static bool is_scram_broken(rd_kafka_resp_err_t kind, const char *reason) {
    return kind == RD_KAFKA_RESP_ERR__AUTHENTICATION && reason != NULL &&
           strstr(reason, "SCRAM") != NULL && rd_kafka_version() < SCRAM_MENDED;
}

bool wend__kafka_troubles_init(struct wend_kafka_troubles *troubles,
                               const struct wend_kafka_config *config,
                               const struct wend_kafka_options *options) {
    *troubles = (struct wend_kafka_troubles){
        .config = config, .note = options->note, .note_context = options->note_context};
    return pthread_mutex_init(&troubles->lock, NULL) == 0;
}

void wend__kafka_troubles_deinit(struct wend_kafka_troubles *troubles) {
    (void)pthread_mutex_destroy(&troubles->lock);
}

/* The place of a kind; of more kinds than there are places the last one is shared. */
static struct wend_kafka_told *find_told(struct wend_kafka_troubles *troubles,
                                         rd_kafka_resp_err_t kind) {
    for (size_t i = 0; i < troubles->told_count; i++) {
        if (troubles->told[i].kind == kind) {
            return &troubles->told[i];
        }
    }
    if (troubles->told_count < WEND_KAFKA_TROUBLE_KINDS) {
        troubles->told[troubles->told_count++] = (struct wend_kafka_told){.kind = kind};
    }
    return &troubles->told[troubles->told_count - 1];
}

/* True when a trouble of this kind is to be told now. */
static bool is_due(struct wend_kafka_troubles *troubles, rd_kafka_resp_err_t kind, int64_t now_us) {
    struct wend_kafka_told *told = find_told(troubles, kind);
    if (now_us < told->next_us) {
        return false;
    }
    /* A long silence since then: it is a new trouble. */
    bool is_new = told->delay_us == 0 || now_us - told->next_us > DELAY_MAX_US;
    told->delay_us = is_new ? WEND_US_PER_SECOND : told->delay_us * 2;
    told->delay_us = told->delay_us > DELAY_MAX_US ? DELAY_MAX_US : told->delay_us;
    told->next_us = now_us + told->delay_us;
    return true;
}

void wend__kafka_trouble_add(struct wend_kafka_troubles *troubles, rd_kafka_resp_err_t kind,
                             const char *reason, int64_t now_us) {
    char text[WEND_KAFKA_TEXT_BYTES];
    (void)snprintf(text, sizeof text, "Kafka: %.*s; %s%s", WEND_KAFKA_TEXT_BYTES - 256,
                   reason == NULL ? rd_kafka_err2str(kind) : reason, wend__kafka_next_step(kind),
                   is_scram_broken(kind, reason)
                       ? "; Kafka 4 refuses the SCRAM of librdkafka before 2.6.1: use another "
                         "mechanism there, or a newer librdkafka"
                       : "");
    wend__kafka_config_mask(troubles->config, text);
    pthread_mutex_lock(&troubles->lock);
    troubles->is_refused |= kind == RD_KAFKA_RESP_ERR__AUTHENTICATION;
    /* That all are down follows from what is wrong with each, which says more. */
    if (kind != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || troubles->last[0] == '\0') {
        memcpy(troubles->last, text, sizeof text);
        if (is_due(troubles, kind, now_us)) {
            memcpy(troubles->waiting, text, sizeof text);
        }
    }
    pthread_mutex_unlock(&troubles->lock);
}

void wend__kafka_troubles_tell(struct wend_kafka_troubles *troubles) {
    char text[WEND_KAFKA_TEXT_BYTES];
    pthread_mutex_lock(&troubles->lock);
    memcpy(text, troubles->waiting, sizeof text);
    troubles->waiting[0] = '\0';
    pthread_mutex_unlock(&troubles->lock);
    if (text[0] != '\0' && troubles->note != NULL) {
        troubles->note(troubles->note_context, text);
    }
}
