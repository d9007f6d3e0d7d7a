#include "values/file_name.h"

#include <ctype.h>

#include "base/path.h"
#include "base/utf8.h"
#include "values/date.h"

enum {
    VIDEO = 11 /* characters of an id of YouTube */,
    SUBTAG = 8 /* at most */,
    SUFFIX = 16 /* … */
};

/* --- languages -------------------------------------------------------------------------------- */

/* ISO 639-1, with a space behind each; and iw, as YouTube writes Hebrew. */
static const char two_letters[] =
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu iw ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la "
    "lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj "
    "om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv "
    "sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ";

/* Languages that are captioned and have no code of two letters. Of all codes of three letters many
 * are endings of other names: old, raw, new, bak. */
static const char three_letters[] =
    "ast bho ceb chr ckb cmn fil fur gaa gsw haw hmn kab kha kri lua luo lus mai mfe mni nds nso "
    "pam sah sco scn tum vec yue ";

static bool is_language(struct slice code)
{
    char wanted[5];
    if (code.len != 2 && code.len != 3)
        return false;
    for (size_t i = 0; i < code.len; i++) {
        if (!isalpha((unsigned char)code.data[i]))
            return false;
        wanted[i] = (char)tolower((unsigned char)code.data[i]);
    }
    wanted[code.len] = ' ';
    wanted[code.len + 1] = '\0';
    return strstr(code.len == 2 ? two_letters : three_letters, wanted);
}

/* One word of ASCII. */
static bool is_word(struct slice part, size_t most)
{
    for (size_t i = 0; i < part.len; i++) {
        if (!isalnum((unsigned char)part.data[i]))
            return false;
    }
    return part.len > 0 && part.len <= most;
}

static bool is_small(struct slice part)
{
    for (size_t i = 0; i < part.len; i++) {
        if (!islower((unsigned char)part.data[i]))
            return false;
    }
    return true;
}

/* Countries that are written as languages are: pt-br is what Brazil speaks, and not from Breton. */
static bool is_region_in_small(struct slice primary, struct slice part)
{
    static const struct {
        struct slice language, regions;
    } spoken_in[] = {
        {SLICE("de"), SLICE("be ch lu")},
        {SLICE("en"), SLICE("ca ie")},
        {SLICE("es"), SLICE("ar co cr cu sv")},
        {SLICE("fr"), SLICE("be ca ch lu")},
        {SLICE("it"), SLICE("ch")},
        {SLICE("nl"), SLICE("be")},
        {SLICE("pt"), SLICE("br")},
        {SLICE("sv"), SLICE("se fi")},
        {SLICE("zh"), SLICE("tw")},
    };
    for (size_t i = 0; i < sizeof spoken_in / sizeof *spoken_in; i++) {
        struct slice regions = spoken_in[i].regions;
        if (slice_equal(primary, spoken_in[i].language))
            return memmem(regions.data, regions.len, part.data, part.len);
    }
    return false;
}

/* Reads a language with its subtags: zh-Hans, pt_BR, en-orig, de-en. */
static bool read_tag(struct slice tag, struct file_name *name)
{
    size_t primary = 0;
    while (primary < tag.len && tag.data[primary] != '-' && tag.data[primary] != '_')
        primary++;
    struct slice rest = slice_skip(tag, primary);
    if (!is_language(slice_head(tag, primary)))
        return false;
    name->language = tag;
    name->spoken = (struct slice){0};
    while (rest.len) {
        struct slice part = slice_skip(rest, 1);
        size_t len = 0;
        while (len < part.len && part.data[len] != '-' && part.data[len] != '_')
            len++;
        rest = slice_skip(part, len);
        part.len = len;
        if (!is_word(part, SUBTAG))
            return false;
        /* Regions are written in capitals. */
        bool is_from = part.data == tag.data + primary + 1 && rest.len == 0 && is_small(part) &&
                       is_language(part) && !is_region_in_small(slice_head(tag, primary), part);
        bool is_original = rest.len == 0 && slice_equal(part, SLICE("orig"));
        if (!is_from && !is_original)
            continue;
        name->language.len = (size_t)(part.data - 1 - tag.data);
        name->spoken = is_from ? part : name->language;
    }
    return true;
}

/* Cuts off the part behind the last dot, if something stands before that. */
static bool cut(struct slice *path, struct slice *part)
{
    struct slice base = path_base(*path);
    const char *dot = base.len ? memrchr(base.data, '.', base.len) : NULL;
    if (!dot || dot == base.data)
        return false;
    *part = slice_skip(base, (size_t)(dot + 1 - base.data));
    path->len -= part->len + 1;
    return true;
}

bool file_name_is_tag(struct slice tag)
{
    struct file_name name = {0};
    return read_tag(tag, &name);
}

struct file_name file_name_of_stem(struct slice stem)
{
    /* What players put behind a language; hi is Hindi where none stands before it. */
    static const char *const flags[] = {"forced", "default", "sdh", "cc", "hi", NULL};
    struct file_name name = {.stem = stem};
    struct slice before = stem, part, flag;

