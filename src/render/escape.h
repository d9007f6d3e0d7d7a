/*
 * Text inside markup, escaped for HTML and WebVTT.
 */
#ifndef RENDER_ESCAPE_H
#define RENDER_ESCAPE_H

#include <stdint.h>

#include "base/buf.h"

/*
 * Appends valid UTF-8 so that it is text anywhere in HTML (between tags, in a quoted attribute) or
 * in a cue of WebVTT: &, <, >, " and ' as references. Code points that HTML forbids (control
 * characters but tab and newline, noncharacters) become U+FFFD.
 */
void escape_add(struct buf *out, struct slice text);

/* Whether HTML forbids it (HTML 13.1.4, "Text"). */
bool escape_is_forbidden(int32_t code);

#endif
