/* transcript/front and values/yaml: front matter in every state. */
#include "unit.h"

#include <errno.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "metadata/front.h"
#include "values/decode.h"

/* A file, and what its front matter comes to: "key=text;…" with the kind's letter before a value,
 * how many bytes are body, and a part of each message in order. */
static const struct row {
    const char *trait;
    const char *file;
    const char *keys; /* NULL: no front matter was found */
    const char *body;
    uint32_t body_line;
    const char *messages[6];
} rows[] = {
    {"plain",
     "---\ntitle: One\ntags: [a, b]\n---\nwords\n",
     "title=sOne;tags=[sa,sb]",
     "words\n",
     5,
     {0}},
    {"types",
     "---\na: 1\nb: 1.5\nc: true\nd: ~\ne: '1'\nf: 2025-10-23\ng: 007\nh: no\ni:\n---\n",
     "a=i1;b=f1.5;c=btrue;d=n~;e=s1;f=s2025-10-23;g=s007;h=sno;i=n",
     "",
     12,
     {0}},
    {"numbers that are none",
     "---\na: 1e\nb: .\nc: 1.2.3\nd: -5\ne: 1e3\nf: 0.5\ng: 00\n---\n",
     "a=s1e;b=s.;c=s1.2.3;d=i-5;e=f1e3;f=f0.5;g=s00",
     "",
     10,
     {0}},
    {"block lists", "---\ntags:\n- x\n- \"y z\"\n---\n", "tags=[sx,sy z]", "", 6, {0}},
    {"nested", "---\nr:\n  - {t: T, u: [1]}\n---\n", "r=[{t=sT;u=[i1]}]", "", 5, {0}},
    {"folded text", "---\nt: >-\n  one\n  two\n---\nx", "t=sone two", "x", 6, {0}},
    {"closed by dots", "---\na: b\n...\nx", "a=sb", "x", 4, {0}},
    {"CRLF", "---\r\na: b\r\n---\r\nx\r\n", "a=sb", "x\r\n", 4, {0}},
    {"byte order mark", "\xEF\xBB\xBF---\na: b\n---\nx", "a=sb", "x", 4, {0}},
    {"spaces behind the dashes", "--- \na: b\n---  \nx", "a=sb", "x", 4, {0}},
    {"closing line ends the file", "---\na: b\n---", "a=sb", "", 4, {0}},
    {"empty block", "---\n---\nx", "", "x", 3, {0}},
    {"no front matter", "words\n---\nmore\n---\n", NULL, "words\n---\nmore\n---\n", 1, {0}},
    {"empty file", "", NULL, "", 1, {0}},
    {"only dashes", "---", NULL, "---", 1, {0}},
    {"two dashes", "--\na: b\n--\n", NULL, "--\na: b\n--\n", 1, {0}},
    {"four dashes", "----\na: b\n---\nx", "a=sb", "x", 4, {"opens with 4 dashes"}},
    {"four dashes at both ends", "----\na: b\n----\nx", "a=sb", "x", 4, {"opens with 4 dashes"}},
    {"never closes", "---\na: b\nwords\n", NULL, "---\na: b\nwords\n", 1, {"never closes"}},
    {"a list", "---\n- a\n---\nx", NULL, "---\n- a\n---\nx", 1, {"a list and no mapping"}},
    {"prose between rules",
     "---\nJust words.\n---\nx",
     NULL,
     "---\nJust words.\n---\nx",
     1,
     {"a string and no mapping"}},
    {"speech between rules",
     "---\n\n**Ana:** Yes.\n\n---\nx",
     NULL,
     "---\n\n**Ana:** Yes.\n\n---\nx",
     1,
     {"did not find", "begins with no key"}},
    {"a first key that is wrong", "---\na: b: c\n---\nx", "a=sb: c", "x", 4, {"inside a value"}},
    {"a key twice",
     "---\na: 1\nb: 2\na: 3\n---\n",
     "b=i2;a=i3",
     "",
     6,
     {"\"a\" stands twice, first on line 2"}},
    {"a tab", "---\nz: y\na: b\n\tc: d\n---\nx", "z=sy", "x", 6, {"a tab"}},
    {"a tab at the first key", "---\n\ta: b\n---\nx", "", "x", 4, {"a tab"}},
    {"wrong indentation", "---\na: b\n  c: d\ne: f\n---\nx", "e=sf", "x", 6, {"inside a value"}},
    {"broken inside a list", "---\na: b\nt:\n  - x\n - y\n---\nx", "a=sb", "x", 7, {"indentation"}},
    {"a colon in a value",
     "---\ntitle: One: two\nb: c\n---\nx",
     "title=sOne: two;b=sc",
     "x",
     5,
     {"put the value in quotes"}},
    {"quote never closes", "---\na: b\nt: \"x\n---\nx", "a=sb;t=s\"x", "x", 5, {""}},
    {"mistakes in a row",
     "---\na: b: c\nd: @e\nf: \"g \"h\" i\"\n# none: of them: all\nj: [k\nl: 2\nm:\n- n\n---\nx",
     "a=sb: c;d=s@e;f=sg \"h\" i;l=i2;m=[sn]",
     "x",
     11,
     {"inside a value", "any token", "indentation", "did not find"}},
    {"a mistake and a key twice",
     "---\na: b\na: b: c\na: d\n---\nx",
     "a=sd",
     "x",
     6,
     {"stands twice", "inside a value", "stands twice"}},
    {"an alias", "---\na: &x b\nc: *x\n---\n", "a=sb;c=n", "", 5, {"alias \"*x\""}},
    {"an alias as a key", "---\na: &x b\n*x : c\n---\n", "a=sb", "", 5, {"alias as a key"}},
    {"a list as a key", "---\na: b\n? [x]\n: c\n---\n", "a=sb", "", 6, {"as a key"}},
    {"not UTF-8", "---\na: \xFFz\n---\nx", "a=s\xEF\xBF\xBDz", "x", 4, {"not UTF-8"}},
    {"an escape for NUL", "---\na: \"x\\0y\"\n---\nx", "a=sx", "x", 4, {0}},
    {"a control character",
     "---\na: b\nc: x\x7Fy\nd: e\n---\nx",
     "a=sb;c=sx\x7Fy;d=se",
     "x",
     6,
     {"control character, U+007F"}},
    {"too deep",
     "---\na: b\nc: [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]\n---\nx",
     "a=sb",
     "x",
     5,
     {"16 deep"}},

    /* --- one bad byte costs one value */
    {"a control character in the last key",
     "---\ntitle: T\ndate: 2024-01-02\nnote: a\x7F"
     "b\n---\nx",
     "title=sT;date=s2024-01-02;note=sa\x7F"
     "b",
     "x",
     6,
     {"control character, U+007F"}},
    {"control characters of each kind",
     "---\na: x\x01y\nb: 'x\x1By'\nc: \"x\xC2\x9Fy\"\nd: [x\x08, y]\ne: f\n---\nx",
     "a=sx\x01y;b=sx\x1By;c=sx\xC2\x9Fy;d=[sx\x08,sy];e=sf",
     "x",
     8,
     {"U+0001", "U+001B", "U+009F", "U+0008"}},
    {"a control character in a block of text",
     "---\na: |\n  x\x0By\n  z\nb: c\n---\n",
     "a=sx\x0By\nz\n;b=sc",
     "",
     7,
     {"U+000B"}},
    {"a control character in a key",
     "---\na\x02"
     "b: c\nd: e\n---\n",
     "a\x02"
     "b=sc;d=se",
     "",
     5,
     {"U+0002"}},
    {"a control character before a key",
     "---\n\x0C"
     "a: b\n\x0C\nc: d\n---\n",
     "a=sb;c=sd",
     "",
     6,
     {"U+000C", "U+000C"}},
    {"control characters beside quotes and brackets",
     "---\na: \"b\"\x7F\nc: [d]\x7F\ne: \x7F"
     "\"f\"\ng: [\"h\"\x7F, i]\nj: k\n---\n",
     "a=sb;c=[sd];e=sf;g=[sh,si];j=sk",
     "",
     8,
     {"U+007F", "U+007F", "U+007F", "U+007F"}},
    {"the end of a text of MS-DOS", "---\na: b\n\x1A\n---\nx", "a=sb", "x", 5, {"U+001A"}},
    {"a control character in a comment", "---\na: b # x\x7F\nc: d\n---\n", "a=sb;c=sd", "", 5, {0}},
    {"U+2028, U+2029 and NEL",
     "---\na: x\xE2\x80\xA8y\nb: \"x\xE2\x80\xA9y\"\nc: 'x\xC2\x85y'\nd: e\n---\nx",
     "a=sx\xE2\x80\xA8y;b=sx\xE2\x80\xA9y;c=sx\xC2\x85y;d=se",
     "x",
     7,
     {"U+2028", "U+2029", "U+0085"}},
    {"what is no character",
     "---\na: x\xEF\xBF\xBEy\nb: x\xEF\xBF\xBFy\nc: d\n---\n",
     "a=sx\xEF\xBF\xBEy;b=sx\xEF\xBF\xBFy;c=sd",
     "",
     6,
     {"no character, U+FFFE", "no character, U+FFFF"}},
    {"byte order marks inside",
     "---\na: x\xEF\xBB\xBFy\n\xEF\xBB\xBF"
     "b: c\nd: e\n---\n",
     "a=sx\xEF\xBB\xBFy;b=sc;d=se",
     "",
     6,
     {"byte order mark", "byte order mark"}},
    {"what stand-ins are made of stays",
     "---\na: \xEF\xB7\x90\xEE\x81\xBF\nb: x\xEF\xB7\x90\nc: y\x7Fz\n---\n",
     "a=s\xEF\xB7\x90\xEE\x81\xBF;b=sx\xEF\xB7\x90;c=sy\x7Fz",
     "",
     6,
     {"U+007F"}},
    {"a surrogate pair",
     "---\na: \"x\\ud83d\\ude00y\"\nb: c\n---\nx",
     "a=sx\xF0\x9F\x98\x80y;b=sc",
     "x",
     5,
     {"surrogate pair"}},
    {"two pairs, in a list and over two lines",
     "---\na: [\"\\uD83D\\uDE00\", \"b\n  \\ud83d\\ude01\"]\nc: d\n---\n",
     "a=[s\xF0\x9F\x98\x80,sb \xF0\x9F\x98\x81];c=sd",
     "",
     6,
     {"\\U0001F600", "\\U0001F601"}},
    {"halves of pairs",
     "---\na: \"x\\ud83dy\"\nb: \"\\ude00\\ud83d\"\nc: \"\\ud83d\\u0041\"\nd: e\n---\n",
     "a=sx\xEF\xBF\xBDy;b=s\xEF\xBF\xBD\xEF\xBF\xBD;c=s\xEF\xBF\xBD"
     "A;d=se",
     "",
     7,
     {"\\uD83D", "\\uDE00", "\\uD83D", "\\uD83D"}},
    {"more than Unicode has",
     "---\na: \"x\\U00110000\"\nb: c\n---\n",
     "a=sx\xEF\xBF\xBD;b=sc",
     "",
     5,
     {"\\U00110000"}},
    {"escapes that are text",
     "---\na: x\\ud83d\\ude00\nb: 'x\\ud83d'\nc: C:\\path\nd: 'C:\\path'\ne: |\n  \\q "
     "\"\\p\"\n---\n",
     "a=sx\\ud83d\\ude00;b=sx\\ud83d;c=sC:\\path;d=sC:\\path;e=s\\q \"\\p\"\n",
     "",
     9,
     {0}},
    {"escapes that are none",
     "---\na: \"C:\\path\"\nb: \"it\\'s\"\nc: \"\\x1\"\nd: \"\\u12\"\ne: f\n---\n",
     "a=sC:\\path;b=sit\\'s;c=s\\x1;d=s\\u12;e=sf",
     "",
     8,
     {"\"\\p\" is no escape", "\"\\'\" is no escape", "\"\\x\" is no escape",
      "\"\\u\" is no escape"}},
    {"escapes that are good",
     "---\na: \"\\x41\\u0042\\U00000043\\t\\\\q\\\"\\/\"\nb: \"x\\\n  y\"\n---\n",
     "a=sABC\t\\q\"/;b=sxy",
     "",
     6,
     {0}},
    {"an escape in front of a bad byte",
     "---\na: \"x\\\x01y\"\nb: c\n---\n",
     "a=sx\\\x01y;b=sc",
     "",
     5,
     {"\"\\\\x01\" is no escape", "U+0001"}},
    {"bad bytes of all kinds in one value",
     "---\na: \"\xFF\\p\x7F\\ud83d\"\nb: c\n---\n",
     "a=s\xEF\xBF\xBD\\p\x7F\xEF\xBF\xBD;b=sc",
     "",
     5,
     {"not UTF-8", "\\p", "U+007F", "\\uD83D"}},

    /* --- what stands before it */
    {"an empty line before", "\n---\ntitle: T\n---\nx", "title=sT", "x", 5, {"behind other lines"}},
    {"blank lines before",
     " \n\t\n\n---\ndate: 2024-01-02\n---\nx",
     "date=s2024-01-02",
     "x",
     7,
     {"behind other lines"}},
    {"a comment before",
     "# yaml\n---\nTitle: T\ntags:\n- a\n---\nx",
     "Title=sT;tags=[sa]",
     "x",
     7,
     {"behind other lines"}},
    {"comments before",
     "\n# a\n#\n#b\n---\ntitle: T\n---\nx",
     "title=sT",
     "x",
     8,
     {"behind other lines"}},
    {"a comment of HTML before",
     "<!-- a -->\n---\ntitle: T\n---\nx",
     "title=sT",
     "x",
     5,
     {"behind other lines"}},
    {"a long comment of HTML before",
     "<!-- a\n---\n-->\n\n---\ntitle: T\n---\nx",
     "title=sT",
     "x",
     8,
     {"behind other lines"}},
    {"most of YAML behind an empty line",
     "\n---\n# c\ntitle: >\n  T\n\"a b\": [\n  c\n]\ntags:\n- d\n\n---\nx",
     "title=sT\n;a b=[sc];tags=[sd]",
     "x",
     13,
     {"behind other lines"}},
    {"a mistake behind an empty line",
     "\n---\ntitle: T\na: b: c\n---\nx",
     "title=sT;a=sb: c",
     "x",
     6,
     {"behind other lines", "put the value in quotes"}},
    {"a heading and rules",
     "# T\n\n---\ntitle: T\n---\nx",
     NULL,
     "# T\n\n---\ntitle: T\n---\nx",
     1,
     {0}},
    {"a heading, and people between rules",
     "# T\n---\nAna: Hi.\nBob: Hello.\n---\nx",
     NULL,
     "# T\n---\nAna: Hi.\nBob: Hello.\n---\nx",
     1,
     {0}},
    {"people between rules",
     "\n---\nAna: Hi.\nBob: Hello.\n---\nx",
     NULL,
     "\n---\nAna: Hi.\nBob: Hello.\n---\nx",
     1,
     {0}},
    {"prose between rules, behind an empty line",
     "\n---\ntitle: T\n\nSome words.\n---\nx",
     NULL,
     "\n---\ntitle: T\n\nSome words.\n---\nx",
     1,
     {0}},
    {"a list between rules",
     "\n---\n- title: T\n---\nx",
     NULL,
     "\n---\n- title: T\n---\nx",
     1,
     {0}},
    {"a rule behind an empty line", "\n---\ntitle: T\n", NULL, "\n---\ntitle: T\n", 1, {0}},
    {"more dashes behind an empty line",
     "\n----\ntitle: T\n----\n",
     NULL,
     "\n----\ntitle: T\n----\n",
     1,
     {0}},
    {"words behind a comment of HTML",
     "<!-- a --> b\n---\ntitle: T\n---\n",
     NULL,
     "<!-- a --> b\n---\ntitle: T\n---\n",
     1,
     {0}},
    {"a comment of HTML that never closes",
     "<!-- a\n---\ntitle: T\n---\n",
     NULL,
     "<!-- a\n---\ntitle: T\n---\n",
     1,
     {0}},

    /* --- TOML */
    {"TOML",
     "+++\ntitle = \"T\"\ntags = [\"a\", 'b']\ndate = 2024-01-02\n+++\nx",
     "title=sT;tags=[sa,sb];date=s2024-01-02",
     "x",
     6,
     {0}},
    {"kinds of TOML",
     "+++\na = 1\nb = -1.5\nc = true\nd = false\ne = 1_000\nf = 6.0e-3\ng = 0xFF\nh = inf\ni = "
     "+7\nj = 007\n+++\n",
     "a=i1;b=f-1.5;c=btrue;d=bfalse;e=i1000;f=f6.0e-3;g=s0xFF;h=sinf;i=i+7;j=s007",
     "",
     13,
     {0}},
    {"dates of TOML",
     "+++\na = 2024-01-02T03:04:05Z\nb = 2024-01-02 03:04:05.6 # c\nc = [07:32:00, "
     "2024-01-02]\n+++\n",
     "a=s2024-01-02T03:04:05Z;b=s2024-01-02 03:04:05.6;c=[s07:32:00,s2024-01-02]",
     "",
     6,
     {0}},
    {"strings of TOML",
     "+++\na = \"x\\ty\\\"\\\\\\u0041\\U0001F600\"\nb = 'C:\\p'\nc = \"\"\"\nx\n\\\n   y \"q\" "
     "\"\"\"\"\nd = '''\nx\\n\n'y'''\ne = \"\"\n+++\n",
     "a=sx\ty\"\\A\xF0\x9F\x98\x80;b=sC:\\p;c=sx\ny \"q\" \";d=sx\\n\n'y;e=s",
     "",
     13,
     {0}},
    {"arrays of TOML",
     "+++\na = [\n  1, # one\n  [2, 3],\n\n  \"x\", # last\n]\nb = []\n+++\n",
     "a=[i1,[i2,i3],sx];b=[]",
     "",
     10,
     {0}},
    {"tables of TOML",
     "+++\na = {b = 1, \"c d\" = [2], e = {}}\n\n[params] # p\nf = 'g'\n\n[ \"x y\" ]\nz = "
     "1\n+++\nx",
     "a={b=i1;c d=[i2];e={}};params={f=sg};x y={z=i1}",
     "x",
     10,
     {0}},
    {"TOML with comments, blank lines and CRLF",
     "+++\r\n# c\r\n\r\na = 1\r\nb = '''\r\nx\r\ny'''\r\n+++\r\nx\r\n",
     "a=i1;b=sx\ny",
     "x\r\n",
     9,
     {0}},
    {"TOML behind an empty line",
     "\n+++\ntitle = 'T'\n+++\nx",
     "title=sT",
     "x",
     5,
     {"behind other lines"}},
    {"TOML behind a comment",
     "# c\n+++\n[a]\nb = 1\n+++\nx",
     "a={b=i1}",
     "x",
     6,
     {"behind other lines"}},
    {"nothing of TOML", "+++\n+++\nx", "", "x", 3, {0}},
    {"comments of TOML alone", "+++\n# c\n+++\nx", "", "x", 4, {0}},
    {"TOML that never closes", "+++\na = 1\nx", NULL, "+++\na = 1\nx", 1, {"three plus signs"}},
    {"words between plus signs",
     "+++\nSome words.\n+++\nx",
     NULL,
     "+++\nSome words.\n+++\nx",
     1,
     {"no key of TOML"}},
    {"plus signs behind an empty line",
     "\n+++\nSome words.\n+++\nx",
     NULL,
     "\n+++\nSome words.\n+++\nx",
     1,
     {0}},
    {"a key of TOML twice",
     "+++\na = 1\nb = 2\na = 3\n+++\n",
     "b=i2;a=i3",
     "",
     6,
     {"\"a\" stands twice, first on line 2"}},
    {"TOML with a text without quotes",
     "+++\na = Some words\nb = 1\n+++\n",
     "b=i1",
     "",
     5,
     {"a text has quotes"}},
    {"TOML without a value", "+++\na =\nb = 1\n+++\n", "b=i1", "", 5, {"a value is missing"}},
    {"TOML with more behind a value",
     "+++\na = 1 2\nb = 1\n+++\n",
     "b=i1",
     "",
     5,
     {"behind the value"}},
    {"YAML in TOML", "+++\na = 1\nb: 2\nc = 3\n+++\n", "a=i1;c=i3", "", 6, {"\"=\" is missing"}},
    {"a dotted key", "+++\na.b = 1\nc = 2\n+++\n", "c=i2", "", 5, {"dots between"}},
    {"a quote of TOML never closes", "+++\na = \"x\nb = 1\n+++\n", "b=i1", "", 5, {"never closed"}},
    {"a long string of TOML never closes",
     "+++\na = \"\"\"x\nb = 1\n+++\n",
     "b=i1",
     "",
     5,
     {"never closed"}},
    {"an array of TOML never closes", "+++\na = [1,\nb = 1\n+++\n", "b=i1", "", 5, {""}},
    {"no comma in an array",
     "+++\na = [\n  1\n  2,\n  3,\n]\nb = 1\n+++\n",
     "b=i1",
     "",
     9,
     {"a comma"}},
    {"tables in tables",
     "+++\na = 1\n[b.c]\nd = 2\n[[e]]\nf = 3\n[g]\nh = 4\n+++\n",
     "a=i1;g={h=i4}",
     "",
     10,
     {"dots between", "array of tables"}},
    {"TOML too deep",
     "+++\na = [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]\nb = 1\n+++\n",
     "b=i1",
     "",
     5,
     {"16 deep"}},
    {"odd characters in TOML",
     "+++\na = \"x\x7Fy\\ud83d\\ude00\\ud83d\\q\"\nb = 'x\xE2\x80\xA8\\q'\nc = \"\xFF\"\n+++\n",
     "a=sx\x7Fy\xF0\x9F\x98\x80\xEF\xBF\xBD\\q;b=sx\xE2\x80\xA8\\q;c=s\xEF\xBF\xBD",
     "",
     6,
     {"not UTF-8", "U+007F", "\\U0001F600", "\\uD83D", "\"\\q\""}},

    /* --- line ends and marks */
    {"CR alone", "---\ra: b\rc: |\r  d\r  e\r---\rx\r", "a=sb;c=sd\ne\n", "x\n", 7, {0}},
    {"line ends of all kinds",
     "---\r\na: b\rc: d\ne: f\r\r\n---\nx\ry\r\nz",
     "a=sb;c=sd;e=sf",
     "x\ny\r\nz",
     7,
     {0}},
    {"two byte order marks", "\xEF\xBB\xBF\xEF\xBB\xBF---\na: b\n---\nx", "a=sb", "x", 4, {0}},
};

