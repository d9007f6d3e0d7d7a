#include "speakers/persons.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/utf8.h"
#include "values/key.h"
#include "speakers/attendees.h"
#include "speakers/label_names.h"

#define SEVERAL (UINT32_MAX - 1)

enum { MOST_WORDS = 6 /* of a full name that has parts */ };

/* --- names ------------------------------------------------------------------------------------ */

/* The slot of a name, folded, which is not empty; NULL if memory runs out. */
static struct map_slot *put_folded(struct persons *p, struct map *map, struct slice name)
{
    cleanup_buf struct buf folded = {0};
    if (!utf8_fold(&folded, name))
        buf_add_slice(&folded, name);
    struct slice key = arena_copy_buf(&p->arena, &folded);
    struct map_slot *slot = key.len ? map_put(map, key) : NULL;
    if (!slot)
        p->err = -ENOMEM;
    return slot;
}

static uint32_t get_folded(struct persons *p, const struct map *map, struct slice name)
{
    cleanup_buf struct buf folded = {0};
    if (map->len == 0)
        return UINT32_MAX;
    if (!utf8_fold(&folded, name))
        buf_add_slice(&folded, name);
    if (folded.failed)
        p->err = -ENOMEM;
    return folded.failed || !folded.len ? UINT32_MAX : map_get(map, buf_slice(&folded));
}

/* Maps a name, unless it is empty, to a number; to SEVERAL if it has another number already. */
static void note(struct persons *p, struct map *map, struct slice name, uint32_t number)
{
    struct map_slot *slot = name.len ? put_folded(p, map, name) : NULL;
    if (slot)
        slot->value = slot->value == UINT32_MAX || slot->value == number ? number : SEVERAL;
}

/* How much a spelling is like those of names: ANA and ana less than Ana, ANa less too. */
static int spelling_rank(struct slice name)
{
    bool begins = true, has_small = false, is_odd = false, was_first = false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool is_small = c >= 'a' && c <= 'z', is_capital = c >= 'A' && c <= 'Z';
        has_small |= is_small;
        is_odd |= was_first && is_capital;
        was_first = begins && is_capital;
        begins = c == ' ';
    }
    bool has_capital = name.len && name.data[0] >= 'A' && name.data[0] <= 'Z';
    return has_small && has_capital ? 2 - is_odd : 0;
}

static void choose_spelling(struct slice *shown, struct slice name)
{
    if (spelling_rank(name) > spelling_rank(*shown))
        *shown = name;
}

static uint32_t enter(struct persons *p, struct slice name)
{
    struct map_slot *slot = put_folded(p, &p->people, name);
    if (!slot || !array_reserve(&p->all, p->count, &p->cap, sizeof *p->all)) {
        p->err = -ENOMEM;
        return NO_PERSON;
    }
    if (slot->value == UINT32_MAX) {
        slot->value = (uint32_t)p->count;
        p->all[p->count++] = (struct person){.name = name};
    }
    choose_spelling(&p->all[slot->value].name, name);
    return slot->value;
}

uint32_t persons_add_label(struct persons *p, struct slice label)
{
    struct map_slot *slot = map_put(&p->spellings, label);
    if (!slot) {
        p->err = -ENOMEM;
        return 0;
    }
    if (slot->value != UINT32_MAX)
        return slot->value;
    struct map_slot *folded = put_folded(p, &p->folded, label);
    if (!folded || !array_reserve(&p->labels, p->label_count, &p->label_cap, sizeof *p->labels)) {
        p->err = -ENOMEM;
        return 0;
    }
    struct slice shown = utf8_trim(label);
    if (!shown.len)
        shown = label;
    if (folded->value == UINT32_MAX) {
        folded->value = (uint32_t)p->label_count;
        p->labels[p->label_count++] = (struct heard_label){shown, NO_PERSON, NO_PERSON, false};
    }
    choose_spelling(&p->labels[folded->value].text, shown);
    return slot->value = folded->value;
}

