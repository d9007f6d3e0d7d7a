#include "command_line.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guess.h"
#include "option_list.h"
#include "render/format.h"
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
    return guess_tell(&guess, "--");
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
        return option_list_set(options, optarg);
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
    return !list || option_list_set(options, list);
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
