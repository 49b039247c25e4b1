#include "source/inputs.h"
#include "source_fixture.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "base/io.h"

static struct wend_inputs inputs;
static struct wend_error error;

static void begin(void) {
    make_folder();
    cr_assert_eq(chdir(fixture_folder), 0);
}

static void end(void) {
    wend__inputs_deinit(&inputs);
    cr_assert_eq(chdir("/"), 0);
    (void)wend__io_remove_tree(fixture_folder);
}

TestSuite(source_inputs, .init = begin, .fini = end);

static void touch(const char *path) {
    write_at(path, path, strlen(path));
}

static void make_directory(const char *path) {
    cr_assert_eq(wend__io_make_directories(path), 0);
}

static enum wend_status expand(const char *const *names, size_t count) {
    wend__inputs_deinit(&inputs);
    error = (struct wend_error){0};
    return wend__inputs_expand(names, count, &inputs, &error);
}

static enum wend_status expand_one(const char *name) {
    return expand(&name, 1);
}

static void expect(const char *const *paths, size_t count) {
    cr_assert_eq(inputs.count, count, "%zu inputs", inputs.count);
    for (size_t i = 0; i < count; i++) {
        cr_assert_str_eq(inputs.items[i].path, paths[i]);
    }
}

static bool has_note(const char *part) {
    for (size_t i = 0; i < inputs.note_count; i++) {
        if (strstr(inputs.notes[i], part) != NULL) {
            return true;
        }
    }
    return false;
}

#define EXPECT(...)                                                                                \
    do {                                                                                           \
        static const char *const expected[] = {__VA_ARGS__};                                       \
        expect(expected, sizeof expected / sizeof *expected);                                      \
    } while (0)

Test(source_inputs, files_come_in_the_order_of_the_names) {
    static const char *const names[] = {"b", "a", "c"};
    touch("a");
    touch("b");
    touch("c");
    cr_assert_eq(expand(names, 3), WEND_OK);
    EXPECT("b", "a", "c");
    cr_assert_eq(inputs.items[0].bytes, 1);
    cr_assert_eq(inputs.total_bytes, 3);
    cr_assert_eq(inputs.note_count, 0);
}

Test(source_inputs, a_directory_is_all_its_files_by_path_bytewise) {
    make_directory("d/b/deep");
    touch("d/b.log");
    touch("d/b/2");
    touch("d/b/10");
    touch("d/b/deep/x");
    touch("d/Z");
    touch("d/\xc3\xa4");
    touch("d/.hidden");
    cr_assert_eq(expand_one("d"), WEND_OK);
    EXPECT("d/.hidden", "d/Z", "d/b.log", "d/b/10", "d/b/2", "d/b/deep/x", "d/\xc3\xa4");
    cr_assert_eq(expand_one("d/b/"), WEND_OK);
    EXPECT("d/b/10", "d/b/2", "d/b/deep/x");
}

Test(source_inputs, deep_directories_need_no_deep_stack) {
    char path[2100] = "d";
    for (size_t i = 0; i < 1000; i++) {
        memcpy(path + 1 + 2 * i, "/d", 3);
    }
    make_directory(path);
    memcpy(path + 2001, "/f", 3);
    touch(path);
    cr_assert_eq(expand_one("d"), WEND_OK);
    cr_assert_eq(inputs.count, 1);
    cr_assert_str_eq(inputs.items[0].path, path);
}

Test(source_inputs, a_glob_is_what_matches_by_path_bytewise) {
    make_directory("logs/sub");
    touch("logs/b.log");
    touch("logs/a.log");
    touch("logs/c.txt");
    touch("logs/.d.log");
    touch("logs/sub/e");
    cr_assert_eq(expand_one("logs/*.log"), WEND_OK);
    EXPECT("logs/a.log", "logs/b.log");
    cr_assert_eq(expand_one("logs/[bc].*"), WEND_OK);
    EXPECT("logs/b.log", "logs/c.txt");
    cr_assert_eq(expand_one("log?/s*"), WEND_OK);
    EXPECT("logs/sub/e");
}

