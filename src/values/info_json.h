/*
 * STEM.info.json, as yt-dlp writes it beside what it downloads: what it says of a video, under the
 * keys that front matter has. It has some hundred keys, most of them of files and addresses; these
 * are read, in one pass:
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
    struct slice language;    /* of what is said in the video; empty: it does not say */
    struct chapter *chapters; /* in the order of their starts */
    uint32_t chapter_count;
};

/* Reads one. All lives in `arena`. 0; -EINVAL, and why in *problem, where it is none: broken, or of
 * a playlist; -ENOMEM. */
int info_json_read(struct arena *arena, struct slice text, struct info_json *info,
                   const char **problem);

#endif
