/* Wrong values of single keys: each is refused with its place, and with what would be right. */
#include "definitions_fixture.h"

static const struct refusal top[] = {
    {TEXT(SHORTEST "windw: 1d\n"),
     "4:1: a definition file has no key `windw`; did you mean `window`?"},
    {TEXT(SHORTEST "colour: red\n"),
     "4:1: a definition file has no key `colour`; there is `version`, `format`, `fields`, `time`, "
     "`customer`, `event`, `id`, `value`, `where`, `lateness`, `max_record`, `touchpoints`, "
     "`sessions`, `journeys`, `segments`, `window`, `collapse`, `max_steps`, `flow_depth`, "
     "`max_touchpoints` and `kafka`"},
    {TEXT(SHORTEST "version: 2\n"),
     "4:10: `version` is 1, the only version of definition files so far"},
    {TEXT(SHORTEST "version: [1]\n"),
     "4:10: `version` is 1, the only version of definition files so far"},
    {TEXT("customer: c\n"),
     "1:1: `time` is missing; name the field that holds it, such as time: ts"},
    {TEXT("time: t\n"), "1:1: `customer` is missing; name the field that tells customers apart, "
                        "such as customer: user_id"},
    {TEXT("time: t\ncustomer: []\n"), "2:11: `customer` is missing; name the field that tells "
                                      "customers apart, such as customer: user_id"},
    {TEXT("time: [a]\ncustomer: c\n"),
     "1:7: `time` is written as a map of keys such as `field: ...`"},
    {TEXT("time: \"{a}\"\ncustomer: c\n"), "1:7: `time` takes the name of a field, not a template"},
    {TEXT("time: {unit: s}\ncustomer: c\n"), "1:7: `time` needs the `field` that holds it"},
    {TEXT("time: {field: t, unit: sec}\ncustomer: c\n"),
     "1:24: `unit` is auto, s, ms, us or ns, not `sec`"},
    {TEXT("time: {field: t, units: s}\ncustomer: c\n"),
     "1:18: `time` has no key `units`; did you mean `unit`?"},
    {TEXT("time: t\ncustomer: {a: b}\n"),
     "2:11: `customer` takes a field, or a template of fields such as \"{host}|{agent}\""},
    {TEXT("time: t\ncustomer: ''\n"),
     "2:11: `customer` takes a field, or a template of fields such as \"{host}|{agent}\""},
    {TEXT("time: t\ncustomer: [a, ~]\n"),
     "2:15: `customer` takes a field, or a template of fields such as \"{host}|{agent}\""},
    {TEXT("time: t\ncustomer: '{{a}}'\n"),
     "2:11: `customer` names no field; write it as \"{field}\""},
    {TEXT("time: t\ncustomer: c\nevent: [a]\n"),
     "3:8: `event` takes a field, or a template of fields such as \"{host}|{agent}\""},
    {TEXT("time: t\ncustomer: c\nevent: 'a {b'\n"),
     "3:11: this brace is not closed; a template is written \"{field}|{field}\", {{ and }} stand "
     "for the braces themselves"},
    {TEXT("time: t\ncustomer: c\nevent: 'a {} b'\n"),
     "3:11: no field stands in these braces; a template is written \"{field}|{field}\", {{ and }} "
     "stand for the braces themselves"},
    {TEXT("time: t\ncustomer: c\nevent: '{a{b}}'\n"),
     "3:9: no field stands in these braces; a template is written \"{field}|{field}\", {{ and }} "
     "stand for the braces themselves"},
    {TEXT("time: t\ncustomer: c\nevent: '{a} }b'\n"),
     "3:13: this brace was not opened; a template is written \"{field}|{field}\", {{ and }} stand "
     "for the braces themselves"},
    {TEXT(SHORTEST "id: '{a}'\n"), "4:5: `id` takes the name of a field, not a template"},
    {TEXT(SHORTEST "value: [a]\n"), "4:8: `value` takes the name of a field"},
    {TEXT(SHORTEST "lateness: none\n"),
     "4:11: `lateness` is a duration or unlimited; for no allowance write 0s"},
    {TEXT(SHORTEST "lateness: 10\n"), "4:11: `lateness` takes a duration such as 30m, 1h30m or 7d "
                                      "(us, ms, s, m, h, d, w), or unlimited"},
    {TEXT(SHORTEST "window: 0s\n"), "4:9: `window` is longer than 0; write none for no windows"},
    {TEXT(SHORTEST "window: 1 day\n"),
     "4:9: `window` takes a duration such as 30m, 1h30m or 7d (us, ms, s, m, h, d, w), or none"},
    {TEXT(SHORTEST "window: 400000d\n"),
     "4:9: `window` is at most 365000d; write none for no limit"},
    {TEXT(SHORTEST "window: 99999999999999999999d\n"),
     "4:9: `window` takes a duration such as 30m, 1h30m or 7d (us, ms, s, m, h, d, w), or none"},
    {TEXT(SHORTEST "window: [1d]\n"),
     "4:9: `window` takes a duration such as 30m, 1h30m or 7d (us, ms, s, m, h, d, w), or none"},
    {TEXT(SHORTEST "collapse: 1\n"), "4:11: `collapse` is true or false"},
    {TEXT(SHORTEST "max_steps: 2\n"), "4:12: `max_steps` is a whole number from 3 to 4096"},
    {TEXT(SHORTEST "max_steps: 4097\n"), "4:12: `max_steps` is a whole number from 3 to 4096"},
    {TEXT(SHORTEST "max_steps: many\n"), "4:12: `max_steps` is a whole number from 3 to 4096"},
    {TEXT(SHORTEST "flow_depth: 0\n"), "4:13: `flow_depth` is a whole number from 1 to 1000"},
    {TEXT(SHORTEST "flow_depth: 1001\n"), "4:13: `flow_depth` is a whole number from 1 to 1000"},
    {TEXT(SHORTEST "max_touchpoints: 65537\n"),
     "4:18: `max_touchpoints` is a whole number from 1 to 65536"},
    {TEXT(SHORTEST "flow_depth: -1\n"), "4:13: `flow_depth` is a whole number from 1 to 1000"},
};

