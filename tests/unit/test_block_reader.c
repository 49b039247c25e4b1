/* Inputs as blocks of whole records: the same records and positions however they are cut. */
#include "source_fixture.h"

#include "worker/block_reader.h"

static const struct wend_format any_format = {.max_record_bytes = 1 << 20};

static struct wend_bytes of(const char *text) {
    return wend__bytes_text(text);
}

static const char *file(const char *name, struct wend_bytes bytes) {
    const char *path = path_of(name);
    write_at(path, bytes.data, bytes.len);
    return path;
}

static void end(void) {
    (void)wend__io_remove_tree(fixture_folder);
    expect_no_leak();
}

TestSuite(block_reader, .init = make_folder, .fini = end, .timeout = 60);

static struct wend_block_reader *make_reader(const struct wend_input *inputs, size_t count,
                                             uint32_t block_bytes, uint32_t threads) {
    struct wend_block_reader_options options = {
        .inputs = inputs,
        .input_count = count,
        .format = &any_format,
        .block_bytes = block_bytes,
        .thread_count = threads,
    };
    struct wend_block_reader *reader = NULL;
    cr_assert_eq(wend__block_reader_create(&options, &reader, NULL), WEND_OK);
    return reader;
}

/* The lines of a block as "STREAM@OFFSET:LINE|"; in no block is a quotation left open. */
static void log_block(const struct wend_block *block, struct wend_buffer *log) {
    size_t quotes = 0;
    size_t start = 0;
    for (size_t i = 0; i < block->len; i++) {
        quotes += block->bytes[i] == '"';
        if (block->bytes[i] == '\n' || i + 1 == block->len) {
            cr_assert(wend__buffer_append_format(
                log, "%u@%llu:%.*s|", block->stream->index,
                (unsigned long long)(block->position + start - block->stream->position),
                (int)(i - start + (block->bytes[i] != '\n')), (const char *)block->bytes + start));
            start = i + 1;
        }
    }
    cr_expect_eq(quotes % 2, 0);
}

/* All blocks of a reader, in one text. */
static struct wend_buffer log_all(struct wend_block_reader *reader) {
    struct wend_buffer log = {0};
    struct wend_block block = {0};
    struct wend_error error = {0};
    bool found = true;
    for (uint64_t index = 0; found; index++) {
        cr_assert_eq(wend__block_reader_next(reader, 0, &block, &found, &error), WEND_OK, "%s",
                     error.text);
        if (found) {
            cr_expect_eq(block.index, index);
            cr_expect_gt(block.len, 0);
            log_block(&block, &log);
            wend__block_reader_release(reader, 0);
        }
    }
    cr_assert(wend__buffer_append(&log, "", 1));
    wend__block_deinit(&block);
    return log;
}

static void expect_records(struct wend_block_reader *reader, const char *wanted) {
    struct wend_buffer log = log_all(reader);
    cr_expect_str_eq((const char *)log.data, wanted);
    wend__buffer_deinit(&log);
}

static const char *trouble(const struct wend_block_reader *reader, size_t stream) {
    const char *text = wend__block_reader_stream(reader, stream)->trouble;
    return text == NULL ? "" : text;
}

static const uint32_t block_sizes[] = {1, 7, 30, 64, 1 << 20};

Test(block_reader, any_block_size_gives_the_same_records_at_the_same_positions) {
    struct wend_input inputs[] = {
        {file("a.csv", of("t,c,e\n1,\"x\n\"\"y\",b\n2,z,\"c\n\n\"\n3,z,d")), 0},
        {file("b", of("{\"a\":\"b\"}\n\n{\"a\":\"01234567890123456789012345678901234\"}\n")), 0},
    };
    for (size_t i = 0; i < sizeof block_sizes / sizeof *block_sizes; i++) {
        struct wend_block_reader *reader = make_reader(inputs, 2, block_sizes[i], 1);
        expect_records(
            reader,
            "0@6:1,\"x|0@11:\"\"y\",b|0@18:2,z,\"c|0@25:|0@26:\"|0@28:3,z,d|"
            "1@0:{\"a\":\"b\"}|1@10:|1@11:{\"a\":\"01234567890123456789012345678901234\"}|");
        cr_expect_eq(wend__block_reader_stream_count(reader), 2);
        cr_expect_eq(wend__block_reader_stream(reader, 0)->bytes, 33);
        wend__block_reader_destroy(reader);
    }
}

