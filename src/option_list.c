#include "option_list.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "cues/source_form.h"
#include "guess.h"
#include "render/format.h"

/* --- values ----------------------------------------------------------------------------------- */

static bool read_number(const char *text, uint64_t *number, const char **end)
{
    if (*text < '0' || *text > '9')
        return false;
    char *rest;
    unsigned long long value = strtoull(text, &rest, 10);
    if (value > UINT64_MAX >> 32)
        return false;
    *number = value;
    *end = rest;
    return true;
}

static bool set_index_size(struct options *options, const char *value)
{
    return limit_read_size(value, &options->index_size);
}

static bool set_cache_size(struct options *options, const char *value)
{
    return limit_read_size(value, &options->cache_size);
}

static bool set_threads(struct options *options, const char *value)
{
    const char *end;
    uint64_t threads;
    if (!read_number(value, &threads, &end) || *end || threads < 1 ||
        threads > PARALLEL_MAX_THREADS)
        return false;
    options->threads = (unsigned)threads;
    return true;
}

static bool set_poll(struct options *options, const char *value)
{
    const char *end;
    uint64_t seconds;
    if (!read_number(value, &seconds, &end) || *end || seconds < 1 || seconds > 86400)
        return false;
    options->poll = (unsigned)seconds;
    return true;
}

static bool set_sandbox(struct options *options, const char *value)
{
    options->sandbox = strcmp(value, "off") != 0;
    return !options->sandbox || strcmp(value, "on") == 0;
}

static bool set_umask(struct options *options, const char *value)
{
    char *end;
    unsigned long mask = strtoul(value, &end, 8);
    if (*value < '0' || *value > '7' || *end || mask > 0777)
        return false;
    options->access.has_umask = true;
    options->access.umask = (uint32_t)mask;
    return true;
}

/* The last one means nobody. */
static bool read_id(const char *value, bool *has, uint32_t *id)
{
    const char *end;
    uint64_t number;
    if (!read_number(value, &number, &end) || *end || number >= UINT32_MAX)
        return false;
    *has = true;
    *id = (uint32_t)number;
    return true;
}

static bool set_uid(struct options *options, const char *value)
{
    return read_id(value, &options->access.has_uid, &options->access.uid);
}

static bool set_gid(struct options *options, const char *value)
{
    return read_id(value, &options->access.has_gid, &options->access.gid);
}

static bool set_entries(struct options *options, const char *value)
{
    options->bare_entries = strcmp(value, "name") == 0;
    return options->bare_entries || strcmp(value, "title") == 0;
}

/* The bit of a format; 0 where there is none of this name. */
static uint64_t format_bit(const char *name, size_t len)
{
    const char *format;
    for (unsigned i = 0; (format = format_name(i)); i++) {
        if (strlen(format) == len && strncmp(format, name, len) == 0)
            return UINT64_C(1) << i;
    }
    return 0;
}

/* Links lead from sections, voices and references to turns. */
static uint64_t with_turns(uint64_t formats)
{
    uint64_t leading = format_bit("sections", 8) | format_bit("voices", 6) | format_bit("ref", 3);
    return (formats & leading) ? formats | format_bit("turns", 5) : formats;
}

static bool set_formats(struct options *options, const char *value)
{
    for (;;) {
        size_t len = strcspn(value, ":");
        uint64_t bit = format_bit(value, len);
        if (!bit) {
            fprintf(stderr, "transcriptfs: formats: there is no \"%.*s\"; there are", (int)len,
                    value);
            for (unsigned i = 0; format_name(i); i++)
                fprintf(stderr, "%s %s", i ? "," : "", format_name(i));
            fputc('\n', stderr);
            return false;
        }
        options->formats = with_turns(options->formats | bit);
        value += len;
        if (!*value++)
            return true;
    }
}

static bool set_inputs(struct options *options, const char *value)
{
    for (;;) {
        char name[32];
        size_t len = strcspn(value, ":");
        snprintf(name, sizeof name, "x.%.*s", (int)len, value);
        enum source_form form = source_form_of(slice_of(name));
        if (form == SOURCE_NONE)
            return false;
        options->inputs |= source_form_bit(form);
        value += len;
        if (!*value++)
            return true;
    }
}

/* --- the table -------------------------------------------------------------------------------- */

#define FLAG(field) .flag = offsetof(struct options, field), .is_flag = true

