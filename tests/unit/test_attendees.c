/* Who took part, as lists, tables and fields of a text say it. */
#include "unit.h"

#include "base/buf.h"
#include "speakers/attendees.h"

static int add(void *found, const struct attendee *attendee)
{
    struct buf *buf = found;
    buf_add_slice(buf, attendee->name);
    if (attendee->code.len) {
        buf_add_byte(buf, '=');
        buf_add_slice(buf, attendee->code);
    }
    buf_add_text(buf, attendee->is_role ? "*;" : ";");
    return 0;
}

static void who_took_part(void **state)
{
    static const struct {
        const char *text, *found; /* Name=CODE; a role has an asterisk */
    } texts[] = {
        {"# Attendees\n- Ana Lima (AL)\n- Bob\n- BS: Bo Sand", "Ana Lima=AL;Bob;Bo Sand=BS;"},
        {"**Present:** Ana Lima, Bo Sand and Cleo", "Ana Lima;Bo Sand;Cleo;"},
        {"Remote attendees: Ana Lima (AL), Bo Sand (Sand, Inc)", "Ana Lima=AL;Bo Sand;"},
        {"##Attendees:\n\n* Ana Lima - AL\n* Bo Sand, Glass Company", "Ana Lima=AL;Bo Sand;"},
        {"Moderator: Ana Lima", "Ana Lima*;"},
        {"**Guests:** Ana Lima, Bo Sand", "Ana Lima*;Bo Sand*;"},
        {"- **Hosts:** Ana Lima & Bo Sand", "Ana Lima*;Bo Sand*;"},
        {"| Name | Abbreviation |\n| --- | --- |\n| Ana Lima | AX |", "Ana Lima=AX;"},
        {"Name | Organization\n--- | ---\nAna Lima | Sand", "Ana Lima;"},
        {"## Attendees\n| Name | Organization |\n|---|---|\n| Ana Lima | Sand |", "Ana Lima;"},
        {"## Attendees\n| Ana Lima | AL | Sand |\n| Bo Sand | BS | Glass |",
         "Ana Lima=AL;Bo Sand=BS;"},
        {"## Participants\n\nAll of them came.\n\n- Ana Lima", ""},
        {"Attendees: about forty people from all over", ""},
        {"Present: a good day it was", ""},
        {"Host: Welcome", ""},
        {"Host: Welcome, everybody, to the show", ""},
        {"Regrets: Ana Lima", ""},
        {"| Name | Price |\n|---|---|\n| Ana Lima | 3 |", ""},
        {"# Agenda\n- Ana Lima", ""},
        {"Attendees: none", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cleanup_buf struct buf found = {0};
        struct attendees attendees = {.add = add, .context = &found};
        struct slice rest = slice_of(texts[i].text), line;
        while (slice_take(&rest, '\n', &line))
            assert_int_equal(attendees_read_line(&attendees, line, false), 0);
        if (!slice_equal(buf_slice(&found), slice_of(texts[i].found)))
            fail_msg("\"%s\" gives %s", texts[i].text, found.data ? found.data : "nothing");
    }
}

static void initials(void **state)
{
    static const struct {
        const char *code, *name;
        bool are_initials;
    } pairs[] = {
        {"AL", "Ana Lima", true},     {"ANL", "Ana Lima", true}, {"AvL", "Ada van Loon", true},
        {"LA", "Ana Lima", false},    {"al", "Ana Lima", false}, {"A", "Ana Lima", false},
        {"ANALI", "Ana Lima", false}, {"AZ", "Ana Lima", false}, {"A1", "Ana Lima 1", false},
        {"Ana", "Ana Lima", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (attendees_is_initials(slice_of(pairs[i].code), slice_of(pairs[i].name)) !=
            pairs[i].are_initials)
            fail_msg("%s of %s", pairs[i].code, pairs[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_took_part),
        cmocka_unit_test(initials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
