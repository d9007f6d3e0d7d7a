#include "cues/source_form.h"

static const struct {
    struct slice ending;
    enum source_form form;
} endings[] = {
    {SLICE(".md"), SOURCE_MARKDOWN}, {SLICE(".markdown"), SOURCE_MARKDOWN},
    {SLICE(".vtt"), SOURCE_WEBVTT},  {SLICE(".srt"), SOURCE_SUBRIP},
    {SLICE(".sbv"), SOURCE_SBV},     {SLICE(".json"), SOURCE_JSON},
    {SLICE(".json3"), SOURCE_JSON},  {SLICE(".jsonl"), SOURCE_JSON},
    {SLICE(".tsv"), SOURCE_TSV},     {SLICE(".txt"), SOURCE_TEXT},
};

enum source_form source_form_of(struct slice path)
{
    size_t before, count = sizeof endings / sizeof *endings;
    for (size_t i = 0; i < count; i++) {
        struct slice ending = endings[i].ending;
        if (path.len <= ending.len)
            continue;
        before = path.len - ending.len;
        if (path.data[before - 1] != '/' &&
            strncasecmp(path.data + before, ending.data, ending.len) == 0)
            return endings[i].form;
    }
    return SOURCE_NONE;
}

const char *source_form_name(enum source_form form)
{
    static const char *const names[SOURCE_FORMS] = {"none", "markdown", "webvtt", "subrip",
                                                    "sbv",  "json",     "tsv",    "text"};
    return names[form];
}

const char *source_form_endings(void)
{
    return "*.md, *.markdown, *.vtt, *.srt, *.sbv, *.json, *.json3, *.jsonl";
}
