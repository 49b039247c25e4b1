/* A manifest of a checkpoint as text: a line a fact, then lists, then a checksum of it all. */
#include "base/memory.h"
#include "base/number.h"
#include "snapshot/checkpoint_chain.h"

#include <inttypes.h>
#include <stdlib.h>

#define FIRST_LINE "wend-checkpoint 1\n"
#define TIME_FORMAT "%" PRId64

static bool add_files(const struct wend_checkpoint *c, struct wend_buffer *out) {
    if (c->has_state &&
        !wend__buffer_append_format(out, "state %s %" PRIu64 " %016" PRIx64 " %016" PRIx64 "\n",
                                    c->state_name, c->state.bytes, c->state.checksum.high,
                                    c->state.checksum.low)) {
        return false;
    }
    for (size_t i = 0; i < c->part_count; i++) {
        const struct wend_checkpoint_part *part = &c->parts[i];
        if (!wend__buffer_append_format(
                out, "part %s %" PRIu64 " %016" PRIx64 " %016" PRIx64 " %" PRId64 " %" PRId64 "\n",
                part->name, part->ref.bytes, part->ref.checksum.high, part->ref.checksum.low,
                part->first_window_us, part->last_window_us)) {
            return false;
        }
    }
    for (size_t i = 0; i < c->outbox_count; i++) {
        const struct wend_checkpoint_outbox *outbox = &c->outboxes[i];
        if (!wend__buffer_append_format(out,
                                        "outbox %s %" PRIu64 " %016" PRIx64 " %016" PRIx64
                                        " %" PRIu64 " %" PRIu64 "\n",
                                        outbox->name, outbox->ref.bytes, outbox->ref.checksum.high,
                                        outbox->ref.checksum.low, outbox->seq, outbox->count)) {
            return false;
        }
    }
    for (size_t i = 0; i < c->tick_count; i++) {
        if (!wend__buffer_append_format(out, "tick %" PRId64 " %" PRId64 "\n", c->ticks[i].offset,
                                        c->ticks[i].mark_us)) {
            return false;
        }
    }
    return true;
}