static void describe(struct buf *out, const struct yaml *value)
{
    static const char letters[] = "nbifs";
    if (value->kind < YAML_LIST) {
        buf_printf(out, "%c%s", letters[value->kind], value->text.data ? value->text.data : "");
        return;
    }
    buf_add_byte(out, value->kind == YAML_LIST ? '[' : '{');
    for (const struct yaml *item = value->first; item; item = item->next) {
        if (value->kind == YAML_MAP)
            buf_printf(out, "%s=", item->key.data);
        describe(out, item);
        if (item->next)
            buf_add_byte(out, value->kind == YAML_LIST ? ',' : ';');
    }
    buf_add_byte(out, value->kind == YAML_LIST ? ']' : '}');
}

/* Reads a file that says what is in the row, in whatever form it is. */
static void check_file(const struct row *row, struct slice bytes)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    const struct limits limits = limits_default();
    struct front front;
    cleanup_buf struct buf keys = {0};
    cleanup_decoded struct decoded file;

    assert_int_equal(decode(bytes, true, &file), 0);
    assert_int_equal(front_read(&arena, file.text, true, &limits, &diags, &front), 0);
    assert_int_equal(front.has_block, row->keys != NULL);
    for (const struct yaml *item = front.map ? front.map->first : NULL; item; item = item->next) {
        buf_printf(&keys, "%s=", item->key.data);
        describe(&keys, item);
        if (item->next)
            buf_add_byte(&keys, ';');
    }
    assert_slice(buf_slice(&keys), row->keys ? row->keys : "");
    assert_slice(slice_skip(file.text, front.body), row->body);
    assert_int_equal(front.body_line, row->body_line);
    const struct diag *diag = diags.first;
    for (int i = 0; i < 6 && row->messages[i]; i++, diag = diag->next) {
        assert_non_null(diag);
        if (!strstr(diag->problem.data, row->messages[i]))
            fail_msg("\"%s\" does not say \"%s\"", diag->problem.data, row->messages[i]);
    }
    if (diag)
        fail_msg("an unexpected message: %s", diag->problem.data);
    arena_free(&arena);
}

