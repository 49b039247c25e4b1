/* Bombs, and what else asks for too much. */
#include "source_fixture.h"

TestSuite(source_limits, .init = begin_with_text, .fini = end_with_text);

Test(source_limits, a_bomb_is_stopped_at_the_ratio) {
    size_t zeros_len = (size_t)80 << 20;
    uint8_t *zeros = calloc(1, zeros_len);
    struct wend_source_options options = {.ratio_max = 100};
    for (size_t i = 0; i < WRAPPERS; i++) {
        if (i == 2) { /* the encoder of bzip2 takes seconds for it */
            continue;
        }
        struct wend_buffer packed = wrappers[i].make(wend__bytes(zeros, zeros_len));
        struct seen seen = see_bytes(wend__buffer_view(&packed), &options);
        cr_assert_geq(seen.streams[0].bytes.len, (size_t)64 << 20);
        cr_assert_lt(seen.streams[0].bytes.len, zeros_len);
        cr_assert(strstr(seen.streams[0].trouble, "more than 100 times") != NULL);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
    free(zeros);
}

Test(source_limits, a_bomb_in_an_archive_is_stopped_at_the_ratio) {
    size_t zeros_len = (size_t)80 << 20;
    uint8_t *zeros = calloc(1, zeros_len);
    struct wend_source_options options = {.ratio_max = 100};
    struct member members[] = {{"bomb", {zeros, zeros_len}}, {"two", text()}};
    struct wend_buffer packed = make_archive(ARCHIVE_FORMAT_ZIP, members, 2);
    struct seen seen = see_bytes(wend__buffer_view(&packed), &options);
    cr_assert_eq(seen.count, 1);
    cr_assert_lt(seen.streams[0].bytes.len, zeros_len);
    cr_assert(strstr(seen.streams[0].trouble, "more than 100 times") != NULL);
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
    free(zeros);
}

Test(source_limits, data_below_the_floor_may_have_any_ratio) {
    size_t zeros_len = (size_t)8 << 20;
    uint8_t *zeros = calloc(1, zeros_len);
    struct wend_source_options options = {.ratio_max = 2};
    struct wend_buffer packed = make_zstd(wend__bytes(zeros, zeros_len));
    struct seen seen = see_bytes(wend__buffer_view(&packed), &options);
    expect_stream(&seen, 0, wend__bytes(zeros, zeros_len), "zstd");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
    free(zeros);
}

Test(source_limits, more_entries_than_the_limit_are_trouble) {
    struct member members[6];
    struct wend_source_options options = {.entries_max = 4};
    static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_ZIP};
    for (size_t i = 0; i < 6; i++) {
        static const char *const names[] = {"a", "b", "c/", "d", "e", "f"};
        members[i] = (struct member){names[i], {lines.data, i == 2 ? 0 : 100}};
    }
    for (size_t i = 0; i < 2; i++) {
        struct wend_buffer packed = make_archive(formats[i], members, 6);
        struct seen seen = see_bytes(wend__buffer_view(&packed), &options);
        cr_assert_eq(seen.count, 4);
        cr_assert_str_empty(seen.streams[2].trouble);
        cr_assert_eq(seen.streams[3].bytes.len, 0);
        cr_assert(strstr(seen.streams[3].trouble, "more than 4 entries") != NULL);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_limits, a_window_above_the_limit_is_trouble) {
    struct wend_source_options options = {.max_window_log = 20};
    struct wend_buffer packed = make_zstd_window(text(), 22);
    struct seen seen = see_bytes(wend__buffer_view(&packed), &options);
    cr_assert_eq(seen.streams[0].bytes.len, 0);
    cr_assert(strstr(seen.streams[0].trouble, "window above 2^20") != NULL);
    clear_seen(&seen);
    options.max_window_log = 22;
    seen = see_bytes(wend__buffer_view(&packed), &options);
    expect_stream(&seen, 0, text(), "zstd");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_limits, a_window_of_27_bits_is_fine_and_one_of_28_is_not) {
    struct wend_buffer packed = make_zstd_window(text(), 27);
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    expect_stream(&seen, 0, text(), "zstd");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
    packed = make_zstd_window(text(), 28);
    seen = see_bytes(wend__buffer_view(&packed), NULL);
    cr_assert_str_not_empty(seen.streams[0].trouble);
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_limits, a_dictionary_of_xz_above_the_limit_is_trouble) {
    struct wend_source_options options = {.max_window_log = 10};
    struct wend_buffer packed = make_xz(text());
    lzma_options_lzma lzma;
    cr_assert_not(lzma_lzma_preset(&lzma, 6));
    lzma.dict_size = 32U << 20;
    lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &lzma}, {LZMA_VLI_UNKNOWN, NULL}};
    packed.len = 0;
    cr_assert_eq(lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, NULL, lines.data, lines.len,
                                           packed.data, &packed.len, packed.capacity),
                 LZMA_OK);
    struct seen seen = see_bytes(wend__buffer_view(&packed), &options);
    cr_assert(strstr(seen.streams[0].trouble, "dictionary above 2^10") != NULL);
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_limits, compressed_over_and_over_is_trouble) {
    struct wend_buffer packed = make_gzip(text());
    for (size_t i = 1; i < 5; i++) {
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        cr_assert(wend__bytes_equal(wend__buffer_view(&seen.streams[0].bytes), text()));
        cr_assert_str_empty(seen.streams[0].trouble);
        clear_seen(&seen);
        struct wend_buffer again = make_gzip(wend__buffer_view(&packed));
        wend__buffer_deinit(&packed);
        packed = again;
    }
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    cr_assert(strstr(seen.streams[0].trouble, "more than 4 times over") != NULL);
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_limits, a_zip_member_whose_decoder_has_no_limit_is_refused) {
    /* lzma; the dictionary asks for 4 GiB less a byte */
    static const uint8_t zip[] = {
        'P', 'K', 3, 4, 63, 0, 2, 0, 14,  0, 0, 0, 0, 0,    0,    0,    0,    0,    10, 0, 0,   0,
        9,   0,   0, 0, 1,  0, 0, 0, 'a', 9, 4, 5, 0, 0x5d, 0xff, 0xff, 0xff, 0xff, 0,  0, 'P', 'K',
        5,   6,   0, 0, 0,  0, 1, 0, 1,   0, 0, 0, 0, 0,    0,    0,    0,    0,    0,  0};
    struct seen seen = see_bytes(wend__bytes(zip, sizeof zip), NULL);
    cr_assert_geq(seen.count, 1);
    cr_assert_eq(seen.streams[0].bytes.len, 0);
    cr_assert(strstr(seen.streams[0].trouble, "lzma") != NULL, "%s", seen.streams[0].trouble);
    clear_seen(&seen);
}
