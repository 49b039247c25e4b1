/* The chain of a shard's checkpoints: one owner at a time, and nothing that is damaged is used. */
#include "base/io.h"
#include "base/memory.h"
#include "snapshot/checkpoint_chain.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char root[64];

static void make_root(void) {
    (void)snprintf(root, sizeof root, "/tmp/wend-chain-XXXXXX");
    cr_assert_not_null(mkdtemp(root));
}

static void remove_root(void) {
    cr_assert_eq(wend__io_remove_tree(root), 0);
}

TestSuite(checkpoint, .init = make_root, .fini = remove_root);

static void open_chain(struct wend_chain *chain) {
    cr_assert_eq(wend__chain_open(chain, root, "clicks", 3, NULL), WEND_OK);
}

/* Takes the chain over; its name for the epoch. */
static void claim(struct wend_chain *chain) {
    bool is_fenced = true;
    chain->head.epoch++;
    chain->head.is_claim = true;
    (void)snprintf(chain->head.owner, sizeof chain->head.owner, "host/%d", (int)chain->head.epoch);
    (void)snprintf(chain->head.topic, sizeof chain->head.topic, "clicks");
    cr_assert_eq(wend__chain_commit(chain, &is_fenced, NULL), WEND_OK);
    cr_assert_not(is_fenced);
}

static bool commit(struct wend_chain *chain) {
    bool is_fenced = true;
    chain->head.is_claim = false;
    chain->head.next_offset += 10;
    cr_assert_eq(wend__chain_commit(chain, &is_fenced, NULL), WEND_OK);
    return !is_fenced;
}

Test(checkpoint, a_manifest_is_read_back_as_it_was) {
    struct wend_chain chain;
    open_chain(&chain);
    cr_assert_not(chain.has_head);
    claim(&chain);
    struct wend_checkpoint_part part = {"part-1-2", {77, {1, 2}}, -3600, 7200};
    cr_assert(wend__checkpoint_add_part(&chain.head, &part));
    for (uint64_t seq = 1; seq <= 3; seq++) {
        struct wend_checkpoint_outbox outbox = {"outbox-1-2", {88, {3, 4}}, seq, 1000 + seq};
        cr_assert(wend__checkpoint_add_outbox(&chain.head, &outbox));
    }
    wend__checkpoint_drop_outboxes(&chain.head, 2);
    cr_assert(wend__checkpoint_add_tick(&chain.head, (struct wend_checkpoint_tick){5, -9}));
    chain.head.mark_us = INT64_MIN;
    chain.head.waiting = UINT64_MAX;
    cr_assert(commit(&chain));
    struct wend_chain again;
    open_chain(&again);
    cr_assert(again.has_head);
    cr_assert_eq(again.head.seq, 2);
    cr_assert_eq(again.head.epoch, 1);
    cr_assert_eq(again.head.next_offset, 10);
    cr_assert_eq(again.head.mark_us, INT64_MIN);
    cr_assert_eq(again.head.waiting, UINT64_MAX);
    cr_assert_str_eq(again.head.owner, "host/1");
    cr_assert_eq(again.head.part_count, 1);
    cr_assert_str_eq(again.head.parts[0].name, "part-1-2");
    cr_assert_eq(again.head.parts[0].ref.checksum.low, 2);
    cr_assert_eq(again.head.parts[0].first_window_us, -3600);
    cr_assert_eq(again.head.outbox_count, 1);
    cr_assert_str_eq(again.head.outboxes[0].name, "outbox-1-2");
    cr_assert_eq(again.head.outboxes[0].ref.checksum.high, 3);
    cr_assert_eq(again.head.outboxes[0].seq, 3);
    cr_assert_eq(again.head.outboxes[0].count, 1003);
    cr_assert_eq(again.head.ticks[0].mark_us, -9);
    wend__chain_deinit(&chain);
    wend__chain_deinit(&again);
}