static void every_state_is_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s\n", rows[i].trait);
        check_file(&rows[i], slice_of(rows[i].file));
    }
}

/* --- the same in other forms ------------------------------------------------------------------ */

enum form { AS_IT_IS, RETURNS, LITTLE, LITTLE_BARE, BIG, BIG_BARE, FORMS };

static void add_unit(struct buf *out, uint32_t unit, enum form form)
{
    bool is_big = form == BIG || form == BIG_BARE;
    buf_add_byte(out, (char)(is_big ? unit >> 8 : unit));
    buf_add_byte(out, (char)(is_big ? unit : unit >> 8));
}

/* Appends `text` as UTF-16; a byte that is not UTF-8 becomes half a pair. */
static void add_utf16(struct buf *out, struct slice text, enum form form)
{
    size_t len;
    if (form == LITTLE || form == BIG)
        add_unit(out, 0xFEFF, form);
    for (; text.len; text = slice_skip(text, len)) {
        int32_t code = utf8_decode(text, &len);
        if (code >= 0x10000) {
            add_unit(out, 0xD800 + (uint32_t)(code - 0x10000) / 0x400, form);
            add_unit(out, 0xDC00 + (uint32_t)(code - 0x10000) % 0x400, form);
        } else {
            add_unit(out, code < 0 ? 0xD801 : (uint32_t)code, form);
        }
    }
}

