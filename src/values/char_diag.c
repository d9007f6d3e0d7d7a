#include "values/char_diag.h"

#include <stdio.h>

#include "base/utf8.h"
#include "values/code.h"

enum { MOST_REPORTED = 5 /* of a kind */, MESSAGE = 128 };

bool code_is_line_separator(uint32_t code)
{
    return code == 0x85 || code == 0x2028 || code == 0x2029;
}

bool code_is_disallowed(uint32_t code)
{
    if (code < 0xA0)
        return (code < ' ' && code != '\t' && code != '\n' && code != '\r') ||
               (code >= 0x7F && code != 0x85);
    return code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
}

static unsigned digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : 16;
}

size_t escape_read_number(struct slice text, uint32_t *code)
{
    char kind = (char)(text.len ? text.data[0] : '\0');
    size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    *code = 0;
    if (!digits || text.len <= digits)
        return 0;
    for (size_t i = 1; i <= digits; i++) {
        unsigned digit = digit_of(text.data[i]);
        if (digit > 15)
            return 0;
        *code = *code << 4 | digit;
    }
    return digits + 1;
}

static const char *name_of(uint32_t code)
{
    if (code_is_line_separator(code))
        return "a separator of lines beside a value";
    if (code == 0xFEFF)
        return "a byte order mark inside the text";
    return code > 0xFF ? "what is no character" : "a control character";
}

/* The message, and in *action what was done. */
static void describe(enum char_problem what, uint32_t code, char message[MESSAGE],
                     char action[MESSAGE])
{
    char character[CODE_BYTES + 1] = {0};
    cleanup_buf struct buf visible = {0};
    const char *done = "it is kept";
    switch (what) {
    case CHAR_STRAY:
        done = "it is left out";
        __attribute__((fallthrough));
    case CHAR_CONTROL:
        snprintf(message, MESSAGE, "%s, U+%04X", name_of(code), (unsigned)code);
        break;
    case CHAR_LINE_SEPARATOR:
        snprintf(message, MESSAGE, "U+%04X, which some readers take for the end of the line",
                 (unsigned)code);
        break;
    case CHAR_BAD_ESCAPE:
        utf8_add_visible(&visible, (struct slice){character, code_put(character, code)});
        snprintf(message, MESSAGE,
                 "\"\\%s\" is no escape: in double quotes a backslash is written twice",
                 visible.failed ? "" : visible.data);
        break;
    case CHAR_SURROGATE_PAIR:
        snprintf(message, MESSAGE,
                 "a surrogate pair, which JSON has: here the escape is \"\\U%08X\"",
                 (unsigned)code);
        snprintf(action, MESSAGE, "it is read as U+%04X", (unsigned)code);
        return;
    case CHAR_LONE_SURROGATE:
        snprintf(message, MESSAGE, "\"\\u%04X\" is half a surrogate pair", (unsigned)code);
        done = "it became U+FFFD";
        break;
    default:
        snprintf(message, MESSAGE, "\"\\U%08X\" is more than Unicode has", (unsigned)code);
        done = "it became U+FFFD";
    }
    snprintf(action, MESSAGE, "%s", done);
}

void char_diags_add(struct char_diags *char_diags, enum char_problem what, uint32_t line,
                    uint32_t column, uint32_t code)
{
    char message[MESSAGE], action[MESSAGE];
    if (char_diags->reported[what] == MOST_REPORTED)
        return;
    bool is_last = ++char_diags->reported[what] == MOST_REPORTED;
    describe(what, code, message, action);
    diags_add(char_diags->diags, line, column, action, "%s%s", message,
              is_last ? ", here and perhaps further on" : "");
}
