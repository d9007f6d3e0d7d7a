#include "metadata/title_block.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/utf8.h"

enum { TITLE, AUTHORS, DATE, FIELDS };

struct field {
    struct slice lines; /* without the percent sign */
    uint32_t line;
};

/* Finds the fields, and the place behind them. 0, with *count 0 where it is no title block; or
 * -EAGAIN. */
static int find_fields(struct slice head, bool whole, struct field fields[FIELDS], size_t *count,
                       struct title_block *block)
{
    struct slice rest = head, line;
    uint32_t number = 0;
    *count = 0;
    for (;;) {
        const char *start = rest.data;
        if (!slice_take(&rest, '\n', &line) || (!rest.data && !whole))
            return whole ? 0 : -EAGAIN;
        number++;
        bool begins = slice_starts(line, SLICE("%"));
        bool goes_on = *count && slice_starts(line, SLICE(" ")) && slice_trim(line).len;
        if (begins && *count == FIELDS) {
            *count = 0; /* comments of another language */
            return 0;
        }
        if (begins)
            fields[(*count)++] = (struct field){slice_skip(line, 1), number};
        else if (goes_on)
            fields[*count - 1].lines.len = (size_t)(line.data + line.len -
                                                    fields[*count - 1].lines.data);
        else {
            *count = slice_trim(line).len ? 0 : *count; /* an empty line follows */
            block->body = (size_t)(start - head.data);
            block->body_line = number;
            return 0;
        }
        if (!rest.data) {
            block->body = head.len;
            block->body_line = number + 1;
            return 0;
        }
    }
}

/* A text in one line; NULL if memory runs out. */
static struct yaml *new_text(struct arena *arena, struct slice lines, uint32_t line)
{
    cleanup_buf struct buf text = {0};
    struct slice part;
    while (slice_take(&lines, '\n', &part)) {
        buf_add_text(&text, text.len ? " " : "");
        utf8_repair(&text, slice_trim(part));
    }
    struct yaml *value = ARENA_NEW(arena, struct yaml, 1);
    struct slice kept = arena_copy_buf(arena, &text);
    if (!value || !kept.data)
        return NULL;
    *value = (struct yaml){.kind = YAML_STRING, .line = line, .column = 3, .text = kept};
    return value;
}

static struct yaml *new_list(struct arena *arena, struct slice lines, uint32_t line)
{
    struct yaml *list = ARENA_NEW(arena, struct yaml, 1);
    struct slice part, name;
    if (list)
        *list = (struct yaml){.kind = YAML_LIST, .line = line, .column = 3};
    for (; list && slice_take(&lines, '\n', &part); line++) {
        while (slice_take(&part, ';', &name)) {
            struct yaml *item = slice_trim(name).len ? new_text(arena, name, line) : NULL;
            if (!item && slice_trim(name).len)
                return NULL;
            if (item)
                yaml_append(list, item, NULL);
        }
    }
    return list;
}

int title_block_read(struct arena *arena, struct slice head, bool whole, struct diags *diags,
                     struct title_block *block)
{
    static const char *const keys[FIELDS] = {"title", "author", "date"};
    struct field fields[FIELDS];
    size_t count = 0;
    *block = (struct title_block){0};
    int err = slice_starts(head, SLICE("%")) ? find_fields(head, whole, fields, &count, block) : 0;
    if (err || !count)
        return err;
    struct yaml *map = ARENA_NEW(arena, struct yaml, 1);
    if (!map)
        return -ENOMEM;
    *map = (struct yaml){.kind = YAML_MAP, .line = 1, .column = 1};
    for (size_t i = 0; i < count; i++) {
        struct slice lines = slice_trim(fields[i].lines);
        struct yaml *value = i == AUTHORS ? new_list(arena, lines, fields[i].line)
                                          : new_text(arena, lines, fields[i].line);
        if (!value)
            return -ENOMEM;
        value->key = slice_of(keys[i]);
        value->key_line = fields[i].line;
        value->key_column = 1;
        if (lines.len)
            yaml_append(map, value, diags);
    }
    block->map = map;
    return 0;
}
