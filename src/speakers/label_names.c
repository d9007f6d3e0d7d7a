#include "speakers/label_names.h"

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"

bool label_is_numbered(struct slice name)
{
    static const struct slice digits = {"一二三四五六七八九十", 30};
    size_t number = 0;

    if (name.len && (unsigned char)name.data[0] < 0x80 && name.data[0] > '9')
        return false; /* the common case */
    while (number < name.len && name.data[number] >= '0' && name.data[number] <= '9')
        number++;
    struct slice rest = slice_skip(name, number);
    for (size_t i = 0; number == 0 && i < digits.len; i += 3) {
        if (slice_starts(name, slice_range(digits, i, 3)))
            rest = slice_skip(name, 3);
    }
    return rest.len < name.len &&
           (slice_starts(rest, SLICE(".")) || slice_starts(rest, SLICE(")")) ||
            slice_starts(rest, SLICE("、")) || slice_starts(rest, SLICE("．")));
}

static bool is_particle(struct slice word)
{
    static const char *const particles[] = {"van", "von", "de", "der", "den", "del",
                                            "da",  "di",  "la", "le",  "el",  "bin",
                                            "al",  "ter", "du", "dos", NULL};
    return slice_is_one_of(word, particles);
}

/* Han characters that stand in a clause, and hardly in a name. */
static bool has_clause(struct slice name)
{
    static const char *const pronouns[] = {"我", "你", "他", "她", "它", "您", "那", "其", "首先"};
    for (size_t i = 0; i < sizeof pronouns / sizeof *pronouns; i++) {
        if (slice_starts(name, slice_of(pronouns[i])))
            return true;
    }
    static const char *const words[] = {"是", "的", "有", "这", "就", "了", "会", "在", "要", "们"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (memmem(name.data, name.len, words[i], strlen(words[i])))
            return true;
    }
    return false;
}

bool label_is_name(struct slice name)
{
    struct slice rest = name, word;
    size_t words = 0, wide = 0, len;

    for (struct slice at = name; at.len; at = slice_skip(at, len))
        wide += utf8_is_wide(utf8_decode(at, &len));
    if (wide)
        return wide <= 10 && (!has_clause(name) || label_is_anonymous(name)); /* 司会 */
    while (slice_take(&rest, ' ', &word)) {
        if (word.len == 0)
            continue;
        bool is_small = word.data[0] >= 'a' && word.data[0] <= 'z';
        words++;
        if (is_small && !is_particle(word))
            return false;
    }
    return words <= 5;
}

static inline bool is_of_number(char c)
{
    return isdigit((unsigned char)c) || c == '.' || c == '#' || c == ' ';
}

/* The label of a note, without its number and brackets: ACTION 20.1, 1 New Topic, UPDATE (2-Nov).
 */
static struct slice note_stem(struct slice name)
{
    const struct slice whole = name;
    size_t number = 0;
    while (number < name.len &&
           (isdigit((unsigned char)name.data[number]) || name.data[number] == '.'))
        number++;
    if (number < name.len && name.data[number] == ' ')
        name = slice_skip(name, number + 1);
    const char *bracket = name.len ? memchr(name.data, '(', name.len) : NULL;
    if (bracket)
        name.len = (size_t)(bracket - name.data);
    while (name.len && is_of_number(name.data[name.len - 1]))
        name.len--;
    return name.len ? name : whole;
}

enum { LETTERS = 'Z' + 1 };

/* Labels that announce a note, the head of a document, a sound, a recording, or a point of the
 * minutes; by the first letter, 0 for those of another script. */
