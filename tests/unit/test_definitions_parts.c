/* Wrong conditions, touchpoints and journeys: each with its place, and what would be right. */
#include "definitions_fixture.h"

static const struct refusal conditions[] = {
    {TEXT(SHORTEST "where: [a]\n"),
     "4:8: conditions are written as a map: {field: value}, {any: [...]}"},
    {TEXT(SHORTEST "where: a\n"),
     "4:8: conditions are written as a map: {field: value}, {any: [...]}"},
    {TEXT(SHORTEST "where: {a: {prefx: b}}\n"),
     "4:13: unknown operator `prefx`; did you mean `prefix`?"},
    {TEXT(SHORTEST "where: {a: {contains: b}}\n"),
     "4:13: unknown operator `contains`; there is equals, one_of, not, present, prefix, glob, "
     "regex, lt, le, gt, ge, and for URLs host, path, query.NAME"},
    {TEXT(SHORTEST "where: {a: []}\n"),
     "4:12: an empty list matches nothing; list the values, or write ~ for an absent field"},
    {TEXT(SHORTEST "where: {a: {}}\n"),
     "4:12: no operator stands here; write for example {prefix: /shop}"},
    {TEXT(SHORTEST "where: {any: []}\n"), "4:14: `any` needs at least one condition"},
    {TEXT(SHORTEST "where: {all: [{}]}\n"),
     "4:15: conditions are written as a map: {field: value}, {any: [...]}"},
    {TEXT(SHORTEST "where: {any: [a]}\n"),
     "4:15: conditions are written as a map: {field: value}, {any: [...]}"},
    {TEXT(SHORTEST "where: {not: a}\n"),
     "4:14: conditions are written as a map: {field: value}, {any: [...]}"},
    {TEXT(SHORTEST "where: {not: [{a: b}]}\n"),
     "4:14: conditions are written as a map: {field: value}, {any: [...]}"},
    {TEXT(SHORTEST "where: {'': x}\n"), "4:9: the name of a field is missing here"},
    {TEXT(SHORTEST "where: {a: {present: maybe}}\n"), "4:22: `present` is true or false"},
    {TEXT(SHORTEST "where: {a: {ge: many}}\n"),
     "4:17: `ge` takes one number such as 200 or 0.5, not `many`"},
    {TEXT(SHORTEST "where: {a: {lt: [1]}}\n"), "4:17: `lt` takes one number such as 200 or 0.5"},
    {TEXT(SHORTEST "where: {a: {lt: .5}}\n"),
     "4:17: `lt` takes one number such as 200 or 0.5, not `.5`"},
    {TEXT(SHORTEST "where: {a: {prefix: [b, c]}}\n"),
     "4:21: `prefix` takes one text; for several write any: [...]"},
    {TEXT(SHORTEST "where: {a: {glob: ~}}\n"),
     "4:19: `glob` takes one text; for several write any: [...]"},
    {TEXT(SHORTEST "where: {a: {regex: ''}}\n"),
     "4:20: `regex` takes one text; for several write any: [...]"},
    {TEXT(SHORTEST "where: {a: {regex: ab(c}}\n"),
     "4:24: the regular expression is wrong here: missing closing parenthesis"},
    {TEXT(SHORTEST "where: {a: {regex: 'it''s [b'}}\n"),
     "4:29: the regular expression is wrong here: missing terminating ] for character class"},
    {TEXT(SHORTEST "where: {a: {regex: \"\\\\d+[z-a]\"}}\n"),
     "4:28: the regular expression is wrong here: range out of order in character class"},
    {TEXT(SHORTEST "where: {a: {regex: \"\\x41[z-a]\"}}\n"),
     "4:20: the regular expression is wrong here: range out of order in character class"},
    {TEXT(SHORTEST "where:\n  a:\n    regex: |\n      (\n"),
     "6:12: the regular expression is wrong here: missing closing parenthesis"},
    {TEXT(SHORTEST "where: {a: {regex: 'a\\Cb'}}\n"),
     "4:24: the regular expression is wrong here: using \\C is disabled by the application"},
    {TEXT(SHORTEST "where: {a: "
                   "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]"
                   "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}\n"),
     "4:74: nested more than 64 levels deep"},
    {TEXT(SHORTEST "where: {a: {hosst: b}}\n"),
     "4:13: unknown operator `hosst`; did you mean `host`?"},
};

