/* What is refused before its meaning is looked at: bytes, YAML, its parts that are not used. */
#include "definitions_fixture.h"

static const struct refusal text[] = {
    {TEXT(""), "1:1: the definitions are empty; `wend init` writes a file to start from"},
    {TEXT("# nothing\n"),
     "1:1: the definitions are empty; `wend init` writes a file to start from"},
    {TEXT("---\n"), "1:1: the definitions are empty; `wend init` writes a file to start from"},
    {TEXT("- a\n"), "1:1: a definition file is a map of keys such as time: ts"},
    {TEXT("hello\n"), "1:1: a definition file is a map of keys such as time: ts"},
    {TEXT("time: t\ncustomer: \xFF\n"), "2:11: not valid UTF-8; save the file as UTF-8 (iconv -f "
                                        "ISO-8859-1 -t UTF-8 converts from Latin-1)"},
    {TEXT("%\x8A"), "1:2: not valid UTF-8; save the file as UTF-8 (iconv -f ISO-8859-1 -t UTF-8 "
                    "converts from Latin-1)"},
    {TEXT("time: t\x00\n"), "1:8: a zero byte: definition files are UTF-8 text"},
    {TEXT("time: \"t\\0\"\n"), "1:7: a text cannot hold a zero byte"},
    {TEXT("time: t\x1B\n"),
     "1:8: a control character; remove it, or write it as an escape such as \"\\x1b\""},
    {TEXT("time: t\nevent: \xC2\x80\n"), "2:8: a character that YAML does not allow; remove it"},
    {TEXT("\xFF\xFEt\x00"), "1:1: not valid UTF-8; save the file as UTF-8 (iconv -f ISO-8859-1 -t "
                            "UTF-8 converts from Latin-1)"},
    {TEXT(SHORTEST "sessions:\n\tgap: 30m\n"),
     "5:1: not valid YAML: while scanning for the next token, found character that cannot start "
     "any token; a tab cannot indent a line, use blanks"},
    {TEXT(SHORTEST "segments: [a, b\n"),
     "5:1: not valid YAML: while parsing a flow sequence from line 4 on, did not find expected ',' "
     "or ']'; look for a missing quote, bracket or blank, or a wrong indent"},
    {TEXT(SHORTEST "id: 'x\n"),
     "5:1: not valid YAML: while scanning a quoted scalar from line 4 on, found unexpected end of "
     "stream; look for a missing quote, bracket or blank, or a wrong indent"},
    {TEXT(SHORTEST "id: a: b\n"), "4:6: not valid YAML: mapping values are not allowed in this "
                                  "context; a text with a colon and a blank in it must be quoted"},
    {TEXT(SHORTEST "sessions:\n  gap: 30m\n key: x\n"),
     "6:2: not valid YAML: while parsing a block mapping from line 1 on, did not find expected "
     "key; look for a missing quote, bracket or blank, or a wrong indent"},
    {TEXT(SHORTEST "id: %x\n"),
     "4:5: not valid YAML: while scanning for the next token, found character that cannot start "
     "any token; a text that begins with this character must be quoted"},
    {TEXT(SHORTEST "id: @x\n"),
     "4:5: not valid YAML: while scanning for the next token, found character that cannot start "
     "any token; a text that begins with this character must be quoted"},
    {TEXT(SHORTEST "where: {p: {glob: *.js}}\n"),
     "4:20: not valid YAML: while scanning an alias, did not find expected alphabetic or numeric "
     "character; a text that begins with * or & must be quoted"},
    {TEXT(SHORTEST "id: *x\n"), "4:5: `*x` is an alias, which definition files do not have; write "
                                "the value out, or quote a text that begins with *"},
    {TEXT(SHORTEST "id: &x y\n"), "4:5: `&x` is an anchor, which definition files do not have; "
                                  "write the value out, or quote a text that begins with &"},
    {TEXT(SHORTEST "segments: &x [a]\n"),
     "4:11: `&x` is an anchor, which definition files do not have; write the value out, or quote a "
     "text that begins with &"},
    {TEXT(SHORTEST "sessions: &x {gap: 1m}\n"),
     "4:11: `&x` is an anchor, which definition files do not have; write the value out, or quote a "
     "text that begins with &"},
    {TEXT(SHORTEST "id: !!str y\n"), "4:5: a tag (`!...`), which definition files do not have; "
                                     "remove it, or quote a text that begins with !"},
    {TEXT(SHORTEST "segments: !x [a]\n"), "4:11: a tag (`!...`), which definition files do not "
                                          "have; remove it, or quote a text that begins with !"},
    {TEXT(SHORTEST "where: {p: {not: !x}}\n"),
     "4:20: not valid YAML: while scanning a tag, did not find expected whitespace or line break; "
     "a text that begins with ! must be quoted"},
    {TEXT(SHORTEST "---\ntime: t\n"),
     "4:1: a second document begins here; a definition file is one, remove the `---`"},
    {TEXT(SHORTEST "time: x\n"), "4:1: `time` is already on line 1; write it once"},
    {TEXT(SHORTEST "sessions: {gap: 1m, gap: 2m}\n"),
     "4:21: `gap` is already on line 4; write it once"},
    {TEXT(SHORTEST "? [a]\n: b\n"), "4:3: a key is a text, not a list or a map"},
    {TEXT(SHORTEST "{a: b}: c\n"), "4:1: a key is a text, not a list or a map"},
    {TEXT(SHORTEST "\xC3\xA4: 1\n"),
     "4:1: a definition file has no key `\xC3\xA4`; there is `version`, `format`, `fields`, "
     "`time`, `customer`, `event`, `id`, `value`, `where`, `lateness`, `max_record`, "
     "`touchpoints`, `sessions`, `journeys`, `segments`, `window`, `collapse`, `max_steps`, "
     "`flow_depth`, `max_touchpoints` and `kafka`"},
    {TEXT(SHORTEST "sessions: {key: \xC3\xA4, g\xC3\xA4p: 1}\n"),
     "4:21: `sessions` has no key `g\xC3\xA4p`; did you mean `gap`?"},
    {TEXT("time: t\r\ncustomer: c\r\nevnt: e\r\n"),
     "3:1: a definition file has no key `evnt`; did you mean `event`?"},
    {TEXT("\xEF\xBB\xBFtiem: t\n"),
     "1:4: a definition file has no key `tiem`; did you mean `time`?"},
};

Test(definitions_errors_syntax, what_is_no_plain_yaml_is_refused_where_it_stands) {
    check_refusals(text, sizeof text / sizeof *text);
}
