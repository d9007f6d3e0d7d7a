/*
 * The configuration of a content folder. The input is the file; behind a NUL byte stands a path
 * that may be left out.
 */
#include "fuzz.h"

#include <errno.h>

#include "base/buf.h"
#include "metadata/config.h"

static void check_rules(const struct config *config)
{
    for (const struct view_rule *rule = config->views; rule; rule = rule->next) {
        CHECK(utf8_is_valid(rule->key) && utf8_is_valid(rule->view));
        CHECK(rule->view.len == 0 || slice_starts(rule->view, SLICE("by-")));
        CHECK(rule->view.len <= 255);
        CHECK(!rule->view.len || !memchr(rule->view.data, '/', rule->view.len));
        CHECK(!rule->view.len || !memchr(rule->view.data, '\0', rule->view.len));
    }
    const struct pattern_rule *last = NULL;
    for (const struct pattern_rule *rule = config->excludes; rule; rule = rule->next) {
        CHECK(rule->pattern.data[rule->pattern.len] == '\0');
        last = rule;
    }
    CHECK(last == config->last_exclude);
}

/* What is asked of the rules is answered, and a key has one answer. */
static void ask(const struct config *config, const char *path)
{
    for (int is_folder = 0; is_folder < 2; is_folder++) {
        bool is_out = config_excludes(config, path, is_folder);
        CHECK(is_out == config_excludes(config, path, is_folder));
    }
    for (const struct view_rule *rule = config->views; rule; rule = rule->next)
        CHECK(config_view(config, rule->key) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct limits limits = limits_default();
    static const char *const paths[] = {
        "README.md", "talks/.hidden.md",          "a/b/c/d/e/f.markdown",
        "drafts",    "aaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    struct slice input = input_copy(data, size), rest = input, text, path = {0};
    cleanup_buf struct buf asked = {0};
    struct arena arena = {0};
    struct diags diags = {.arena = &arena};
    struct config config;

    slice_take(&rest, '\0', &text);
    if (rest.data)
        slice_take(&rest, '\0', &path);
    buf_add_slice(&asked, path);
    buf_add_byte(&asked, '\0');
    CHECK(config_defaults(&arena, &config) == 0);
    int err = config_read(&arena, text, &limits, &diags, &config);
    CHECK(err == 0 || err == -EINVAL);
    CHECK(err == 0 || diags.count > 0);
    check_diags(&diags, count_lines(text));
    check_rules(&config);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        ask(&config, paths[i]);
    ask(&config, asked.data);
    arena_free(&arena);
    free((void *)(uintptr_t)input.data);
    return 0;
}
