/* `wend show`: the tables of a snapshot. */
#include "show.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_EVERY 4096U
/* A table that has more rows than are kept at once is gone over again (show_rows.h). About 300 MB
 * of usual rows. */
#define KEPT_MAX (UINT64_C(1) << 20)

static enum wend_status unknown_table(const struct wend_cli_show *show, const char *name,
                                      struct wend_error *error) {
    const char *directory = show->context->arguments->operands[0];
    const char *known[32];
    size_t count = 0;
    bool is_known = false;
    for (; count < 32 && wend_snapshot_known_table(count) != NULL; count++) {
        known[count] = wend_snapshot_known_table(count);
        is_known = is_known || strcmp(known[count], name) == 0;
    }
    if (is_known) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "%s holds no table %s; it is written when asked for: "
                               "`wend replay ... --tables %s`, or --tables all",
                               directory, name, name);
    }
    const char *near = wend__cli_nearest(name, known, count);
    return wend__cli_error(error, WEND_ERROR_USAGE,
                           "no table is called %s%s%s%s\n`wend show %s` lists them.", name,
                           near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
                           near == NULL ? "" : "?", directory);
}

static enum wend_status find_table(struct wend_cli_show *show, const char *name,
                                   struct wend_error *error) {
    size_t count = wend_snapshot_table_count(show->snapshot);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(wend_snapshot_table_name(show->snapshot, i), name) == 0) {
            show->table = i;
            show->table_name = wend_snapshot_table_name(show->snapshot, i);
            return WEND_OK;
        }
    }
    return unknown_table(show, name, error);
}

static enum wend_status unknown_scope(const struct wend_cli_show *show, const char *name,
                                      struct wend_error *error) {
    const char **names = wend__cli_alloc(show->scope_count * sizeof *names);
    struct wend_cli_text known = {0};
    for (size_t i = 0; i < show->scope_count; i++) {
        names[i] = wend_snapshot_scope(show->snapshot, i);
        wend__cli_text_add(&known, i == 0 ? "" : ", ");
        wend__cli_text_add(&known, names[i]);
    }
    const char *near = wend__cli_nearest(name, names, show->scope_count);
    enum wend_status status = wend__cli_error(
        error, WEND_ERROR_USAGE, "--scope: there is no scope %s%s%s%s\nThere is: %s", name,
        near == NULL ? "" : "; did you mean ", near == NULL ? "" : near, near == NULL ? "" : "?",
        wend__cli_text_string(&known));
    free(names);
    wend__cli_text_deinit(&known);
    return status;
}

static enum wend_status add_scope_condition(struct wend_cli_show *show, struct wend_error *error) {
    const char *scope = show->context->arguments->values[WEND_CLI_SCOPE].text;
    for (size_t i = 0; i < show->scope_count; i++) {
        if (strcmp(wend_snapshot_scope(show->snapshot, i), scope) == 0) {
            return wend__cli_where_init(&show->wheres[show->where_count++], show->scope_column,
                                        "scope", WEND_VALUE_TEXT, scope, error);
        }
    }
    return unknown_scope(show, scope, error);
}

static enum wend_status add_conditions(struct wend_cli_show *show, struct wend_error *error) {
    const struct wend_cli_arguments *arguments = show->context->arguments;
    enum wend_status status = WEND_OK;
    show->wheres = wend__cli_alloc((arguments->pair_count + 1) * sizeof *show->wheres);
    if (arguments->values[WEND_CLI_SCOPE].given && show->scope_column != WEND_CLI_NO_COLUMN) {
        status = add_scope_condition(show, error);
    }
    for (size_t i = 0; i < arguments->pair_count && status == WEND_OK; i++) {
        const char *pair = arguments->pairs[i];
        size_t len = strcspn(pair, "=");
        size_t column = wend__cli_show_find(show, pair, len);
        struct wend_cli_text name = {0};
        wend__cli_text_add_bytes(&name, pair, len);
        if (column == WEND_CLI_NO_COLUMN) {
            status = wend__cli_show_no_column(show, "--where", name.data, error);
        } else {
            status = wend__cli_where_init(&show->wheres[show->where_count++], column, name.data,
                                          wend_cursor_column_type(show->cursor, column),
                                          pair + len + 1, error);
        }
        wend__cli_text_deinit(&name);
    }
    return status;
}

bool wend__cli_show_fits(const struct wend_cli_show *show) {
    for (size_t i = 0; i < show->where_count; i++) {
        struct wend_value value = wend_cursor_value(show->cursor, show->wheres[i].column);
        if (!wend__cli_where_fits(&show->wheres[i], &value)) {
            return false;
        }
    }
    return true;
}

static uint32_t scope_index(const struct wend_cli_show *show) {
    if (show->scope_column == WEND_CLI_NO_COLUMN) {
        return 0;
    }
    struct wend_value scope = wend_cursor_value(show->cursor, show->scope_column);
    for (size_t i = 0; i < show->scope_count; i++) {
        const char *name = wend_snapshot_scope(show->snapshot, i);
        if (!scope.is_null && strlen(name) == scope.text.len &&
            memcmp(name, scope.text.data, scope.text.len) == 0) {
            return (uint32_t)i;
        }
    }
    return 0;
}

