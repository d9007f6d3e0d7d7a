/*
 * Front matter: finds and parses it at the beginning of a file.
 *
 * It begins with a line of three dashes, at the very start, and ends with the next line of three
 * dashes or three dots: YAML is between. A first line of more dashes is read the same when a
 * closing line follows, and reported. Between two lines of +++ stands TOML, and between two of one
 * brace JSON. Pandoc's title block (title_block.h) is front matter too.
 *
 * Empty lines and comments may precede it, if it cannot be speech between two rules: each line must
 * look like a line of a mapping, and most keys must be known, such as title, date or tags, or all
 * must begin with a small letter. A comment is one of HTML, or lines with # right above the dashes:
 * with an empty line between, that is a heading. This is reported too.
 */
#ifndef METADATA_FRONT_H
#define METADATA_FRONT_H

#include "cues/speech_shape.h"
#include "values/yaml.h"

struct front {
    struct yaml *map;            /* the keys in the order of the file; NULL when there are none */
    size_t body;                 /* offset in the text of the first byte behind the front matter */
    uint32_t body_line;          /* the line on which that byte stands, 1-based */
    bool has_block;              /* a front matter was found, valid or not */
    enum speech_dialect dialect; /* of JSON (source.h) */
};

/*
 * Reads the front matter from the beginning of a file's text (decode.h). `whole`: `head` is the
 * whole file. `arena` owns the values.
 *
 * 0; -EAGAIN when the end of the front matter is not in `head` (call again with more, up to the
 * limit of front matter); -ENOMEM. `diags` gets the mistakes in the file; they are no errors.
 */
int front_read(struct arena *arena, struct slice head, bool whole, const struct limits *limits,
               struct diags *diags, struct front *front);

#endif