Test(block_reader, each_stream_has_positions_behind_those_of_the_one_before) {
    struct wend_input inputs[] = {{file("a", of("{\"a\":1}\n")), 0},
                                  {file("b", of("")), 0},
                                  {file("c", of("{\"a\":2}\n{\"a\":3}\n")), 0}};
    struct wend_block_reader *reader = make_reader(inputs, 3, 1024, 1);
    expect_records(reader, "0@0:{\"a\":1}|2@0:{\"a\":2}|2@8:{\"a\":3}|");
    cr_expect_eq(wend__block_reader_stream_count(reader), 3);
    static const uint64_t bytes[] = {8, 0, 16};
    uint64_t free_from = 0;
    for (size_t i = 0; i < 3; i++) {
        const struct wend_stream_state *stream = wend__block_reader_stream(reader, i);
        cr_expect_geq(stream->position, free_from);
        cr_expect_eq(stream->is_usable, i != 1);
        cr_expect_str_eq(trouble(reader, i), "");
        cr_expect_str_eq(stream->name, inputs[i].path);
        cr_expect_eq(stream->bytes, bytes[i]);
        free_from = stream->position + stream->bytes + 1;
    }
    cr_expect_eq(wend__block_reader_raw_bytes(reader), 24);
    wend__block_reader_destroy(reader);
}

Test(block_reader, a_record_longer_than_a_block_comes_whole) {
    struct wend_buffer text = {0};
    cr_assert(wend__buffer_append_text(&text, "{\"a\":1}\n{\"a\":\""));
    for (unsigned i = 0; i < 500000; i++) {
        cr_assert(wend__buffer_append(&text, "x", 1));
    }
    cr_assert(wend__buffer_append_text(&text, "\"}\n{\"a\":2}\n"));
    struct wend_input input = {file("a", wend__buffer_view(&text)), 0};
    struct wend_block_reader *reader = make_reader(&input, 1, 1024, 1);
    struct wend_buffer log = log_all(reader);
    cr_expect_eq(log.len, text.len + strlen("0@0:0@8:0@500017:") + 1);
    cr_expect_not_null(strstr((const char *)log.data, "|0@500017:{\"a\":2}|"));
    wend__buffer_deinit(&log);
    wend__buffer_deinit(&text);
    wend__block_reader_destroy(reader);
}

Test(block_reader, each_file_of_an_archive_is_a_stream) {
    struct member members[] = {{"x", of("{\"a\":1}\n")}, {"d/y", of("a,b\n1,2\n")}};
    struct wend_buffer tar = make_archive(ARCHIVE_FORMAT_TAR_USTAR, members, 2);
    struct wend_input input = {file("logs.tar", wend__buffer_view(&tar)), 0};
    struct wend_block_reader *reader = make_reader(&input, 1, 1024, 1);
    expect_records(reader, "0@0:{\"a\":1}|1@4:1,2|");
    cr_expect_str_eq(strstr(wend__block_reader_stream(reader, 1)->name, "logs.tar"),
                     "logs.tar!d/y");
    cr_expect_str_eq(wend__block_reader_stream(reader, 0)->wrapper, "tar");
    wend__buffer_deinit(&tar);
    wend__block_reader_destroy(reader);
}

/* What follows the last record end cannot be told from a record that was cut. */
Test(block_reader, a_stream_that_breaks_off_keeps_its_whole_records) {
    struct wend_buffer plain = {0};
    for (unsigned i = 0; i < 40000; i++) {
        cr_assert(wend__buffer_append_format(&plain, "{\"a\":%u}\n", i * 7919 % 100000));
    }
    struct wend_buffer gzip = make_gzip(wend__buffer_view(&plain));
    struct wend_input inputs[] = {
        {file("a.gz", wend__bytes(gzip.data, gzip.len / 2)), 0},
        {file("b", of("{\"a\":1}\n{\"a\":2")), 0},
    };
    size_t seen = 0;
    for (size_t i = 2; i < sizeof block_sizes / sizeof *block_sizes; i++) {
        struct wend_block_reader *reader = make_reader(inputs, 2, block_sizes[i], 1);
        struct wend_buffer log = log_all(reader);
        cr_expect_str_eq(trouble(reader, 0), "the gzip data ends early");
        cr_expect_not_null(strstr((const char *)log.data, "}|1@0:{\"a\":1}|1@8:{\"a\":2|"));
        cr_expect_str_eq(trouble(reader, 1), "");
        cr_expect_gt(log.len, plain.len / 4);
        cr_expect(seen == 0 || log.len == seen);
        seen = log.len;
        wend__buffer_deinit(&log);
        wend__block_reader_destroy(reader);
    }
    wend__buffer_deinit(&plain);
    wend__buffer_deinit(&gzip);
}

