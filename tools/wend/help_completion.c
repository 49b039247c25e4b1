/* Completion scripts for bash, zsh and fish. */
#include "help.h"

#include <stdio.h>
#include <string.h>

/* "a|b|c" as "a b c". */
static void add_words(struct wend_cli_text *out, const char *choices) {
    for (const char *at = choices; *at != '\0'; at++) {
        wend__cli_text_add_bytes(out, *at == '|' ? " " : at, 1);
    }
}

static void add_option_words(struct wend_cli_text *out, enum wend_cli_command_id command) {
    bool first = true;
    for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
        const struct wend_cli_option *option = &wend__cli_options[i];
        if (!wend__cli_option_belongs(option, command)) {
            continue;
        }
        if (option->letter != 0) {
            wend__cli_text_add_format(out, "%s-%c", first ? "" : " ", option->letter);
            first = false;
        }
        wend__cli_text_add_format(out, "%s--%s", first ? "" : " ", option->name);
        first = false;
    }
}

static void add_command_names(struct wend_cli_text *out) {
    for (int i = WEND_CLI_TOP + 1; i < WEND_CLI_COMMAND_COUNT; i++) {
        wend__cli_text_add_format(out, "%s%s", i == WEND_CLI_TOP + 1 ? "" : " ",
                                  wend__cli_commands[i].name);
    }
}

/* What to offer behind an option: its words, directories, files, or nothing. */
static void add_bash_value(struct wend_cli_text *out, const struct wend_cli_option *option) {
    bool words = option->choices != NULL && option->kind != WEND_CLI_LIST;
    if (words) {
        wend__cli_text_add(out, "COMPREPLY=($(compgen -W '");
        add_words(out, option->choices);
        wend__cli_text_add(out, "' -- \"$word\")); return;;\n");
    } else if (option->kind == WEND_CLI_LIST && option->choices != NULL) {
        wend__cli_text_add(out, "compopt -o nospace; head=${word%\"${word##*,}\"}; "
                                "COMPREPLY=($(compgen -P \"$head\" -W '");
        add_words(out, option->choices);
        wend__cli_text_add(out, "' -- \"${word##*,}\")); return;;\n");
    } else if (option->kind == WEND_CLI_DIRECTORY) {
        wend__cli_text_add(out, "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$word\")); "
                                "return;;\n");
    } else if (option->kind == WEND_CLI_FILE) {
        wend__cli_text_add(out, "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$word\")); "
                                "return;;\n");
    } else {
        wend__cli_text_add(out, "return;;\n");
    }
}

static void add_bash_command(struct wend_cli_text *out, enum wend_cli_command_id command) {
    const char *name = wend__cli_commands[command].name;
    wend__cli_text_add_format(out, "    '%s')\n        options='", name);
    add_option_words(out, command);
    wend__cli_text_add(out, "'\n        case $before in\n");
    for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
        const struct wend_cli_option *option = &wend__cli_options[i];
        if (!wend__cli_option_belongs(option, command) || option->kind == WEND_CLI_FLAG) {
            continue;
        }
        if (option->letter != 0) {
            wend__cli_text_add_format(out, "        -%c|--%s) ", option->letter, option->name);
        } else {
            wend__cli_text_add_format(out, "        --%s) ", option->name);
        }
        add_bash_value(out, option);
    }
    wend__cli_text_add(out, "        esac\n        ;;\n");
}

