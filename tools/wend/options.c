/* Reads a command line by the table: long and short options, operands, and what is missing. */
#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    int argc;
    char *const *argv;
    int at; /* the argument that is looked at */
    struct wend_cli_arguments *arguments;
    struct wend_error *error;
    bool stop; /* help or version was asked for */
};

enum wend_status wend__cli_error(struct wend_error *error, enum wend_status status,
                                 const char *format, ...) {
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        *error = (struct wend_error){.status = status};
        (void)vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
    }
    return status;
}

enum wend_cli_command_id wend__cli_command_find(const char *name) {
    for (int i = WEND_CLI_TOP + 1; i < WEND_CLI_COMMAND_COUNT; i++) {
        if (strcmp(wend__cli_commands[i].name, name) == 0) {
            return (enum wend_cli_command_id)i;
        }
    }
    return WEND_CLI_TOP;
}

/* "wend replay", or "wend" for the top. */
static const char *command_words(enum wend_cli_command_id command, char words[static 64]) {
    const char *name = wend__cli_commands[command].name;
    (void)snprintf(words, 64, "wend%s%s", name[0] == '\0' ? "" : " ", name);
    return words;
}

static const struct wend_cli_option *find_long(enum wend_cli_command_id command, const char *name,
                                               size_t len) {
    for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
        const struct wend_cli_option *option = &wend__cli_options[i];
        if (wend__cli_option_belongs(option, command) && strlen(option->name) == len &&
            memcmp(option->name, name, len) == 0) {
            return option;
        }
    }
    return NULL;
}

static const struct wend_cli_option *find_short(enum wend_cli_command_id command, char letter) {
    for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
        const struct wend_cli_option *option = &wend__cli_options[i];
        if (option->letter == letter && wend__cli_option_belongs(option, command)) {
            return option;
        }
    }
    return NULL;
}

/* Says which command has the option, or which option was meant. */
static enum wend_status unknown_long(const struct reader *reader, const char *name) {
    char words[64];
    enum wend_cli_command_id command = reader->arguments->command;
    (void)command_words(command, words);
    const char *candidates[WEND_CLI_OPTION_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
        if (wend__cli_option_belongs(&wend__cli_options[i], command)) {
            candidates[count++] = wend__cli_options[i].name;
        }
    }
    for (int other = WEND_CLI_TOP; other < WEND_CLI_COMMAND_COUNT; other++) {
        if (find_long((enum wend_cli_command_id)other, name, strlen(name)) != NULL) {
            char owner[64];
            return wend__cli_error(reader->error, WEND_ERROR_USAGE,
                                   "%s has no option --%s; it belongs to %s%s\nTry `%s -h`.", words,
                                   name, command_words((enum wend_cli_command_id)other, owner),
                                   command == WEND_CLI_TOP ? ", behind the command" : "", words);
        }
    }
    const char *near = wend__cli_nearest(name, candidates, count);
    if (near != NULL) {
        return wend__cli_error(reader->error, WEND_ERROR_USAGE,
                               "unknown option --%s; did you mean --%s?\nTry `%s -h`.", name, near,
                               words);
    }
    return wend__cli_error(reader->error, WEND_ERROR_USAGE, "unknown option --%s\nTry `%s -h`.",
                           name, words);
}

static enum wend_status store(struct reader *reader, const struct wend_cli_option *option,
                              const char *text) {
    struct wend_cli_arguments *arguments = reader->arguments;
    struct wend_cli_value *value = &arguments->values[option - wend__cli_options];
    if (option->kind != WEND_CLI_FLAG) {
        enum wend_status status = wend__cli_value_parse(option, text, value, reader->error);
        if (status != WEND_OK) {
            return status;
        }
    }
    value->given = true;
    if (option->repeatable) {
        arguments->pairs[arguments->pair_count++] = text;
    }
    return WEND_OK;
}

static bool stops(const struct wend_cli_option *option) {
    return option == &wend__cli_options[WEND_CLI_HELP_OPTION] ||
           option == &wend__cli_options[WEND_CLI_VERSION];
}

/* The next argument is the value of `shown` ("--output" or "-o"). */
static enum wend_status take_value(struct reader *reader, const struct wend_cli_option *option,
                                   const char *shown) {
    if (reader->at + 1 >= reader->argc) {
        char words[64];
        return wend__cli_error(reader->error, WEND_ERROR_USAGE,
                               "%s needs a value: %s %s (%s)\nTry `%s -h`.", shown, shown,
                               option->value_name, option->summary,
                               command_words(reader->arguments->command, words));
    }
    reader->at++;
    return store(reader, option, reader->argv[reader->at]);
}

static enum wend_status read_long(struct reader *reader, const char *argument) {
    const char *name = argument + 2;
    size_t len = strcspn(name, "=");
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    const struct wend_cli_option *option = find_long(reader->arguments->command, name, len);
    if (option == NULL) {
        char *bare = wend__cli_alloc(len + 1);
        memcpy(bare, name, len);
        bare[len] = '\0';
        enum wend_status status = unknown_long(reader, bare);
        free(bare);
        return status;
    }
    char shown[64];
    (void)snprintf(shown, sizeof shown, "--%s", option->name);
    if (option->kind != WEND_CLI_FLAG) {
        return value == NULL ? take_value(reader, option, shown) : store(reader, option, value);
    }
    if (value != NULL) {
        return wend__cli_error(reader->error, WEND_ERROR_USAGE,
                               "%s takes no value\nWrite %s alone to switch it on.", shown, shown);
    }
    reader->stop = reader->stop || stops(option);
    reader->arguments->long_help = true;
    return store(reader, option, NULL);
}

