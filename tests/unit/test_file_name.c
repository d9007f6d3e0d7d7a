/* What the name of captions says: language, video, title. */
#include "unit.h"

#include "values/file_name.h"

static void a_language_is_the_last_part_of_a_name(void **state)
{
    static const struct {
        const char *path, *stem, *language, *spoken;
    } names[] = {
        {"a/talk.en.vtt", "a/talk", "en", ""},
        {"talk.vtt", "talk", "", ""},
        {"talk.zh-Hans.srt", "talk", "zh-Hans", ""},
        {"talk.zh_cn.srt", "talk", "zh_cn", ""},
        {"talk.es-419.vtt", "talk", "es-419", ""},
        {"talk.EN.vtt", "talk", "EN", ""},
        {"talk.fil.vtt", "talk", "fil", ""},
        {"talk.en-orig.vtt", "talk", "en", "en"},
        {"talk.zh-Hant-orig.vtt", "talk", "zh-Hant", "zh-Hant"},
        {"talk.de-en.vtt", "talk", "de", "en"},
        {"talk.pt-BR.vtt", "talk", "pt-BR", ""},
        {"talk.pt-br.vtt", "talk", "pt-br", ""},
        {"talk.de-ca.vtt", "talk", "de", "ca"},
        {"Night trains [dQw4w9WgXcQ].de.vtt", "Night trains [dQw4w9WgXcQ]", "de", ""},
        {"talk.en.forced.srt", "talk", "en", ""},
        {"talk.en.hi.srt", "talk", "en", ""},
        {"talk.hi.srt", "talk", "hi", ""},
        {"talk.sdh.srt", "talk.sdh", "", ""},
        {"notes.old.vtt", "notes.old", "", ""},
        {"notes.raw.vtt", "notes.raw", "", ""},
        {"notes.new.vtt", "notes.new", "", ""},
        {"notes.bak.vtt", "notes.bak", "", ""},
        {"a.AAC-RARBG.srt", "a.AAC-RARBG", "", ""},
        {"v1.2.vtt", "v1.2", "", ""},
        {"talk.xx.vtt", "talk.xx", "", ""},
        {"talk.en-.vtt", "talk.en-", "", ""},
        {"talk.en-abcdefghi.vtt", "talk.en-abcdefghi", "", ""},
        {".en.vtt", ".en", "", ""},
        {"a.en/talk.vtt", "a.en/talk", "", ""},
        {"a.en/talk", "a.en/talk", "", ""},
        {"talk..en.vtt", "talk.", "en", ""},
        {"en.vtt", "en", "", ""},
        {"", "", "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct file_name name = file_name_read(slice_of(names[i].path));
        assert_slice(name.stem, names[i].stem);
        assert_slice(name.language, names[i].language);
        assert_slice(name.spoken, names[i].spoken);
    }
}

static void a_video_has_the_form_and_the_alphabet_of_its_ids(void **state)
{
    static const char *const names[][2] = {
        {"Night trains [dQw4w9WgXcQ]", "dQw4w9WgXcQ"},
        {"a/x [-_w4w9WgXcQ]", "-_w4w9WgXcQ"},
        {"Night trains [dQw4w9WgXc]", ""},
        {"Night trains [dQw4w9WgXcQ1]", ""},
        {"Night trains [dQw4w9WgXc!]", ""},
        {"Night trains[dQw4w9WgXcQ]", ""},
        {"Night trains [dQw4w9WgXcQ] 2", ""},
        {"Night trains (dQw4w9WgXcQ)", ""},
        {"[dQw4w9WgXcQ]", ""},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_slice(file_name_video(slice_of(names[i][0])), names[i][1]);
}

static void a_title_is_what_is_left_of_a_name(void **state)
{
    static const char *const names[][2] = {
        {"talks/Night trains [dQw4w9WgXcQ]", "Night trains"},
        {"20241104_On_trains", "On trains"},
        {"2026-08-07 Episode 36", "Episode 36"},
        {"GMT20240124-202901_Recording.transcript", ""},
        {"2024-01-24 09.30.11 Weekly sync/GMT20240124-083011_Recording.transcript", "Weekly sync"},
        {"2024-01-24 09.30.11 Weekly sync/GMT20240124-083011_Recording", "Weekly sync"},
        {"sync/GMT20240124-083011_Recording_gallery_1280x720", "Recording gallery 1280x720"},
        {"sync/Recording of rain", "Recording of rain"},
        {"2024-01-24 10.04 is out", "10.04 is out"},
        {"2024-01-24_093011_sync", "sync"},
        {"2025-11-18", ""},
        {"GMTs are late", "GMTs are late"},
        {"Caf\xe9", "Caf\xef\xbf\xbd"},
        {"__", ""},
        /* Its folder, and the one above where that has no letter. */
        {"talks/night-trains/transcript", "night-trains"},
        {"talks/night_trains/Transcript_corrected", "night trains"},
        {"acde/2026-05-20_039/transcript", "acde 039"},
        {"acde/2026-05-20_039/transcript_cl", "acde 039"},
        {"acde/2026-05-20/captions", "acde"},
        {"2026/05/audio", ""},
        {"episodes/2024-07-03-on-trains/subtitles", "on-trains"},
        {"transcript", ""},
        {"a/audiobook", "audiobook"},
        {"a/audio with Ana", "audio with Ana"},
        {"a/transcript_of_a_talk", "transcript of a talk"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct arena arena = {0};
        assert_slice(file_name_title(&arena, slice_of(names[i][0])), names[i][1]);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_language_is_the_last_part_of_a_name),
        cmocka_unit_test(a_video_has_the_form_and_the_alphabet_of_its_ids),
        cmocka_unit_test(a_title_is_what_is_left_of_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
