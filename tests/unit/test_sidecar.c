/* What stands beside captions and describes them. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "values/info_json.h"

static struct slice value_of(const struct yaml *map, const char *key)
{
    for (const struct yaml *item = map->first; item; item = item->next) {
        if (slice_equal(item->key, slice_of(key)))
            return item->kind == YAML_LIST ? item->last->text : item->text;
    }
    return (struct slice){0};
}

static void a_video_is_described(void **state)
{
    static const char text[] =
        "{\"id\": \"x\", \"title\": \" Night \\u00fcber trains \", \"upload_date\": \"20241105\","
        " \"uploader\": \"somebody\", \"release_date\": \"20241104\", \"channel\": \"Rails\","
        " \"tags\": [\"rail\", \"\", null, {\"a\": []}, \"night\"], \"categories\": [],"
        " \"cast\": [\"Ana Maria\"], \"series\": null, \"language\": \"en\", \"_type\": \"video\","
        " \"webpage_url\": \"https://example.org/v\", \"duration\": 61.5,"
        " \"formats\": [{\"title\": \"no\", \"n\": [1, 2]}],"
        " \"chapters\": [{\"start_time\": 0.0, \"title\": \"Begin\", \"end_time\": 9},"
        " {\"start_time\": 9.25, \"title\": \"End\"}, {\"start_time\": 3, \"title\": \"back\"},"
        " {\"title\": \"when\"}, 7]}";
    struct arena arena = {0};
    struct info_json info;
    const char *problem;
    (void)state;
    assert_int_equal(info_json_read(&arena, slice_of(text), &info, &problem), 0);
    assert_slice(value_of(info.map, "title"), "Night über trains");
    assert_slice(value_of(info.map, "date"), "2024-11-04");
    assert_slice(value_of(info.map, "channel"), "Rails");
    assert_slice(value_of(info.map, "tags"), "night");
    assert_slice(value_of(info.map, "people"), "Ana Maria");
    assert_slice(value_of(info.map, "url"), "https://example.org/v");
    assert_slice(value_of(info.map, "duration"), "61.5");
    assert_slice(info.language, "en");
    assert_int_equal(info.map->count, 8); /* nothing of what is empty, or not asked for */
    assert_int_equal(info.chapter_count, 2);
    assert_int_equal(info.chapters[1].start, 9250);
    assert_slice(info.chapters[1].title, "End");
    arena_free(&arena);
}

static void what_describes_no_video_is_told(void **state)
{
    static const char *const texts[][2] = {
        {"{\"title\": \"A\"", "it is no whole object of JSON"},
        {"", "it is no whole object of JSON"},
        {"[]", "it is no whole object of JSON"},
        {"{\"title\": \"A\", \"chapters\": [{]}", "it is no whole object of JSON"},
        {"{\"title\": \"A\", \"_type\": \"playlist\"}", "it is a playlist's, and no video's"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena arena = {0};
        struct info_json info;
        const char *problem;
        assert_int_equal(info_json_read(&arena, slice_of(texts[i][0]), &info, &problem), -EINVAL);
        assert_string_equal(problem, texts[i][1]);
        assert_int_equal(info.map->count + info.chapter_count, 0);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_video_is_described),
        cmocka_unit_test(what_describes_no_video_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