Test(definitions_errors_values, wrong_values_of_top_level_keys_are_refused_where_they_stand) {
    check_refusals(top, sizeof top / sizeof *top);
}

#define KINDS                                                                                      \
    "access-log, adobe-feed, amplitude, aws-alb, caddy, cloudevents, ga4, matomo, mixpanel, "      \
    "nginx-json, posthog, rudderstack, segment or snowplow"

static const struct refusal format[] = {
    {TEXT("format: ndjsn\n"),
     "1:9: `format` is auto, ndjson, csv, " KINDS ", not `ndjsn`; did you mean `ndjson`?"},
    {TEXT("format: segmnt\n"),
     "1:9: `format` is auto, ndjson, csv, " KINDS ", not `segmnt`; did you mean `segment`?"},
    {TEXT("format: tsv\n"), "1:9: `format` has no tsv; write format: {kind: csv, separator: tab}"},
    {TEXT("format: [csv]\n"), "1:9: `format` is written as a map of keys such as `kind: ...`"},
    {TEXT("format: {kind: csv, seperator: ','}\n"),
     "1:21: `format` has no key `seperator`; did you mean `separator`?"},
    {TEXT("format: {kind: cvs}\n"),
     "1:16: `kind` is auto, ndjson, csv, " KINDS ", not `cvs`; did you mean `csv`?"},
    {TEXT("format: {kind: [csv]}\n"), "1:16: `kind` is auto, ndjson, csv, " KINDS},
    {TEXT("format: {kind: csv, separator: '::'}\n"),
     "1:32: `separator` takes one ASCII character such as \";\", or tab"},
    {TEXT("format: {kind: csv, separator: '\"'}\n"),
     "1:32: a quote or a line end cannot be the `separator`"},
    {TEXT("format: {kind: csv, separator: '\xC2\xA7'}\n"),
     "1:32: `separator` takes one ASCII character such as \";\", or tab"},
    {TEXT("format: {kind: csv, header: maybe}\n"),
     "1:29: `header` is auto, yes or no, not `maybe`"},
    {TEXT("format: {kind: csv, columns: a}\n"), "1:30: `columns` is a list of names: [NAME, NAME]"},
    {TEXT("format: {kind: csv, columns: []}\n"),
     "1:30: `columns` is a list of names: [NAME, NAME]"},
    {TEXT("format: {kind: csv, columns: [a, '']}\n"),
     "1:34: `columns` takes names, none of them empty"},
    {TEXT("format: {kind: ndjson, separator: tab}\n"),
     "1:35: `separator` is for csv only, and this is ndjson"},
    {TEXT("format: {kind: access-log, header: yes}\n"),
     "1:36: `header` is for csv only, and this is access-log"},
    {TEXT("format: {kind: segment, separator: tab}\n"),
     "1:36: `separator` is for csv only, and this is ndjson"},
    {TEXT(SHORTEST "max_record: big\n"),
     "4:13: `max_record` takes a size such as 1MiB or 64K (B, K, M, G; KiB, MiB, GiB)"},
    {TEXT(SHORTEST "max_record: 1mb\n"),
     "4:13: `max_record` takes a size such as 1MiB or 64K (B, K, M, G; KiB, MiB, GiB)"},
    {TEXT(SHORTEST "max_record: 10\n"), "4:13: `max_record` is from 1024 to 67108864 bytes"},
    {TEXT(SHORTEST "max_record: 1GiB\n"), "4:13: `max_record` is from 1024 to 67108864 bytes"},
    {TEXT(SHORTEST "max_record: 1M1\n"),
     "4:13: `max_record` takes a size such as 1MiB or 64K (B, K, M, G; KiB, MiB, GiB)"},
};

