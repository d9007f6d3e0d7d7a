/*
 * The configuration of a folder of transcripts, `.transcriptfs.yaml`:
 *
 *     views:                 # front-matter key -> name of its view; false: no view
 *       topics: by-topic
 *       aliases: false
 *     exclude:               # files to leave out, as in .gitignore; the last match counts
 *       - drafts/
 *       - "!README.md"
 *     inputs:                # files that are transcripts too: plain text, Whisper's tables
 *       - "*.txt"
 *     voices:                # label -> who that is, in every file
 *       KG: Kora Gibbel
 *     date: aired            # keys of one's own: one, or a list of them
 *     link: [page, mirror]
 *     original: en           # the language that was spoken, where nothing else says it
 *
 * Keys are those of key.h: `Guest Name` is a rule for guest_name, and `Views` is views.
 */
#ifndef TRANSCRIPT_CONFIG_H
#define TRANSCRIPT_CONFIG_H

#include "values/yaml.h"

/* Whether and where a key makes a view. */
struct view_rule {
    struct view_rule *next;
    struct slice key;  /* folded, as key_fold() does it */
    struct slice view; /* "by-tag"; empty: this key makes none */
    bool is_list;      /* a list is expected: a bare string is worth a word */
    uint32_t line;     /* where the configuration file says so; 0: it holds without one */
    uint32_t column;
};

struct pattern_rule {
    struct pattern_rule *next;
    struct slice pattern; /* ends in a NUL byte; matches a name, or a path where it has a slash */
    bool is_plain;        /* only what is called so matches */
    bool is_folder;       /* it ended in a slash: folders only */
    bool is_negated;      /* it began with "!": what matches is let in */
};

/* What is called otherwise than elsewhere. Each is a list of texts that end in a NUL byte. */
struct own_names {
    struct slice aliases;   /* a label and a name, another label and its name … */
    struct slice date_keys; /* folded; they count before those that are known, the first most */
    struct slice link_keys;
    struct slice view_keys; /* a key that makes a view, folded, and the view, another key … */
};

struct config {
    struct own_names own;
    struct view_rule *views;       /* first match counts */
    struct pattern_rule *excludes; /* last match counts */
    struct pattern_rule *last_exclude;
    struct pattern_rule *inputs;
    size_t pattern_cost; /* of those that the file has */
    uint32_t forms; /* source_form_bit(): the command line asks for these and no others; 0: it does
                       not */
    struct slice original; /* a language; empty: nothing is said */
};

/* The rules that hold where there is no configuration file. 0 or -ENOMEM. */
int config_defaults(struct arena *arena, struct config *config);

/* Adds what a configuration file says. 0; -EINVAL after a mistake, each reported in `diags`;
 * -ENOMEM. Texts live in `arena`. */
int config_read(struct arena *arena, struct slice text, const struct limits *limits,
                struct diags *diags, struct config *config);

/* The place of a key, which is folded, among keys of one's own; their number where it is not there.
 */
size_t own_key_place(struct slice keys, struct slice folded);

/* The rule for a key, which is folded (key_fold), or NULL. */
const struct view_rule *config_view(const struct config *config, struct slice folded);

/* Whether the file or folder at `path`, relative to the content folder and NUL-terminated, is left
 * out. */
bool config_excludes(const struct config *config, const char *path, bool is_folder);

/* Whether the file at `path` is a transcript by its form: one that is read without being asked for,
 * or one that `inputs` or the command line asks for. */
bool config_takes(const struct config *config, const char *path);

#endif
