#include "match/matcher_internal.h"

#include "base/memory.h"
#include "base/number.h"
#include "base/utf8.h"
#include "match/match_cut.h"
#include "match/match_url.h"

#include <stdlib.h>

static bool init(struct wend_matcher *matcher) {
    const struct wend_ruleset *ruleset = matcher->ruleset;
    wend__strings_init(&matcher->names, matcher->seed);
    wend__strings_init(&matcher->segment_values, matcher->seed);
    matcher->segment_value_max = WEND_MAX_SEGMENT_VALUES;
    matcher->last_rule = UINT32_MAX;
    for (uint32_t i = 0; i < ruleset->name_count; i++) {
        uint32_t id;
        if (!wend__strings_intern(&matcher->names, ruleset->names[i], &id, NULL)) {
            return false;
        }
    }
    if (!wend__match_scratch_init(&matcher->scratch, ruleset->regexes) ||
        !wend__matcher_memo_init(matcher)) {
        return false;
    }
    matcher->derived = wend__alloc(((size_t)ruleset->field_count + 1) * sizeof(uint32_t));
    if (matcher->derived == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < ruleset->field_count; i++) {
        if (ruleset->fields[i].kind != WEND_FIELD_PLAIN) {
            matcher->derived[matcher->derived_count++] = i;
        }
    }
    matcher->derived_texts =
        wend__alloc_zeroed((size_t)matcher->derived_count + 1, sizeof *matcher->derived_texts);
    return matcher->derived_texts != NULL;
}

enum wend_status wend__matcher_create(const struct wend_ruleset *ruleset,
                                      const struct wend_hit_layout *layout, uint64_t seed,
                                      struct wend_matcher **matcher, struct wend_error *error) {
    struct wend_matcher *made = wend__alloc_zeroed(1, sizeof *made);
    *matcher = NULL;
    if (made == NULL) {
        return wend__fail_memory(error);
    }
    made->ruleset = ruleset;
    made->layout = layout;
    made->seed = seed;
    if (!init(made)) {
        wend__matcher_destroy(made);
        return wend__fail_memory(error);
    }
    *matcher = made;
    return WEND_OK;
}

void wend__matcher_destroy(struct wend_matcher *matcher) {
    if (matcher == NULL) {
        return;
    }
    for (uint32_t i = 0; matcher->derived_texts != NULL && i < matcher->derived_count; i++) {
        wend__buffer_deinit(&matcher->derived_texts[i]);
    }
    wend__free(matcher->derived_texts);
    wend__free(matcher->derived);
    wend__buffer_deinit(&matcher->customer_text);
    wend__buffer_deinit(&matcher->name_text);
    wend__buffer_deinit(&matcher->clean_text);
    wend__memo_deinit(&matcher->memo);
    wend__free(matcher->memo_fields);
    wend__match_scratch_deinit(&matcher->scratch);
    wend__strings_deinit(&matcher->names);
    wend__strings_deinit(&matcher->segment_values);
    wend__free(matcher);
}

static struct wend_bytes first_present(const struct wend_field *field,
                                       const struct wend_bytes *row) {
    for (uint32_t i = 0; i < field->source_count; i++) {
        if (row[field->sources[i]].data != NULL) {
            return row[field->sources[i]];
        }
    }
    return WEND_BYTES_ABSENT;
}

/* False without memory. */
static bool join(const struct wend_field *field, const struct wend_bytes *row,
                 struct wend_buffer *text, struct wend_bytes *value) {
    wend__buffer_clear(text);
    for (uint32_t i = 0; i < field->source_count; i++) {
        struct wend_bytes source = row[field->sources[i]];
        if (source.data == NULL) {
            return true;
        }
        if ((i > 0 && !wend__buffer_append(text, " ", 1)) ||
            !wend__buffer_append(text, source.data, source.len)) {
            return false;
        }
    }
    *value = wend__buffer_view(text);
    return true;
}