bool wend__checkpoint_format(const struct wend_checkpoint *c, struct wend_buffer *out) {
    wend__buffer_clear(out);
    bool done =
        wend__buffer_append_text(out, FIRST_LINE) &&
        wend__buffer_append_format(out, "topic %s\nowner %s\n", c->topic, c->owner) &&
        wend__buffer_append_format(out,
                                   "seq %" PRIu64 "\nepoch %" PRIu64 "\nclaim %d\npartition %d\n",
                                   c->seq, c->epoch, c->is_claim ? 1 : 0, c->partition) &&
        wend__buffer_append_format(
            out, "begin %" PRId64 "\nnext %" PRId64 "\nmark %" PRId64 "\npassed %" PRId64 "\n",
            c->begin_offset, c->next_offset, c->mark_us, c->passed_us) &&
        wend__buffer_append_format(out, "definitions %016" PRIx64 " %016" PRIx64 "\n",
                                   c->definitions_hash.high, c->definitions_hash.low) &&
        wend__buffer_append_format(out, "shape %016" PRIx64 " %016" PRIx64 "\n", c->shape_hash.high,
                                   c->shape_hash.low) &&
        wend__buffer_append_format(out, "counts %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                                   c->read, c->accepted, c->waiting, c->dropped) &&
        add_files(c, out);
    return done && wend__buffer_append_format(out, "end %016" PRIx64 "\n",
                                              wend__hash64(wend__buffer_view(out), 0));
}

/* Takes a word off the front of a line; an empty one: there is none. */
static struct wend_bytes take_word(struct wend_bytes *line) {
    const uint8_t *blank = line->len == 0 ? NULL : memchr(line->data, ' ', line->len);
    size_t len = blank == NULL ? line->len : (size_t)(blank - line->data);
    struct wend_bytes word = wend__bytes(line->data, len);
    size_t taken = blank == NULL ? len : len + 1;
    *line = wend__bytes(line->data + taken, line->len - taken);
    return word;
}

static bool copy_word(struct wend_bytes word, char *out, size_t capacity) {
    if (word.len == 0 || word.len >= capacity) {
        return false;
    }
    memcpy(out, word.data, word.len);
    out[word.len] = '\0';
    return true;
}

static bool take_number(struct wend_bytes *line, int base, uint64_t *number) {
    char text[32];
    char *end = text;
    if (!copy_word(take_word(line), text, sizeof text)) {
        return false;
    }
    *number = strtoull(text, &end, base);
    return *end == '\0';
}

static bool take_time(struct wend_bytes *line, int64_t *time_us) {
    char text[32];
    char *end = text;
    if (!copy_word(take_word(line), text, sizeof text)) {
        return false;
    }
    *time_us = strtoll(text, &end, 10);
    return *end == '\0';
}

static bool take_hash(struct wend_bytes *line, struct wend_hash128 *hash) {
    return take_number(line, 16, &hash->high) && take_number(line, 16, &hash->low);
}

static bool take_file(struct wend_bytes *line, char *name, struct wend_checkpoint_ref *ref) {
    return copy_word(take_word(line), name, WEND_CHECKPOINT_NAME_BYTES) &&
           take_number(line, 10, &ref->bytes) && take_hash(line, &ref->checksum);
}

static bool take_list_line(struct wend_bytes key, struct wend_bytes *line,
                           struct wend_checkpoint *c) {
    if (wend__bytes_is(key, "state")) {
        c->has_state = true;
        return take_file(line, c->state_name, &c->state);
    }
    if (wend__bytes_is(key, "part")) {
        struct wend_checkpoint_part part = {0};
        return take_file(line, part.name, &part.ref) && take_time(line, &part.first_window_us) &&
               take_time(line, &part.last_window_us) && wend__checkpoint_add_part(c, &part);
    }
    if (wend__bytes_is(key, "outbox")) {
        struct wend_checkpoint_outbox outbox = {0};
        return take_file(line, outbox.name, &outbox.ref) && take_number(line, 10, &outbox.seq) &&
               take_number(line, 10, &outbox.count) && wend__checkpoint_add_outbox(c, &outbox);
    }
    struct wend_checkpoint_tick tick = {0};
    return wend__bytes_is(key, "tick") && take_time(line, &tick.offset) &&
           take_time(line, &tick.mark_us) && wend__checkpoint_add_tick(c, tick);
}

static bool take_line(struct wend_bytes line, struct wend_checkpoint *c) {
    struct wend_bytes key = take_word(&line);
    uint64_t number = 0;
    if (wend__bytes_is(key, "topic")) {
        return copy_word(line, c->topic, sizeof c->topic);
    }
    if (wend__bytes_is(key, "owner")) {
        return copy_word(line, c->owner, sizeof c->owner);
    }
    if (wend__bytes_is(key, "seq")) {
        return take_number(&line, 10, &c->seq);
    }
    if (wend__bytes_is(key, "epoch")) {
        return take_number(&line, 10, &c->epoch);
    }
    if (wend__bytes_is(key, "claim") || wend__bytes_is(key, "partition")) {
        bool done = take_number(&line, 10, &number) && number <= INT32_MAX;
        c->is_claim = key.len == 5 ? number != 0 : c->is_claim;
        c->partition = key.len == 5 ? c->partition : (int32_t)number;
        return done;
    }
    if (wend__bytes_is(key, "counts")) {
        return take_number(&line, 10, &c->read) && take_number(&line, 10, &c->accepted) &&
               take_number(&line, 10, &c->waiting) && take_number(&line, 10, &c->dropped);
    }
    if (wend__bytes_is(key, "definitions")) {
        return take_hash(&line, &c->definitions_hash);
    }
    if (wend__bytes_is(key, "shape")) {
        return take_hash(&line, &c->shape_hash);
    }
    int64_t *time_us = wend__bytes_is(key, "begin")    ? &c->begin_offset
                       : wend__bytes_is(key, "next")   ? &c->next_offset
                       : wend__bytes_is(key, "mark")   ? &c->mark_us
                       : wend__bytes_is(key, "passed") ? &c->passed_us
                                                       : NULL;
    return time_us != NULL ? take_time(&line, time_us) : take_list_line(key, &line, c);
}

/* Whether the last line tells the checksum of all before; then leaves it out. */
static bool check_end(struct wend_bytes *text) {
    enum { END_BYTES = 4 + 16 + 1 };
    uint64_t told = 0;
    if (text->len < END_BYTES || memcmp(text->data + text->len - END_BYTES, "end ", 4) != 0 ||
        text->data[text->len - 1] != '\n') {
        return false;
    }
    struct wend_bytes number = wend__bytes(text->data + text->len - 17, 16);
    text->len -= END_BYTES;
    return take_number(&number, 16, &told) && told == wend__hash64(*text, 0);
}

bool wend__checkpoint_parse(struct wend_bytes text, struct wend_checkpoint *checkpoint) {
    size_t first = strlen(FIRST_LINE);
    if (!check_end(&text) || text.len < first || memcmp(text.data, FIRST_LINE, first) != 0) {
        return false;
    }
    text = wend__bytes(text.data + first, text.len - first);
    while (text.len > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        if (end == NULL) {
            return false;
        }
        size_t len = (size_t)(end - text.data);
        if (!take_line(wend__bytes(text.data, len), checkpoint)) {
            return false;
        }
        text = wend__bytes(end + 1, text.len - len - 1);
    }
    return checkpoint->seq > 0;
}

bool wend__checkpoint_add_part(struct wend_checkpoint *head,
                               const struct wend_checkpoint_part *part) {
    void *parts = head->parts;
    bool done =
        wend__reserve(&parts, &head->part_capacity, head->part_count + 1, sizeof *head->parts);
    head->parts = parts;
    if (done) {
        head->parts[head->part_count++] = *part;
    }
    return done;
}

bool wend__checkpoint_add_outbox(struct wend_checkpoint *head,
                                 const struct wend_checkpoint_outbox *outbox) {
    void *outboxes = head->outboxes;
    bool done = wend__reserve(&outboxes, &head->outbox_capacity, head->outbox_count + 1,
                              sizeof *head->outboxes);
    head->outboxes = outboxes;
    if (done) {
        head->outboxes[head->outbox_count++] = *outbox;
    }
    return done;
}

void wend__checkpoint_drop_outboxes(struct wend_checkpoint *head, uint64_t seq) {
    size_t kept = 0;
    for (size_t i = 0; i < head->outbox_count; i++) {
        if (head->outboxes[i].seq > seq) {
            head->outboxes[kept++] = head->outboxes[i];
        }
    }
    head->outbox_count = kept;
}

bool wend__checkpoint_add_tick(struct wend_checkpoint *head, struct wend_checkpoint_tick tick) {
    void *ticks = head->ticks;
    bool done =
        wend__reserve(&ticks, &head->tick_capacity, head->tick_count + 1, sizeof *head->ticks);
    head->ticks = ticks;
    if (done) {
        head->ticks[head->tick_count++] = tick;
    }
    return done;
}

void wend__checkpoint_deinit(struct wend_checkpoint *checkpoint) {
    wend__free(checkpoint->parts);
    wend__free(checkpoint->outboxes);
    wend__free(checkpoint->ticks);
    *checkpoint = (struct wend_checkpoint){0};
}