Test(definitions_errors_values, a_wrong_format_is_refused_where_it_stands) {
    check_refusals(format, sizeof format / sizeof *format);
}

#define FIELD_FORMS                                                                                \
    "4:13: a field is written {field: NAME}, {url: NAME, part: PART}, {request: NAME, part: "      \
    "PART}, {address: NAME, part: PART}, {first: [NAME, NAME]} or {join: [NAME, NAME]}"

static const struct refusal fields[] = {
    {TEXT(SHORTEST "fields: [a]\n"),
     "4:9: `fields` is a map: a name, and what it is made from, such as {field: NAME}"},
    {TEXT(SHORTEST "fields: {a: b}\n"), FIELD_FORMS},
    {TEXT(SHORTEST "fields: {a: {}}\n"), FIELD_FORMS},
    {TEXT(SHORTEST "fields: {a: {feld: b}}\n"), FIELD_FORMS},
    {TEXT(SHORTEST "fields: {'': {field: b}}\n"), "4:10: a field needs a name"},
    {TEXT(SHORTEST "fields: {a: {field: b, parts: host}}\n"),
     "4:24: a field with another name has no key `parts`; there is `field`"},
    {TEXT(SHORTEST "fields: {a: {first: [b], part: host}}\n"),
     "4:26: a field made from others has no key `part`; there is `first`"},
    {TEXT(SHORTEST "fields: {a: {url: b, part: host, x: 1}}\n"),
     "4:34: a field made from a URL has no key `x`; there is `url` and `part`"},
    {TEXT(SHORTEST "fields: {a: {url: b}}\n"),
     "4:13: `url` needs a `part`: host, path or query.NAME"},
    {TEXT(SHORTEST "fields: {a: {url: b, part: hots}}\n"),
     "4:28: `part` is host, path or query.NAME, not `hots`; did you mean `host`?"},
    {TEXT(SHORTEST "fields: {a: {url: b, part: query.}}\n"),
     "4:28: `part` is host, path or query.NAME, not `query.`"},
    {TEXT(SHORTEST "fields: {a: {request: b, part: method, x: 1}}\n"),
     "4:40: a field made from a request line has no key `x`; there is `request` and `part`"},
    {TEXT(SHORTEST "fields: {a: {request: b}}\n"),
     "4:13: `request` needs a `part`: method or target"},
    {TEXT(SHORTEST "fields: {a: {request: b, part: targt}}\n"),
     "4:32: `part` is method or target, not `targt`; did you mean `target`?"},
    {TEXT(SHORTEST "fields: {a: {address: b}}\n"), "4:13: `address` needs a `part`: host"},
    {TEXT(SHORTEST "fields: {a: {address: b, part: port}}\n"),
     "4:32: `part` of an address is host, not `port`"},
    {TEXT(SHORTEST "fields: {a: {url: [b], part: host}}\n"),
     "4:19: `a` takes names of fields here"},
    {TEXT(SHORTEST "fields: {a: {first: []}}\n"), FIELD_FORMS},
    {TEXT(SHORTEST "fields: {a: {join: []}}\n"), FIELD_FORMS},
    {TEXT(SHORTEST "fields: {a: {join: [b], by: x}}\n"),
     "4:25: a field joined from others has no key `by`; there is `join`"},
    {TEXT(SHORTEST "fields: {a: {first: [[b]]}}\n"), "4:22: `a` takes names of fields here"},
    {TEXT(SHORTEST "fields:\n  x: {field: q}\n  a: {first: [b]}\n  b: {url: a, part: path}\n"),
     "6:3: the field `a` is made from itself, by way of others"},
    {TEXT(SHORTEST "fields:\n  a: {field: b}\n  b: {field: a}\n"),
     "5:3: the field `a` is made from itself, by way of others"},
    {TEXT(SHORTEST
          "fields: {a: {first: [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, "
          "f15, f16, f17, f18, f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, "
          "f32, f33, f34, f35, f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, "
          "f49, f50, f51, f52, f53, f54, f55, f56, f57, f58, f59, f60, f61, f62, f63, f64]}}\n"),
     "4:332: more than 64 fields in one list"},
};

Test(definitions_errors_values, wrong_fields_are_refused_where_they_stand) {
    check_refusals(fields, sizeof fields / sizeof *fields);
}

