/* Data that is cut off or damaged, and memory that runs out. */
#include "source_fixture.h"

enum { CUTS = 40 };

TestSuite(source_damage, .init = begin_with_text, .fini = end_with_text);

static bool is_prefix(const struct wend_buffer *part, struct wend_bytes whole) {
    return part->len <= whole.len &&
           (part->len == 0 || memcmp(part->data, whole.data, part->len) == 0);
}

static struct wend_buffer two_members(int format) {
    struct member members[] = {{"one", {lines.data, 100000}}, {"two", text()}};
    return make_archive(format, members, 2);
}

Test(source_damage, cut_compressed_data_delivers_what_is_whole) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = wrappers[i].make(text());
        size_t before = 0;
        for (size_t c = 0; c <= CUTS; c++) {
            size_t cut =
                wrappers[i].magic_bytes + (packed.len - 1 - wrappers[i].magic_bytes) * c / CUTS;
            struct seen seen = see_bytes(wend__bytes(packed.data, cut), NULL);
            cr_assert_eq(seen.count, 1);
            const struct seen_stream *stream = &seen.streams[0];
            cr_assert_str_eq(stream->wrapper, wrappers[i].name);
            cr_assert(strstr(stream->trouble, "ends early") != NULL, "%s cut at %zu: %s",
                      wrappers[i].name, cut, stream->trouble);
            cr_assert(is_prefix(&stream->bytes, text()));
            cr_assert_geq(stream->bytes.len, before);
            /* All but about one block of what the cut leaves, where the data is even. */
            size_t fair = (size_t)((double)TEXT_BYTES * (double)cut / (double)packed.len);
            cr_assert_geq(stream->bytes.len + wrappers[i].block_bytes + fair / 50, fair,
                          "%s cut at %zu: %zu bytes", wrappers[i].name, cut, stream->bytes.len);
            before = stream->bytes.len;
            clear_seen(&seen);
        }
        wend__buffer_deinit(&packed);
    }
}

Test(source_damage, a_cut_before_the_checksum_costs_no_data) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = wrappers[i].make(text());
        struct seen seen = see_bytes(wend__bytes(packed.data, packed.len - 2), NULL);
        cr_assert(wend__bytes_equal(wend__buffer_view(&seen.streams[0].bytes), text()));
        cr_assert_str_not_empty(seen.streams[0].trouble);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_damage, a_cut_second_member_costs_nothing_of_the_first) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = wrappers[i].make(text());
        size_t first = packed.len;
        cr_assert(wend__buffer_reserve(&packed, first));
        memcpy(packed.data + first, packed.data, first);
        for (size_t cut = first + 1; cut < 2 * first; cut += first / 5) {
            struct seen seen = see_bytes(wend__bytes(packed.data, cut), NULL);
            cr_assert_geq(seen.streams[0].bytes.len, (size_t)TEXT_BYTES);
            cr_assert_str_not_empty(seen.streams[0].trouble);
            clear_seen(&seen);
        }
        wend__buffer_deinit(&packed);
    }
}

Test(source_damage, flipped_bytes_are_told_and_cost_nothing_before) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = wrappers[i].make(text());
        for (size_t c = 0; c < CUTS; c++) {
            size_t at = 16 + (packed.len - 16) * c / CUTS;
            packed.data[at] ^= 0x55;
            struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
            const struct seen_stream *stream = &seen.streams[0];
            cr_assert_eq(seen.count, 1);
            cr_assert_str_not_empty(stream->trouble, "%s at %zu", wrappers[i].name, at);
            size_t same = 0;
            while (same < stream->bytes.len && same < TEXT_BYTES &&
                   stream->bytes.data[same] == lines.data[same]) {
                same++;
            }
            size_t fair = (size_t)((double)TEXT_BYTES * (double)at / (double)packed.len);
            cr_assert_geq(same + wrappers[i].block_bytes + fair / 50, fair, "%s at %zu: %zu bytes",
                          wrappers[i].name, at, same);
            packed.data[at] ^= 0x55;
            clear_seen(&seen);
        }
        wend__buffer_deinit(&packed);
    }
}