Test(block_reader, a_stream_of_no_known_format_is_noted_and_left_out) {
    static const char binary[] = "\0\1\2\3\0\0\0\7binary";
    struct wend_input inputs[] = {{file("a", wend__bytes(binary, sizeof binary)), 0},
                                  {file("b", of("{\"a\":1}\n")), 0}};
    struct wend_block_reader *reader = make_reader(inputs, 2, 1024, 1);
    expect_records(reader, "1@0:{\"a\":1}|");
    cr_expect_not(wend__block_reader_stream(reader, 0)->is_usable);
    cr_expect_str_neq(trouble(reader, 0), "");
    wend__block_reader_destroy(reader);
}

/* As a run goes on with standard input behind a look at it. */
Test(block_reader, a_stream_that_was_looked_at_is_read_from_its_start) {
    begin_with_text();
    struct wend_bytes whole = text();
    while (whole.data[whole.len - 1] != '\n') {
        whole.len--;
    }
    struct wend_input inputs[] = {{write_data(whole), 0}, {file("b", of("{\"a\":1}\n")), 0}};
    struct wend_block_reader *reader = make_reader(inputs, 2, 4096, 1);
    struct wend_buffer wanted = log_all(reader);
    wend__block_reader_destroy(reader);

    struct wend_opened_stream opened = {0};
    bool found = false;
    cr_assert_eq(wend__source_open(inputs[0].path, NULL, &opened.source, NULL), WEND_OK);
    cr_assert_eq(wend__source_next(opened.source, &found, &opened.stream, NULL), WEND_OK);
    cr_assert_eq(wend__head_read(&opened.head, opened.source, &opened.is_end, NULL), WEND_OK);
    struct wend_block_reader_options options = {.inputs = inputs,
                                                .input_count = 2,
                                                .format = &any_format,
                                                .block_bytes = 4096,
                                                .thread_count = 1,
                                                .opened = &opened};
    cr_assert_eq(wend__block_reader_create(&options, &reader, NULL), WEND_OK);
    expect_records(reader, (const char *)wanted.data);
    cr_expect_null(opened.source);
    wend__opened_stream_deinit(&opened);
    wend__block_reader_destroy(reader);
    wend__buffer_deinit(&wanted);
    end_with_text();
}

Test(block_reader, a_block_is_the_oldest_when_all_before_it_were_released) {
    struct wend_input input = {file("a", of("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n")), 0};
    struct wend_block_reader *reader = make_reader(&input, 1, 8, 3);
    struct wend_block blocks[3] = {0};
    bool found = false;
    for (uint32_t i = 0; i < 3; i++) {
        cr_assert_eq(wend__block_reader_next(reader, i, &blocks[i], &found, NULL), WEND_OK);
        cr_assert(found);
    }
    cr_expect(wend__block_reader_is_oldest(reader, 0));
    cr_expect_not(wend__block_reader_is_oldest(reader, 2));
    wend__block_reader_release(reader, 1);
    cr_expect_not(wend__block_reader_is_oldest(reader, 2));
    wend__block_reader_release(reader, 0);
    cr_expect(wend__block_reader_is_oldest(reader, 2));
    for (uint32_t i = 0; i < 3; i++) {
        wend__block_deinit(&blocks[i]);
    }
    wend__block_reader_destroy(reader);
}

Test(block_reader, a_file_that_is_gone_stops_the_run) {
    struct wend_input input = {path_of("gone"), 0};
    struct wend_block_reader *reader = make_reader(&input, 1, 1024, 1);
    struct wend_block block = {0};
    struct wend_error error = {0};
    bool found = true;
    cr_expect_eq(wend__block_reader_next(reader, 0, &block, &found, &error), WEND_ERROR_IO);
    cr_expect_not(found);
    cr_expect_not_null(strstr(error.text, "gone"));
    wend__block_reader_destroy(reader);
}

