#include "speakers/attendees.h"

#include <ctype.h>

#include "speakers/label_names.h"

enum {
    MOST_CELLS = 8,  /* of a row that are read */
    MOST_PARTS = 6,  /* of an item */
    MOST_NAME = 60,  /* bytes */
    MOST_CODE = 16,  /* bytes */
    MOST_FIELD = 40, /* bytes of the name of a field */
};

/* --- names ------------------------------------------------------------------------------------ */

/* Without the marks of bold text, of an item, and of a link. */
static struct slice without_marks(struct slice text)
{
    text = slice_trim(text);
    while (text.len && memchr("*_`[- ", text.data[0], 6))
        text = slice_skip(text, 1);
    while (text.len && memchr("*_`] ", text.data[text.len - 1], 5))
        text.len--;
    return text;
}

/* Whether it has the form of a name, and is no word such as "none" or "all". */
static bool is_person(struct slice name)
{
    static const char *const none[] = {"none", "tbd",    "tba",  "tbc", "n/a",  "na",
                                       "all",  "others", "more", "you", "name", NULL};
    static const struct byte_set in_no_name = {
        {['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1,
         ['7'] = 1, ['8'] = 1, ['9'] = 1, ['@'] = 1, [':'] = 1, ['/'] = 1, ['\\'] = 1,
         ['?'] = 1, ['!'] = 1, ['&'] = 1, ['='] = 1, ['+'] = 1, ['<'] = 1, ['>'] = 1,
         ['|'] = 1, ['('] = 1, [')'] = 1, ['['] = 1, [']'] = 1, ['{'] = 1, ['}'] = 1,
         ['*'] = 1, ['#'] = 1, ['"'] = 1, ['%'] = 1, ['$'] = 1, [';'] = 1, [','] = 1}};
    if (name.len < 2 || name.len > MOST_NAME || slice_is_one_of(name, none))
        return false;
    bool has_letter = false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        has_letter |= isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
        if (in_no_name.has[(unsigned char)c])
            return false;
    }
    return has_letter && name.data[name.len - 1] != '.' && label_is_name(name) &&
           !label_is_note(name) && !label_is_anonymous(name);
}

static bool is_whole_name(struct slice name)
{
    return is_person(name) && memchr(name.data, ' ', name.len);
}

static bool is_code(struct slice text)
{
    return text.len > 1 && text.len <= MOST_CODE && !memchr(text.data, ' ', text.len) &&
           isalpha((unsigned char)text.data[0]);
}

bool attendees_is_initials(struct slice code, struct slice name)
{
    size_t capitals = 0, at = 0;
    if (code.len < 2 || code.len > 4 || name.len <= code.len)
        return false;
    for (size_t i = 0; i < code.len; i++) {
        char c = code.data[i];
        if (!isalpha((unsigned char)c))
            return false;
        capitals += isupper((unsigned char)c) != 0;
        while (at < name.len && tolower((unsigned char)name.data[at]) != tolower((unsigned char)c))
            at++;
        if (at == name.len || (i == 0 && at > 0))
            return false;
        at++;
    }
    return capitals >= 2;
}

static int add(struct attendees *a, struct slice name, struct slice code)
{
    const struct attendee attendee = {name, code, a->is_role};
    return a->add(a->context, &attendee);
}

/* --- items and fields ------------------------------------------------------------------------- */

/* The length of the separator behind a name; 0 if there is none. */
static size_t separator_at(struct slice text)
{
    static const char *const dashes[] = {" - ", " – ", " — ", "–",  "—",
                                         "（",  "）",  "：",  "，", "、"};
    if (memchr("()[],;:|/\t", text.data[0], 10))
        return 1;
    if (text.data[0] != ' ' && (unsigned char)text.data[0] < 0x80)
        return 0; /* the common case */
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++) {
        if (slice_starts(text, slice_of(dashes[i])))
            return strlen(dashes[i]);
    }
    return 0;
}

static size_t split(struct slice text, struct slice *parts)
{
    size_t count = 0, from = 0, at = 0;
    while (at <= text.len && count < MOST_PARTS) {
        size_t len = at < text.len ? separator_at(slice_skip(text, at)) : 1;
        if (len) {
            struct slice part = without_marks((struct slice){text.data + from, at - from});
            if (part.len)
                parts[count++] = part;
            from = at + len;
        }
        at += len ? len : 1;
    }
    return count;
}

