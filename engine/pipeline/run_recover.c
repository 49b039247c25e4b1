/* From what the state directory holds to shards that go on. */
#include "base/io.h"
#include "base/memory.h"
#include "pipeline/look.h"
#include "pipeline/run_outcomes.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define IDENTITY_FORMAT "wend-state 1 %016" PRIx64 "\n"
enum { IDENTITY_BYTES = 13 + 16 + 1 };

static enum wend_status fail_state(const char *what, const char *path, int number,
                                   struct wend_error *error) {
    return wend__fail(error, WEND_ERROR_IO, "cannot %s %s: %s", what, path, strerror(number));
}

/* `*is_there` false: nobody has made it yet. */
static enum wend_status read_identity(const char *path, uint64_t *seed, bool *is_there,
                                      struct wend_error *error) {
    char text[IDENTITY_BYTES + 1] = "";
    size_t got = 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    *is_there = descriptor >= 0;
    if (descriptor < 0) {
        return errno == ENOENT ? WEND_OK : fail_state("open", path, errno, error);
    }
    int number = wend__io_read_at(descriptor, text, IDENTITY_BYTES, 0, &got);
    (void)close(descriptor);
    if (number != 0) {
        return fail_state("read", path, number, error);
    }
    char again[IDENTITY_BYTES + 1];
    *seed = got == IDENTITY_BYTES ? strtoull(text + 13, NULL, 16) : 0;
    (void)snprintf(again, sizeof again, IDENTITY_FORMAT, *seed);
    return strcmp(text, again) == 0
               ? WEND_OK
               : wend__fail(error, WEND_ERROR_USAGE,
                            "%s is no state of this version of wend; choose another --state", path);
}

/* Written whole under another name first, and linked: of several who begin at once one wins. */
static enum wend_status make_identity(const char *path, struct wend_error *error) {
    struct wend_buffer hidden = {0};
    char text[IDENTITY_BYTES + 1];
    int len = snprintf(text, sizeof text, IDENTITY_FORMAT, wend__secret_seed());
    if (!wend__buffer_append_format(&hidden, "%s.%ld", path, (long)getpid()) ||
        !wend__buffer_append(&hidden, "", 1)) {
        wend__buffer_deinit(&hidden);
        return wend__fail_memory(error);
    }
    const char *name = (const char *)hidden.data;
    int descriptor = -1;
    (void)wend__io_remove(name);
    int number = wend__io_create_new(name, &descriptor);
    if (number == 0) {
        number = wend__io_write(descriptor, text, (size_t)len);
        number = number == 0 ? wend__io_sync(descriptor) : number;
        (void)close(descriptor);
    }
    if (number == 0) {
        number = wend__io_link_new(name, path);
        number = number == EEXIST ? 0 : number;
    }
    (void)wend__io_remove(name);
    wend__buffer_deinit(&hidden);
    return number == 0 ? WEND_OK : fail_state("make", path, number, error);
}

enum wend_status wend__run_shards_identify(struct wend_run_state *run, struct wend_error *error) {
    struct wend_run_shards *shards = run->shards;
    struct wend_buffer path = {0};
    bool is_there = false;
    int number = wend__io_make_directories(shards->root);
    if (number != 0) {
        return fail_state("make the directory", shards->root, number, error);
    }
    if (!wend__buffer_append_format(&path, "%s/identity", shards->root) ||
        !wend__buffer_append(&path, "", 1)) {
        wend__buffer_deinit(&path);
        return wend__fail_memory(error);
    }
    const char *name = (const char *)path.data;
    enum wend_status status = read_identity(name, &shards->seed, &is_there, error);
    if (status == WEND_OK && !is_there) {
        status = make_identity(name, error);
        if (status == WEND_OK) {
            status = read_identity(name, &shards->seed, &is_there, error);
        }
    }
    wend__buffer_deinit(&path);
    return status;
}