static bool derive(const struct wend_ruleset *ruleset, const struct wend_field *field,
                   const struct wend_bytes *row, struct wend_buffer *text,
                   struct wend_bytes *value) {
    *value = WEND_BYTES_ABSENT;
    if (field->kind == WEND_FIELD_FIRST) {
        *value = first_present(field, row);
        return true;
    }
    if (field->kind == WEND_FIELD_JOIN) {
        return join(field, row, text, value);
    }
    if (field->kind == WEND_FIELD_EVENT) {
        return wend__template_value(&ruleset->event, row, text, value);
    }
    struct wend_bytes url = row[field->source];
    if (url.data == NULL) {
        return true;
    }
    switch (field->kind) {
    case WEND_FIELD_URL_HOST:
        return wend__url_host(url, text, value);
    case WEND_FIELD_URL_QUERY:
        return wend__url_query(url, field->parameter, text, value);
    case WEND_FIELD_URL_PATH:
        *value = wend__url_path(url);
        return true;
    case WEND_FIELD_REQUEST_METHOD:
        *value = wend__request_method(url);
        return true;
    case WEND_FIELD_REQUEST_TARGET:
        *value = wend__request_target(url);
        return true;
    case WEND_FIELD_ADDRESS_HOST:
        *value = wend__address_host(url);
        return true;
    case WEND_FIELD_PLAIN:
    case WEND_FIELD_FIRST:
    case WEND_FIELD_JOIN:
    case WEND_FIELD_EVENT:
        break;
    }
    abort();
}

bool wend__matcher_begin(struct wend_matcher *matcher, struct wend_bytes *row) {
    const struct wend_ruleset *ruleset = matcher->ruleset;
    matcher->row = row;
    for (uint32_t i = 0; i < matcher->derived_count; i++) {
        uint32_t index = matcher->derived[i];
        struct wend_bytes value;
        if (!derive(ruleset, &ruleset->fields[index], row, &matcher->derived_texts[i], &value)) {
            return false;
        }
        row[index] = value;
    }
    return !matcher->scratch.no_memory;
}

bool wend__matcher_where(struct wend_matcher *matcher) {
    return wend__condition_holds(matcher->ruleset->where, matcher->row, &matcher->scratch);
}

bool wend__matcher_customer(struct wend_matcher *matcher, struct wend_bytes *customer) {
    const struct wend_ruleset *ruleset = matcher->ruleset;
    *customer = WEND_BYTES_ABSENT;
    for (uint32_t i = 0; i < ruleset->customer_count && customer->data == NULL; i++) {
        if (!wend__template_value(&ruleset->customer[i], matcher->row, &matcher->customer_text,
                                  customer)) {
            return false;
        }
    }
    return true;
}

bool wend__matcher_event_name(struct wend_matcher *matcher, struct wend_bytes *name) {
    return wend__template_value(&matcher->ruleset->event, matcher->row, &matcher->name_text, name);
}

/* All zero stands for an absent value. */
static struct wend_hash128 token(const struct wend_matcher *matcher, struct wend_bytes value) {
    if (value.data == NULL) {
        return (struct wend_hash128){0};
    }
    struct wend_hash128 hash = wend__hash128(value, matcher->seed);
    hash.low |= (hash.high | hash.low) == 0;
    return hash;
}

enum wend_status wend__matcher_fail_segments(const struct wend_ruleset *ruleset, uint32_t most,
                                             struct wend_error *error) {
    struct wend_buffer names = {0};
    bool done = true;
    for (uint32_t i = 0; done && i < ruleset->segment_count; i++) {
        struct wend_bytes name = ruleset->segments[i].name;
        done = wend__buffer_append_format(&names, "%s`%.*s`", i == 0 ? "" : ", ", (int)name.len,
                                          (const char *)name.data);
    }
    enum wend_status status =
        done ? wend__fail(error, WEND_ERROR_LIMIT,
                          "more than %u segment values in %.*s\nsegment by fields with few values",
                          (unsigned)most, (int)names.len, (const char *)names.data)
             : wend__fail_memory(error);
    wend__buffer_deinit(&names);
    return status;
}

static enum wend_status find_segment_value(struct wend_matcher *matcher, struct wend_bytes value,
                                           uint32_t *id, struct wend_error *error) {
    struct wend_strings *values = &matcher->segment_values;
    /* Only valid UTF-8 stands in the table: what is found needs no repair. */
    *id = wend__strings_find(values, value);
    if (*id == WEND_STRING_NONE && !wend__utf8_is_valid(value)) {
        wend__buffer_clear(&matcher->clean_text);
        if (!wend__utf8_append_clean(&matcher->clean_text, value)) {
            return wend__fail_memory(error);
        }
        value = wend__buffer_view(&matcher->clean_text);
        *id = wend__strings_find(values, value);
    }
    if (*id != WEND_STRING_NONE) {
        return WEND_OK;
    }
    if (values->count >= matcher->segment_value_max) {
        return wend__matcher_fail_segments(matcher->ruleset, matcher->segment_value_max, error);
    }
    return wend__strings_intern(values, value, id, NULL) ? WEND_OK : wend__fail_memory(error);
}

