/*
 * cli.h: what the command line needs beyond the public interface. It is not installed.
 *
 * Threads: one at a time.
 */
#ifndef WEND_API_CLI_H
#define WEND_API_CLI_H

#include <wend/wend.h>

#include <stdatomic.h>

/* The vector instructions that decoding uses: "avx512", "avx2" or "portable". */
const char *wend__instructions(void);

/* Where the first records of an input are looked at. */
struct wend_look_options {
    const char *format;      /* NULL: found out */
    uint32_t max_window_log; /* 0: 27 */
};

/*
 * A commented starter definition for what the input holds, as a zero-terminated text to be freed
 * with wend__text_free. `template_name` NULL: no stages. Errors as wend_definitions_infer.
 */
WEND_MUST_CHECK enum wend_status wend__init_text(const char *input, const char *template_name,
                                                 const struct wend_look_options *options,
                                                 char **text, struct wend_error *error);
void wend__text_free(char *text);

/* A record of a sample, and what became of it. */
struct wend_sampled_event {
    uint64_t number;             /* of the record, from 1 */
    const char *reject;          /* "shape", "time", "customer", "future", "filtered"; NULL: none */
    struct wend_text raw;        /* the record as it stands in the input (its first 1000 bytes) */
    int64_t ts_us;               /* valid unless rejected */
    struct wend_text customer;   /* valid unless rejected */
    struct wend_text name;       /* of the event; data NULL: it has none */
    struct wend_text touchpoint; /* data NULL: unmatched */
    uint32_t rule;               /* 0-based place in the touchpoint list; UINT32_MAX: none */
    bool has_value;
    int64_t value; /* 1/10000 */
};

/* Takes one; false stops. What it points to lives for the call. */
typedef bool wend_sample_call(void *context, const struct wend_sampled_event *event);

/* A rule of the touchpoint list. */
struct wend_sample_rule {
    struct wend_text name; /* as written; a template with its braces */
    uint32_t line;
    uint64_t matches;
};

struct wend_sample_summary {
    uint64_t read;
    uint64_t accepted;
    uint64_t filtered;
    uint64_t rejected[4]; /* shape, time, customer, future */
    uint64_t unmatched;
    char format[256];               /* as detected, in words */
    struct wend_sample_rule *rules; /* heap; freed with wend__sample_summary_deinit */
    size_t rule_count;
};

/* Tries definitions on the first `limit` records of an input. Errors as wend_replay_run. */
WEND_MUST_CHECK enum wend_status
wend__sample_run(const struct wend_definitions *definitions, const char *input, uint64_t limit,
                 const struct wend_look_options *options, wend_sample_call *call, void *context,
                 struct wend_sample_summary *summary, struct wend_error *error);
void wend__sample_summary_deinit(struct wend_sample_summary *summary);

/* The version of librdkafka, or NULL in a build without. */
const char *wend__cli_kafka_version(void);
/* Of libpq: 150004 for 15.4; 0 in a build without. */
int wend__cli_postgres_version(void);

/* The version of libmicrohttpd, or NULL in a build without. */
const char *wend__cli_http_version(void);

/*
 * Health, metrics and tables over HTTP (engine/http/server.h says who may ask, and the limits).
 * What a run tells while it goes on is looked at through `live`.
 */
struct wend_live;
struct wend_server;
struct wend_answer; /* what a provider writes to, for the call */

/* NULL without memory. Used by one run; destroyed when neither it nor a server needs it. */
struct wend_live *wend__cli_live_create(void);
void wend__cli_live_destroy(struct wend_live *live);

/* How a partition is doing. Times are microseconds. */
struct wend_live_row {
    const char *topic; /* as long as `live` */
    int32_t partition;
    bool is_here; /* false: another process has it, or nobody; only the numbers above are valid */
    bool has_watermark;
    bool has_state; /* the run keeps one */
    uint64_t lag;   /* messages between the last that was taken and the end */
    uint64_t messages;
    int64_t watermark_us;
    uint64_t open_events;
    uint64_t state_bytes; /* of the newest checkpoint, compressed */
    int64_t checkpoint_age_us;
};
/* Partitions that the run knows of; 0 before it has begun. */
size_t wend__cli_live_count(const struct wend_live *live);
/* Any thread, while the run goes on; `index` is less than the count. */
void wend__cli_live_row(const struct wend_live *live, size_t index, bool has_state,
                        struct wend_live_row *row);

/* `wend_stream_run_to_end`, or with `follows` `wend_stream_run_live`, which tells `live` (may be
 * NULL) how far it is. */