static enum wend_status read_shorts(struct reader *reader, const char *argument) {
    for (const char *at = argument + 1; *at != '\0' && !reader->stop; at++) {
        const struct wend_cli_option *option = find_short(reader->arguments->command, *at);
        if (option == NULL) {
            char words[64];
            return wend__cli_error(reader->error, WEND_ERROR_USAGE,
                                   "unknown option -%.*s\nTry `%s -h`.",
                                   (unsigned char)*at < 0x80 ? 1 : (int)strlen(at), at,
                                   command_words(reader->arguments->command, words));
        }
        if (option->kind == WEND_CLI_FLAG) {
            reader->stop = reader->stop || stops(option);
            reader->arguments->long_help = false;
            enum wend_status status = store(reader, option, NULL);
            if (status != WEND_OK) {
                return status;
            }
            continue;
        }
        if (at[1] != '\0') { /* -oDIR, -o=DIR */
            return store(reader, option, at + (at[1] == '=' ? 2 : 1));
        }
        char shown[3] = {'-', *at, '\0'};
        return take_value(reader, option, shown);
    }
    return WEND_OK;
}

static enum wend_status unknown_command(const struct reader *reader, const char *name) {
    const char *candidates[WEND_CLI_COMMAND_COUNT];
    size_t count = 0;
    for (int i = WEND_CLI_TOP + 1; i < WEND_CLI_COMMAND_COUNT; i++) {
        candidates[count++] = wend__cli_commands[i].name;
    }
    const char *near = wend__cli_nearest(name, candidates, count);
    if (near != NULL) {
        return wend__cli_error(reader->error, WEND_ERROR_USAGE,
                               "unknown command %s; did you mean `wend %s`?\nTry `wend -h`.", name,
                               near);
    }
    return wend__cli_error(reader->error, WEND_ERROR_USAGE,
                           "unknown command %s; to read a log: `wend replay %s`\nTry `wend -h`.",
                           name, name);
}

static enum wend_status read_operand(struct reader *reader, const char *argument) {
    struct wend_cli_arguments *arguments = reader->arguments;
    bool generated_text = arguments->values[WEND_CLI_GENERATE_TEXT].given;
    if (arguments->command == WEND_CLI_TOP && !generated_text) {
        arguments->command = wend__cli_command_find(argument);
        return arguments->command == WEND_CLI_TOP ? unknown_command(reader, argument) : WEND_OK;
    }
    if (arguments->operand_count >= wend__cli_commands[arguments->command].operand_max) {
        char words[64];
        return wend__cli_error(reader->error, WEND_ERROR_USAGE,
                               "unexpected argument %s\nTry `%s -h`.", argument,
                               command_words(arguments->command, words));
    }
    arguments->operands[arguments->operand_count++] = argument;
    return WEND_OK;
}

static enum wend_status check_complete(const struct reader *reader) {
    const struct wend_cli_arguments *arguments = reader->arguments;
    const struct wend_cli_command *command = &wend__cli_commands[arguments->command];
    if (arguments->operand_count < command->operand_min) {
        return wend__cli_error(reader->error, WEND_ERROR_USAGE,
                               "wend %s needs %s\nUsage: wend %s [OPTION...] %s; try `wend %s -h`.",
                               command->name, command->operand_noun, command->name,
                               command->operands, command->name);
    }
    if (arguments->command == WEND_CLI_MERGE && arguments->values[WEND_CLI_OUTPUT].text == NULL) {
        return wend__cli_error(reader->error, WEND_ERROR_USAGE,
                               "wend merge needs -o DIR, where the merged snapshot goes\n"
                               "Try `wend merge -h`.");
    }
    return WEND_OK;
}

/* The defaults of the table, through the same conversion as given values. */
static enum wend_status set_defaults(struct reader *reader) {
    struct wend_cli_arguments *arguments = reader->arguments;
    for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
        const struct wend_cli_option *option = &wend__cli_options[i];
        if (option->standard == NULL) {
            continue;
        }
        enum wend_status status =
            wend__cli_value_parse(option, option->standard, &arguments->values[i], reader->error);
        if (status != WEND_OK) {
            return status;
        }
    }
    return WEND_OK;
}

enum wend_status wend__cli_parse(int argc, char *const *argv, struct wend_cli_arguments *arguments,
                                 struct wend_error *error) {
    struct reader reader = {argc, argv, 1, arguments, error, false};
    size_t most = argc > 0 ? (size_t)argc : 1;
    *arguments = (struct wend_cli_arguments){.command = WEND_CLI_TOP};
    arguments->operands = wend__cli_alloc(most * sizeof *arguments->operands);
    arguments->pairs = wend__cli_alloc(most * sizeof *arguments->pairs);
    enum wend_status status = set_defaults(&reader);
    bool only_operands = false;
    for (; status == WEND_OK && reader.at < argc && !reader.stop; reader.at++) {
        const char *argument = argv[reader.at];
        if (only_operands || argument[0] != '-' || argument[1] == '\0') {
            status = read_operand(&reader, argument);
        } else if (strcmp(argument, "--") == 0) {
            only_operands = true;
        } else if (argument[1] == '-') {
            status = read_long(&reader, argument);
        } else {
            status = read_shorts(&reader, argument);
        }
    }
    if (status == WEND_OK && !reader.stop) {
        status = check_complete(&reader);
    }
    return status;
}

void wend__cli_arguments_deinit(struct wend_cli_arguments *arguments) {
    free(arguments->operands);
    free(arguments->pairs);
    *arguments = (struct wend_cli_arguments){0};
}
