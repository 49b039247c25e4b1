/*
 * checkpoint_chain.h: the checkpoints of one shard, a chain of manifests with one owner at a time.
 *
 *   FOLDER/m-0000000042         a manifest: text, its checksum at the end
 *   FOLDER/state-EPOCH-42       what is open (checkpoint_file.h)
 *   FOLDER/part-EPOCH-42        rows that were counted since the checkpoint before
 *   FOLDER/outbox-EPOCH-42      what is to be told to others once the manifest is there
 *
 * A manifest is whole when it gets its name: it is written and synced under a hidden name and then
 * linked, which fails where the number is taken. So of two who believe to own the shard only one
 * goes on: who takes a shard over writes a *claim*, the next number with a higher *epoch*; the
 * other one finds its own next number taken, and is *fenced*. What it has written meanwhile is
 * named by nobody, and is swept.
 *
 * Threads: one at a time for each object.
 */
#ifndef WEND_SNAPSHOT_CHECKPOINT_CHAIN_H
#define WEND_SNAPSHOT_CHECKPOINT_CHAIN_H

#include "snapshot/checkpoint_file.h"

#include <stdbool.h>

#define WEND_CHECKPOINT_NAME_BYTES 64U
#define WEND_CHECKPOINT_TEXT_BYTES 256U
/* A mark or a watermark that is not there yet. */
#define WEND_CHECKPOINT_NO_TIME INT64_MIN

struct wend_checkpoint_part {
    char name[WEND_CHECKPOINT_NAME_BYTES];
    struct wend_checkpoint_ref ref;
    int64_t first_window_us; /* of its rows; both 0 without windows */
    int64_t last_window_us;
};

/* What is to be told; it stands in every manifest until it was. */
struct wend_checkpoint_outbox {
    char name[WEND_CHECKPOINT_NAME_BYTES];
    struct wend_checkpoint_ref ref;
    uint64_t seq;   /* of the first manifest that has it */
    uint64_t count; /* of messages */
};

/* A step of an idle partition's mark. */
struct wend_checkpoint_tick {
    int64_t offset; /* in front of which it was made */
    int64_t mark_us;
};

/* What a manifest says. */
struct wend_checkpoint {
    uint64_t seq;
    uint64_t epoch;
    bool is_claim;
    char owner[WEND_CHECKPOINT_TEXT_BYTES];
    char topic[WEND_CHECKPOINT_TEXT_BYTES];
    int32_t partition;
    int64_t begin_offset;
    int64_t next_offset;
    int64_t mark_us;
    int64_t passed_us; /* every unit that was decided before this is in the parts */
    struct wend_hash128 definitions_hash;
    struct wend_hash128 shape_hash; /* of what the files' layout depends on */
    uint64_t read;
    uint64_t accepted;
    uint64_t waiting; /* hits in the state that are in no count yet */
    uint64_t dropped; /* records that are in none of these: late, filtered, rejected, duplicate */
    bool has_state;
    char state_name[WEND_CHECKPOINT_NAME_BYTES];
    struct wend_checkpoint_ref state;
    struct wend_checkpoint_part *parts; /* in the chain's memory */
    size_t part_count;
    size_t part_capacity;
    struct wend_checkpoint_outbox *outboxes; /* ascending by seq */
    size_t outbox_count;
    size_t outbox_capacity;
    struct wend_checkpoint_tick *ticks; /* since the checkpoint before */
    size_t tick_count;
    size_t tick_capacity;
};

struct wend_chain {
    char *folder;
    bool has_head;
    struct wend_checkpoint head; /* the newest that is whole */
    uint64_t last_number;        /* of the newest manifest, whole or not; 0: none */
    uint64_t damaged_count;      /* newer ones that were passed over */
};

/*
 * Reads the newest manifest that is whole, in `root`/`topic`-`partition`, which is made.
 * WEND_ERROR_IO; WEND_ERROR_MEMORY. `deinit` in any case.
 */
WEND_MUST_CHECK enum wend_status wend__chain_open(struct wend_chain *chain, const char *root,
                                                  const char *topic, int32_t partition,
                                                  struct wend_error *error);
/* Goes back to the newest whole manifest before the head; `has_head` false: there is none. */
WEND_MUST_CHECK enum wend_status wend__chain_step_back(struct wend_chain *chain,
                                                       struct wend_error *error);
void wend__chain_deinit(struct wend_chain *chain);

/* Appends the head, changed by the caller, as the next number (its `seq` is set). `*is_fenced`: the
 * number is taken, nothing was written, and the shard is somebody else's. WEND_ERROR_IO. */
WEND_MUST_CHECK enum wend_status wend__chain_commit(struct wend_chain *chain, bool *is_fenced,
                                                    struct wend_error *error);
/* Removes files that no kept manifest names, and all manifests but the newest few. Of files of a
 * later epoch than the head's none is touched. Best effort. */
void wend__chain_sweep(const struct wend_chain *chain);

/* Adds to the head. False without memory. */
bool wend__checkpoint_add_part(struct wend_checkpoint *head,
                               const struct wend_checkpoint_part *part);
bool wend__checkpoint_add_outbox(struct wend_checkpoint *head,
                                 const struct wend_checkpoint_outbox *outbox);
bool wend__checkpoint_add_tick(struct wend_checkpoint *head, struct wend_checkpoint_tick tick);
/* Takes those up to `seq` off the head: they were told. */
void wend__checkpoint_drop_outboxes(struct wend_checkpoint *head, uint64_t seq);

/* FOLDER/NAME; NULL without memory, else wend__free it. */
char *wend__chain_path(const struct wend_chain *chain, const char *name);

/* checkpoint_text.c: a manifest as text, and back. False: no whole manifest, or no memory. */
bool wend__checkpoint_format(const struct wend_checkpoint *checkpoint, struct wend_buffer *out);
bool wend__checkpoint_parse(struct wend_bytes text, struct wend_checkpoint *checkpoint);
void wend__checkpoint_deinit(struct wend_checkpoint *checkpoint);

#endif