static enum wend_status check_definitions(const struct wend_run_shard *shard,
                                          struct wend_error *error) {
    const struct wend_run_state *run = shard->run;
    const struct wend_checkpoint *head = &shard->chain.head;
    struct wend_hash128 own = run->options->ruleset->source_hash;
    struct wend_hash128 shape = run->shards->shape_hash;
    if (head->shape_hash.high != shape.high || head->shape_hash.low != shape.low) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "what %s holds was computed with other fields, segments, journeys, "
                          "windows, tables or `outcomes`, and cannot be added to; go back to "
                          "those, or begin anew with another --state",
                          shard->chain.folder);
    }
    if ((head->definitions_hash.high != own.high || head->definitions_hash.low != own.low) &&
        !run->options->kafka->accepts_definitions) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the definitions have changed since the checkpoint of %s, at offset "
                          "%lld. To go on from there by the new ones add "
                          "--accept-new-definitions (what was counted stays; what is open is "
                          "counted by the new rules); or begin anew with another --state",
                          shard->chain.folder, (long long)head->next_offset);
    }
    return WEND_OK;
}

/* It must be there; what is in it is compared when it is read. */
static enum wend_status check_file(const struct wend_run_shard *shard, const char *name,
                                   const struct wend_checkpoint_ref *ref, const char *content,
                                   struct wend_error *error) {
    struct stat status;
    char *path = wend__chain_path(&shard->chain, name);
    if (path == NULL) {
        return wend__fail_memory(error);
    }
    bool is_there = stat(path, &status) == 0 && (uint64_t)status.st_size == ref->bytes;
    enum wend_status result =
        is_there ? WEND_OK
                 : wend__fail(error, WEND_ERROR_IO,
                              "%s, which holds %s, is gone or damaged; restore it from a copy, or "
                              "begin anew with another --state",
                              path, content);
    wend__free(path);
    return result;
}

static enum wend_status check_files(const struct wend_run_shard *shard, struct wend_error *error) {
    const struct wend_checkpoint *head = &shard->chain.head;
    for (size_t i = 0; i < head->part_count; i++) {
        WEND_TRY(
            check_file(shard, head->parts[i].name, &head->parts[i].ref, "counted rows", error));
    }
    for (size_t i = 0; i < head->outbox_count; i++) {
        WEND_TRY(check_file(shard, head->outboxes[i].name, &head->outboxes[i].ref,
                            "outcomes that were not sent yet", error));
    }
    return WEND_OK;
}

static enum wend_status make_shard(struct wend_run_shard *shard, struct wend_error *error) {
    struct wend_run_state *run = shard->run;
    wend__shard_destroy(shard->shard);
    shard->shard = NULL;
    struct wend_stream_state *stream = run->partitions[shard->index];
    stream->has_mark = false;
    atomic_store_explicit(&stream->time_unit, (int)run->options->ruleset->time_unit,
                          memory_order_relaxed);
    return wend__shard_create(&run->plan, run->partitions[shard->index], &shard->shard, error);
}

/* WEND_ERROR_IO: this checkpoint is damaged. */
static enum wend_status load(struct wend_run_shard *shard, struct wend_shard_facts *facts,
                             struct wend_error *error) {
    const struct wend_checkpoint *head = &shard->chain.head;
    *facts = (struct wend_shard_facts){.begin_offset = head->begin_offset,
                                       .next_offset = head->next_offset};
    WEND_TRY(make_shard(shard, error));
    if (!head->has_state) {
        return WEND_OK;
    }
    struct wend_buffer bytes = {0};
    char *path = wend__chain_path(&shard->chain, head->state_name);
    enum wend_status status = path == NULL
                                  ? wend__fail_memory(error)
                                  : wend__checkpoint_read(path, &head->state, &bytes, error);
    if (status == WEND_OK) {
        status = wend__shard_restore(shard->shard, wend__buffer_view(&bytes), facts, error);
    }
    if (status == WEND_OK && facts->next_offset != head->next_offset) {
        status = wend__fail(error, WEND_ERROR_IO, "%s belongs to another manifest", path);
    }
    wend__buffer_deinit(&bytes);
    wend__free(path);
    return status;
}

static void tell_damage(const struct wend_run_shard *shard, const char *reason) {
    const struct wend_run_kafka *kafka = shard->run->options->kafka;
    if (kafka->note != NULL) {
        char text[WEND_ERROR_TEXT_BYTES + 128];
        (void)snprintf(text, sizeof text, "an older checkpoint is used: %s", reason);
        kafka->note(kafka->note_context, text);
    }
}