WEND_MUST_CHECK enum wend_status wend__stream_run(const struct wend_stream_options *options,
                                                  bool follows, struct wend_live *live,
                                                  struct wend_result **result,
                                                  struct wend_error *error);

/* A question for a table; what it points to lives for the call. */
struct wend_table_query {
    const char *table; /* NULL: which tables there are */
    uint64_t top;      /* 0: nothing was said */
    const char *scope; /* NULL: any */
    const char *const *wheres;
    size_t where_count;
    const atomic_bool *stop; /* set when nobody waits for the answer any more */
};

/* What tells a snapshot from others by what it holds: 32 digits and a zero. */
void wend__cli_snapshot_tag(const struct wend_snapshot *snapshot, char tag[33]);
/* The name of the newest window of a stream in a directory. False: there is none. */
bool wend__cli_newest_window(const char *directory, char name[21]);

/* A page for people. */
struct wend_page_query {
    const char *known; /* tags that the client has, as it said; NULL: none */
    char tag[40];      /* to be set */
    bool is_known;     /* to be set: the tag is among them, and nothing was written */
};

struct wend_server_options {
    const char *listen;      /* ADDRESS:PORT */
    const char *token;       /* @FILE or $NAME; NULL: none */
    const char *certificate; /* PEM files; NULL: no TLS */
    const char *key;
    uint32_t connections;   /* 0: 64 */
    uint32_t rate;          /* requests a second of a client; 0: 20; UINT32_MAX: no limit */
    uint64_t patience_us;   /* 0: 30 s */
    struct wend_live *live; /* NULL: there is no run */

    /* Called by threads of the server; `page` and `tables` one at a time. Each may be NULL. */
    void *context;
    /* Not ready: writes the reason. */
    bool (*is_ready)(void *context, struct wend_answer *reason);
    /* Writes by wend__answer_metric and wend__answer_sample, behind those of `live`. */
    void (*metrics)(void *context, struct wend_answer *answer);
    /* Writes HTML. Any error: there is no page now, for that reason. */
    enum wend_status (*page)(void *context, struct wend_page_query *query,
                             struct wend_answer *answer, struct wend_error *error);
    /* Writes JSON. WEND_ERROR_EMPTY: no such table; WEND_ERROR_USAGE: a wrong question;
     * WEND_ERROR_LIMIT: the answer is too large; others: not now. */
    enum wend_status (*tables)(void *context, const struct wend_table_query *query,
                               struct wend_answer *answer, struct wend_error *error);
};

/* WEND_ERROR_USAGE: an option, a build without HTTP; WEND_ERROR_IO: the address is taken. */
WEND_MUST_CHECK enum wend_status wend__server_open(const struct wend_server_options *options,
                                                   struct wend_server **server,
                                                   struct wend_error *error);
/* "http://127.0.0.1:9464" */
const char *wend__server_url(const struct wend_server *server);
/* Whether tokens and answers can be read on the way. */
bool wend__server_is_in_clear(const struct wend_server *server);
/* Accepts NULL. No provider is called any more when it returns. */
void wend__server_close(struct wend_server *server);

/* False without memory; the answer then says so. */
bool wend__answer_add(struct wend_answer *answer, const void *bytes, size_t len);
/* Begins a gauge; its samples follow. */
void wend__answer_gauge(struct wend_answer *answer, const char *name, const char *help);
/* `label` NULL: none. */
void wend__answer_sample(struct wend_answer *answer, const char *label, const char *value,
                         double number);

/* Messages to a topic, which is made when it is missing. */
struct wend_producer;

struct wend_producer_options {
    const char *topic;
    uint32_t partitions;                        /* 0: as many as it has, or as the brokers like */
    const struct wend_stream_setting *settings; /* brokers and properties */
    size_t setting_count;
    bool (*is_stopped)(void *context); /* whether to give up */
    wend_note_call *note;
    void *context;
};

/* Everything is borrowed for the call, but what the functions look at. WEND_ERROR_USAGE: settings,
 * another number of partitions, no Kafka in this build; WEND_ERROR_IO; WEND_ERROR_CANCELLED. */
WEND_MUST_CHECK enum wend_status wend__producer_open(const struct wend_producer_options *options,
                                                     struct wend_producer **producer,
                                                     struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__producer_send(struct wend_producer *producer,
                                                     struct wend_text key, struct wend_text value,
                                                     struct wend_error *error);
/* Waits until the brokers have it all. */
WEND_MUST_CHECK enum wend_status wend__producer_finish(struct wend_producer *producer,
                                                       struct wend_error *error);
/* Accepts NULL. */
void wend__producer_close(struct wend_producer *producer);

#endif
