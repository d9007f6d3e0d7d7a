/*
 * STEM.info.json, as yt-dlp writes it beside a download, as values under the keys of front matter.
 * It has some hundred keys, most of them of files and addresses. One pass reads these:
 *
 *     title  description  series  tags  categories  language  duration     themselves
 *     release_date, else upload_date (20241104)     date: 2024-11-04
 *     channel, else uploader                        channel
 *     cast                                          people
 *     webpage_url                                   url
 *     chapters
 */
#ifndef VALUES_INFO_JSON_H
#define VALUES_INFO_JSON_H

#include "values/yaml.h"

struct chapter {
    int64_t start; /* milliseconds */
    struct slice title;
};

struct info_json {
    struct yaml *map;         /* of YAML_MAP; perhaps without a key */
    struct slice language;    /* of the speech in the video; empty: none */
    struct chapter *chapters; /* in the order of their starts */
    uint32_t chapter_count;
};

/* Parses one; `arena` owns the result. 0; -EINVAL, with the reason in *problem, if it is broken or
 * of a playlist; -ENOMEM. */
int info_json_read(struct arena *arena, struct slice text, struct info_json *info,
                   const char **problem);

#endif