/* --- suffixes of a name ---------------------------------------------------------------- */

/* Takes the bracket from the end of a label, if a name precedes it. */
static bool take_bracket(struct slice *label, struct slice *inside)
{
    static const char *const brackets[][2] = {{"(", ")"}, {"[", "]"}, {"（", "）"}, {"【", "】"}};
    for (size_t i = 0; i < sizeof brackets / sizeof *brackets; i++) {
        struct slice open = slice_of(brackets[i][0]), close = slice_of(brackets[i][1]);
        if (!slice_ends(*label, close))
            continue;
        const char *at = memmem(label->data, label->len, open.data, open.len);
        if (!at || at == label->data)
            return false;
        struct slice before = slice_trim((struct slice){label->data, (size_t)(at - label->data)});
        if (!before.len)
            return false;
        *inside = slice_skip(*label, (size_t)(at - label->data) + open.len);
        inside->len -= close.len;
        *inside = slice_trim(*inside);
        *label = before;
        return true;
    }
    return false;
}

/* Takes a degree: `, PsyD`, `, Ph.D.`: one word with two capitals or more. */
static bool take_degree(struct slice *label)
{
    const char *comma = label->len ? memrchr(label->data, ',', label->len) : NULL;
    if (!comma || comma == label->data)
        return false;
    struct slice word = slice_trim(slice_skip(*label, (size_t)(comma - label->data) + 1));
    size_t capitals = 0;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.data[i];
        bool is_capital = c >= 'A' && c <= 'Z';
        if (!is_capital && !(c >= 'a' && c <= 'z') && c != '.')
            return false;
        capitals += is_capital;
    }
    if (capitals < 2 || word.len > 8)
        return false;
    struct slice before = slice_trim(slice_head(*label, (size_t)(comma - label->data)));
    if (!before.len)
        return false;
    *label = before;
    return true;
}

/* `From Ana Lima to Everyone`, as a chat that was saved has it. */
static bool take_chat(struct slice *label)
{
    if (!slice_starts(*label, SLICE("From ")))
        return false;
    const char *to = memmem(label->data, label->len, " to ", 4);
    if (!to || to < label->data + 5)
        return false;
    *label = slice_trim((struct slice){label->data + 5, (size_t)(to - label->data) - 5});
    return label->len > 0;
}

/* `The Keeper of the Lamp (Ana Lima)`: the name stands in the bracket of an office. */
static bool take_office(struct slice *label)
{
    struct slice office = *label, name;
    if (!slice_starts(office, SLICE("The ")) || !take_bracket(&office, &name) ||
        !memchr(name.data, ' ', name.len) || !label_is_name(name))
        return false;
    *label = name;
    return true;
}

/* The name in a label, and what stood in its last bracket. */
static struct slice bare_name(struct slice label, struct slice *inside)
{
    struct slice name = label;
    *inside = (struct slice){0};
    (void)take_chat(&name);
    (void)take_office(&name);
    while (take_bracket(&name, inside) || take_degree(&name))
        ;
    return label_is_anonymous(name) && !label_is_anonymous(label) ? label : name;
}

static bool is_pronouns(struct slice text)
{
    static const char *const words[] = {"he",   "she", "they", "him", "her",
                                        "them", "ze",  "any",  NULL};
    struct slice word = slice_head(text, 0);
    while (word.len < text.len && text.data[word.len] != '/' && text.data[word.len] != ' ')
        word.len++;
    return slice_is_one_of(word, words);
}

/* Whether the text in a bracket may distinguish two persons of one name. */
static bool distinguishes(struct slice inside, struct slice name)
{
    return inside.len && !is_pronouns(inside) && !attendees_is_initials(inside, name);
}

/* --- the rules ----------------------------------------------------------------------------- */