/* Whether a row can be written in a form; then it is appended. */
static bool add_form(struct buf *out, const struct row *row, enum form form)
{
    struct slice text = slice_of(row->file);
    bool has_mark = !text.len || text.data[0] == '\xEF', has_returns = strchr(row->file, '\r');
    if ((form == RETURNS && has_returns) || (form > RETURNS && has_mark))
        return false;
    if (form == AS_IT_IS || form == RETURNS)
        buf_add_slice(out, text);
    else
        add_utf16(out, text, form);
    for (size_t i = 0; i < out->len && form == RETURNS; i++) {
        if (out->data[i] == '\n')
            out->data[i] = '\r';
    }
    return true;
}

static void every_form_says_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (enum form form = 0; form < FORMS; form++) {
            cleanup_buf struct buf file = {0};
            print_message("  %s, form %u\n", rows[i].trait, form);
            if (add_form(&file, &rows[i], form))
                check_file(&rows[i], buf_slice(&file));
        }
    }
}

static int read_part(struct slice bytes, bool whole, struct decoded *decoded, struct front *front,
                     struct arena *arena)
{
    struct diags diags = {.arena = arena};
    const struct limits limits = limits_default();
    *front = (struct front){0};
    int err = decode(bytes, whole, decoded);
    return err ? err : front_read(arena, decoded->text, whole, &limits, &diags, front);
}

