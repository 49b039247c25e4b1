/* Files and pipes, plain and compressed. */
#include "source_fixture.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

TestSuite(source_streams, .init = begin_with_text, .fini = end_with_text);

static void append(struct wend_buffer *out, struct wend_bytes bytes) {
    cr_assert(wend__buffer_append(out, bytes.data, bytes.len));
}

/* Both in one, and the bytes of the first freed. */
Test(source_streams, a_plain_file_is_one_stream) {
    struct seen seen = see_bytes(text(), NULL);
    cr_assert_eq(seen.count, 1);
    expect_stream(&seen, 0, text(), "plain");
    cr_assert_str_eq(seen.streams[0].name, path_of("data"));
    cr_assert_eq(seen.raw_bytes, TEXT_BYTES);
    clear_seen(&seen);
}

Test(source_streams, an_empty_file_is_one_stream_without_bytes) {
    struct seen seen = see_bytes(wend__bytes("", 0), NULL);
    cr_assert_eq(seen.count, 1);
    expect_stream(&seen, 0, wend__bytes("", 0), "plain");
    clear_seen(&seen);
}

Test(source_streams, every_compression_is_found_by_magic_not_name) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = wrappers[i].make(text());
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        cr_assert_eq(seen.count, 1);
        expect_stream(&seen, 0, text(), wrappers[i].name);
        cr_assert_eq(seen.raw_bytes, packed.len);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, a_name_with_gz_does_not_make_gzip) {
    const char *path = path_of("plain.gz");
    struct seen seen;
    write_at(path, "a\n", 2);
    cr_assert_eq(see(path, NULL, 100, &seen, NULL), WEND_OK);
    expect_stream(&seen, 0, wend__bytes("a\n", 2), "plain");
    clear_seen(&seen);
}

Test(source_streams, texts_that_begin_like_magic_are_plain) {
    static const char *const texts[] = {"B",    "BZ",   "BZh", "BZh9 is a text", "PK", "PK\3x", "(",
                                        "\x1f", "Path", "P",   "P*M is not"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct seen seen = see_bytes(wend__bytes_text(texts[i]), NULL);
        cr_assert_eq(seen.count, 1);
        expect_stream(&seen, 0, wend__bytes_text(texts[i]), "plain");
        clear_seen(&seen);
    }
}

Test(source_streams, data_compressed_from_nothing_is_an_empty_stream) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = wrappers[i].make(wend__bytes("", 0));
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        cr_assert_eq(seen.count, 1);
        expect_stream(&seen, 0, wend__bytes("", 0), wrappers[i].name);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, several_members_or_frames_are_one_stream) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        size_t cut = 300001;
        struct wend_buffer packed =
            join(join(wrappers[i].make(wend__bytes(lines.data, cut)),
                      wrappers[i].make(wend__bytes("", 0))),
                 wrappers[i].make(wend__bytes(lines.data + cut, lines.len - cut)));
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        cr_assert_eq(seen.count, 1);
        expect_stream(&seen, 0, text(), wrappers[i].name);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, thousands_of_small_members_are_one_stream) {
    struct wend_buffer packed = {0};
    for (size_t at = 0; at < TEXT_BYTES; at += 100) {
        packed = join(packed, make_gzip(wend__bytes(lines.data + at, 100)));
    }
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    expect_stream(&seen, 0, text(), "gzip");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_streams, skippable_zstd_frames_are_skipped) {
    static const uint8_t skippable[] = {0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};
    struct wend_buffer packed = {0};
    append(&packed, wend__bytes(skippable, sizeof skippable));
    packed = join(packed, make_zstd(text()));
    append(&packed, wend__bytes(skippable, sizeof skippable));
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    expect_stream(&seen, 0, text(), "zstd");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_streams, zeros_behind_gzip_are_padding) {
    static const uint8_t zeros[1000];
    struct wend_buffer packed = make_gzip(text());
    append(&packed, wend__bytes(zeros, sizeof zeros));
    struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
    expect_stream(&seen, 0, text(), "gzip");
    clear_seen(&seen);
    wend__buffer_deinit(&packed);
}

