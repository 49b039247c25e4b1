/* Tar and zip, with whatever around and inside of them. */
#include "source_fixture.h"

TestSuite(source_archives, .init = begin_with_text, .fini = end_with_text);

static struct wend_buffer three_members(int format) {
    struct member members[] = {{"a/", {(const uint8_t *)"", 0}},
                               {"a/one.log", {lines.data, 1000}},
                               {"a/b/two.log", text()},
                               {"three.log", {(const uint8_t *)"three\n", 6}}};
    return make_archive(format, members, 4);
}

static void expect_three(const struct seen *seen, const char *wrapper) {
    static const char *const names[] = {"!a/one.log", "!a/b/two.log", "!three.log"};
    cr_assert_eq(seen->count, 3);
    expect_stream(seen, 0, wend__bytes(lines.data, 1000), wrapper);
    expect_stream(seen, 1, text(), wrapper);
    expect_stream(seen, 2, wend__bytes("three\n", 6), wrapper);
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(fixture_folder) + strlen("/data");
        cr_assert_str_eq(seen->streams[i].name + len, names[i]);
    }
}

Test(source_archives, a_tar_is_a_stream_for_each_file) {
    static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_TAR_GNUTAR,
                                  ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE};
    for (size_t i = 0; i < 3; i++) {
        struct wend_buffer packed = three_members(formats[i]);
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        expect_three(&seen, "tar");
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_archives, a_zip_is_a_stream_for_each_file) {
    struct wend_buffer packed = three_members(ARCHIVE_FORMAT_ZIP);
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    expect_three(&seen, "zip");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_archives, a_compressed_tar_is_a_stream_for_each_file) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        char wrapper[32];
        struct wend_buffer tar = three_members(ARCHIVE_FORMAT_TAR_GNUTAR);
        struct wend_buffer packed = wrappers[i].make(wend__buffer_view(&tar));
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        (void)snprintf(wrapper, sizeof wrapper, "tar, %s", wrappers[i].name);
        expect_three(&seen, wrapper);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
        wend__buffer_deinit(&tar);
    }
}

Test(source_archives, tars_one_behind_the_other_are_read_whole) {
    struct member one = {"one", text()};
    struct member two = {"two", {(const uint8_t *)"2\n", 2}};
    struct wend_buffer packed = join(make_archive(ARCHIVE_FORMAT_TAR_USTAR, &one, 1),
                                     make_archive(ARCHIVE_FORMAT_TAR_USTAR, &two, 1));
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    cr_assert_eq(seen.count, 2);
    expect_stream(&seen, 0, text(), "tar");
    expect_stream(&seen, 1, two.bytes, "tar");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_archives, a_compressed_member_is_decompressed) {
    static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_ZIP};
    for (size_t i = 0; i < WRAPPERS * 2; i++) {
        char wrapper[32];
        struct wend_buffer inner = wrappers[i / 2].make(text());
        struct member members[] = {{"packed", wend__buffer_view(&inner)}, {"plain", text()}};
        struct wend_buffer packed = make_archive(formats[i % 2], members, 2);
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        const char *outer = i % 2 == 0 ? "tar" : "zip";
        (void)snprintf(wrapper, sizeof wrapper, "%s, %s", wrappers[i / 2].name, outer);
        cr_assert_eq(seen.count, 2);
        expect_stream(&seen, 0, text(), wrapper);
        expect_stream(&seen, 1, text(), outer);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
        wend__buffer_deinit(&inner);
    }
}

Test(source_archives, an_archive_in_an_archive_is_trouble_without_bytes) {
    struct wend_buffer tar = three_members(ARCHIVE_FORMAT_TAR_USTAR);
    struct wend_buffer zip = three_members(ARCHIVE_FORMAT_ZIP);
    struct wend_buffer packed_tar = make_gzip(wend__buffer_view(&tar));
    struct member members[] = {{"in.tar", wend__buffer_view(&tar)},
                               {"in.zip", wend__buffer_view(&zip)},
                               {"in.tar.gz", wend__buffer_view(&packed_tar)},
                               {"plain", text()}};
    struct wend_buffer packed = make_archive(ARCHIVE_FORMAT_TAR_USTAR, members, 4);
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    cr_assert_eq(seen.count, 4);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(seen.streams[i].bytes.len, 0);
        cr_assert(strstr(seen.streams[i].trouble, "archive inside of an archive") != NULL);
    }
    expect_stream(&seen, 3, text(), "tar");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
    wend__buffer_deinit(&packed_tar);
    wend__buffer_deinit(&zip);
    wend__buffer_deinit(&tar);
}

