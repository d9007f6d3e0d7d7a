/*
 * JSON of speech recognition. The input is a file.
 */
#include "fuzz.h"

#include "cues/speech_forms.h"
#include "cues/speech_json.h"

/* Channels stand one behind the other, and are put in order by their times. */
static void check_cues(const struct cues *cues, uint32_t lines, bool has_channels)
{
    uint32_t last_line = 1, end_of_text = 0;
    for (size_t i = 0; i < cues->count; i++) {
        const struct cue *cue = &cues->at[i];
        struct slice text = cue_text(cues, cue), line;
        CHECK(cue->start >= NO_TIME && cue->end >= NO_TIME);
        CHECK(cue->end == NO_TIME || cue->end >= cue->start);
        CHECK(cue->line >= last_line || has_channels);
        CHECK(cue->last_line >= cue->line && cue->last_line <= lines);
        CHECK(cue->len && (cue->text >= end_of_text || has_channels) &&
              cue->text + cue->len <= cues->text.len);
        CHECK(utf8_is_valid(text) && utf8_is_valid(cue_speaker(cues, cue)));
        CHECK(!memchr(text.data, '\0', text.len));
        while (slice_take(&text, '\n', &line))
            CHECK(line.len && slice_trim(line).len == line.len);
        last_line = cue->line;
        end_of_text = cue->text + cue->len;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice file = input_copy(data, size);
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    cleanup_cues struct cues cues = {.most = 100000};
    struct speech_shape shape, part;
    uint32_t lines = count_lines(file);

    CHECK(speech_shape_find(file, true, &shape));
    CHECK(shape.dialect < SPEECH_DIALECTS);
    for (size_t i = 0; i < 16; i++) {
        if (speech_shape_find(slice_head(file, file.len * i / 16), false, &part))
            CHECK(part.dialect == shape.dialect && slice_equal(part.language, shape.language));
    }
    if (shape.dialect) {
        CHECK(speech_json_read(file, shape.dialect, &diags, &cues) == 0);
        bool has_channels = speech_form_of(shape.dialect)->channel != NULL;
        check_cues(&cues, lines, has_channels);
        check_diags(&diags, lines);
    }
    arena_free(&arena);
    free((void *)(uintptr_t)file.data);
    return 0;
}
