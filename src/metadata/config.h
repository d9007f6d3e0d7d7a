/*
 * The configuration of a folder of transcripts, `.transcriptfs.yaml`:
 *
 *     views:                 # front-matter key -> name of its view; false: no view
 *       topics: by-topic
 *       aliases: false
 *     exclude:               # files to leave out, as in .gitignore; the last match counts
 *       - drafts/
 *       - "!README.md"
 *     inputs:                # more files that are transcripts: plain text, Whisper's tables
 *       - "*.txt"
 *     voices:                # label -> the person's name, in every file
 *       KG: Kora Gibbel
 *     date: aired            # keys of one's own: one, or a list of them
 *     link: [page, mirror]
 *     original: en           # the language that was spoken, unless a file names one
 *
 * Keys are those of key.h: `Guest Name` is a rule for guest_name, and `Views` is views.
 */
#ifndef METADATA_CONFIG_H
#define METADATA_CONFIG_H

#include "values/yaml.h"

/* Whether and where a key makes a view. */
struct view_rule {
    struct view_rule *next;
    struct slice key;  /* folded, as key_fold() does it */
    struct slice view; /* "by-tag"; empty: this key makes none */
    bool is_list;      /* a list is expected: a bare string is worth a word */
    uint32_t line;     /* of the configuration file; 0: a default */
    uint32_t column;
};

struct pattern_rule {
    struct pattern_rule *next;
    struct slice pattern; /* ends in a NUL byte; matches a name, or a path where it has a slash */
    bool is_plain;        /* only what is called so matches */
    bool is_folder;       /* it ended in a slash: folders only */
    bool is_negated;      /* it began with "!": what matches is let in */
};

/* Names that the configuration defines. Each is a list of NUL-terminated texts. */
struct own_names {
    struct slice aliases;   /* a label and a name, another label and its name … */
    struct slice date_keys; /* folded; in order of precedence, before the built-in ones */
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
    struct slice original; /* a language; empty: none */
};

/* The rules without a configuration file. 0 or -ENOMEM. */
int config_defaults(struct arena *arena, struct config *config);

/* Parses a configuration file. 0; -EINVAL after a mistake, each reported in `diags`; -ENOMEM.
 * `arena` owns the texts. */
int config_read(struct arena *arena, struct slice text, const struct limits *limits,
                struct diags *diags, struct config *config);

/* The index of a folded key in a list of own_names; the length of the list if it is not there. */
size_t own_key_place(struct slice keys, struct slice folded);

/* The rule for a key, which is folded (key_fold), or NULL. */
const struct view_rule *config_view(const struct config *config, struct slice folded);

/* Whether the file or folder at `path`, relative to the content folder and NUL-terminated, is
 * excluded. */
bool config_excludes(const struct config *config, const char *path, bool is_folder);

/* Whether the file at `path` has the form of a transcript: a default form, or one that `inputs` or
 * the command line asks for. */
bool config_takes(const struct config *config, const char *path);

#endif