static const char *const *const notes[LETTERS] = {
    [0] = (const char *const[]){"结论",   "总结", "注",       "注意", "备注", "补充", "说明",
                                "编者按", "来源", "例如",     "比如", "原文", "译文", "标题",
                                "日期",   "链接", "技术细节", "建议", "背景", "要点", "摘要",
                                "提示",   "优点", "缺点",     NULL},
    ['A'] = (const char *const[]){"Agenda", "Applause", "Ad break", "Ad", "Action", "Actions",
                                  "Action item", "Action items", "Agreed", "Agenda item",
                                  "Attendees", NULL},
    ['B'] = (const char *const[]){"Break", "Breakout", "Break-out", NULL},
    ['C'] = (const char *const[]){"Conclusion", "Crosstalk", "Commercial break", "Chair", "Chairs",
                                  "Cook time", NULL},
    ['D'] = (const char *const[]){"Disclaimer", "Date", "Decision", "Decisions", "Discussion",
                                  "Duration", "Doors", NULL},
    ['E'] = (const char *const[]){"Editor's note", "Example", "Examples", "End", NULL},
    ['I'] = (const char *const[]){"Inaudible", "Indistinct", "Intro", NULL},
    ['J'] = (const char *const[]){"Jingle", NULL},
    ['L'] = (const char *const[]){"Links", "Link", "Location", "Laughs", "Laughter", "Length",
                                  NULL},
    ['M'] = (const char *const[]){"Music", "Mini-topic", "Motion", "Minutes", NULL},
    ['N'] = (const char *const[]){"Note", "Notes", "Noise", "New topic", "Next slide", "Next steps",
                                  NULL},
    ['O'] = (const char *const[]){"Outro", "Objective", NULL},
    ['P'] = (const char *const[]){"PS", "Pause", "Present", "Problem", "Proposal", "Proposed",
                                  "Proposed resolution", "Prep time", NULL},
    ['R'] = (const char *const[]){"Reference", "References", "Robot voice", "Remote attendees",
                                  "Regrets", "Resolution", "Resolutions", "Resolved", "Runtime",
                                  NULL},
    ['S'] = (const char *const[]){"Summary", "Source", "Sources", "Slides", "Silence", "Song",
                                  "Sample", "Scribe", "Scribes", "ScribeNick", "Slide",
                                  "Start time", "Sub-topic", "Syntax error", "Start", NULL},
    ['T'] = (const char *const[]){"Tweet", "Title", "Transcript", "Topic", "Time", "Total time",
                                  "Total", "Timestamp", "Topics", "Todo", NULL},
    ['U'] = (const char *const[]){"Update", "Unintelligible", NULL},
    ['V'] = (const char *const[]){"Video", NULL},
    ['W'] = (const char *const[]){"Warning", NULL},
};

/* Labels of what stands beside an interview on its page, or in a lecture: `Photo: …`, `Sponsors:
 * …`, `Part 2: …`. Some of them are names of persons, too. */