Test(source_damage, a_wrong_checksum_is_trouble_behind_all_data) {
    struct wend_buffer packed = make_gzip(text());
    packed.data[packed.len - 6] ^= 1;
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    cr_assert(wend__bytes_equal(wend__buffer_view(&seen.streams[0].bytes), text()));
    cr_assert(strstr(seen.streams[0].trouble, "checksum") != NULL);
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
    packed = make_zstd(text());
    packed.data[packed.len - 1] ^= 1;
    seen = see_bytes(wend__buffer_view(&packed), NULL);
    cr_assert(wend__bytes_equal(wend__buffer_view(&seen.streams[0].bytes), text()));
    cr_assert(strstr(seen.streams[0].trouble, "checksum") != NULL);
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

/* However an archive is cut: what is whole comes whole, and exactly one stream tells. */
static void expect_cut_archive(const struct seen *seen, size_t cut) {
    size_t troubles = 0;
    for (size_t i = 0; i < seen->count; i++) {
        const struct seen_stream *stream = &seen->streams[i];
        bool is_one = strstr(stream->name, "!one") != NULL;
        struct wend_bytes whole = is_one ? wend__bytes(lines.data, 100000) : text();
        troubles += stream->trouble[0] != '\0';
        cr_assert(is_prefix(&stream->bytes, whole));
        if (stream->trouble[0] == '\0') {
            cr_assert_eq(stream->bytes.len, whole.len);
        } else {
            cr_assert_eq(i + 1, seen->count);
        }
    }
    cr_assert_eq(troubles, 1, "cut at %zu", cut);
}

Test(source_damage, a_cut_tar_tells_once_and_delivers_what_is_whole) {
    struct wend_buffer packed = two_members(ARCHIVE_FORMAT_TAR_USTAR);
    size_t marks = 512 + 100352 + 512 + 400384; /* where the end mark begins */
    size_t cuts[CUTS + 6] = {300, 511, 512, 513, 512 + 100352, marks};
    for (size_t i = 0; i < CUTS; i++) {
        cuts[6 + i] = 600 + (marks - 600) * i / CUTS;
    }
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct seen seen = see_bytes(wend__bytes(packed.data, cuts[i]), NULL);
        expect_cut_archive(&seen, cuts[i]);
        clear_seen(&seen);
    }
    wend__buffer_deinit(&packed);
}

Test(source_damage, a_cut_compressed_tar_tells_once_and_delivers_what_is_whole) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer tar = two_members(ARCHIVE_FORMAT_TAR_USTAR);
        struct wend_buffer packed = wrappers[i].make(wend__buffer_view(&tar));
        for (size_t c = 0; c <= CUTS; c++) {
            size_t cut = 4 + (packed.len - 5) * c / CUTS;
            struct seen seen = see_bytes(wend__bytes(packed.data, cut), NULL);
            expect_cut_archive(&seen, cut);
            cr_assert(strstr(seen.streams[seen.count - 1].trouble, wrappers[i].name) != NULL, "%s",
                      seen.streams[seen.count - 1].trouble);
            clear_seen(&seen);
        }
        wend__buffer_deinit(&packed);
        wend__buffer_deinit(&tar);
    }
}

Test(source_damage, a_cut_zip_tells_once_and_delivers_what_is_whole) {
    struct wend_buffer packed = two_members(ARCHIVE_FORMAT_ZIP);
    for (size_t c = 0; c <= CUTS; c++) {
        size_t cut = 8 + (packed.len - 9) * c / CUTS;
        struct seen seen = see_bytes(wend__bytes(packed.data, cut), NULL);
        expect_cut_archive(&seen, cut);
        clear_seen(&seen);
    }
    for (size_t back = 1; back < 120; back += 7) { /* in the list of files */
        struct seen seen = see_bytes(wend__bytes(packed.data, packed.len - back), NULL);
        expect_cut_archive(&seen, packed.len - back);
        cr_assert_geq(seen.count, 2);
        clear_seen(&seen);
    }
    wend__buffer_deinit(&packed);
}