static void take_front(struct persons *p, const struct yaml *front)
{
    cleanup_buf struct buf key = {0};
    for (const struct yaml *item = front ? front->first : NULL; item; item = item->next) {
        key.len = 0;
        key_fold(&key, item->key);
        if (item->kind != YAML_MAP || !slice_equal(buf_slice(&key), SLICE("voices")))
            continue;
        for (const struct yaml *voice = item->first; voice; voice = voice->next) {
            struct slice name = utf8_trim(voice->text);
            if (!yaml_is_scalar(voice) || !name.len || !voice->key.len)
                continue;
            struct map_slot *slot = put_folded(p, &p->aliases, voice->key);
            if (slot)
                slot->value = enter(p, name);
        }
    }
    if (key.failed)
        p->err = -ENOMEM;
}

/* The aliases of the configuration, for labels that the file itself does not define. */
static void take_aliases(struct persons *p, struct slice aliases)
{
    while (aliases.len) {
        struct slice label = slice_of(aliases.data);
        struct slice name = slice_of(aliases.data + label.len + 1);
        aliases = slice_skip(aliases, label.len + name.len + 2);
        struct map_slot *slot = put_folded(p, &p->aliases, label);
        if (slot && slot->value == UINT32_MAX)
            slot->value = enter(p, name);
    }
}

/* Whether a name has words enough that a part of it may stand for it. */
static bool is_whole_name(struct slice name)
{
    static const char *const joins[] = {"and", "to", "with", "&", "+", "/", NULL};
    struct slice rest = name, word;
    size_t words = 0;
    while (slice_take(&rest, ' ', &word)) {
        words += word.len > 0;
        if (slice_is_one_of(word, joins))
            return false;
    }
    return words > 1 && words <= MOST_WORDS && label_is_name(name) && !label_is_anonymous(name) &&
           !memchr(name.data, '&', name.len) && !memchr(name.data, ',', name.len);
}

static int take_attendee(void *persons, const struct attendee *attendee)
{
    struct persons *p = persons;
    if (attendee->is_role)
        return 0;
    struct slice name = arena_copy(&p->arena, attendee->name);
    if (!name.data)
        return -ENOMEM;
    uint32_t person = attendee->code.len || is_whole_name(name) ? enter(p, name) : NO_PERSON;
    if (person == NO_PERSON)
        return p->err;
    p->all[person].is_here = true;
    if (attendee->code.len)
        note(p, &p->codes, attendee->code, person);
    return p->err;
}

static void take_attendees(struct persons *p, const struct lines *lines)
{
    struct attendees attendees = {.add = take_attendee, .context = p};
    for (size_t i = 0; i < lines->count && !p->err; i++) {
        const struct line *line = &lines->at[i];
        int err = line->details
                      ? 0
                      : attendees_read_line(&attendees, line_text(lines, line), line->heading);
        if (err)
            p->err = err;
    }
}

/* Names before brackets, and which labels have the same. */
static void take_bare_names(struct persons *p)
{
    for (size_t i = 0; i < p->label_count; i++) {
        struct slice inside, name = bare_name(p->labels[i].text, &inside);
        if (distinguishes(inside, name))
            note(p, &p->bare, name, (uint32_t)i);
    }
}

/* The person of a label without the other labels. */
static void name_label(struct persons *p, struct heard_label *label)
{
    struct slice inside, name = bare_name(label->text, &inside);
    uint32_t person = get_folded(p, &p->aliases, label->text);
    if (person == UINT32_MAX && distinguishes(inside, name) &&
        get_folded(p, &p->bare, name) == SEVERAL)
        name = label->text;
    if (person == UINT32_MAX && name.len < label->text.len)
        person = get_folded(p, &p->aliases, name);
    if (person == UINT32_MAX)
        person = get_folded(p, &p->codes, name);
    bool is_other = person < SEVERAL;
    label->person = is_other ? person : enter(p, name);
    label->instead = label->person;
    /* `Ana Lima (AL)`, and AL is heard too. */
    bool names_code = inside.len && name.len < label->text.len &&
                      (attendees_is_initials(inside, name) ||
                       get_folded(p, &p->folded, inside) != UINT32_MAX);
    if (names_code && !label_is_anonymous(inside) && label->person != NO_PERSON)
        note(p, &p->codes, inside, label->person);
}

