#include "model/kinds.h"

#include <sys/stat.h>

#include "model/nodes.h"

/* A folder, a link, a file of an episode's content: what most rows of each have in common. */
#define FOLDER(what) .path = (what), .type = S_IFDIR
#define LINK(what)   .path = (what), .type = S_IFLNK
#define FILE_(what)  .path = (what), .type = S_IFREG
#define OF_EPISODE   .i_bits = 24, .of_episode = true, .mtime = episode_mtime
#define OF_FOLDER    .of_folder = true
/* A folder of which a new version is another folder; whoever stands in an old one sees the new. */
#define OUTDATED   OF_EPISODE, .has_version = true, .is_outdated = true
#define OF_VERSION OF_EPISODE, .has_version = true, .identity = version_identity

const struct kind_row kinds[KIND_COUNT] = {
    [KIND_ROOT] = {FOLDER("/"), OF_FOLDER, .parent = parent_root, .child = root_child,
                   .find = root_find, .seek = root_seek, .folders = root_folders},
    [KIND_README] = {FILE_("/README.md"), .has_version = true, .check = check_generation,
                     .render = readme_render, .identity = corpus_identity},
    [KIND_IGNORE] = {FILE_("/.ignore"), .render = ignore_render},

    /* i: folder */
    [KIND_FOLDER] = {FOLDER("/episodes/<folder>"), OF_FOLDER, .i_bits = 24, .check = folder_check,
                     .identity = folder_identity, .mtime = folder_mtime, .parent = folder_parent,
                     .child = folder_child, .find = folder_find, .seek = folder_seek,
                     .folders = folder_folders},
    [KIND_TEXT_FOLDER] = {FOLDER("/text/<folder>"), OF_FOLDER, .i_bits = 24, .check = folder_check,
                          .identity = folder_identity, .mtime = folder_mtime,
                          .parent = folder_parent, .child = text_child, .find = text_find,
                          .seek = folder_seek, .folders = text_folders},
    [KIND_ORIGINAL_FOLDER] = {FOLDER("/original/<folder>"), OF_FOLDER, .i_bits = 24,
                              .links = links_uncounted, .check = original_folder_check,
                              .identity = folder_identity, .mtime = folder_mtime,
                              .parent = folder_parent, .child = text_child, .find = text_find,
                              .seek = folder_seek},

    /* i: episode */
    [KIND_EPISODE] = {FOLDER("/episodes/<name>"), OF_EPISODE, .check = check_episode,
                      .links = links_uncounted, .identity = episode_identity,
                      .parent = episode_parent, .child = episode_child, .find = episode_find},
    [KIND_TURNS] = {FOLDER("/episodes/<name>/turns"), OF_EPISODE, .is_open = true,
                    .check = format_check, .identity = episode_identity, .parent = parent_episode,
                    .child = turns_child, .find = turns_find},
    [KIND_META] = {FOLDER("/episodes/<name>/meta"), OUTDATED, .check = format_check,
                   .identity = episode_identity, .parent = parent_episode, .child = meta_child},
    [KIND_ORIGINAL] = {FOLDER("/episodes/<name>/original"), OF_EPISODE, .is_open = true,
                       .check = format_check, .identity = episode_identity,
                       .parent = parent_episode, .child = originals_child, .find = originals_find},
    [KIND_SECTIONS] = {FOLDER("/episodes/<name>/sections"), OUTDATED, .check = format_check,
                       .identity = episode_identity, .parent = parent_episode,
                       .child = sections_child, .folders = sections_folders},
    [KIND_VOICES] = {FOLDER("/episodes/<name>/voices"), OUTDATED, .check = format_check,
                     .identity = episode_identity, .parent = parent_episode, .child = voices_child,
                     .folders = voices_folders},

    /* i: episode, j: section, from 0 for what stands before the first heading */
    [KIND_SECTION] = {FOLDER("/episodes/<name>/sections/<section>"), OF_EPISODE,
                      .has_version = true, .j_bits = 16, .check = section_check,
                      .identity = part_identity, .parent = parent_sections, .child = section_child},
    /* i: episode, j: voice from 0 */
    [KIND_VOICE] = {FOLDER("/episodes/<name>/voices/<name>"), OF_EPISODE, .has_version = true,
                    .j_bits = 16, .check = voice_check, .identity = part_identity,
                    .parent = parent_voices, .child = voice_child},
    /* i: episode, j: turn from 0 */
    [KIND_SECTION_TURN] = {LINK("/episodes/<name>/sections/<section>/<number>.txt"), OF_EPISODE,
                           .has_version = true, .j_bits = 16, .check = turn_link_check,
                           .identity = part_identity, .target = turn_link_target},
    [KIND_VOICE_TURN] = {LINK("/episodes/<name>/voices/<name>/<number>.txt"), OF_EPISODE,
                         .has_version = true, .j_bits = 16, .check = turn_link_check,
                         .identity = part_identity, .target = turn_link_target},
    [KIND_ORIGINAL_TURN] = {FILE_("/episodes/<name>/original/<number>.txt"), OF_VERSION,
                            .j_bits = 16, .check = turn_check, .read = turn_read, .size = turn_size,
                            .read_past = turn_read_past},

    /* i: episode, j: row in the table of formats */
    [KIND_FORMAT] = {FILE_("/episodes/<name>/<format>, /text/<name>.txt, /original/<name>.txt"),
                     OF_VERSION, .j_bits = 8, .check = format_check, .links = format_links,
                     .read = format_read, .size = format_size, .read_past = format_read_past},

    /* i: episode, j: turn from 0, or key of the front matter from 0 */
    [KIND_TURN] = {FILE_("/episodes/<name>/turns/<number>.txt"), OF_VERSION, .j_bits = 16,
                   .check = turn_check, .read = turn_read, .size = turn_size,
                   .read_past = turn_read_past},
    [KIND_META_VALUE] = {FILE_("/episodes/<name>/meta/<key>"), OF_VERSION, .j_bits = 16,
                         .check = meta_value_check, .render = meta_value_render},

    /* i: view */
    [KIND_VIEW] = {FOLDER("/by-<view>"), .i_bits = 8, .check = view_check,
                   .identity = view_identity, .mtime = view_mtime, .parent = parent_root,
                   .child = view_child, .find = view_find, .seek = view_seek, .is_open = true,
                   .folders = view_folders},

    /* i: facet */
    [KIND_FACET] = {FOLDER("/by-<view>/<value>"), .i_bits = 24, .check = facet_check,
                    .identity = facet_identity, .mtime = facet_mtime, .parent = facet_parent,
                    .child = facet_child, .find = facet_find, .seek = facet_seek},
    [KIND_SPELLING] = {LINK("/by-<view>/<another spelling of a value>"), .i_bits = 24,
                       .is_volatile = true, .check = spelling_check, .identity = facet_identity,
                       .mtime = facet_mtime, .target = spelling_target},

    /* i: facet, j: episode */
    [KIND_ENTRY] = {LINK("/by-<view>/<value>/<entry>"), .i_bits = 24, .j_bits = 24,
                    .check = entry_check, .identity = entry_identity, .mtime = entry_mtime,
                    .target = entry_target},

    /* The same for who is heard in the turns */
    [KIND_HEARD] = {FOLDER("/by-voice"), .links = links_uncounted, .check = heard_check,
                    .parent = parent_root, .child = view_child, .find = view_find,
                    .seek = view_seek, .is_open = true},
    [KIND_HEARD_FACET] = {FOLDER("/by-voice/<name>"), .i_bits = 24, .check = facet_check,
                          .identity = facet_identity, .mtime = facet_mtime, .parent = facet_parent,
                          .child = facet_child, .find = facet_find, .seek = facet_seek},
    [KIND_HEARD_SPELLING] = {LINK("/by-voice/<another spelling of a name>"), .i_bits = 24,
                             .is_volatile = true, .check = spelling_check,
                             .identity = facet_identity, .mtime = facet_mtime,
                             .target = spelling_target},
    [KIND_HEARD_ENTRY] = {LINK("/by-voice/<name>/<entry>"), .i_bits = 24, .j_bits = 24,
                          .check = entry_check, .identity = entry_identity, .mtime = entry_mtime,
                          .target = entry_target},

    /* i: date code; month and day are 0 where they do not count */
    [KIND_DATES] = {FOLDER("/by-date"), .mtime = date_mtime, .check = dates_check,
                    .parent = parent_root, .child = dates_child, .find = dates_find,
                    .folders = dates_folders},
    [KIND_YEAR] = {FOLDER("/by-date/<year>"), .mtime = date_mtime, .i_bits = 24,
                   .check = year_check, .identity = date_identity, .parent = year_parent,
                   .child = year_child, .folders = year_folders},
    [KIND_MONTH] = {FOLDER("/by-date/<year>/<month>"), .mtime = date_mtime, .i_bits = 24,
                    .check = month_check, .identity = date_identity, .parent = month_parent,
                    .child = month_child, .folders = month_folders},
    [KIND_DAY] = {FOLDER("/by-date/<year>/<month>/<day>"), .mtime = date_mtime, .i_bits = 24,
                  .check = day_check, .identity = date_identity, .parent = day_parent,
                  .child = day_child, .find = day_find, .seek = day_seek},

    /* i: date code, j: episode */
    [KIND_DATE_ENTRY] = {LINK("/by-date/<year>/<month>/<day>/<entry>"), .i_bits = 24, .j_bits = 24,
                         .check = date_entry_check, .identity = entry_identity,
                         .mtime = entry_mtime, .target = date_entry_target},

    [KIND_INDEX] = {FOLDER("/index"), .check = index_check, .parent = parent_root,
                    .child = index_child, .seek = index_seek},
    /* i: which of the tables */
    [KIND_INDEX_TABLE] = {FILE_("/index/<table>"), .i_bits = 16, .has_version = true,
                          .check = index_table_check, .identity = index_table_identity,
                          .read = index_table_read, .size = index_table_size},

    [KIND_CONTROL] = {FOLDER("/.transcriptfs"), .parent = parent_root, .child = control_child,
                      .find = control_find},
    [KIND_VERSION] = {FILE_("/.transcriptfs/version"), .render = version_render},

    /* i: serial number of the snapshot */
    [KIND_STATUS] = {FILE_("/.transcriptfs/status.json"), .i_bits = 24, .is_volatile = true,
                     .check = snapshot_check, .identity = snapshot_identity, .read = snapshot_read,
                     .size = snapshot_size},
    [KIND_GENERATION] = {FILE_("/.transcriptfs/generation"), .i_bits = 24, .is_volatile = true,
                         .check = snapshot_check, .identity = snapshot_identity,
                         .read = snapshot_read, .size = snapshot_size},
    [KIND_PROBLEMS] = {FILE_("/.transcriptfs/problems.tsv"), .i_bits = 24, .is_volatile = true,
                       .check = snapshot_check, .identity = snapshot_identity,
                       .read = snapshot_read, .size = snapshot_size},
};