Test(source_streams, other_bytes_behind_compressed_data_are_trouble) {
    static const char *const tails[] = {"garbage that is long enough to be looked at\n", "\x1f"
                                                                                         "abc"};
    for (size_t i = 0; i < WRAPPERS * 2; i++) {
        struct wend_buffer packed = wrappers[i / 2].make(text());
        append(&packed, wend__bytes_text(tails[i % 2]));
        struct seen seen = see_bytes(wend__buffer_view(&packed), NULL);
        cr_assert_eq(seen.count, 1);
        cr_assert(wend__bytes_equal(wend__buffer_view(&seen.streams[0].bytes), text()));
        cr_assert_str_not_empty(seen.streams[0].trouble, "%s %zu", wrappers[i / 2].name, i % 2);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, any_read_size_gives_the_same_bytes) {
    static const size_t sizes[] = {1, 7, 4096, 65536, 1000000};
    for (size_t i = 0; i <= WRAPPERS; i++) {
        struct wend_buffer packed = {0};
        if (i < WRAPPERS) {
            packed = wrappers[i].make(text());
        } else {
            append(&packed, text());
        }
        const char *path = write_data(wend__buffer_view(&packed));
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            struct seen seen;
            cr_assert_eq(see(path, NULL, sizes[s], &seen, NULL), WEND_OK);
            expect_stream(&seen, 0, text(), i < WRAPPERS ? wrappers[i].name : "plain");
            clear_seen(&seen);
        }
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, a_read_is_short_only_at_the_end_of_a_file) {
    struct wend_buffer packed = make_zstd(text());
    struct wend_source *source;
    struct wend_stream stream;
    bool found;
    size_t got;
    uint8_t buffer[4097];
    cr_assert_eq(wend__source_open(write_data(wend__buffer_view(&packed)), NULL, &source, NULL),
                 WEND_OK);
    cr_assert_eq(wend__source_next(source, &found, &stream, NULL), WEND_OK);
    for (size_t at = 0; at < TEXT_BYTES; at += got) {
        size_t left = TEXT_BYTES - at;
        cr_assert_eq(wend__source_read(source, buffer, sizeof buffer, &got, NULL), WEND_OK);
        cr_assert_eq(got, left < sizeof buffer ? left : sizeof buffer);
    }
    cr_assert_eq(wend__source_read(source, buffer, sizeof buffer, &got, NULL), WEND_OK);
    cr_assert_eq(got, 0);
    wend__source_close(source);
    wend__buffer_deinit(&packed);
}

Test(source_streams, standard_input_is_looked_at_like_a_file) {
    struct seen seen = see_pipe(text(), 65536);
    expect_stream(&seen, 0, text(), "plain");
    cr_assert_str_eq(seen.streams[0].name, "-");
    clear_seen(&seen);
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = wrappers[i].make(text());
        seen = see_pipe(wend__buffer_view(&packed), 65536);
        expect_stream(&seen, 0, text(), wrappers[i].name);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, a_pipe_that_trickles_gives_the_same_bytes) {
    struct wend_bytes some = wend__bytes(lines.data, 20000);
    for (size_t i = 0; i < WRAPPERS; i++) {
        struct wend_buffer packed = join(wrappers[i].make(some), wrappers[i].make(some));
        struct seen seen = see_pipe(wend__buffer_view(&packed), 1);
        cr_assert_eq(seen.streams[0].bytes.len, 40000);
        cr_assert_str_empty(seen.streams[0].trouble);
        clear_seen(&seen);
        wend__buffer_deinit(&packed);
    }
}

Test(source_streams, a_slow_pipe_gives_what_there_is) {
    int ends[2];
    struct wend_source *source;
    struct wend_stream stream;
    bool found;
    size_t got;
    char line[150];
    char buffer[4096];
    memset(line, 'x', sizeof line);
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    cr_assert_eq(write(ends[1], line, sizeof line), (ssize_t)sizeof line);
    cr_assert_eq(wend__source_open("-", NULL, &source, NULL), WEND_OK);
    cr_assert_eq(wend__source_next(source, &found, &stream, NULL), WEND_OK);
    cr_assert_eq(wend__source_read(source, buffer, sizeof buffer, &got, NULL), WEND_OK);
    cr_assert_eq(got, sizeof line);
    wend__source_close(source);
    close(ends[0]);
    close(ends[1]);
}

Test(source_streams, a_fifo_that_was_named_is_read) {
    const char *path = path_of("fifo");
    pthread_t thread;
    struct seen seen;
    cr_assert_eq(mkfifo(path, 0600), 0);
    struct pipe_job job = {open(path, O_RDWR | O_CLOEXEC), text(), 4096};
    cr_assert_geq(job.descriptor, 0);
    cr_assert_eq(pthread_create(&thread, NULL, feed_pipe, &job), 0);
    cr_assert_eq(see(path, NULL, 65536, &seen, NULL), WEND_OK);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    expect_stream(&seen, 0, text(), "plain");
    clear_seen(&seen);
}

Test(source_streams, what_is_no_file_is_refused_with_what_it_is) {
    struct wend_source *source;
    struct wend_error error = {0};
    cr_assert_eq(wend__source_open(fixture_folder, NULL, &source, &error), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "a directory") != NULL);
    cr_assert_null(source);
    cr_assert_eq(wend__source_open("/dev/zero", NULL, &source, &error), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "a device") != NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", fixture_folder);
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(wend__source_open(address.sun_path, NULL, &source, &error), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "a socket") != NULL);
    close(descriptor);
    cr_assert_eq(wend__source_open(path_of("nothing"), NULL, &source, &error), WEND_ERROR_IO);
    cr_assert(strstr(error.text, strerror(ENOENT)) != NULL);
}