/* Keeps the shown columns of the present row; `cells` has room for them. */
static void add_row(struct wend_cli_show *show, int64_t order, uint64_t sequence, uint32_t scope,
                    struct wend_cli_text *texts, struct wend_cli_cell *cells) {
    wend__cli_text_clear(texts);
    for (size_t i = 0; i < show->column_count; i++) {
        const struct wend_cli_shown_column *column = &show->columns[i];
        size_t start = texts->len;
        cells[i] = (struct wend_cli_cell){.kind = WEND_CLI_CELL_NULL};
        if (column->index != WEND_CLI_NO_COLUMN) {
            struct wend_value value = wend_cursor_value(show->cursor, column->index);
            cells[i].kind = wend__cli_value_add(&value, column->style, texts);
        }
        cells[i].len = texts->len - start;
    }
    size_t at = 0;
    for (size_t i = 0; i < show->column_count; i++) {
        cells[i].text = wend__cli_text_string(texts) + at;
        at += cells[i].len;
    }
    wend__cli_rows_add(&show->rows, order, sequence, scope, cells);
}

/*
 * Where a row stands among those of the same count: as in the file, but stages in their order.
 *
 *   | scope 16 bits | position 8 | place in the file 40 |
 */
static uint64_t place_of(const struct wend_cli_show *show, uint32_t scope, uint64_t sequence) {
    if (show->position_column == WEND_CLI_NO_COLUMN) {
        return sequence;
    }
    struct wend_value position = wend_cursor_value(show->cursor, show->position_column);
    return (uint64_t)scope << 48 | ((uint64_t)position.integer & 0xFF) << 40 | sequence;
}

/* Goes over the table once and keeps the first rows. */
static enum wend_status read_rows(struct wend_cli_show *show, struct wend_error *error) {
    struct wend_cli_text texts = {0};
    struct wend_cli_cell *cells = wend__cli_alloc(show->column_count * sizeof *cells);
    enum wend_status status = WEND_OK;
    show->matched = 0;
    memset(show->scope_sums, 0, (show->scope_count + 1) * sizeof *show->scope_sums);
    for (uint64_t sequence = 0; status == WEND_OK; sequence++) {
        bool found;
        status = wend_cursor_next(show->cursor, &found, error);
        if (status != WEND_OK || !found) {
            break;
        }
        if (sequence % LOOK_EVERY == 0 &&
            atomic_load_explicit(show->context->stop, memory_order_relaxed)) {
            status = wend__cli_error(error, WEND_ERROR_CANCELLED, "stopped");
        }
        if (!wend__cli_show_fits(show)) {
            continue;
        }
        int64_t order = 0;
        if (show->order_column != WEND_CLI_NO_COLUMN) {
            order = wend_cursor_value(show->cursor, show->order_column).integer;
        }
        uint32_t scope = scope_index(show);
        show->matched++;
        show->scope_sums[scope] += (uint64_t)order;
        uint64_t place = place_of(show, scope, sequence);
        if (wend__cli_rows_wants(&show->rows, order, place)) {
            add_row(show, order, place, scope, &texts, cells);
        }
    }
    wend__cli_rows_sort(&show->rows);
    wend__cli_text_deinit(&texts);
    free(cells);
    return status;
}

static void close_cursor(struct wend_cli_show *show) {
    if (show->cursor != NULL) {
        wend_cursor_close(show->cursor);
        show->cursor = NULL;
    }
}

static enum wend_status reopen(struct wend_cli_show *show, struct wend_error *error) {
    close_cursor(show);
    return wend_cursor_open(show->snapshot, show->table, &show->cursor, error);
}

static enum wend_status no_rows(const struct wend_cli_show *show, struct wend_error *error) {
    const char *directory = show->context->arguments->operands[0];
    if (show->where_count == 0) {
        return wend__cli_error(error, WEND_ERROR_EMPTY,
                               "%s: the table %s has no rows\n"
                               "`wend show %s` lists the tables.",
                               directory, show->table_name, directory);
    }
    return wend__cli_error(error, WEND_ERROR_EMPTY,
                           "%s: no row of %s matches\n"
                           "`wend show %s %s` shows what values there are.",
                           directory, show->table_name, directory, show->table_name);
}

/* Prints up to `wanted` rows, as many at a time as are kept. */
static enum wend_status print_rows(struct wend_cli_show *show, uint64_t wanted,
                                   struct wend_error *error) {
    bool first = true;
    enum wend_status status = WEND_OK;
    wend__cli_rows_init(&show->rows, 0, show->column_count);
    for (uint64_t printed = 0; status == WEND_OK && printed < wanted; first = false) {
        uint64_t left = wanted - printed;
        show->rows.limit = (size_t)(left < show->kept_max ? left : show->kept_max);
        status = first ? WEND_OK : reopen(show, error);
        status = status == WEND_OK ? read_rows(show, error) : status;
        if (status != WEND_OK) {
            break;
        }
        if (first && show->matched == 0 && show->format == WEND_CLI_AS_TABLE) {
            return no_rows(show, error);
        }
        status = wend__cli_show_print(show, first, error);
        printed += show->rows.count;
        if (printed >= show->matched || wend__cli_output_closed()) {
            break;
        }
        wend__cli_rows_restart(&show->rows);
    }
    return status == WEND_OK && show->matched == 0 ? no_rows(show, error) : status;
}