static void check_parts(struct slice file)
{
    struct arena arena = {0};
    cleanup_decoded struct decoded whole;
    struct front all, part;
    assert_int_equal(read_part(file, true, &whole, &all, &arena), 0);
    for (size_t len = 0; len < file.len; len++) {
        cleanup_decoded struct decoded decoded;
        int err = read_part(slice_head(file, len), false, &decoded, &part, &arena);
        if (err == -EAGAIN)
            continue;
        assert_int_equal(err, 0);
        assert_int_equal(part.body, all.body);
        assert_int_equal(part.body_line, all.body_line);
        assert_int_equal(part.map ? part.map->count : 0, all.map ? all.map->count : 0);
        assert_int_equal(decoded_offset(&decoded, part.body, len),
                         decoded_offset(&whole, all.body, file.len));
    }
    arena_free(&arena);
}

/* Whatever part of a file is read first, the answer is that of the whole or "more". */
static void a_part_never_misleads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (enum form form = 0; form < FORMS; form++) {
            cleanup_buf struct buf file = {0};
            if (add_form(&file, &rows[i], form))
                check_parts(buf_slice(&file));
        }
    }
}

/* A text, and what its bytes come to. */
static const struct {
    const char *trait;
    struct slice bytes;
    const char *text;
    enum encoding encoding;
    bool is_cut; /* it goes on behind these bytes */
} texts[] = {
    {"nothing", {"", 0}, "", ENCODING_UTF8, false},
    {"a mark alone", {"\xEF\xBB\xBF", 3}, "", ENCODING_UTF8, false},
    {"half a mark", {"\xEF\xBB", 2}, "\xEF\xBB", ENCODING_UTF8, false},
    {"CR, LF and CRLF", {"a\rb\nc\r\nd\r\r\n\r", 12}, "a\nb\nc\r\nd\n\r\n\n", ENCODING_UTF8, false},
    {"CR at a cut", {"abcd\r", 5}, "abcd", ENCODING_UTF8, true},
    {"a pair", {"\xFF\xFE\x3D\xD8\x00\xDE", 6}, "\xF0\x9F\x98\x80", ENCODING_UTF16LE, false},
    {"a pair that is cut",
     {"\xFF\xFE"
      "a\0\x3D\xD8\x00",
      7},
     "a",
     ENCODING_UTF16LE,
     true},
    {"a half", {"\xFE\xFF\xD8\x3D\0a", 6}, DECODE_BROKEN "a", ENCODING_UTF16BE, false},
    {"a second half", {"\xFE\xFF\xDE\x00\0a", 6}, DECODE_BROKEN "a", ENCODING_UTF16BE, false},
    {"a half at the end", {"\xFE\xFF\0a\xD8\x3D", 6}, "a" DECODE_BROKEN, ENCODING_UTF16BE, false},
    {"half a unit at the end", {"\xFE\xFF\0a\0", 5}, "a" DECODE_BROKEN, ENCODING_UTF16BE, false},
    {"CR in UTF-16",
     {"\xFF\xFE"
      "a\0\r\0b\0\r\0\n\0",
      12},
     "a\nb\r\n",
     ENCODING_UTF16LE,
     false},
    {"UTF-16 without a mark", {"a\0b\0\xE9\0", 6}, "ab\xC3\xA9", ENCODING_UTF16LE, false},
    {"UTF-32", {"\xFF\xFE\0\0a\0\0\0", 8}, "", ENCODING_UTF32, false},
    {"UTF-32 the other way", {"\0\0\xFE\xFF\0\0\0a", 8}, "", ENCODING_UTF32, false},
};