/* --- parts of names --------------------------------------------------------------------------- */

static size_t count_words(struct slice name)
{
    size_t words = 1;
    for (size_t i = 0; i < name.len; i++)
        words += name.data[i] == ' ';
    return words;
}

/* Notes what a name begins with, at each of its spaces, and its last word. */
static void note_parts(struct persons *p, struct slice name, uint32_t person)
{
    const char *last = memrchr(name.data, ' ', name.len);
    for (size_t i = 1; i + 1 < name.len; i++) {
        if (name.data[i] == ' ')
            note(p, &p->parts, slice_head(name, i), person);
    }
    note(p, &p->parts, slice_skip(name, (size_t)(last - name.data) + 1), person);
}

/* The longest first, so that a part which is a full name itself already has its person. */
static void take_parts(struct persons *p)
{
    for (size_t i = 0; i < p->label_count; i++)
        p->all[p->labels[i].person].is_here = true;
    for (size_t words = MOST_WORDS; words > 1; words--) {
        for (size_t i = 0; i < p->count && !p->err; i++) {
            struct slice name = p->all[i].name;
            if (!p->all[i].is_here || count_words(name) != words || !is_whole_name(name))
                continue;
            uint32_t whole = get_folded(p, &p->parts, name);
            note_parts(p, name, whole < SEVERAL ? whole : (uint32_t)i);
        }
    }
    for (size_t i = 0; i < p->label_count && !p->err; i++) {
        struct heard_label *label = &p->labels[i];
        struct slice name = p->all[label->person].name;
        bool is_fixed = get_folded(p, &p->aliases, label->text) != UINT32_MAX;
        uint32_t whole = is_fixed || label_is_anonymous(name) ? UINT32_MAX
                                                              : get_folded(p, &p->parts, name);
        if (whole < SEVERAL)
            label->person = whole;
    }
}

/* Two labels that answer each other, A, B, A, are of two persons, even if the names fit. */
static void part_answers(struct persons *p, const uint32_t *turns, size_t count)
{
    for (size_t i = 2; i < count; i++) {
        if (turns[i] == UINT32_MAX || turns[i - 1] == UINT32_MAX || turns[i] != turns[i - 2])
            continue;
        struct heard_label *one = &p->labels[turns[i - 1]], *two = &p->labels[turns[i]];
        if (one->person == two->person && one->instead != two->instead)
            one->is_answered = two->is_answered = true;
    }
    for (size_t i = 0; i < p->label_count; i++) {
        if (p->labels[i].is_answered)
            p->labels[i].person = p->labels[i].instead;
    }
}

int persons_find(struct persons *p, const struct lines *lines, const struct yaml *front,
                 struct slice aliases, const uint32_t *turns, size_t count)
{
    take_front(p, front);
    take_aliases(p, aliases);
    if (p->label_count && !p->err)
        take_attendees(p, lines);
    take_bare_names(p);
    for (size_t i = 0; i < p->label_count && !p->err; i++)
        name_label(p, &p->labels[i]);
    /* Once more: a label may be what another has in brackets. */
    for (size_t i = 0; i < p->label_count && p->codes.len && !p->err; i++)
        name_label(p, &p->labels[i]);
    if (!p->err)
        take_parts(p);
    if (!p->err)
        part_answers(p, turns, count);
    return p->err;
}

void persons_free(struct persons *p)
{
    free(p->labels);
    free(p->all);
    map_free(&p->spellings);
    map_free(&p->folded);
    map_free(&p->people);
    map_free(&p->aliases);
    map_free(&p->codes);
    map_free(&p->bare);
    map_free(&p->parts);
    arena_free(&p->arena);
}
