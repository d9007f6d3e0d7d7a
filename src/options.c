#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parallel.h"
#include "render/format.h"
#include "cues/source_form.h"
#include "tree/tree.h"

static const char usage[] =
    "usage: transcriptfs [options] CONTENT MOUNTPOINT\n"
    "       transcriptfs --check CONTENT\n"
    "       transcriptfs --query QUERY [--format FORMAT] CONTENT\n"
    "\n"
    "Mounts a folder of transcripts (*.md, *.vtt, *.srt, *.sbv, *.json) as a read-only tree.\n"
    "\n"
    "  -f, --foreground      stay in the foreground\n"
    "  -d, --debug           log every request to standard error; implies -f\n"
    "  -s, --single-thread   serve one request at a time\n"
    "  -q, --quiet           print no progress and no summary\n"
    "  -v, --verbose         print a summary of CONTENT, every problem in it, and every track that "
    "is\n"
    "                        no transcript\n"
    "      --check           read all of CONTENT, print its problems as file:line:column: "
    "message,\n"
    "                        and mount nothing; exit with 3 if there are any\n"
    "      --query QUERY     print the turns of CONTENT that QUERY finds, and mount nothing; exit "
    "with 1\n"
    "                        if there are none\n"
    "      --format FORMAT   print them as quotes (default), turns.jsonl, turns.tsv, episodes,\n"
    "                        episodes.jsonl, episodes.tsv, counts.tsv or voices.tsv\n"
    "  -h, --help            print this text\n"
    "  -V, --version         print the version\n"
    "  -o OPTION[,OPTION…]   mount options:\n"
    "      cache_size=SIZE   cache at most this much parsed text (default 64M; K, M, G)\n"
    "      index_size=SIZE   limit the word index, which speeds queries up (default 64M)\n"
    "      entries=title     name entries of the by-* views by date, title and name (default)\n"
    "      entries=name      … or by the name of the episode alone\n"
    "      formats=NAME:…    show only these files in an episode's folder (default: all)\n"
    "      inputs=ENDING:…   read only these files: md, vtt, srt, sbv, json, txt, tsv (default: "
    "all\n"
    "                        but the last two, and what .transcriptfs.yaml says)\n"
    "      xattr             serve extended attributes of episodes and their files\n"
    "      poll=SECONDS      scan CONTENT at this interval, 1 to 86400; the default is inotify, "
    "and\n"
    "                        every 10 seconds for a network folder\n"
    "      no_ahead          do not store or parse files before somebody asks for them\n"
    "      threads=N         serve with N threads: 1 to 64 (default 4)\n"
    "      allow_other       allow other users; file permissions in CONTENT apply to each\n"
    "                        (root needs this too)\n"
    "      allow_root        allow root, and no other user\n"
    "      umask=M           let all users read everything, except the bits of M (octal)\n"
    "      uid=N, gid=N      make this user or group the owner of everything\n"
    "      replace           unmount a dead mount at MOUNTPOINT first\n"
    "      sandbox=off       do not confine the process that reads CONTENT, for debugging\n"
    "      nonempty          mount over a folder that is not empty\n"
    "      foreground, debug, single_thread, quiet, verbose   as above\n";

static const char last_words[] = "\n"
                                 "To unmount: fusermount3 -u MOUNTPOINT\n";

/* Below the other options of the mount. */
static void print_limits(void)
{
    char least[LIMIT_TEXT], most[LIMIT_TEXT], initial[LIMIT_TEXT];
    for (enum limit i = 0; i < LIMIT_COUNT; i++) {
        const struct limit_row *row = &limit_rows[i];
        printf("      %s=%s%*s%s: %s to %s (default %s)\n", row->name, row->is_size ? "SIZE" : "N",
               (int)(21 - strlen(row->name) - (row->is_size ? 4 : 1)), "", row->bounds,
               limit_value(i, row->least, least), limit_value(i, row->most, most),
               limit_value(i, row->initial, initial));
    }
}

static void print_help(void)
{
    fputs(usage, stdout);
    fputs("   formats are:", stdout);
    for (unsigned i = 0; format_name(i); i++)
        printf("%s %s", i == 0 ? "" : i % 8 ? "," : ",\n   ", format_name(i));
    puts("\n   and limits of a file; one that exceeds a limit shows only its source, and "
         "problems.tsv lists it:");
    print_limits();
    fputs(last_words, stdout);
}