static enum wend_status show_table(struct wend_cli_show *show, struct wend_error *error) {
    const struct wend_cli_value *top = &show->context->arguments->values[WEND_CLI_ROWS];
    enum wend_status status = find_table(show, show->context->arguments->operands[1], error);
    if (status == WEND_OK) {
        status = reopen(show, error);
    }
    if (status != WEND_OK) {
        return status;
    }
    const char *order = wend_snapshot_table_order(show->snapshot, show->table);
    show->order_column = wend__cli_show_find(show, order, strlen(order));
    show->scope_column = wend__cli_show_find(show, "scope", strlen("scope"));
    show->position_column = wend__cli_show_find(show, "stage_position", strlen("stage_position"));
    while (wend_snapshot_scope(show->snapshot, show->scope_count) != NULL) {
        show->scope_count++;
    }
    show->scope_sums = wend__cli_alloc((show->scope_count + 1) * sizeof *show->scope_sums);
    status = add_conditions(show, error);
    if (status == WEND_OK) {
        status = wend__cli_show_columns(show, error);
    }
    if (status == WEND_OK && show->format == WEND_CLI_AS_PARQUET) {
        status = wend__cli_show_parquet(show, error);
        return status == WEND_OK && show->matched == 0 ? no_rows(show, error) : status;
    }
    bool all = show->format != WEND_CLI_AS_TABLE && !top->given;
    return status == WEND_OK ? print_rows(show, all ? UINT64_MAX : top->number, error) : status;
}

static enum wend_status needs_table(const struct wend_cli_arguments *arguments,
                                    struct wend_error *error) {
    static const enum wend_cli_option_id ids[] = {WEND_CLI_SCOPE, WEND_CLI_WHERE, WEND_CLI_ROWS,
                                                  WEND_CLI_COLUMNS};
    if (arguments->values[WEND_CLI_SHOW_FORMAT].number == WEND_CLI_AS_PARQUET) {
        return wend__cli_error(error, WEND_ERROR_USAGE,
                               "--format parquet needs a table, such as `wend show %s paths`",
                               arguments->operands[0]);
    }
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        if (arguments->values[ids[i]].given) {
            return wend__cli_error(error, WEND_ERROR_USAGE,
                                   "--%s needs a table, such as `wend show %s paths`\n"
                                   "`wend show %s` lists them.",
                                   wend__cli_options[ids[i]].name, arguments->operands[0],
                                   arguments->operands[0]);
        }
    }
    return WEND_OK;
}

static void show_deinit(struct wend_cli_show *show) {
    close_cursor(show);
    for (size_t i = 0; i < show->where_count; i++) {
        wend__cli_where_deinit(&show->wheres[i]);
    }
    for (size_t i = 0; i < show->column_count; i++) {
        free(show->columns[i].name);
    }
    wend__cli_rows_deinit(&show->rows);
    free(show->wheres);
    free(show->columns);
    free(show->scope_sums);
}

enum wend_status wend__cli_show_within(struct wend_cli_context *context, uint64_t kept_max,
                                       struct wend_error *error) {
    const struct wend_cli_arguments *arguments = context->arguments;
    struct wend_snapshot *snapshot = NULL;
    enum wend_status status =
        arguments->operand_count == 1 ? needs_table(arguments, error) : WEND_OK;
    if (status == WEND_OK) {
        status =
            wend__cli_open_snapshot(context, context->arguments->operands[0], &snapshot, error);
    }
    if (status != WEND_OK) {
        return status;
    }
    if (arguments->operand_count == 1) {
        status = wend__cli_show_list(context, snapshot, error);
    } else {
        struct wend_cli_show show = {
            .context = context,
            .snapshot = snapshot,
            .kept_max = kept_max,
            .format = (enum wend_cli_show_format)arguments->values[WEND_CLI_SHOW_FORMAT].number,
        };
        status = show_table(&show, error);
        show_deinit(&show);
    }
    wend_snapshot_close(snapshot);
    return status;
}

enum wend_status wend__cli_show_into(struct wend_cli_context *context,
                                     const struct wend_snapshot *snapshot,
                                     struct wend_cli_text *sink, uint64_t *matched,
                                     struct wend_error *error) {
    struct wend_cli_show show = {.context = context,
                                 .snapshot = snapshot,
                                 .kept_max = KEPT_MAX,
                                 .sink = sink,
                                 .format = WEND_CLI_AS_JSON};
    enum wend_status status = show_table(&show, error);
    *matched = show.matched;
    if (status == WEND_ERROR_EMPTY && show.matched == 0) {
        status = WEND_OK;
    }
    show_deinit(&show);
    return status;
}

enum wend_status wend__cli_show(struct wend_cli_context *context, struct wend_error *error) {
    return wend__cli_show_within(context, KEPT_MAX, error);
}
