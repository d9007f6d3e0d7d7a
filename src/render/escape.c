#include "render/escape.h"

#include "base/utf8.h"

bool escape_is_forbidden(int32_t code)
{
    bool is_control = (code < 0x20 && code != '\t' && code != '\n') ||
                      (code >= 0x7F && code < 0xA0);
    bool is_noncharacter = (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE;
    return code < 0 || is_control || is_noncharacter;
}

static const char *reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* The length of the prefix that needs no escape. */
static size_t plain_run(struct slice text)
{
    size_t len = 0;
    while (len < text.len && text.data[len] >= ' ' && text.data[len] < 0x7F &&
           !reference(text.data[len]))
        len++;
    return len;
}

void escape_add(struct buf *out, struct slice text)
{
    while (text.len) {
        size_t len = plain_run(text);
        if (len) {
            buf_add(out, text.data, len);
        } else {
            const char *escaped = reference(text.data[0]);
            int32_t code = utf8_decode(text, &len);
            if (escaped)
                buf_add_text(out, escaped);
            else if (escape_is_forbidden(code))
                buf_add_text(out, "\xEF\xBF\xBD");
            else
                buf_add(out, text.data, len);
        }
        text = slice_skip(text, len);
    }
}