Test(checkpoint, a_manifest_with_any_changed_byte_is_none) {
    struct wend_checkpoint made = {.seq = 7, .epoch = 1, .topic = "clicks", .owner = "me"};
    struct wend_buffer text = {0};
    cr_assert(wend__checkpoint_format(&made, &text));
    for (size_t i = 0; i < text.len; i++) {
        struct wend_checkpoint read = {0};
        text.data[i] ^= 1;
        cr_expect_not(wend__checkpoint_parse(wend__buffer_view(&text), &read), "byte %zu", i);
        text.data[i] ^= 1;
        cr_expect_not(wend__checkpoint_parse(wend__bytes(text.data, i), &read), "cut at %zu", i);
        wend__checkpoint_deinit(&read);
    }
    wend__buffer_deinit(&text);
}

Test(checkpoint, who_was_taken_over_commits_nothing) {
    struct wend_chain old;
    struct wend_chain new;
    open_chain(&old);
    claim(&old);
    cr_assert(commit(&old));
    open_chain(&new);
    claim(&new);
    cr_assert_not(commit(&old));
    cr_assert(commit(&new));
    cr_assert_eq(new.head.seq, 4);
    wend__chain_deinit(&old);
    wend__chain_deinit(&new);
}

Test(checkpoint, a_number_that_was_swept_is_not_free) {
    struct wend_chain old;
    struct wend_chain new;
    open_chain(&old);
    claim(&old);
    open_chain(&new);
    claim(&new);
    for (int i = 0; i < 10; i++) {
        cr_assert(commit(&new));
        wend__chain_sweep(&new);
    }
    char *path = wend__chain_path(&new, "m-0000000002");
    cr_assert_neq(access(path, F_OK), 0);
    cr_assert_not(commit(&old));
    cr_assert_neq(access(path, F_OK), 0); /* it has taken its own away */
    wend__free(path);
    wend__chain_deinit(&old);
    wend__chain_deinit(&new);
}

Test(checkpoint, a_torn_manifest_is_passed_over_and_its_number_not_used_again) {
    struct wend_chain chain;
    open_chain(&chain);
    claim(&chain);
    cr_assert(commit(&chain));
    char *path = wend__chain_path(&chain, "m-0000000002");
    cr_assert_eq(truncate(path, 30), 0);
    wend__free(path);
    wend__chain_deinit(&chain);
    open_chain(&chain);
    cr_assert(chain.has_head);
    cr_assert_eq(chain.head.seq, 1);
    cr_assert_eq(chain.damaged_count, 1);
    claim(&chain);
    cr_assert_eq(chain.head.seq, 3);
    wend__chain_deinit(&chain);
}

Test(checkpoint, a_file_is_read_back_or_found_damaged) {
    struct wend_buffer out = {0};
    struct wend_checkpoint_ref ref;
    char path[128];
    uint8_t *bytes = wend__alloc(3000000);
    for (size_t i = 0; i < 3000000; i++) {
        bytes[i] = (uint8_t)(i * i >> 7);
    }
    struct wend_bytes parts[] = {wend__bytes(bytes, 1), wend__bytes(bytes, 3000000)};
    (void)snprintf(path, sizeof path, "%s/file", root);
    cr_assert_eq(wend__checkpoint_write(path, parts, 2, &ref, NULL), WEND_OK);
    cr_assert_eq(wend__checkpoint_read(path, &ref, &out, NULL), WEND_OK);
    cr_assert_eq(out.len, 3000001);
    cr_assert_arr_eq(out.data + 1, bytes, 3000000);
    ref.checksum.low ^= 1;
    cr_assert_eq(wend__checkpoint_read(path, &ref, &out, NULL), WEND_ERROR_IO);
    ref.checksum.low ^= 1;
    cr_assert_eq(truncate(path, 100), 0);
    cr_assert_eq(wend__checkpoint_read(path, &ref, &out, NULL), WEND_ERROR_IO);
    wend__buffer_deinit(&out);
    wend__free(bytes);
}

Test(checkpoint, a_full_disk_leaves_no_file) {
    struct wend_checkpoint_ref ref;
    struct wend_error error;
    char path[128];
    struct wend_bytes part = wend__bytes("abc", 3);
    (void)snprintf(path, sizeof path, "%s/file", root);
    for (uint64_t n = 1; n <= 2; n++) {
        wend__io_fail_write_at(n, 28);
        cr_assert_eq(wend__checkpoint_write(path, &part, 1, &ref, &error), WEND_ERROR_IO);
        cr_assert_neq(access(path, F_OK), 0);
    }
    wend__io_fail_write_at(0, 0);
}