/* The newest checkpoint that can be read; what was committed later is read again. */
static enum wend_status load_newest(struct wend_run_shard *shard, struct wend_shard_facts *facts,
                                    struct wend_error *error) {
    uint64_t damaged = shard->chain.damaged_count;
    if (damaged > 0) {
        tell_damage(shard, "a manifest is damaged");
    }
    while (shard->chain.has_head) {
        WEND_TRY(check_definitions(shard, error));
        enum wend_status status = load(shard, facts, error);
        if (status != WEND_ERROR_IO) {
            return status == WEND_OK ? check_files(shard, error) : status;
        }
        struct wend_error reason = error != NULL ? *error : (struct wend_error){0};
        WEND_TRY(wend__chain_step_back(&shard->chain, error));
        if (shard->chain.has_head) {
            tell_damage(shard, reason.text);
        } else if (error != NULL) {
            *error = reason;
        }
    }
    if (shard->chain.last_number == 0) {
        return make_shard(shard, error);
    }
    return wend__fail(error, WEND_ERROR_IO,
                      "no checkpoint of %s can be read; restore it from a copy, or begin anew with "
                      "another --state",
                      shard->chain.folder);
}

static enum wend_status claim(struct wend_run_shard *shard, struct wend_error *error) {
    struct wend_run_state *run = shard->run;
    struct wend_chain *chain = &shard->chain;
    const struct wend_kafka_partition *partition = wend__kafka_partition(run->kafka, shard->index);
    if (!chain->has_head) {
        chain->head.begin_offset = partition->begin_offset;
        chain->head.next_offset = partition->next_offset;
        chain->head.mark_us = WEND_CHECKPOINT_NO_TIME;
        chain->head.passed_us = INT64_MIN;
        chain->head.definitions_hash = run->options->ruleset->source_hash;
    }
    chain->head.shape_hash = run->shards->shape_hash;
    chain->head.epoch++;
    chain->head.is_claim = true;
    chain->head.partition = partition->partition;
    (void)snprintf(chain->head.topic, sizeof chain->head.topic, "%s", partition->topic);
    memcpy(chain->head.owner, run->shards->owner, sizeof chain->head.owner);
    bool is_fenced = false;
    WEND_TRY(wend__chain_commit(chain, &is_fenced, error));
    if (is_fenced) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "another process that uses the same --state has just taken %s over; "
                          "give each its own, or start this one again",
                          chain->folder);
    }
    wend__chain_sweep(chain);
    for (size_t i = 0; i < chain->head.outbox_count; i++) {
        WEND_TRY(wend__outcomes_submit(shard, &chain->head.outboxes[i], error));
    }
    return WEND_OK;
}

enum wend_status wend__run_shard_recover(struct wend_run_shard *shard, struct wend_error *error) {
    struct wend_run_state *run = shard->run;
    const struct wend_kafka_partition *partition = wend__kafka_partition(run->kafka, shard->index);
    struct wend_shard_facts facts = {0};
    WEND_TRY(wend__chain_open(&shard->chain, run->shards->root, partition->topic,
                              partition->partition, error));
    WEND_TRY(load_newest(shard, &facts, error));
    if (shard->chain.has_head) {
        struct wend_kafka_partition known = {
            .begin_offset = facts.begin_offset,
            .next_offset = facts.next_offset,
            .bytes = facts.bytes,
            .tombstones = facts.tombstones,
            .null_keys = facts.null_keys,
            .empty_offsets = facts.empty_offsets,
        };
        WEND_TRY(wend__kafka_resume(run->kafka, shard->index, &known, error));
    }
    if (!shard->chain.has_head && shard->was_added) {
        /* Also with `start: latest`: what came before it was noticed is no past. */
        struct wend_kafka_partition known = {.begin_offset = partition->log_begin,
                                             .next_offset = partition->log_begin};
        WEND_TRY(wend__kafka_resume(run->kafka, shard->index, &known, error));
    }
    shard->begun_offset = partition->next_offset;
    shard->begun_mark_us = shard->chain.has_head ? shard->chain.head.mark_us : INT64_MIN;
    WEND_TRY(claim(shard, error));
    wend__run_shard_tell_here(shard);
    return WEND_OK;
}