/* `Ana Lima (AL)`, `Ana Lima, University`, `AL: Ana Lima`, `Ana`. */
static int add_item(struct attendees *a, struct slice text)
{
    struct slice parts[MOST_PARTS], name = {0}, code = {0};
    size_t count = split(text, parts), at = 0;
    while (at < count && !is_whole_name(parts[at]))
        at++;
    if (at > 1)
        at = count; /* the full name does not come first: the first part is no name */
    if (at < count)
        name = parts[at];
    else if (count && is_person(parts[0]))
        name = parts[0];
    for (size_t i = 0; i < count && at < count; i++) {
        if (i != at && attendees_is_initials(parts[i], name))
            code = parts[i];
    }
    return name.len ? add(a, name, code) : 0;
}

/* Takes the next of some names, up to a comma or an `and` outside of brackets. */
static bool take_name(struct slice *rest, struct slice *name)
{
    static const char *const stops[] = {",", ";", " and ", " & ", "，", "、"};
    int depth = 0;
    if (!rest->len)
        return false;
    for (size_t at = 0; at < rest->len; at++) {
        struct slice behind = slice_skip(*rest, at);
        depth += (behind.data[0] == '(') - (behind.data[0] == ')');
        if ((unsigned char)behind.data[0] < 0x80 && !memchr(",; ", behind.data[0], 3))
            continue;
        for (size_t i = 0; i < sizeof stops / sizeof *stops && depth == 0; i++) {
            if (!slice_starts(behind, slice_of(stops[i])))
                continue;
            *name = slice_head(*rest, at);
            *rest = slice_skip(behind, strlen(stops[i]));
            return true;
        }
    }
    *name = *rest;
    *rest = (struct slice){0};
    return true;
}

/* Names behind a field: all have to be names, or it is no such field. A role needs a full name:
 * `Host: Welcome` is a turn. */
static int add_names(struct attendees *a, struct slice text)
{
    static const char *const others[] = {"others", "and others", "more", "et al", "et al.", NULL};
    struct slice rest = text, name;
    while (take_name(&rest, &name)) {
        struct slice parts[MOST_PARTS];
        name = without_marks(name);
        if (slice_starts(name, SLICE("and ")))
            name = slice_skip(name, 4);
        size_t count = split(name, parts);
        bool is_one = count && (a->is_role ? is_whole_name(parts[0]) : is_person(parts[0]));
        if (name.len && !is_one && !slice_is_one_of(name, others))
            return 0;
    }
    int err = 0;
    for (rest = text; !err && take_name(&rest, &name);) {
        name = without_marks(name);
        if (slice_starts(name, SLICE("and ")))
            name = slice_skip(name, 4);
        if (!slice_is_one_of(name, others))
            err = add_item(a, name);
    }
    return err;
}

enum field { FIELD_NONE, FIELD_LIST, FIELD_ROLE };

/* What the name of a field means: `Attendees`, `Remote participants`, `Moderator`. */
static enum field field_of(struct slice name)
{
    static const char *const lists[] = {"attendees", "attendee",     "attendance",
                                        "attending", "participants", "participant",
                                        "present",   "delegates",    NULL};
    static const char *const around[] = {"remote", "remotely", "in",      "person", "also",
                                         "and",    "on",       "the",     "call",   "list",
                                         "of",     "members",  "meeting", "zoom",   NULL};
    static const char *const roles[] = {
        "moderator",  "moderators",  "moderated by", "facilitator", "facilitators",
        "host",       "hosts",       "hosted by",    "co-host",     "co-hosts",
        "guest",      "guests",      "speakers",     "speaker",     "panelist",
        "panelists",  "panellists",  "chair",        "chairs",      "scribe",
        "scribes",    "interviewer", "interviewee",  "presenter",   "presenters",
        "note taker", "notetaker",   "with",         NULL};
    bool is_list = false;
    struct slice rest = name, word;
    if (slice_is_one_of(name, roles))
        return FIELD_ROLE;
    while (slice_take(&rest, ' ', &word)) {
        is_list |= slice_is_one_of(word, lists);
        if (word.len && !slice_is_one_of(word, lists) && !slice_is_one_of(word, around))
            return FIELD_NONE;
    }
    return is_list ? FIELD_LIST : FIELD_NONE;
}