/* --- values of options ------------------------------------------------------------------------ */

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

/* --- what -o knows ---------------------------------------------------------------------------- */

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

/* Levenshtein's distance, of names shorter than 32. */
static unsigned distance(const char *a, size_t a_len, const char *b)
{
    unsigned row[33];
    size_t b_len = strlen(b);

    if (a_len > 32 || b_len > 32)
        return 100;
    for (size_t j = 0; j <= b_len; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a_len; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned change = diagonal + (a[i - 1] != b[j - 1]);
            unsigned insert = row[j - 1] + 1, drop = row[j] + 1;
            diagonal = row[j];
            row[j] = change < insert ? change : insert;
            row[j] = row[j] < drop ? row[j] : drop;
        }
    }
    return row[b_len];
}

/* The name that is nearest to one that nobody knows, as far as that is likely to be meant. */
struct guess {
    const char *name;
    size_t len;
    const char *nearest;
    unsigned distance;
};

static void guess_at(struct guess *guess, const char *candidate)
{
    unsigned away = distance(guess->name, guess->len, candidate);
    if (!guess->nearest || away < guess->distance) {
        guess->nearest = candidate;
        guess->distance = away;
    }
}

/* `dashes` is what stands before the name. */
static bool unknown_option(const struct guess *guess, const char *dashes)
{
    fprintf(stderr, "transcriptfs: unknown option \"%s%.*s\"", dashes, (int)guess->len,
            guess->name);
    if (guess->distance <= 4 && guess->distance < guess->len)
        fprintf(stderr, "; did you mean \"%s%s\"?", dashes, guess->nearest);
    fprintf(stderr, "\nTry 'transcriptfs --help'.\n");
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
    return unknown_option(&guess, "");
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
static bool set_options(struct options *options, char *list)
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

/* --- the command line ------------------------------------------------------------------------- */

enum { OPTION_CHECK = 256, OPTION_QUERY, OPTION_FORMAT };

static const struct option long_options[] = {
    {"foreground", no_argument, NULL, 'f'},
    {"debug", no_argument, NULL, 'd'},
    {"single-thread", no_argument, NULL, 's'},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"query", required_argument, NULL, OPTION_QUERY},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static bool unknown_long_option(const char *name)
{
    struct guess guess = {.name = name, .len = strcspn(name, "=")};
    for (const struct option *option = long_options; option->name; option++)
        guess_at(&guess, option->name);
    return unknown_option(&guess, "--");
}

/* What getopt_long() did not take: argv[optind - 1], or the letter `optopt` in it. */
static bool refuse_argument(const char *argument, int missing_value)
{
    if (missing_value)
        fprintf(stderr, "transcriptfs: \"%s\" needs a value\nTry 'transcriptfs --help'.\n",
                argument);
    else if (strncmp(argument, "--", 2) == 0 && optopt)
        fprintf(stderr, "transcriptfs: \"%s\" takes no value\nTry 'transcriptfs --help'.\n",
                argument);
    else if (strncmp(argument, "--", 2) == 0)
        unknown_long_option(argument + 2);
    else
        fprintf(stderr, "transcriptfs: unknown option \"-%c\"\nTry 'transcriptfs --help'.\n",
                optopt);
    return false;
}

static bool usage_error(const char *what, int *status)
{
    fprintf(stderr, "transcriptfs: %s\n%s", what,
            "usage: transcriptfs [options] CONTENT MOUNTPOINT\nTry 'transcriptfs --help'.\n");
    *status = EXIT_USAGE;
    return false;
}

static bool read_paths(int count, char **paths, struct options *options, int *status)
{
    bool is_mount = !options->check && !options->query;
    if (options->check && options->query)
        return usage_error("--check and --query do not go together", status);
    if (options->format && !options->query)
        return usage_error("--format is for --query alone", status);
    if (count < 1)
        return usage_error("the content folder and the mount point are missing", status);
    if (is_mount && count < 2)
        return usage_error("the mount point is missing", status);
    if (count > (is_mount ? 2 : 1))
        return usage_error(is_mount ? "too many folders" : "--check and --query take one folder",
                           status);
    options->content = paths[0];
    options->mountpoint = is_mount ? paths[1] : NULL;
    return true;
}

/* The kernel answers whoever asks from what it remembers, and libfuse refuses only requests: with
 * allow_root modes are what keeps all others out. Root needs none. */
static bool keep_others_out(struct options *options)
{
    if (!options->allow_root || options->allow_other)
        return true;
    if (options->access.uid != geteuid()) {
        fprintf(stderr,
                "transcriptfs: with allow_root nobody may read but root and who mounts: uid=%u "
                "would shut him out\nTo let others in: -o allow_other\n",
                options->access.uid);
        return false;
    }
    options->access.umask |= 077;
    return true;
}

/* An option of a letter, as getopt(3) gives it. True to go on. */
static bool take_option(struct options *options, int option, int *status)
{
    switch (option) {
    case 'f':
        options->foreground = true;
        return true;
    case 'd':
        options->debug = true;
        return true;
    case 's':
        options->single_thread = true;
        return true;
    case 'q':
        options->quiet = true;
        return true;
    case 'v':
        options->verbose = true;
        return true;
    case OPTION_CHECK:
        options->check = true;
        return true;
    case OPTION_QUERY:
        options->query = optarg;
        return true;
    case OPTION_FORMAT:
        options->format = optarg;
        return true;
    case 'o':
        return set_options(options, optarg);
    case 'h':
        print_help();
        *status = EXIT_OK;
        return false;
    case 'V':
        puts("transcriptfs " TRANSCRIPTFS_VERSION);
        *status = EXIT_OK;
        return false;
    default:
        return false;
    }
}

/* Letters mean what mount(8) says in its section on helpers. -o is read last, since -s bears on it
 * from wherever it stands. */
static bool take_helper_option(struct options *options, int option)
{
    switch (option) {
    case 'f':
        options->is_fake = true;
        return true;
    case 's':
        options->is_sloppy = true;
        return true;
    case 'v':
        options->verbose = true;
        return true;
    default:
        return option == 'n' || option == 't';
    }
}

/* mount(8) runs /sbin/mount.TYPE SPEC DIR [-sfnv] [-o OPTIONS] [-t TYPE.SUBTYPE]. */
static bool read_helper_arguments(int argc, char **argv, struct options *options)
{
    int option;
    char *list = NULL;
    while ((option = getopt(argc, argv, ":sfnvo:t:")) != -1) {
        if (option == 'o')
            list = optarg;
        else if (!take_helper_option(options, option))
            return refuse_argument(argv[optind - 1], option == ':');
    }
    return !list || set_options(options, list);
}

static bool read_arguments(int argc, char **argv, struct options *options, int *status)
{
    int option;
    while ((option = getopt_long(argc, argv, ":fdsqvhVo:", long_options, NULL)) != -1) {
        if (option == '?' || option == ':')
            return refuse_argument(argv[optind - 1], option == ':');
        if (!take_option(options, option, status))
            return false;
    }
    return true;
}

static bool is_mount_helper(const char *program)
{
    const char *slash = strrchr(program, '/');
    return strncmp(slash ? slash + 1 : program, "mount.", 6) == 0;
}

int options_exit_status(const struct options *options, int status)
{
    if (!options->is_helper || status == EXIT_OK)
        return status;
    return status == EXIT_USAGE ? MOUNT_EXIT_USAGE : MOUNT_EXIT_FAILED;
}

bool options_read(int argc, char **argv, struct options *options, int *status)
{
    *options = (struct options){.cache_size = 64 << 20,
                                .index_size = 64 << 20,
                                .limits = limits_default(),
                                .threads = 4,
                                .sandbox = true,
                                .is_helper = argc > 0 && is_mount_helper(argv[0]),
                                .access = {.uid = geteuid(), .gid = getegid()}};
    *status = EXIT_USAGE;
    if (options->is_helper ? !read_helper_arguments(argc, argv, options)
                           : !read_arguments(argc, argv, options, status))
        return false;
    options->foreground |= options->debug;
    if (options->single_thread)
        options->threads = 1;
    /* Who mounts for himself alone reads all there is, by whatever right. */
    options->access.follows_source = options->allow_other && !options->check;
    if (!keep_others_out(options) || !read_paths(argc - optind, argv + optind, options, status))
        return false;
    *status = EXIT_OK;
    return !options->is_fake;
}