Test(source_streams, a_file_that_grows_is_read_to_its_present_end) {
    const char *path = write_data(wend__bytes("one\n", 4));
    struct wend_source *source;
    struct wend_stream stream;
    bool found;
    size_t got;
    char buffer[100];
    cr_assert_eq(wend__source_open(path, NULL, &source, NULL), WEND_OK);
    write_at(path, "one\ntwo\n", 8);
    cr_assert_eq(wend__source_next(source, &found, &stream, NULL), WEND_OK);
    cr_assert_eq(wend__source_read(source, buffer, sizeof buffer, &got, NULL), WEND_OK);
    cr_assert(wend__bytes_equal(wend__bytes(buffer, got), wend__bytes("one\ntwo\n", 8)));
    wend__source_close(source);
}

Test(source_streams, a_refusal_while_reading_is_an_error) {
    struct seen seen;
    struct wend_error error = {0};
    /* A regular file by its looks, of which nothing can be read at the start. */
    cr_assert_eq(see("/proc/self/mem", NULL, 100, &seen, &error), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "/proc/self/mem") != NULL);
    cr_assert(strstr(error.text, strerror(EIO)) != NULL);
}

Test(source_streams, there_is_nothing_to_read_before_the_first_and_after_the_last_stream) {
    struct wend_source *source;
    struct wend_stream stream;
    bool found;
    size_t got;
    uint8_t buffer[16];
    cr_assert_eq(wend__source_open(write_data(text()), NULL, &source, NULL), WEND_OK);
    cr_assert_eq(wend__source_read(source, buffer, sizeof buffer, &got, NULL), WEND_OK);
    cr_assert_eq(got, 0);
    cr_assert_eq(wend__source_next(source, &found, &stream, NULL), WEND_OK);
    cr_assert(found);
    cr_assert_eq(wend__source_next(source, &found, &stream, NULL), WEND_OK);
    cr_assert_not(found);
    cr_assert_eq(wend__source_read(source, buffer, sizeof buffer, &got, NULL), WEND_OK);
    cr_assert_eq(got, 0);
    cr_assert_eq(wend__source_next(source, &found, &stream, NULL), WEND_OK);
    cr_assert_not(found);
    wend__source_close(source);
}