Test(source_archives, members_that_are_not_read_are_passed_by) {
    static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_ZIP};
    for (size_t i = 0; i < 2; i++) {
        struct wend_buffer packed = three_members(formats[i]);
        struct wend_source *source;
        struct wend_stream stream;
        bool found;
        size_t count = 0;
        cr_assert_eq(wend__source_open(write_data(wend__buffer_view(&packed)), NULL, &source, NULL),
                     WEND_OK);
        while (wend__source_next(source, &found, &stream, NULL) == WEND_OK && found) {
            cr_assert_null(wend__source_trouble(source));
            count++;
        }
        cr_assert_eq(count, 3);
        wend__source_close(source);
        wend__buffer_deinit(&packed);
    }
}

Test(source_archives, names_of_members_are_bytes) {
    struct member members[] = {{"./gr\xc3\xbc\xc3\x9f.log", text()}};
    static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_TAR_GNUTAR,
                                  ARCHIVE_FORMAT_ZIP};
    for (size_t i = 0; i < 3; i++) {
        struct wend_buffer packed = make_archive(formats[i], members, 1);
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        cr_assert_str_eq(strchr(seen.streams[0].name, '!'), "!gr\xc3\xbc\xc3\x9f.log");
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_archives, archives_can_come_through_a_pipe) {
    struct wend_buffer tar = three_members(ARCHIVE_FORMAT_TAR_USTAR);
    struct wend_buffer zip = three_members(ARCHIVE_FORMAT_ZIP);
    struct seen seen = see_pipe(wend__buffer_view(&tar), 1000);
    cr_assert_eq(seen.count, 3);
    cr_assert_str_eq(seen.streams[1].name, "-!a/b/two.log");
    expect_stream(&seen, 1, text(), "tar");
    clear_seen(&seen);
    seen = see_pipe(wend__buffer_view(&zip), 1000);
    cr_assert_eq(seen.count, 3);
    expect_stream(&seen, 1, text(), "zip");
    clear_seen(&seen);
    wend__buffer_deinit(&tar);
    wend__buffer_deinit(&zip);
}

Test(source_archives, links_and_directories_are_no_streams) {
    uint8_t header[3 * 512 + 1024] = {0};
    static const char types[] = {'1', '2', '5'}; /* hard link, link, directory */
    for (size_t i = 0; i < sizeof types; i++) {
        char *block = (char *)header + i * 512;
        unsigned int sum = 0;
        (void)snprintf(block, 512, "name%zu", i);
        (void)snprintf(block + 100, 8, "0000644");
        (void)snprintf(block + 124, 12, "%011o", 0U);
        (void)snprintf(block + 157, 100, "target");
        memcpy(block + 257, "ustar\00000", 8);
        memset(block + 148, ' ', 8);
        block[156] = types[i];
        for (size_t k = 0; k < 512; k++) {
            sum += (uint8_t)block[k];
        }
        (void)snprintf(block + 148, 8, "%06o", sum);
    }
    struct seen seen = see_bytes(wend__bytes(header, sizeof header), NULL);
    cr_assert_eq(seen.count, 0);
}

Test(source_archives, a_hole_in_a_sparse_file_reads_as_zeros) {
    struct wend_buffer out = {0};
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    static uint8_t whole[100000 + 512];
    memset(whole + 100000, 'x', 512);
    cr_assert(wend__buffer_reserve(&out, 1 << 20));
    cr_assert_eq(archive_write_set_format_pax(archive), ARCHIVE_OK);
    cr_assert_eq(archive_write_open_memory(archive, out.data, out.capacity, &out.len), ARCHIVE_OK);
    archive_entry_set_pathname(entry, "sparse");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, sizeof whole);
    archive_entry_sparse_add_entry(entry, 100000, 512);
    cr_assert_eq(archive_write_header(archive, entry), ARCHIVE_OK);
    cr_assert_eq(archive_write_data(archive, whole, sizeof whole), (la_ssize_t)sizeof whole);
    archive_entry_free(entry);
    cr_assert_eq(archive_write_free(archive), ARCHIVE_OK);
    cr_assert_lt(out.len, sizeof whole);
    struct seen seen = see_bytes(wend__buffer_view(&out), NULL);
    cr_assert_eq(seen.count, 1);
    expect_stream(&seen, 0, wend__bytes(whole, sizeof whole), "tar");
    clear_seen(&seen);
    wend__buffer_deinit(&out);
}
