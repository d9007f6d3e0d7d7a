/*
 * What stands beside captions, and what their name says. The input is the path of the captions, a
 * line feed, a byte for the form (y, m, or i), and the bytes of the file beside them.
 */
#include "fuzz.h"

#include "metadata/facts.h"
#include "metadata/sidecar.h"
#include "values/file_name.h"

static void check_value(const struct yaml *value, unsigned depth)
{
    uint32_t count = 0;
    const struct yaml *last = NULL;
    CHECK(depth <= limit_rows[LIMIT_YAML_DEPTH].initial);
    CHECK(value->kind <= YAML_MAP && value->line);
    CHECK(utf8_is_valid(value->text) && utf8_is_valid(value->key));
    for (const struct yaml *item = value->first; item; last = item, item = item->next, count++) {
        CHECK(item->key.len <= YAML_MAX_KEY);
        check_value(item, depth + 1);
    }
    CHECK(count == value->count && last == value->last);
}

static bool is_within(struct slice part, struct slice whole)
{
    return part.len == 0 ||
           (part.data >= whole.data && part.data + part.len <= whole.data + whole.len);
}

static void check_name(struct slice path, struct arena *arena)
{
    const struct file_name name = file_name_read(path);
    CHECK(slice_starts(path, name.stem));
    CHECK(is_within(name.language, path) && is_within(name.spoken, path));
    CHECK(name.language.len != 1 && (name.language.len || !name.spoken.len));
    CHECK(is_within(file_name_video(name.stem), path));
    CHECK(utf8_is_valid(file_name_title(arena, name.stem)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char forms[] = "ymi";
    const struct limits limits = limits_default();
    struct slice rest = input_copy(data, size), input = rest, path;
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    struct sidecars all = sidecars_begin(&arena);
    struct config config;
    struct head head = {0};
    struct fact *facts = NULL;

    slice_take(&rest, '\n', &path);
    const char *form = rest.len ? memchr(forms, rest.data[0], 3) : NULL;
    check_name(path, &arena);
    if (form)
        CHECK(sidecars_read(&all, (enum sidecar_form)(form - forms), SLICE("talk.x"),
                            slice_skip(rest, 1), &limits, &diags) == 0);
    CHECK(sidecars_add_name(&all, path) == 0);
    if (all.map)
        check_value(all.map, 0);
    for (uint32_t i = 0; i < all.chapter_count; i++) {
        CHECK(all.chapters[i].title.len && utf8_is_valid(all.chapters[i].title));
        CHECK(all.chapters[i].start >= 0);
        CHECK(i == 0 || all.chapters[i].start > all.chapters[i - 1].start);
    }
    for (const struct diag *diag = diags.first; diag; diag = diag->next)
        CHECK(slice_starts(diag->problem, SLICE("talk.x")) && diag->line == 0);
    CHECK(config_defaults(&arena, &config) == 0);
    CHECK(facts_read(&arena, &config, &limits, all.map, &diags, &head, &facts) == 0);
    arena_free(&arena);
    free((void *)(uintptr_t)input.data);
    return 0;
}