    if (!cut(&before, &part))
        return name;
    struct slice flagged = before;
    if (slice_is_one_of(part, flags) && cut(&flagged, &flag) && read_tag(flag, &name))
        name.stem = flagged;
    else if (read_tag(part, &name))
        name.stem = before;
    else
        name.language = name.spoken = (struct slice){0};
    return name;
}

struct file_name file_name_read(struct slice path)
{
    struct slice ending;
    (void)cut(&path, &ending);
    return file_name_of_stem(path);
}

/* --- title and video -------------------------------------------------------------------------- */

struct slice file_name_video(struct slice stem)
{
    struct slice base = path_base(stem);
    if (base.len < VIDEO + 3 || base.data[base.len - 1] != ']')
        return (struct slice){0};
    struct slice id = {base.data + base.len - 1 - VIDEO, VIDEO};
    for (size_t i = 0; i < id.len; i++) {
        if (!isalnum((unsigned char)id.data[i]) && id.data[i] != '-' && id.data[i] != '_')
            return (struct slice){0};
    }
    return id.data[-1] == '[' && id.data[-2] == ' ' ? id : (struct slice){0};
}

/* `GMT20240124-202901_`, which a recorder of meetings puts before a name. */
static struct slice without_stamp(struct slice name)
{
    struct date date;
    struct slice rest = slice_skip(name, 3);
    if (!slice_starts(name, SLICE("GMT")) || !date_take(&rest, &date))
        return name;
    while (rest.len && (isdigit((unsigned char)rest.data[0]) || rest.data[0] == '-'))
        rest = slice_skip(rest, 1);
    return slice_skip(rest, rest.len && rest.data[0] == '_');
}

/* Whether a file name is generic: `transcript`, `captions_corrected`,
 * `GMT20240124-202901_Recording.transcript`. */
static bool is_general(struct slice stem)
{
    static const char *const words[] = {"transcript", "captions", "subtitles", "audio", NULL};
    static const char *const recorded[] = {"Recording", NULL};
    struct slice named = path_base(stem), base = without_stamp(named);
    size_t len = 0;
    while (len < base.len && isalpha((unsigned char)base.data[len]))
        len++;
    struct slice suffix = slice_skip(base, len);
    if (!slice_is_one_of(slice_head(base, len), base.len < named.len ? recorded : words))
        return false;
    return suffix.len == 0 ||
           (memchr("_-.", suffix.data[0], 3) && is_word(slice_skip(suffix, 1), SUFFIX));
}

/* Without the time of a day behind a date: ` 09.30.11`, `_093011`, and no shorter one. */
static struct slice without_clock(struct slice name)
{
    static const char *const clocks[] = {"dd.dd.dd", "dd-dd-dd", "dd:dd:dd", "dd_dd_dd", "dddddd"};
    if (!name.len || !memchr(" _-T", name.data[0], 4))
        return name;
    struct slice rest = slice_skip(name, 1);
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        size_t len = 0;
        while (len < rest.len && clocks[i][len] &&
               (clocks[i][len] == 'd' ? isdigit((unsigned char)rest.data[len])
                                      : rest.data[len] == clocks[i][len]))
            len++;
        if (!clocks[i][len] && (len == rest.len || !isalnum((unsigned char)rest.data[len])))
            return slice_skip(rest, len);
    }
    return name;
}

/* Without what a name begins with that is no title: a date, a recorder's stamp. */
static struct slice without_date(struct slice name)
{
    struct date date;
    struct slice rest = name;
    if (date_take(&rest, &date))
        name = without_clock(rest);
    else
        name = without_stamp(name);
    while (name.len && memchr(" _-.", name.data[0], 4))
        name = slice_skip(name, 1);
    return name;
}

static bool has_letter(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (isalpha((unsigned char)name.data[i]) || (unsigned char)name.data[i] >= 0x80)
            return true;
    }
    return false;
}

static void add_words(struct buf *out, struct slice name)
{
    cleanup_buf struct buf spaced = {0};
    buf_add_slice(&spaced, name);
    for (size_t i = 0; i < spaced.len; i++) {
        if (spaced.data[i] == '_')
            spaced.data[i] = ' ';
    }
    utf8_repair(out, utf8_trim(buf_slice(&spaced)));
    out->failed |= spaced.failed;
}

/* What a folder is called; with the folder above it, where there is no letter in it. */
static void add_folder(struct buf *out, struct slice folder)
{
    struct slice name = without_date(path_base(folder));
    struct slice above = path_base(path_parent(folder));
    if (!has_letter(name) && has_letter(above)) {
        add_words(out, above);
        if (name.len)
            buf_add_byte(out, ' ');
    } else if (!has_letter(name)) {
        return;
    }
    add_words(out, name);
}

struct slice file_name_title(struct arena *arena, struct slice stem)
{
    cleanup_buf struct buf title = {0};
    if (is_general(stem)) {
        add_folder(&title, path_parent(stem));
    } else {
        struct slice name = path_base(stem), video = file_name_video(stem);
        if (video.len)
            name.len -= video.len + 2;
        name = without_date(name);
        if (slice_ends(name, SLICE(".transcript")))
            name.len -= strlen(".transcript");
        add_words(&title, name);
    }
    return arena_copy_buf(arena, &title);
}