Test(source_inputs, a_file_that_is_named_like_a_glob_is_that_file) {
    touch("a[1].log");
    touch("a1.log");
    cr_assert_eq(expand_one("a[1].log"), WEND_OK);
    EXPECT("a[1].log");
}

Test(source_inputs, a_glob_or_directory_without_files_is_empty) {
    make_directory("d/e");
    cr_assert_eq(expand_one("d"), WEND_ERROR_EMPTY);
    cr_assert(strstr(error.text, "\"d\"") != NULL);
    cr_assert_eq(expand_one("*.log"), WEND_ERROR_EMPTY);
    cr_assert(strstr(error.text, "*.log") != NULL);
    cr_assert_eq(expand_one("d*"), WEND_ERROR_EMPTY);
}

Test(source_inputs, a_near_name_is_proposed) {
    make_directory("logs");
    touch("logs/access.log");
    touch("logs/access.lag");
    touch("logs/else");
    cr_assert_eq(expand_one("logs/acess.log"), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "did you mean \"logs/access.log\"") != NULL, "%s", error.text);
    cr_assert_eq(expand_one("sglo"), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "did you mean") == NULL);
    cr_assert_eq(expand_one("lgos"), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "did you mean \"logs\"") != NULL, "%s", error.text);
    cr_assert_eq(expand_one("log"), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "did you mean \"logs\"") != NULL, "%s", error.text);
    cr_assert_eq(expand_one("nowhere/near"), WEND_ERROR_IO);
    cr_assert_str_eq(error.text, "there is no file \"nowhere/near\"");
    cr_assert_eq(expand_one(""), WEND_ERROR_IO);
}

Test(source_inputs, sockets_and_fifos_in_a_directory_are_left_out_with_a_note) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "d/socket"};
    make_directory("d");
    touch("d/file");
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(mkfifo("d/fifo", 0600), 0);
    cr_assert_eq(expand_one("d"), WEND_OK);
    EXPECT("d/file");
    cr_assert_eq(inputs.note_count, 2);
    cr_assert(has_note("d/socket is a socket"));
    cr_assert(has_note("d/fifo is a fifo"));
    cr_assert_eq(expand_one("d/socket"), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "a socket") != NULL);
    close(descriptor);
}

Test(source_inputs, a_fifo_that_is_named_is_an_input_of_unknown_size) {
    static const char *const names[] = {"file", "fifo"};
    touch("file");
    cr_assert_eq(mkfifo("fifo", 0600), 0);
    cr_assert_eq(expand(names, 2), WEND_OK);
    EXPECT("file", "fifo");
    cr_assert_eq(inputs.items[1].bytes, 0);
    cr_assert_eq(inputs.total_bytes, 0);
}

Test(source_inputs, links_to_files_are_followed_and_links_to_directories_are_not) {
    make_directory("d/real");
    touch("d/real/file");
    touch("outside");
    cr_assert_eq(symlink("../outside", "d/link"), 0);
    cr_assert_eq(symlink("real", "d/again"), 0);
    cr_assert_eq(symlink("..", "d/real/loop"), 0);
    cr_assert_eq(expand_one("d"), WEND_OK);
    EXPECT("d/link", "d/real/file");
    cr_assert(has_note("d/again is a link to a directory"));
    cr_assert_eq(symlink("d", "named"), 0);
    cr_assert_eq(expand_one("named"), WEND_OK);
    EXPECT("named/link", "named/real/file");
}

Test(source_inputs, a_link_that_leads_nowhere_is_an_error) {
    make_directory("d");
    touch("d/a");
    cr_assert_eq(symlink("nothing", "d/link"), 0);
    cr_assert_eq(expand_one("d"), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "d/link") != NULL);
    cr_assert_eq(expand_one("d/link"), WEND_ERROR_IO);
}