static const char *const *const fields[LETTERS] = {
    [0] = (const char *const[]){"Примечание", "Источник", "Фото", "Перевод", "图",
                                "图片",       "图源",     "配图", "出处",    "出典",
                                "写真",       "注釈",     "参考", "מקור",    "צילום",
                                "المصدر",     "ملاحظة",   "사진", "출처",    NULL},
    ['A'] = (const char *const[]){"About", "Abstract", "Act", "Addendum", "Advertisement",
                                  "Anmerkung", "Archive", "Article", "Artwork", "Assignment",
                                  "Audio", NULL},
    ['B'] = (const char *const[]){"Background", "Bio", "Biography", "Blog", "Book", "Books", "Buy",
                                  NULL},
    ['C'] = (const char *const[]){"Caption", "Caveat", "Chapter", "Chapters", "Citation",
                                  "Clarification", "Contact", "Contents", "Context", "Contributors",
                                  "Copyright", "Correction", "Corrections", "Cover", "Credit",
                                  "Credits", NULL},
    ['D'] = (const char *const[]){"Day", "Definition", "Description", "Donate", "Download", NULL},
    ['E'] = (const char *const[]){"Edit", "Email", "E-mail", "Episode", "Episodes", "Excerpt",
                                  "Exercise", NULL},
    ['F'] = (const char *const[]){"Facebook", "FAQ", "Figure", "File", "Follow", "Fonte", "Footage",
                                  "Footnote", "Format", "Foto", "Fotos", "Fuente", "Fun fact",
                                  "FYI", NULL},
    ['G'] = (const char *const[]){"Genre", "GitHub", "Glossary", NULL},
    ['H'] = (const char *const[]){"Headline", "Highlights", "Hint", "Hinweis", "Homework", NULL},
    ['I'] = (const char *const[]){"Illustration", "Image", "Images", "Important", "Info",
                                  "Instagram", "Interview", "Introduction", NULL},
    ['K'] = (const char *const[]){"Key point", "Key points", "Key takeaway", "Key takeaways",
                                  "Keyword", "Keywords", NULL},
    ['L'] = (const char *const[]){"Language", "Learn more", "Lemma", "Lesson", "License",
                                  "LinkedIn", "Listen", NULL},
    ['M'] = (const char *const[]){"Mastodon", "Media", "Mentioned", "Method", "Methods",
                                  "More info", "More information", NULL},
    ['N'] = (const char *const[]){"Newsletter", "Nota", NULL},
    ['P'] = (const char *const[]){"Part", "Patreon", "Photo", "Photo by", "Photo credit", "Photos",
                                  "Picture", "Place", "Playlist", "Podcast", "Project", "Published",
                                  "Pull quote", "Purpose", NULL},
    ['Q'] = (const char *const[]){"Quelle", "Quellen", "Quote", NULL},
    ['R'] = (const char *const[]){"Read more", "Reading", "Readings", "Recap", "Recorded",
                                  "Recording", "Related", "Remark", "Remarque", "Reminder",
                                  "Resource", "Resources", "Result", "Results", NULL},
    ['S'] = (const char *const[]){"Scene", "Section", "See also", "Series", "Setting", "Share",
                                  "Show notes", "Sidebar", "Sponsor", "Sponsors", "Spoiler",
                                  "Status", "Step", "Subject", "Subscribe", "Subtitle", NULL},
    ['T'] = (const char *const[]){"Tag", "Tags", "Takeaway", "Takeaways", "Text", "Theme",
                                  "Theorem", "Tip", "Tips", "Translation", "Trigger warning",
                                  "Twitter", "Type", NULL},
    ['U'] = (const char *const[]){"Unit", "URL", NULL},
    ['V'] = (const char *const[]){"Venue", "Verse", "Version", "Volume", NULL},
    ['W'] = (const char *const[]){"Watch", "Web", "Website", "Week", "Word count", NULL},
    ['Y'] = (const char *const[]){"Year", "YouTube", NULL},
};

static bool is_listed(struct slice name, const char *const *const table[LETTERS])
{
    unsigned char first = (unsigned char)(name.len ? name.data[0] : 0);
    const char *const *words = table[first < 0x80 ? toupper(first) % LETTERS : 0];
    return words && slice_is_one_of(name, words);
}

enum label_use label_use_of(struct slice name)
{
    const struct slice stem = note_stem(name);
    return is_listed(stem, notes)    ? LABEL_ANNOUNCES_NOTE
           : is_listed(stem, fields) ? LABEL_ANNOUNCES_FIELD
                                     : LABEL_ANNOUNCES_NOTHING;
}

bool label_is_note(struct slice name)
{
    return is_listed(note_stem(name), notes);
}