Test(source_damage, a_damaged_member_of_a_zip_leaves_the_others) {
    struct member members[] = {{"one", text()}, {"two", {(const uint8_t *)"two\n", 4}}};
    struct wend_buffer packed = make_archive(ARCHIVE_FORMAT_ZIP, members, 2);
    packed.data[packed.len / 2] ^= 0x10;
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    cr_assert_eq(seen.count, 2);
    cr_assert_str_not_empty(seen.streams[0].trouble);
    expect_stream(&seen, 1, members[1].bytes, "zip");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_damage, a_damaged_header_in_a_tar_is_told_and_passed_by) {
    struct member members[] = {
        {"one", {lines.data, 1000}}, {"two", {lines.data, 2000}}, {"three", {lines.data, 3000}}};
    struct wend_buffer packed = make_archive(ARCHIVE_FORMAT_TAR_USTAR, members, 3);
    packed.data[512 + 1024 + 3] ^= 1;
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    cr_assert_eq(seen.count, 3);
    expect_stream(&seen, 0, members[0].bytes, "tar");
    cr_assert_str_not_empty(seen.streams[1].trouble);
    cr_assert_eq(seen.streams[1].bytes.len, 0);
    expect_stream(&seen, 2, members[2].bytes, "tar");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_damage, a_zip_entry_that_was_lost_is_told) {
    struct wend_buffer packed = two_members(ARCHIVE_FORMAT_ZIP);
    size_t second = 4;
    while (memcmp(packed.data + second, "PK\3\4", 4) != 0) {
        second++;
        cr_assert_lt(second + 4, packed.len);
    }
    packed.data[second + 2] = 'x';
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    cr_assert_geq(seen.count, 2);
    cr_assert_str_not_empty(seen.streams[seen.count - 1].trouble);
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

/* Every allocation on the way fails once. */
static void expect_memory_errors(struct wend_bytes bytes) {
    const char *path = write_data(bytes);
    bool is_done = false;
    for (uint64_t n = 1; !is_done; n++) {
        struct seen seen;
        struct wend_error error = {0};
        cr_assert_lt(n, 400);
        wend__memory_fail_at(n);
        uint64_t before = wend__memory_count();
        enum wend_status status = see(path, NULL, TEXT_BYTES, &seen, &error);
        is_done = wend__memory_count() - before < n;
        wend__memory_fail_at(0);
        cr_assert_eq(status, is_done ? WEND_OK : WEND_ERROR_MEMORY, "allocation %lu: %s",
                     (unsigned long)n, error.text);
        clear_seen(&seen);
    }
}

Test(source_damage, every_allocation_may_fail) {
    expect_memory_errors(text());
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer tar = two_members(ARCHIVE_FORMAT_TAR_USTAR);
        struct wend_buffer packed = wrappers[i].make(text());
        expect_memory_errors(wend__buffer_view(&packed));
        wend__buffer_deinit(&packed);
        packed = wrappers[i].make(wend__buffer_view(&tar));
        expect_memory_errors(wend__buffer_view(&packed));
        wend__buffer_deinit(&packed);
        wend__buffer_deinit(&tar);
    }
    struct wend_buffer inner = make_gzip(text());
    struct member members[] = {{"one.gz", wend__buffer_view(&inner)}, {"two", text()}};
    struct wend_buffer zip = make_archive(ARCHIVE_FORMAT_ZIP, members, 2);
    expect_memory_errors(wend__buffer_view(&zip));
    wend__buffer_deinit(&zip);
    wend__buffer_deinit(&inner);
}