Test(definitions_errors_parts, wrong_conditions_are_refused_where_they_stand) {
    check_refusals(conditions, sizeof conditions / sizeof *conditions);
}

static const struct refusal touchpoints[] = {
    {TEXT(SHORTEST "touchpoints:\n"),
     "4:13: `touchpoints` is a list of {name: NAME, when: CONDITIONS}; leave it out to make every "
     "event name a touchpoint"},
    {TEXT(SHORTEST "touchpoints: []\n"),
     "4:14: `touchpoints` is a list of {name: NAME, when: CONDITIONS}; leave it out to make every "
     "event name a touchpoint"},
    {TEXT(SHORTEST "touchpoints: a\n"),
     "4:14: `touchpoints` is a list of {name: NAME, when: CONDITIONS}; leave it out to make every "
     "event name a touchpoint"},
    {TEXT(SHORTEST "touchpoints: [a]\n"),
     "4:15: a touchpoint is written as a map of keys such as `name: ...`"},
    {TEXT(SHORTEST "touchpoints: [{when: {a: b}}]\n"), "4:15: a touchpoint needs a `name`"},
    {TEXT(SHORTEST "touchpoints: [{name: a, wen: {a: b}}]\n"),
     "4:25: a touchpoint has no key `wen`; did you mean `when`?"},
    {TEXT(SHORTEST "touchpoints: [{name: [a]}]\n"),
     "4:22: `name` takes the name of the touchpoint, or a template such as \"{path}\""},
    {TEXT(SHORTEST "touchpoints: [{name: a > b}]\n"),
     "4:24: the name of a touchpoint cannot hold `>`, which joins the steps of a path; write "
     "\xE2\x80\xBA or another sign"},
    {TEXT(SHORTEST "touchpoints: [{name: '{a} > {b}'}]\n"),
     "4:27: the name of a touchpoint cannot hold `>`, which joins the steps of a path; write "
     "\xE2\x80\xBA or another sign"},
    {TEXT(SHORTEST "touchpoints: [{name: (exit)}]\n"),
     "4:22: `(exit)` is reserved; give the touchpoint another name, such as `(exit)_`"},
    {TEXT(SHORTEST "touchpoints: [{name: \xE2\x80\xA6}]\n"),
     "4:22: `\xE2\x80\xA6` is reserved; give the touchpoint another name, such as `\xE2\x80\xA6_`"},
    {TEXT(SHORTEST "touchpoints: [{name: a, when: [b]}]\n"),
     "4:31: conditions are written as a map: {field: value}, {any: [...]}"},
    {TEXT(SHORTEST "touchpoints:\n  - {name: page, when: {e: p}}\n  - {name: cart}\njourneys: "
                   "[{name: j, goal: crat}]\n"),
     "7:28: no touchpoint is called `crat`; did you mean `cart`?"},
    {TEXT(SHORTEST "touchpoints:\n  - {name: page, when: {e: p}}\n  - {name: cart}\njourneys: "
                   "[{name: j, start: [page, shop]}]\n"),
     "7:36: no touchpoint is called `shop`; add it to the list `touchpoints`"},
    {TEXT(SHORTEST "touchpoints:\n  - {name: page, when: {e: p}}\n  - {name: cart}\njourneys: "
                   "[{name: j, stages: [{x: pgae}]}]\n"),
     "7:35: no touchpoint is called `pgae`; did you mean `page`?"},
    {TEXT(SHORTEST "journeys: [{name: j, goal: (none)}]\n"),
     "4:28: `(none)` is reserved; give the touchpoint another name, such as `(none)_`"},
    {TEXT(SHORTEST "journeys: [{name: j, goal: a>b}]\n"),
     "4:29: the name of a touchpoint cannot hold `>`, which joins the steps of a path; write "
     "\xE2\x80\xBA or another sign"},
};