static const struct option_spec {
    const char *name;
    size_t flag;
    bool is_flag;
    bool (*set)(struct options *options, const char *value); /* of an option with a value */
    const char *wanted; /* … what it has to be, to be told after a mistake */
} option_specs[] = {
    {"allow_other", FLAG(allow_other)},
    {"allow_root", FLAG(allow_root)},
    {"cache_size", .set = set_cache_size, .wanted = "a size is wanted, such as 64M"},
    {"index_size", .set = set_index_size, .wanted = "a size is wanted, such as 64M"},
    {"debug", FLAG(debug)},
    {"entries", .set = set_entries, .wanted = "title or name is wanted"},
    {"foreground", FLAG(foreground)},
    {"formats", .set = set_formats, .wanted = "names of formats are wanted, such as turns:meta"},
    {"gid", .set = set_gid, .wanted = "the number of a group is wanted"},
    {"inputs", .set = set_inputs, .wanted = "endings are wanted, such as md:vtt"},
    {"no_ahead", FLAG(no_prefetch)},
    {"nonempty", FLAG(nonempty)},
    {"poll", .set = set_poll, .wanted = "seconds are wanted, from 1 to 86400"},
    {"quiet", FLAG(quiet)},
    {"replace", FLAG(replace)},
    {"sandbox", .set = set_sandbox, .wanted = "off is wanted"},
    {"single_thread", FLAG(single_thread)},
    {"threads", .set = set_threads, .wanted = "a number from 1 to 64 is wanted"},
    {"uid", .set = set_uid, .wanted = "the number of a user is wanted"},
    {"umask", .set = set_umask, .wanted = "an octal number up to 777 is wanted, such as 027"},
    {"verbose", FLAG(verbose)},
    {"xattr", FLAG(xattr)},
};

/* What mount(8), fstab and systemd pass to every file system. The mount is read-only and without
 * devices and programs whatever they say. */
static const char *const ignored[] = {
    "ro",
    "rw",
    "defaults",
    "auto",
    "noauto",
    "user",
    "nouser",
    "users",
    "owner",
    "group",
    "nofail",
    "_netdev",
    "suid",
    "nosuid",
    "dev",
    "nodev",
    "exec",
    "noexec",
    "async",
    "sync",
    "atime",
    "noatime",
    "relatime",
    "norelatime",
    "diratime",
    "nodiratime",
    "strictatime",
    "lazytime",
    "silent",
    "loud",
    "default_permissions",
};

static bool is_ignored(const char *name, size_t len)
{
    if (strncmp(name, "x-", 2) == 0 || strncmp(name, "comment", 7) == 0)
        return true;
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
        if (strlen(ignored[i]) == len && strncmp(ignored[i], name, len) == 0)
            return true;
    }
    return false;
}

static bool unknown_mount_option(const char *name, size_t len)
{
    struct guess guess = {.name = name, .len = len};
    for (size_t i = 0; i < sizeof option_specs / sizeof *option_specs; i++)
        guess_at(&guess, option_specs[i].name);
    for (enum limit i = 0; i < LIMIT_COUNT; i++)
        guess_at(&guess, limit_rows[i].name);
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        guess_at(&guess, ignored[i]);
    for (unsigned i = 0; format_name(i); i++) /* behind formats=turns, */
        guess_at(&guess, format_name(i));
    return guess_tell(&guess, "");
}

static bool set_limit(struct options *options, enum limit limit, const char *value)
{
    const struct limit_row *row = &limit_rows[limit];
    char least[LIMIT_TEXT], most[LIMIT_TEXT];
    if (value && limit_set(&options->limits, limit, value))
        return true;
    fprintf(stderr,
            "transcriptfs: option \"%s\": it takes %s from %s to %s\nTry 'transcriptfs --help'.\n",
            row->name, row->is_size ? "a size" : "a number", limit_value(limit, row->least, least),
            limit_value(limit, row->most, most));
    return false;
}

static bool set_option(struct options *options, char *text)
{
    size_t len = strcspn(text, "=");
    char *value = text[len] ? text + len + 1 : NULL;

    for (size_t i = 0; i < sizeof option_specs / sizeof *option_specs; i++) {
        if (strlen(option_specs[i].name) != len || strncmp(option_specs[i].name, text, len) != 0)
            continue;
        if (option_specs[i].is_flag && !value) {
            *(bool *)((char *)options + option_specs[i].flag) = true;
            return true;
        }
        if (!option_specs[i].is_flag && value && option_specs[i].set(options, value))
            return true;
        fprintf(stderr, "transcriptfs: option \"%s\": %s\nTry 'transcriptfs --help'.\n", text,
                option_specs[i].is_flag ? "it takes no value"
                : !value                ? "it needs a value"
                                        : option_specs[i].wanted);
        return false;
    }
    enum limit limit = limit_find((struct slice){text, len});
    if (limit < LIMIT_COUNT)
        return set_limit(options, limit, value);
    return is_ignored(text, len) || options->is_sloppy || unknown_mount_option(text, len);
}

/* Behind formats=turns a comma may go on with formats, none of which is named as an option is. */
bool option_list_set(struct options *options, char *list)
{
    char *rest = NULL;
    bool in_formats = false;
    for (char *text = strtok_r(list, ",", &rest); text; text = strtok_r(NULL, ",", &rest)) {
        if (in_formats && format_bit(text, strlen(text))) {
            set_formats(options, text);
            continue;
        }
        in_formats = strncmp(text, "formats=", 8) == 0;
        if (!set_option(options, text))
            return false;
    }
    return true;
}