static const struct refusal sessions[] = {
    {TEXT(SHORTEST "sessions: [a]\n"),
     "4:11: `sessions` is written as a map of keys such as `gap: ...`"},
    {TEXT(SHORTEST "sessions: {gpa: 1m}\n"),
     "4:12: `sessions` has no key `gpa`; did you mean `gap`?"},
    {TEXT(SHORTEST "sessions: {gap: long}\n"),
     "4:17: `gap` takes a duration such as 30m, 1h30m or 7d (us, ms, s, m, h, d, w), or none"},
    {TEXT(SHORTEST "sessions: {max_duration: 1y}\n"),
     "4:26: `max_duration` takes a duration such as 30m, 1h30m or 7d (us, ms, s, m, h, d, w), or "
     "none"},
    {TEXT(SHORTEST "sessions: {cut_on: {a: b}}\n"), "4:20: `cut_on` takes the name of a field"},
    {TEXT(SHORTEST "sessions: {cut_on: [a, b, c, d, e, f, g, h, i]}\n"),
     "4:45: more than 8 fields in `cut_on`"},
    {TEXT(SHORTEST "sessions: {cut_at_midnight: often}\n"),
     "4:29: `cut_at_midnight` is true or false"},
    {TEXT(SHORTEST "sessions: {timezone: Europe/Berln}\n"),
     "4:22: unknown time zone \"Europe/Berln\"; did you mean \"Europe/Berlin\"?"},
    {TEXT(SHORTEST "sessions: {timezone: [UTC]}\n"),
     "4:22: `timezone` takes UTC, an offset such as +02:00, or a name such as Europe/Berlin"},
    {TEXT(SHORTEST "sessions: {key: '{a}'}\n"),
     "4:17: `key` takes the name of a field, not a template"},
    {TEXT(SHORTEST "journeys: [{name: purchase}]\nsessions: {goal: purchas}\n"),
     "5:18: `goal` of sessions names the journey whose goal converts them, and no journey is "
     "called `purchas`; did you mean `purchase`?"},
    {TEXT(SHORTEST "sessions: {goal: buy}\n"),
     "4:18: `goal` of sessions names the journey whose goal converts them, and no journey is "
     "called `buy`"},
    {TEXT(SHORTEST "sessions: {goal: [a]}\n"), "4:18: `goal` takes the name of a journey"},
};

Test(definitions_errors_values, wrong_sessions_are_refused_where_they_stand) {
    check_refusals(sessions, sizeof sessions / sizeof *sessions);
}

static const struct refusal segments[] = {
    {TEXT(SHORTEST "segments: [/a/b]\n"), "4:12: `/a/b` cannot be the name of a column (letters, "
                                          "digits and _, at most 63); give it one: {NAME: /a/b}"},
    {TEXT(SHORTEST "segments: [1a]\n"), "4:12: `1a` cannot be the name of a column (letters, "
                                        "digits and _, at most 63); give it one: {NAME: 1a}"},
    {TEXT(SHORTEST
          "segments: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n"),
     "4:12: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` cannot be the name "
     "of a column (letters, digits and _, at most 63); give it one: {NAME: "
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}"},
    {TEXT(SHORTEST "segments: [scope]\n"), "4:12: `scope` is already a column of every table; give "
                                           "the segment another name: {NAME: FIELD}"},
    {TEXT(SHORTEST "segments: [channel, {Units: b}]\n"),
     "4:22: `Units` is already a column of paths; give the segment another name: {NAME: FIELD}"},
    {TEXT(SHORTEST "segments: [Path]\n"),
     "4:12: `Path` is already a column of paths; give the segment another name: {NAME: FIELD}"},
    {TEXT(SHORTEST "segments: [a, {A: b}]\n"), "4:16: there is another segment `A`"},
    {TEXT(SHORTEST "segments: [{a: b, c: d}]\n"),
     "4:12: `segments` takes fields, or {NAME: FIELD}"},
    {TEXT(SHORTEST "segments: [[a]]\n"), "4:12: `segments` takes fields, or {NAME: FIELD}"},
    {TEXT(SHORTEST "segments: [{a: [b]}]\n"), "4:16: `segments` takes the name of a field"},
    {TEXT(SHORTEST "segments: [a, ~]\n"), "4:15: `segments` takes fields, or {NAME: FIELD}"},
    {TEXT(
         SHORTEST
         "segments: [s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, s16]\n"),
     "4:82: more than 16 segments"},
};

Test(definitions_errors_values, wrong_segments_are_refused_where_they_stand) {
    check_refusals(segments, sizeof segments / sizeof *segments);
}

Test(definitions_errors_fields, a_circle_through_a_preset_is_told_at_the_own_field) {
    cr_assert_str_eq(
        fault_of(wend__bytes_text("format: segment\nfields: {type: {field: event_name}}\n")),
        "2:10: the field `type` is made from itself, by way of others");
}