void wend__cli_bash(struct wend_cli_text *out) {
    wend__cli_text_add(out, "# bash completion for wend; made by `wend --generate bash`\n"
                            "_wend() {\n"
                            "    local word=${COMP_WORDS[COMP_CWORD]}\n"
                            "    local before=${COMP_WORDS[COMP_CWORD-1]}\n"
                            "    local command='' options='' head='' i\n"
                            "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                            "        case ${COMP_WORDS[i]} in\n"
                            "        -*) ;;\n"
                            "        *) command=${COMP_WORDS[i]}; break;;\n"
                            "        esac\n"
                            "    done\n"
                            "    # --option=value comes as three words\n"
                            "    [[ $word == '=' ]] && word=''\n"
                            "    [[ $before == '=' && COMP_CWORD -gt 1 ]] && "
                            "before=${COMP_WORDS[COMP_CWORD-2]}\n"
                            "    COMPREPLY=()\n"
                            "    case $command in\n");
    for (int i = WEND_CLI_TOP; i < WEND_CLI_COMMAND_COUNT; i++) {
        add_bash_command(out, (enum wend_cli_command_id)i);
    }
    wend__cli_text_add(out, "    esac\n"
                            "    if [[ $word == -* ]]; then\n"
                            "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
                            "    elif [[ -z $command || $command == help ]]; then\n"
                            "        COMPREPLY=($(compgen -W '");
    add_command_names(out);
    wend__cli_text_add(out, "' -- \"$word\"))\n"
                            "    elif [[ $command != generate ]]; then\n"
                            "        compopt -o filenames\n"
                            "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
                            "    fi\n"
                            "}\n"
                            "complete -F _wend wend\n");
}

/* Text inside '...[text]...' of an _arguments specification. */
static void add_zsh_text(struct wend_cli_text *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            wend__cli_text_add(out, "'\\''");
        } else if (*text == '[' || *text == ']' || *text == ':' || *text == '\\') {
            wend__cli_text_add_format(out, "\\%c", *text);
        } else {
            wend__cli_text_add_bytes(out, text, 1);
        }
    }
}

static void add_zsh_option(struct wend_cli_text *out, const struct wend_cli_option *option) {
    bool flag = option->kind == WEND_CLI_FLAG;
    wend__cli_text_add(out, "            ");
    const char *name = option->name;
    char letter = option->letter;
    if (letter != 0 && !option->repeatable) { /* one of both, once */
        wend__cli_text_add_format(out, "'(-%c --%s)'", letter, name);
    }
    if (letter != 0) {
        wend__cli_text_add_format(out, "%s{-%c%s,--%s%s}'[", option->repeatable ? "'*'" : "",
                                  letter, flag ? "" : "+", name, flag ? "" : "=");
    } else {
        wend__cli_text_add_format(out, "'%s--%s%s[", option->repeatable ? "*" : "", name,
                                  flag ? "" : "=");
    }
    add_zsh_text(out, option->summary);
    wend__cli_text_add(out, "]");
    if (!flag) {
        wend__cli_text_add_format(out, ":%s:", option->value_name);
        if (option->choices != NULL && option->kind == WEND_CLI_LIST) {
            wend__cli_text_add(out, "_sequence compadd - ");
            add_words(out, option->choices);
        } else if (option->choices != NULL) {
            wend__cli_text_add(out, "(");
            add_words(out, option->choices);
            wend__cli_text_add(out, ")");
        } else if (option->kind == WEND_CLI_DIRECTORY) {
            wend__cli_text_add(out, "_directories");
        } else if (option->kind == WEND_CLI_FILE) {
            wend__cli_text_add(out, "_files");
        }
    }
    wend__cli_text_add(out, "' \\\n");
}

static void add_zsh_options(struct wend_cli_text *out, enum wend_cli_command_id command) {
    for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
        if (wend__cli_option_belongs(&wend__cli_options[i], command)) {
            add_zsh_option(out, &wend__cli_options[i]);
        }
    }
}

