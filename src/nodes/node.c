#include "nodes/node.h"

#include <errno.h>
#include <sys/stat.h>

/* The members that most rows of folders, links and files have in common. */
#define FOLDER(what) .path = (what), .type = S_IFDIR
#define LINK(what)   .path = (what), .type = S_IFLNK
#define FILE_(what)  .path = (what), .type = S_IFREG
#define OF_EPISODE   .i_bits = 24, .of_episode = true
#define OF_FOLDER    .of_folder = true
/* A folder that gets a new id with each version; an old id lists the current children. */
#define OLD_VERSION_OK OF_EPISODE, .has_version = true, .accepts_old_version = true
#define OF_VERSION     OF_EPISODE, .has_version = true
#define COMBINES       .combines = true
#define OF_QUERY       .i_bits = 24, .of_query = true, .has_version = true
/* The same, but an old id lists the current children. */
#define IN_QUERY OF_QUERY, .accepts_old_version = true, .no_negative_cache = true

const struct layout layouts[KIND_COUNT] = {
    [KIND_ROOT] = {FOLDER("/"), OF_FOLDER},
    [KIND_README] = {FILE_("/README.md"), .has_version = true},
    [KIND_IGNORE] = {FILE_("/.ignore")},

    /* i: folder */
    [KIND_FOLDER] = {FOLDER("/episodes/<folder>"), OF_FOLDER, .i_bits = 24},
    [KIND_TEXT_FOLDER] = {FOLDER("/text/<folder>"), OF_FOLDER, .i_bits = 24},
    [KIND_ORIGINAL_FOLDER] = {FOLDER("/original/<folder>"), OF_FOLDER, .i_bits = 24},

    /* i: episode */
    [KIND_EPISODE] = {FOLDER("/episodes/<name>"), OF_EPISODE},
    [KIND_TURNS] = {FOLDER("/episodes/<name>/turns"), OF_EPISODE, .no_negative_cache = true},
    [KIND_META] = {FOLDER("/episodes/<name>/meta"), OLD_VERSION_OK},
    [KIND_ORIGINAL] = {FOLDER("/episodes/<name>/original"), OF_EPISODE, .no_negative_cache = true},
    [KIND_SECTIONS] = {FOLDER("/episodes/<name>/sections"), OLD_VERSION_OK},
    [KIND_VOICES] = {FOLDER("/episodes/<name>/voices"), OLD_VERSION_OK},

    /* i: episode, j: section; 0 is the part before the first heading */
    [KIND_SECTION] = {FOLDER("/episodes/<name>/sections/<section>"), OF_EPISODE,
                      .has_version = true, .j_bits = 16},
    /* i: episode, j: voice from 0 */
    [KIND_VOICE] = {FOLDER("/episodes/<name>/voices/<name>"), OF_EPISODE, .has_version = true,
                    .j_bits = 16},
    /* i: episode, j: turn from 0 */
    [KIND_SECTION_TURN] = {LINK("/episodes/<name>/sections/<section>/<number>.txt"), OF_EPISODE,
                           .has_version = true, .j_bits = 16},
    [KIND_VOICE_TURN] = {LINK("/episodes/<name>/voices/<name>/<number>.txt"), OF_EPISODE,
                         .has_version = true, .j_bits = 16},
    [KIND_ORIGINAL_TURN] = {FILE_("/episodes/<name>/original/<number>.txt"), OF_VERSION,
                            .j_bits = 16},

    /* When the words change, the tree does not know which references come and go. */
    [KIND_REFS] = {FOLDER("/episodes/<name>/ref"), OF_EPISODE, .no_negative_cache = true},
    /* i: episode, j: turn from 0 */
    [KIND_REF] = {LINK("/episodes/<name>/ref/<reference>"), OF_VERSION, .j_bits = 16,
                  .no_entry_cache = true},

    [KIND_ALL_REFS] = {FOLDER("/ref"), .no_negative_cache = true},
    /* i: the first episode with the reference, j: its index there; the version is the generation,
     * so that the kernel keeps no listing when a link is added */
    [KIND_REF_FOLDER] = {FOLDER("/ref/<reference>"), .i_bits = 24, .j_bits = 17,
                         .has_version = true, .no_entry_cache = true, .no_negative_cache = true},
    /* i: an episode with the reference; the rest as above */
    [KIND_REF_ENTRY] = {LINK("/ref/<reference>/<entry>"), .i_bits = 24, .j_bits = 17,
                        .has_version = true, .no_entry_cache = true},

    /* i: episode, j: row in the table of formats */
    [KIND_FORMAT] = {FILE_("/episodes/<name>/<format>, /text/<name>.txt, /original/<name>.txt"),
                     OF_VERSION, .j_bits = 8},

    /* i: episode, j: turn from 0, or key of the front matter from 0 */
    [KIND_TURN] = {FILE_("/episodes/<name>/turns/<number>.txt"), OF_VERSION, .j_bits = 16},
    [KIND_META_VALUE] = {FILE_("/episodes/<name>/meta/<key>"), OF_VERSION, .j_bits = 16},

    /* i: view */
    [KIND_VIEW] = {FOLDER("/by-<view>"), .i_bits = 8, .no_negative_cache = true},

    /* i: facet */
    [KIND_FACET] = {FOLDER("/by-<view>/<value>"), COMBINES, .i_bits = 24},
    [KIND_SPELLING] = {LINK("/by-<view>/<another spelling of a value>"), .i_bits = 24,
                       .no_entry_cache = true},

    /* i: facet, j: episode */
    [KIND_ENTRY] = {LINK("/by-<view>/<value>/<entry>"), .i_bits = 24, .j_bits = 24},

    /* The same for voices */
    [KIND_BY_VOICE] = {FOLDER("/by-voice"), .no_negative_cache = true},
    [KIND_BY_VOICE_FACET] = {FOLDER("/by-voice/<name>"), COMBINES, .i_bits = 24},
    [KIND_BY_VOICE_SPELLING] = {LINK("/by-voice/<another spelling of a name>"), .i_bits = 24,
                                .no_entry_cache = true},
    [KIND_BY_VOICE_ENTRY] = {LINK("/by-voice/<name>/<entry>"), .i_bits = 24, .j_bits = 24},

    /* i: date code; a year has month and day 0, a month has day 0 */
    [KIND_DATES] = {FOLDER("/by-date")},
    [KIND_YEAR] = {FOLDER("/by-date/<year>"), COMBINES, .i_bits = 24},
    [KIND_MONTH] = {FOLDER("/by-date/<year>/<month>"), COMBINES, .i_bits = 24},
    [KIND_DAY] = {FOLDER("/by-date/<year>/<month>/<day>"), COMBINES, .i_bits = 24},

    /* i: date code, j: episode */
    [KIND_DATE_ENTRY] = {LINK("/by-date/<year>/<month>/<day>/<entry>"), .i_bits = 24, .j_bits = 24},

    [KIND_INDEX] = {FOLDER("/index")},
    /* i: table */
    [KIND_INDEX_TABLE] = {FILE_("/index/<table>"), .i_bits = 16, .has_version = true},

    /* i: enum whole_table */
    [KIND_WHOLE_TABLE] = {FILE_("/index/<whole table>"), .i_bits = 16, .has_version = true},
    /* i: episode, j: table and name; a key of the cache, which no client knows */
    [KIND_TABLE_PIECE] = {FILE_("a part of /index/<whole table>"), .i_bits = 24, .j_bits = 16,
                          .has_version = true},

    [KIND_CONTROL] = {FOLDER("/.transcriptfs")},
    [KIND_VERSION] = {FILE_("/.transcriptfs/version")},

    /* i: serial number of the snapshot */
    [KIND_STATUS] = {FILE_("/.transcriptfs/status.json"), .i_bits = 24, .no_entry_cache = true},
    [KIND_GENERATION] = {FILE_("/.transcriptfs/generation"), .i_bits = 24, .no_entry_cache = true},
    [KIND_PROBLEMS] = {FILE_("/.transcriptfs/problems.tsv"), .i_bits = 24, .no_entry_cache = true},

    [KIND_SEARCH] = {FOLDER("/search"), .no_negative_cache = true},
    [KIND_SEARCH_README] = {FILE_("/search/README.md"), .has_version = true},

    /* i: number of the query; the version is the generation since which it finds the same */
    [KIND_SELECTION] = {FOLDER("/search/<query>"), IN_QUERY},
    [KIND_SELECTION_SPELLING] = {LINK("/search/<another spelling of a query>"), .i_bits = 24},
    [KIND_SELECTION_TURNS] = {FOLDER("/search/<query>/turns"), IN_QUERY},
    [KIND_SELECTION_EPISODES] = {FOLDER("/search/<query>/episodes"), IN_QUERY, COMBINES},
    [KIND_SELECTION_INDEX] = {FOLDER("/search/<query>/index"), IN_QUERY},
    /* … j: file, or table */
    [KIND_SELECTION_FILE] = {FILE_("/search/<query>/<file>"), OF_QUERY, .j_bits = 8},
    [KIND_SELECTION_TABLE] = {FILE_("/search/<query>/index/<table>"), OF_QUERY, .j_bits = 10},
    /* … j: found turn, from 0, in the order of entries */
    [KIND_SELECTION_TURN] = {LINK("/search/<query>/turns/<entry>--<number>.txt"), OF_QUERY,
                             .j_bits = 24},
    /* … j: episode */
    [KIND_SELECTION_EPISODE] = {LINK("/search/<query>/episodes/<entry>"), OF_QUERY, .j_bits = 24},
    /* … j: view, or a constant of search.h */
    [KIND_SELECTION_VIEW] = {FOLDER("/search/<query>/by-<view>"), IN_QUERY, .j_bits = 10},
    /* … j: facet; facet of by-voice; date code */
    [KIND_SELECTION_VALUE] = {LINK("/search/<query>/by-<view>/<value>"), OF_QUERY, .j_bits = 24},
    [KIND_SELECTION_VOICE] = {LINK("/search/<query>/by-voice/<name>"), OF_QUERY, .j_bits = 24},
    [KIND_SELECTION_DATE] = {LINK("/search/<query>/by-date/<date>"), OF_QUERY, .j_bits = 24},
    /* … j: its depth below the root, and the view. Views come and go. */
    [KIND_COMBINED] = {LINK("/by-<view>/<value>/by-<view>"), .i_bits = 24, .j_bits = 13,
                       .no_entry_cache = true},
};