/* A role, alone or with a number or letter behind it; by the first letter, as above. */
static const char *const *const roles[LETTERS] = {
    [0] = (const char *const[]){"主持人", "主播",   "嘉宾",   "发言人", "说话人",   "讲者",
                                "演讲者", "观众",   "听众",   "旁白",   "记者",     "采访者",
                                "受访者", "提问者", "提问",   "问题",   "回答",     "问",
                                "答",     "众人",   "所有人", "广告",   "引述者",   "男声",
                                "女声",   "司会",   "ホスト", "ゲスト", "观众提问", NULL},
    ['A'] = (const char *const[]){"Audience", "Audience member", "Audience question", "Answer", "A",
                                  "Announcer", "All", NULL},
    ['B'] = (const char *const[]){"Both", NULL},
    ['C'] = (const char *const[]){"Co-host", "Clip", "Caller", "Commercial", "Chairman", "Clerk",
                                  NULL},
    ['E'] = (const char *const[]){"Everyone", NULL},
    ['F'] = (const char *const[]){"Follow-up Q", "Female", "Female speaker", NULL},
    ['G'] = (const char *const[]){"Guest", NULL},
    ['H'] = (const char *const[]){"Host", "Hon. Members", "Hon. Member", NULL},
    ['I'] = (const char *const[]){"Interviewer", "Interviewee", NULL},
    ['M'] = (const char *const[]){"Moderator", "Man", "Male", "Male speaker", "Moderador", NULL},
    ['N'] = (const char *const[]){"Narrator", NULL},
    ['P'] = (const char *const[]){"Presenter", "Participant", "Panelist", "P", "Pregunta",
                                  "Público", NULL},
    ['Q'] = (const char *const[]){"Question", "Q", "Q&A", NULL},
    ['R'] = (const char *const[]){"Reporter", "R", "Respuesta", NULL},
    ['S'] = (const char *const[]){"Speaker", "Spk", "Spkr", "Student", NULL},
    ['T'] = (const char *const[]){"Them", "The Court", "The Clerk", "The Witness", "The Speaker",
                                  "The Deputy Speaker", "The President", "The Chair",
                                  "The Chairman", "The Chairperson", NULL},
    ['U'] = (const char *const[]){"Unknown", "Unknown speaker", "Unidentified",
                                  "Unidentified speaker", NULL},
    ['V'] = (const char *const[]){"Voice", "Voiceover", "Video", NULL},
    ['W'] = (const char *const[]){"Woman", "Witness", NULL},
};

/* A member of the audience, in any number of words. */
static bool names_audience(struct slice name)
{
    static const char *const words[] = {"audience", "Audience", "audiencia", "público"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (memmem(name.data, name.len, words[i], strlen(words[i])))
            return true;
    }
    return false;
}

/* Without a number or a letter at the end, which is no part of a role: Speaker 1, 发言人A, Guest
 * #2, SPEAKER_00. */
static struct slice without_number(struct slice name)
{
    struct slice rest = name;
    while (rest.len && memchr("0123456789#", rest.data[rest.len - 1], 11))
        rest.len--;
    if (rest.len < name.len && slice_ends(rest, SLICE("-"))) { /* the channel stands before it */
        while (rest.len && memchr("-0123456789", rest.data[rest.len - 1], 11))
            rest.len--;
    }
    if (rest.len == name.len && rest.len > 1 && rest.data[rest.len - 1] >= 'A' &&
        rest.data[rest.len - 1] <= 'Z' &&
        (memchr(" _-", rest.data[rest.len - 2], 3) ||
         (unsigned char)rest.data[rest.len - 2] >= 0x80))
        rest.len--;
    while (rest.len < name.len && rest.len && memchr("_-/ ", rest.data[rest.len - 1], 4))
        rest.len--;
    return slice_trim(rest);
}

bool label_is_machine(struct slice name)
{
    static const char *const machines[] = {"Speaker", "Spk", "Spkr", "S", "Voice", NULL};
    struct slice rest = without_number(slice_trim(name));
    bool is_letter = name.len == 1 && isalpha((unsigned char)name.data[0]);
    return rest.len == 0 || is_letter || (rest.len < name.len && slice_is_one_of(rest, machines));
}

bool label_is_anonymous(struct slice name)
{
    struct slice rest = without_number(name);
    return rest.len == 0 || is_listed(name, roles) || is_listed(rest, roles) ||
           names_audience(name) || slice_equal(name, SLICE("Me")); /* ME may be initials */
}