Test(definitions_errors_parts, wrong_touchpoints_are_refused_where_they_stand) {
    check_refusals(touchpoints, sizeof touchpoints / sizeof *touchpoints);
}

static const struct refusal journeys[] = {
    {TEXT(SHORTEST "journeys: {name: a}\n"),
     "4:11: `journeys` is a list: - name: NAME, and other keys"},
    {TEXT(SHORTEST "journeys: [a]\n"),
     "4:12: a journey is written as a map of keys such as `name: ...`"},
    {TEXT(SHORTEST "journeys: [{goal: a}]\n"), "4:12: a journey needs a `name`"},
    {TEXT(SHORTEST "journeys: [{name: a, goals: b}]\n"),
     "4:22: a journey has no key `goals`; did you mean `goal`?"},
    {TEXT(SHORTEST "journeys: [{name: [a]}]\n"), "4:19: `name` takes the name of the journey"},
    {TEXT(SHORTEST "journeys: [{name: session}]\n"),
     "4:19: `session` is how the tables call sessions; give the journey another name"},
    {TEXT(SHORTEST "journeys:\n  - name: a\n  - name: a\n"), "6:11: there is another journey `a`"},
    {TEXT(SHORTEST "journeys: [{name: a, funnel: orderd}]\n"),
     "4:30: `funnel` is ordered, any or strict, not `orderd`; did you mean `ordered`?"},
    {TEXT(SHORTEST "journeys: [{name: a, after_goal: stop}]\n"),
     "4:34: `after_goal` is end or continue, not `stop`"},
    {TEXT(SHORTEST "journeys: [{name: a, per: sesion}]\n"),
     "4:27: `per` is customer or session, not `sesion`; did you mean `session`?"},
    {TEXT(SHORTEST "journeys: [{name: a, timeout: soon}]\n"),
     "4:31: `timeout` takes a duration such as 30m, 1h30m or 7d (us, ms, s, m, h, d, w), or none"},
    {TEXT(SHORTEST "journeys: [{name: a, within: [1d]}]\n"),
     "4:30: `within` takes a duration such as 30m, 1h30m or 7d (us, ms, s, m, h, d, w), or none"},
    {TEXT(SHORTEST "journeys: [{name: a, goal: {b: c}}]\n"),
     "4:28: `goal` takes names of touchpoints"},
    {TEXT(SHORTEST "journeys: [{name: a, goal: ''}]\n"), "4:28: `goal` takes names of touchpoints"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: {x: y}}]\n"),
     "4:30: `stages` is a list, in the order of the stages: - NAME: [touchpoint, touchpoint]"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: [x]}]\n"),
     "4:31: a stage is written {NAME: [touchpoint, touchpoint]} or {name: NAME, touchpoints: "
     "[touchpoint]}"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: [{name: x}]}]\n"),
     "4:31: the stage has no `touchpoints`"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: [{touchpoints: x}]}]\n"),
     "4:31: the stage needs a `name`"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: [{x: y, z: w}]}]\n"),
     "4:31: a stage is written {NAME: [touchpoint, touchpoint]} or {name: NAME, touchpoints: "
     "[touchpoint]}"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: [{name: x, touchpoints: y, z: w}]}]\n"),
     "4:57: a stage has no key `z`; there is `name` and `touchpoints`"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: [{x: []}]}]\n"),
     "4:31: the stage `x` has no touchpoints"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: [{x: ~}]}]\n"),
     "4:31: the stage `x` has no touchpoints"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: [{'': x}]}]\n"),
     "4:32: `name` takes the name of the stage"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: [{x: b}, {x: c}]}]\n"),
     "4:40: the journey has another stage `x`"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: [{x: [b, c]}, {y: [d, b]}]}]\n"),
     "4:52: `b` is already in the stage `x`; a touchpoint is in one stage of a journey at most"},
    {TEXT(SHORTEST "journeys: [{name: a, stages: [{x: [[b]]}]}]\n"),
     "4:36: `touchpoints` takes names of touchpoints"},
};

Test(definitions_errors_parts, wrong_journeys_are_refused_where_they_stand) {
    check_refusals(journeys, sizeof journeys / sizeof *journeys);
}