/* All blocks, or the first failure. */
static enum wend_status read_all(const struct wend_input *inputs, size_t count) {
    struct wend_block_reader_options options = {.inputs = inputs,
                                                .input_count = count,
                                                .format = &any_format,
                                                .block_bytes = 16,
                                                .thread_count = 1};
    struct wend_block_reader *reader = NULL;
    struct wend_block block = {0};
    bool found = true;
    enum wend_status status = wend__block_reader_create(&options, &reader, NULL);
    while (status == WEND_OK && found) {
        status = wend__block_reader_next(reader, 0, &block, &found, NULL);
    }
    wend__block_deinit(&block);
    wend__block_reader_destroy(reader);
    return status;
}

Test(block_reader, no_memory_is_an_error_and_leaks_nothing) {
    static const char binary[] = "\0\1\2\3";
    struct wend_buffer gzip = make_gzip(of("t,c\n1,2\n3,4\n5,6\n"));
    struct wend_input inputs[] = {{file("a", of("{\"a\":1}\n{\"a\":2}\n")), 0},
                                  {file("b", wend__bytes(binary, sizeof binary)), 0},
                                  {file("c.gz", wend__bytes(gzip.data, gzip.len - 9)), 0}};
    wend__buffer_deinit(&gzip);
    uint64_t before = wend__memory_count();
    cr_assert_eq(read_all(inputs, 3), WEND_OK);
    uint64_t needed = wend__memory_count() - before;
    cr_assert_gt(needed, 15);
    for (uint64_t n = 1; n <= needed; n++) {
        wend__memory_fail_at(n);
        cr_expect_eq(read_all(inputs, 3), WEND_ERROR_MEMORY, "allocation %d", (int)n);
    }
}

TestSuite(head, .init = make_folder, .fini = end);

Test(head, what_was_taken_last_is_given_back) {
    struct wend_head head = {0};
    uint8_t out[16];
    cr_assert(wend__head_give_back(&head, (const uint8_t *)"abcdef", 6));
    wend__head_drop(&head, 1);
    cr_expect_eq(wend__head_take(&head, out, 3), 3);
    cr_expect_eq(memcmp(out, "bcd", 3), 0);
    cr_assert(wend__head_give_back(&head, out + 1, 2)); /* while something waits */
    cr_expect_eq(wend__head_take(&head, out, sizeof out), 4);
    cr_expect_eq(memcmp(out, "cdef", 4), 0);
    cr_assert(wend__head_give_back(&head, out + 3, 1)); /* while nothing does */
    cr_expect_eq(wend__head_len(&head), 1);
    cr_expect_eq(*wend__head_data(&head), 'f');
    wend__head_clear(&head);
    cr_expect_eq(wend__head_take(&head, out, sizeof out), 0);
    wend__head_deinit(&head);
}

/* Detection must see the same bytes whatever pieces a pipe delivers. */
Test(head, a_head_is_filled_to_its_size_or_to_the_end) {
    begin_with_text();
    for (size_t len = WEND_DETECT_BYTES - 1; len <= WEND_DETECT_BYTES + 1; len++) {
        struct wend_head head = {0};
        struct wend_source *source = NULL;
        struct wend_stream stream;
        bool found = false;
        bool is_end = false;
        const char *path = write_data(wend__bytes(lines.data, len));
        cr_assert_eq(wend__source_open(path, NULL, &source, NULL), WEND_OK);
        cr_assert_eq(wend__source_next(source, &found, &stream, NULL), WEND_OK);
        cr_assert_eq(wend__head_read(&head, source, &is_end, NULL), WEND_OK);
        cr_expect_eq(wend__head_len(&head), len < WEND_DETECT_BYTES ? len : WEND_DETECT_BYTES);
        cr_expect_eq(is_end, len < WEND_DETECT_BYTES);
        cr_expect_eq(memcmp(wend__head_data(&head), lines.data, wend__head_len(&head)), 0);
        wend__head_deinit(&head);
        wend__source_close(source);
    }
    end_with_text();
}