void wend__cli_zsh(struct wend_cli_text *out) {
    wend__cli_text_add(out, "#compdef wend\n"
                            "# zsh completion for wend; made by `wend --generate zsh`\n"
                            "_wend() {\n"
                            "    local context state state_descr line\n"
                            "    typeset -A opt_args\n"
                            "    local -a commands\n"
                            "    commands=(\n");
    for (int i = WEND_CLI_TOP + 1; i < WEND_CLI_COMMAND_COUNT; i++) {
        wend__cli_text_add_format(out, "        '%s:", wend__cli_commands[i].name);
        add_zsh_text(out, wend__cli_commands[i].summary);
        wend__cli_text_add(out, "'\n");
    }
    wend__cli_text_add(out, "    )\n    _arguments -C \\\n");
    add_zsh_options(out, WEND_CLI_TOP);
    wend__cli_text_add(out, "            '1:command:->command' '*::argument:->argument'\n"
                            "    case $state in\n"
                            "    command) _describe command commands ;;\n"
                            "    argument)\n"
                            "        case $words[1] in\n");
    for (int i = WEND_CLI_TOP + 1; i < WEND_CLI_COMMAND_COUNT; i++) {
        wend__cli_text_add_format(out, "        %s) _arguments -s \\\n",
                                  wend__cli_commands[i].name);
        add_zsh_options(out, (enum wend_cli_command_id)i);
        wend__cli_text_add_format(out, "            '*:%s' ;;\n",
                                  i == WEND_CLI_HELP       ? "command:(replay show check init "
                                                             "merge verify publish generate)"
                                  : i == WEND_CLI_GENERATE ? "nothing:"
                                                           : "file:_files");
    }
    wend__cli_text_add(out, "        esac ;;\n"
                            "    esac\n"
                            "}\n"
                            "_wend \"$@\"\n");
}

/* Text inside '...' of fish. */
static void add_fish_text(struct wend_cli_text *out, const char *text) {
    for (; *text != '\0'; text++) {
        wend__cli_text_add_format(out, *text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
    }
}

static void add_fish_value(struct wend_cli_text *out, const struct wend_cli_option *option) {
    if (option->kind == WEND_CLI_FLAG) {
        return;
    }
    if (option->choices != NULL) {
        bool list = option->kind == WEND_CLI_LIST;
        wend__cli_text_add(out, list ? " -x -a '(__fish_append , " : " -x -a '");
        add_words(out, option->choices);
        wend__cli_text_add(out, list ? ")'" : "'");
    } else if (option->kind == WEND_CLI_DIRECTORY) {
        wend__cli_text_add(out, " -x -a '(__fish_complete_directories)'");
    } else {
        wend__cli_text_add(out, option->kind == WEND_CLI_FILE ? " -r -F" : " -x");
    }
}

static void add_fish_command(struct wend_cli_text *out, enum wend_cli_command_id command) {
    const char *name = wend__cli_commands[command].name;
    char condition[64] = "__fish_use_subcommand";
    if (command != WEND_CLI_TOP) {
        (void)snprintf(condition, sizeof condition, "__fish_seen_subcommand_from %s", name);
        wend__cli_text_add_format(out, "complete -c wend -n __fish_use_subcommand -a %s -d '",
                                  name);
        add_fish_text(out, wend__cli_commands[command].summary);
        wend__cli_text_add(out, "'\n");
    }
    for (size_t i = 0; i < WEND_CLI_OPTION_COUNT; i++) {
        const struct wend_cli_option *option = &wend__cli_options[i];
        if (!wend__cli_option_belongs(option, command)) {
            continue;
        }
        wend__cli_text_add_format(out, "complete -c wend -n '%s' -l %s", condition, option->name);
        if (option->letter != 0) {
            wend__cli_text_add_format(out, " -s %c", option->letter);
        }
        add_fish_value(out, option);
        wend__cli_text_add(out, " -d '");
        add_fish_text(out, option->summary);
        wend__cli_text_add(out, "'\n");
    }
    if (command == WEND_CLI_HELP) {
        wend__cli_text_add_format(out, "complete -c wend -n '%s' -a '", condition);
        add_command_names(out);
        wend__cli_text_add(out, "'\n");
    } else if (wend__cli_commands[command].operand_max > 0 && command != WEND_CLI_TOP) {
        wend__cli_text_add_format(out, "complete -c wend -n '%s' -F\n", condition);
    }
}

void wend__cli_fish(struct wend_cli_text *out) {
    wend__cli_text_add(out, "# fish completion for wend; made by `wend --generate fish`\n"
                            "complete -c wend -f\n");
    for (int i = WEND_CLI_TOP; i < WEND_CLI_COMMAND_COUNT; i++) {
        add_fish_command(out, (enum wend_cli_command_id)i);
    }
}