/* Takes the name of a field from the front of a line: up to a colon, or all of a heading. */
static enum field take_field(struct slice *text, bool is_heading)
{
    struct slice head = slice_head(*text, MOST_FIELD);
    const char *colon = head.len ? memchr(head.data, ':', head.len) : NULL;
    if (!colon && text->len > MOST_FIELD)
        return FIELD_NONE;
    struct slice name = {text->data, colon ? (size_t)(colon - text->data) : text->len};
    struct slice rest = slice_skip(*text, name.len + (colon != NULL));
    const char *bracket = name.len ? memchr(name.data, '(', name.len) : NULL;
    if (bracket)
        name.len = (size_t)(bracket - name.data);
    enum field field = field_of(without_marks(name));
    if (field == FIELD_NONE || (!colon && !is_heading && field == FIELD_ROLE))
        return FIELD_NONE;
    *text = without_marks(rest);
    return field;
}

/* --- tables ----------------------------------------------------------------------------------- */

static size_t split_row(struct slice line, struct slice *cells)
{
    size_t count = 0;
    struct slice cell;
    if (slice_starts(line, SLICE("|")))
        line = slice_skip(line, 1);
    while (count < MOST_CELLS && slice_take(&line, '|', &cell))
        cells[count++] = without_marks(cell);
    return count;
}

/* Reads the first row of a table. Whether it has a column for names. */
static bool read_header(struct attendees *a, const struct slice *cells, size_t count)
{
    static const char *const names[] = {"name",      "names",       "attendee",
                                        "attendees", "participant", "participants",
                                        "delegate",  "full name",   NULL};
    static const char *const codes[] = {"abbreviation", "abbr",    "abbr.", "abbrev", "abbrev.",
                                        "initials",     "nick",    "irc",   "handle", "nickname",
                                        "irc nick",     "acronym", NULL};
    static const char *const others[] = {"organization", "organisation", "affiliation", "company",
                                         "org",          "employer",     "team",        NULL};
    bool has_more = a->is_listed && !a->is_role;
    a->name_column = a->code_column = -1;
    for (size_t i = 0; i < count; i++) {
        if (a->name_column < 0 && slice_is_one_of(cells[i], names))
            a->name_column = (int)i;
        if (a->code_column < 0 && slice_is_one_of(cells[i], codes))
            a->code_column = (int)i;
        has_more |= slice_is_one_of(cells[i], others);
    }
    return a->name_column >= 0 && (has_more || a->code_column >= 0);
}

static int read_row(struct attendees *a, struct slice line)
{
    struct slice cells[MOST_CELLS], code = {0};
    size_t count = split_row(line, cells);
    if (!a->in_table) {
        a->in_table = true;
        if (read_header(a, cells, count))
            return 0;
        a->name_column = a->is_listed ? 0 : -1;
    }
    if (a->name_column < 0 || (size_t)a->name_column >= count)
        return 0;
    struct slice name = cells[a->name_column];
    for (size_t i = 0; i < count; i++) {
        bool is_code_of = (int)i == a->code_column ? is_code(cells[i])
                                                   : attendees_is_initials(cells[i], name);
        if ((int)i != a->name_column && is_code_of)
            code = cells[i];
    }
    return is_person(name) ? add(a, name, code) : 0;
}

/* --- lines ------------------------------------------------------------------------------------ */

static bool take_bullet(struct slice *text)
{
    if (text->len < 2 || !memchr("-*+", text->data[0], 3) || text->data[1] != ' ')
        return false;
    *text = slice_trim(slice_skip(*text, 2));
    return true;
}

int attendees_read_line(struct attendees *a, struct slice line, bool is_heading)
{
    struct slice text = slice_trim(line);
    if (!text.len)
        return 0;
    if (memchr(text.data, '|', text.len)) {
        int err = read_row(a, text);
        if (slice_starts(text, SLICE("|")) || a->name_column >= 0)
            return err;
    }
    a->in_table = false;
    bool is_item = take_bullet(&text);
    while (text.len && text.data[0] == '#') {
        is_heading = true;
        text = slice_skip(text, 1);
    }
    text = without_marks(text);
    enum field field = take_field(&text, is_heading);
    if (field == FIELD_NONE && is_item && a->is_listed)
        return add_item(a, text);
    if (is_item && field != FIELD_NONE && text.len == 0)
        field = FIELD_NONE;
    /* Below `- Guests: Ana Lima` stand other fields. */
    a->is_listed = field != FIELD_NONE && !is_item;
    a->is_role = field == FIELD_ROLE;
    return field != FIELD_NONE ? add_names(a, text) : 0;
}

static int note_any(void *any, const struct attendee *attendee)
{
    (void)attendee;
    *(bool *)any = true;
    return 0;
}

bool attendees_is_field(struct slice line)
{
    bool any = false;
    struct attendees attendees = {.add = note_any, .context = &any};
    return !attendees_read_line(&attendees, line, false) && any;
}