/* --- ids -------------------------------------------------------------------------------------- */

enum { KIND_BITS = 8 };

static unsigned version_bits(const struct layout *layout)
{
    unsigned rest = 64u - KIND_BITS - layout->i_bits - layout->j_bits;
    return !layout->has_version ? 0 : rest > 32 ? 32 : rest;
}

static uint64_t low_bits(uint64_t value, unsigned count)
{
    return count < 64 ? value & ((UINT64_C(1) << count) - 1) : value;
}

uint64_t node_id(const struct node *node)
{
    const struct layout *layout = &layouts[node->kind];
    uint64_t id = low_bits(node->version, version_bits(layout));
    id = id << layout->j_bits | node->j;
    id = id << layout->i_bits | node->i;
    return id << KIND_BITS | node->kind;
}

int node_of_id(uint64_t id, struct node *node)
{
    uint64_t kind = low_bits(id, KIND_BITS);
    if (kind == KIND_NONE || kind >= KIND_COUNT)
        return -ESTALE;
    const struct layout *layout = &layouts[kind];
    id >>= KIND_BITS;
    node->kind = (enum kind)kind;
    node->i = (uint32_t)low_bits(id, layout->i_bits);
    id >>= layout->i_bits;
    node->j = (uint32_t)low_bits(id, layout->j_bits);
    id >>= layout->j_bits;
    node->version = (uint32_t)low_bits(id, version_bits(layout));
    return (id >> version_bits(layout)) ? -ESTALE : 0;
}

uint32_t node_version(enum kind kind, uint64_t version)
{
    return (uint32_t)low_bits(version, version_bits(&layouts[kind]));
}

uint32_t node_whole_version(const struct node *node, uint32_t newest)
{
    return newest - node_version(node->kind, newest - node->version);
}
