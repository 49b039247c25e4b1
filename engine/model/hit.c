#include "model/hit.h"

void wend__hit_layout_init(struct wend_hit_layout *layout, const struct wend_ruleset *ruleset) {
    uint32_t at = sizeof(struct wend_hit);
    *layout = (struct wend_hit_layout){
        .has_value = ruleset->value_field != WEND_NO_FIELD,
        .has_id = ruleset->id_field != WEND_NO_FIELD,
        .token_count = ruleset->sessions.cut_field_count +
                       (ruleset->sessions.key_field == WEND_NO_FIELD ? 0U : 1U),
        .segment_count = ruleset->segment_count,
    };
    layout->value_offset = at;
    at += layout->has_value ? (uint32_t)sizeof(int64_t) : 0;
    layout->id_offset = at;
    at += layout->has_id ? (uint32_t)sizeof(struct wend_hash128) : 0;
    layout->token_offset = at;
    at += layout->token_count * (uint32_t)sizeof(struct wend_hash128);
    layout->segment_offset = at;
    at += layout->segment_count * (uint32_t)sizeof(uint32_t);
    layout->bytes = (at + 7) & ~7U;
}
