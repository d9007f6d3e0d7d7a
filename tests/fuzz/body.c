/*
 * The body of a transcript in Markdown: its turns and all that belongs to them. The input is a
 * whole file, so that its front matter can name who speaks.
 */
#include "check_body.h"

#include "metadata/front.h"
#include "values/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice file = input_copy(data, size);
    struct arena arena = {0};
    struct diags unheard = {.arena = &arena}, diags = {.arena = &arena};
    cleanup_decoded struct decoded decoded;
    const struct limits limits = limits_default();
    struct front front;
    struct body body;

    CHECK(decode(file, true, &decoded) == 0);
    uint32_t lines = count_lines(decoded.text);
    CHECK(front_read(&arena, decoded.text, true, &limits, &unheard, &front) == 0);
    CHECK(body_read(slice_skip(decoded.text, front.body), front.body_line, front.map,
                    (struct slice){0}, &limits, &diags, &body) == 0);
    check_body(&body, lines);
    CHECK(body.count || body.is_refused || !body_shows_words(slice_skip(decoded.text, front.body)));
    check_diags(&diags, lines);
    body_free(&body);
    arena_free(&arena);
    free((void *)(uintptr_t)file.data);
    return 0;
}