static void bytes_become_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cleanup_decoded struct decoded decoded;
        print_message("  %s\n", texts[i].trait);
        assert_int_equal(decode(texts[i].bytes, !texts[i].is_cut, &decoded), 0);
        assert_int_equal(decoded.encoding, texts[i].encoding);
        assert_slice(decoded.text, texts[i].text);
        if (!texts[i].is_cut && decoded.encoding != ENCODING_UTF32)
            assert_int_equal(decoded_offset(&decoded, decoded.text.len, texts[i].bytes.len),
                             texts[i].bytes.len);
    }
}

static void an_alias_bomb_has_nothing_to_set_off(void **state)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    const struct limits limits = limits_default();
    struct front front;
    cleanup_buf struct buf file = {0};
    (void)state;

    buf_add_text(&file, "---\nl0: &l0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++) {
        buf_printf(&file, "l%d: &l%d [", i, i);
        for (int j = 0; j < 9; j++)
            buf_printf(&file, "%s*l%d", j ? ", " : "", i - 1);
        buf_add_text(&file, "]\n");
    }
    buf_add_text(&file, "---\n");
    assert_int_equal(front_read(&arena, buf_slice(&file), true, &limits, &diags, &front), 0);
    assert_int_equal(front.map->count, 30);
    assert_true(arena.total < 1 << 20);
    assert_int_equal(diags.count, DIAGS_MAX);
    arena_free(&arena);
}