/* The superuser may read all; 65534 is nobody. */
static bool become_nobody(void) {
    cr_assert_eq(chmod(fixture_folder, 0755), 0);
    return geteuid() == 0 && seteuid(65534) == 0;
}

Test(source_inputs, what_cannot_be_read_is_an_error_with_its_path) {
    make_directory("d/closed");
    make_directory("f");
    touch("d/closed/file");
    touch("f/file");
    cr_assert_eq(chmod("f/file", 0), 0);
    cr_assert_eq(chmod("d/closed", 0), 0);
    bool was_root = become_nobody();
    cr_assert_eq(expand_one("f"), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "f/file") != NULL);
    cr_assert_eq(expand_one("f/file"), WEND_ERROR_IO);
    cr_assert_eq(expand_one("d"), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "d/closed") != NULL);
    cr_assert_eq(expand_one("d/closed/*"), WEND_ERROR_IO);
    cr_assert(strstr(error.text, "d/closed") != NULL);
    if (was_root) {
        cr_assert_eq(seteuid(0), 0);
    }
    cr_assert_eq(chmod("d/closed", 0700), 0);
}

Test(source_inputs, standard_input_is_read_once) {
    static const char *const names[] = {"a", "-", "-"};
    touch("a");
    cr_assert_eq(expand(names, 2), WEND_OK);
    EXPECT("a", "-");
    cr_assert_eq(expand(names, 3), WEND_ERROR_USAGE);
}

Test(source_inputs, a_file_named_twice_is_read_twice_with_a_note) {
    static const char *const names[] = {"d/a", "d", "d/a"};
    make_directory("d");
    touch("d/a");
    touch("d/b");
    cr_assert_eq(link("d/b", "d/c"), 0);
    cr_assert_eq(expand(names, 3), WEND_OK);
    EXPECT("d/a", "d/a", "d/b", "d/c", "d/a");
    cr_assert(has_note("d/a is named twice"));
    cr_assert(has_note("d/b and d/c are the same file"));
}

Test(source_inputs, a_flood_of_notes_is_cut) {
    char path[32];
    make_directory("d");
    touch("d/file");
    for (int i = 0; i < 50; i++) {
        (void)snprintf(path, sizeof path, "d/fifo%d", i);
        cr_assert_eq(mkfifo(path, 0600), 0);
    }
    cr_assert_eq(expand_one("d"), WEND_OK);
    cr_assert_eq(inputs.note_count, 21);
    cr_assert_str_eq(inputs.notes[20], "30 more notes are left out");
}

Test(source_inputs, no_names_are_no_inputs) {
    cr_assert_eq(expand(NULL, 0), WEND_OK);
    cr_assert_eq(inputs.count, 0);
}

Test(source_inputs, every_allocation_may_fail) {
    static const char *const names[] = {"d", "d/*", "file", "fil"};
    make_directory("d/e/f");
    touch("d/e/f/x");
    touch("d/y");
    touch("file");
    cr_assert_eq(mkfifo("d/fifo", 0600), 0);
    for (size_t count = 3; count <= 4; count++) {
        bool is_done = false;
        if (count == 3) {
            cr_assert_eq(unlink("d/fifo"), 0);
        }
        for (uint64_t n = 1; !is_done; n++) {
            wend__inputs_deinit(&inputs);
            wend__memory_fail_at(n);
            uint64_t before = wend__memory_count();
            enum wend_status status = expand(names, count);
            is_done = wend__memory_count() - before < n;
            wend__memory_fail_at(0);
            enum wend_status otherwise = count == 3 ? WEND_OK : WEND_ERROR_IO;
            cr_assert_eq(status, is_done ? otherwise : WEND_ERROR_MEMORY);
        }
    }
    wend__inputs_deinit(&inputs);
    expect_no_leak();
}