static enum wend_status segment_number(struct wend_matcher *matcher, uint32_t segment,
                                       uint32_t *number, struct wend_error *error) {
    struct wend_bytes value = matcher->row[matcher->ruleset->segments[segment].field];
    struct wend_recent_text key;
    uint32_t id;
    *number = WEND_SEGMENT_ABSENT;
    if (value.data == NULL) {
        return WEND_OK;
    }
    if (wend__recent_key(value, &key)) {
        struct wend_recent_text *slot = wend__recent_slot(&matcher->recent_values, &key);
        if (!wend__recent_is(slot, &key)) {
            WEND_TRY(find_segment_value(matcher, value, &key.number, error));
            *slot = key;
        }
        id = slot->number;
    } else {
        WEND_TRY(find_segment_value(matcher, value, &id, error));
    }
    *number = 1 + id;
    return WEND_OK;
}

static void fill_value(const struct wend_matcher *matcher, struct wend_hit *hit) {
    struct wend_bytes text = matcher->row[matcher->ruleset->value_field];
    if (text.data == NULL) {
        return;
    }
    int64_t value;
    if (wend__decimal4_parse(text, &value)) {
        hit->flags |= WEND_HIT_HAS_VALUE;
        memcpy((uint8_t *)hit + matcher->layout->value_offset, &value, sizeof value);
    } else {
        hit->flags |= WEND_HIT_BAD_VALUE;
    }
}

static void fill_tokens(const struct wend_matcher *matcher, struct wend_hit *hit) {
    const struct wend_session_rule *sessions = &matcher->ruleset->sessions;
    uint8_t *out = (uint8_t *)hit + matcher->layout->token_offset;
    for (uint32_t i = 0; i < matcher->layout->token_count; i++) {
        uint32_t field =
            i < sessions->cut_field_count ? sessions->cut_fields[i] : sessions->key_field;
        struct wend_hash128 hash = token(matcher, matcher->row[field]);
        memcpy(out + i * sizeof hash, &hash, sizeof hash);
    }
}

enum wend_status wend__matcher_hit(struct wend_matcher *matcher, struct wend_hit *hit,
                                   struct wend_error *error) {
    const struct wend_hit_layout *layout = matcher->layout;
    const struct wend_ruleset *ruleset = matcher->ruleset;
    hit->flags = 0;
    if (layout->bytes > sizeof *hit) {
        memset((uint8_t *)hit + sizeof *hit, 0, layout->bytes - sizeof *hit);
    }
    WEND_TRY(wend__matcher_touchpoint(matcher, &hit->touchpoint, error));
    if (matcher->scratch.no_memory) {
        return wend__fail_memory(error);
    }
    if (layout->has_value) {
        fill_value(matcher, hit);
    }
    if (layout->has_id && matcher->row[ruleset->id_field].data != NULL) {
        struct wend_hash128 id = token(matcher, matcher->row[ruleset->id_field]);
        hit->flags |= WEND_HIT_HAS_ID;
        memcpy((uint8_t *)hit + layout->id_offset, &id, sizeof id);
    }
    fill_tokens(matcher, hit);
    for (uint32_t i = 0; i < layout->segment_count; i++) {
        uint32_t number;
        WEND_TRY(segment_number(matcher, i, &number, error));
        memcpy((uint8_t *)hit + layout->segment_offset + i * sizeof number, &number, sizeof number);
    }
    return WEND_OK;
}

const struct wend_strings *wend__matcher_names(const struct wend_matcher *matcher) {
    return &matcher->names;
}

const struct wend_strings *wend__matcher_segment_values(const struct wend_matcher *matcher) {
    return &matcher->segment_values;
}

uint32_t wend__matcher_last_rule(const struct wend_matcher *matcher) {
    return matcher->last_rule;
}