static void messages_name_the_place(void **state)
{
    static const struct {
        const char *file;
        uint32_t line, column; /* of the last message */
    } places[] = {
        {"---\na: b\ntitle: One: two\n---\n", 3, 11},
        {"---\na: b\nc: d\ne: x\x7F\n---\n", 4, 5},
        /* In values of more lines, each on its own. */
        {"---\na: |\n  x\n  y\x7F\n---\n", 4, 4},
        {"---\na: \"x\n  y\n  \\p\"\n---\n", 4, 3},
        {"---\na: # x\x7F\n  [b,\n  \"\\ud83d\"]\n---\n", 4, 4},
        /* What YAML 1.1 takes for a line end is none to anybody else. */
        {"---\na: x\xE2\x80\xA8y\nb: z\xC2\x85\nc: d: e\n---\n", 4, 5},
        {"---\ra: b\r\rc: d: e\r---\r", 4, 5},
        {"\n# c\n---\ntitle: T\nc: d: e\n---\n", 5, 5},
        {"+++\na = 1\n\nb = [\n  1,\n  x,\n]\n+++\n", 6, 3},
        {"+++\na = \"\"\"\nx\n\\q\"\"\"\n+++\n", 4, 1},
        {"+++\na = '''\nx\n+++\n", 2, 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct arena arena = {0};
        struct diags diags = {.arena = &arena};
        const struct limits limits = limits_default();
        cleanup_decoded struct decoded file;
        struct front front;
        print_message("  %zu\n", i);
        assert_int_equal(decode(slice_of(places[i].file), true, &file), 0);
        front_read(&arena, file.text, true, &limits, &diags, &front);
        assert_non_null(diags.last);
        assert_int_equal(diags.last->line, places[i].line);
        assert_int_equal(diags.last->column, places[i].column);
        arena_free(&arena);
    }
}

/* A kind of mistake is told a few times, so that the others are told too. */
static void what_is_odd_is_told_a_few_times(void **state)
{
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    const struct limits limits = limits_default();
    struct front front;
    cleanup_buf struct buf file = {0};
    (void)state;

    buf_add_text(&file, "---\n");
    for (int i = 0; i < 100; i++)
        buf_printf(&file, "k%d: \"\\p\"\n", i);
    buf_add_text(&file, "k: x\x01 x\n---\n");
    assert_int_equal(front_read(&arena, buf_slice(&file), true, &limits, &diags, &front), 0);
    assert_int_equal(front.map->count, 101);
    assert_int_equal(diags.count, 6);
    const struct diag *fifth = diags.first->next->next->next->next;
    assert_non_null(strstr(fifth->problem.data, "perhaps further on"));
    assert_int_equal(diags.last->line, 102);
    arena_free(&arena);
}

/* TOML keeps the limits that YAML has. */
static void toml_keeps_the_limits(void **state)
{
    static const struct {
        enum limit limit;
        uint32_t keys;
        uint64_t most;
        const char *file;
        const char *message;
    } cases[] = {
        {LIMIT_YAML_KEYS, 2, 2, "+++\na = 1\nb = 2\nc = 3\nd = 4\n+++\n", "more than 2 keys"},
        {LIMIT_YAML_KEYS, 2, 2, "+++\na = 1\nb = 2\n[c]\n+++\n", "more than 2 keys"},
        {LIMIT_YAML_EVENTS, 1, 10, "+++\na = 1\nb = [1,2,3,4,5,6,7,8,9]\nc = 1\n+++\n",
         "more than 10 YAML events"},
        {LIMIT_YAML_DEPTH, 3, 2, "+++\na = [1]\nb = [[1]]\nc = 1\n[d]\ne = [1]\nf = 2\n+++\n",
         "more than 2 deep"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct diags diags = {.arena = &arena};
        struct limits limits = limits_default();
        struct front front;
        limits.at[cases[i].limit] = cases[i].most;
        print_message("  %zu\n", i);
        assert_int_equal(front_read(&arena, slice_of(cases[i].file), true, &limits, &diags, &front),
                         0);
        assert_int_equal(front.map->count, cases[i].keys);
        assert_non_null(diags.first);
        assert_non_null(strstr(diags.first->problem.data, cases[i].message));
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_is_understood),
        cmocka_unit_test(every_form_says_the_same),
        cmocka_unit_test(a_part_never_misleads),
        cmocka_unit_test(bytes_become_text),
        cmocka_unit_test(an_alias_bomb_has_nothing_to_set_off),
        cmocka_unit_test(messages_name_the_place),
        cmocka_unit_test(what_is_odd_is_told_a_few_times),
        cmocka_unit_test(toml_keeps_the_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
