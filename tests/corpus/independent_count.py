#!/usr/bin/python3
"""Counts what a folder of transcripts holds, without any code of transcriptfs.

    independent_count.py FOLDER  >  counts.json

It reads the files with other tools than the program does (PyYAML and regular expressions in
place of libyaml and cmark), so that a mistake is unlikely to be made twice. It follows
DESIGN.md sections 1 and 2 where they are simple, and says where it decided by itself.
"""

import datetime
import fnmatch
import html
import json
import os
import re
import sys
import unicodedata
from collections import Counter

import yaml

EXTENSIONS = (".md", ".markdown")
LEFT_OUT = ("README*", "LICENSE*", "CONTRIBUTING*", "_index*", ".*")

# DESIGN.md section 1, "Front matter → views".
VIEWS = {
    "tags": "by-tag",
    "keywords": "by-tag",
    "topics": "by-tag",
    "subjects": "by-tag",
    "people": "by-person",
    "companies_orgs": "by-org",
    "companies": "by-org",
    "products_models": "by-product",
    "media_books": "by-book",
    "guest": "by-guest",
    "guests": "by-guest",
    "speaker": "by-speaker",
    "speakers": "by-speaker",
    "channel": "by-channel",
    "series": "by-series",
    "area": "by-area",
    "category": "by-category",
    "categories": "by-category",
    "status": "by-status",
    "project": "by-project",
    "author": "by-author",
    "authors": "by-author",
    "date": "by-date",
    "language": "by-language",
    "lang": "by-language",
}
NO_VIEW = {
    "title", "summary", "description", "source", "url", "media", "insight",
    "layout", "draft", "cover_image", "aliases",
}  # fmt: skip
# Keys of the table that hold a list everywhere else: a string there is an oddity to report.
LISTS = {"tags", "people", "companies_orgs", "companies", "products_models", "media_books", "project"}

# `**Name:** words`, `**Name**: words`, either colon. A line of a paragraph begins with it.
# A label of more than 80 characters is a sentence.
LABEL = re.compile(r"^ {0,3}\*\*(?P<label>[^*\n]{1,80}?)(?:[:：]\s*\*\*|\*\*\s*(?P<colon>[:：]))")
PLAIN_LABEL = re.compile(r"^\[?(?P<label>[^\[\]:：\n]{1,60})\]?[:：]")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
# No nesting: an original never holds another, so a second <details> in one is a forgotten
# </details>. Without any end it hides the rest of the file, as a browser shows it.
# One whose end tag is missing ends at the next, at a heading, or where a paragraph goes on in
# Chinese: that is the next turn.
DETAILS = re.compile(
    r"<details(?:(?!<details).)*?</details\s*>"
    r"|<details(?:(?!<details|\n\n#|\n\n[^\n]{0,30}[\u4e00-\u9fff]{4}).)*",
    re.S | re.I,
)
# A time at the head of the words says when they begin, and is none of them.
HEAD_TIME = re.compile(r"^(\*\*[^*]+\*\*[:：]?\s*)?\\?[\[(][\d:.]+\\?[\])]\s*")
# One further on is none of the words either; without hours and in parentheses it may be.
WORD_TIME = re.compile(r"""(?<!["“])\\?(\[\d{1,3}(:\d\d){1,2}(\.\d{1,3})?\\?\]|\(\d{1,3}(:\d\d){2}(\.\d{1,3})?\))""")
MAYBE_TIME = re.compile(r"\(\d{1,3}:\d\d(\.\d{1,3})?\)")
TIMED_LABEL = re.compile(r"[^\n]{1,60}?[\s:*–-]+(\d: )?[\[(]?\d+:\d\d(:\d\d)?(\.\d+)?[\])]?:?\s*")
# A comment in which another one opens was never closed (real files have a cut one): it hides
# nothing below the next empty line.
COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->|<!--(?:(?!\n[ \t]*\n).)*", re.S)
# `**1. Something:**` is a point of an article.
NUMBERED = re.compile(r"\d+\s*[.)、．]")


class Loader(yaml.BaseLoader):
    """Every scalar as it is written (no dates, no numbers), except that null is None."""


Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), list("~nN") + [""])
Loader.add_constructor("tag:yaml.org,2002:null", lambda loader, node: None)


# What shows nothing: Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, but for the
# tags of flags (E0020..E007F), which no real file has.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0100-\U000e0fff"
)
SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
ENDS = re.compile(r"^[\s%s]+|(?:(?![%s])[\s%s])+$" % (INVISIBLE, SELECTORS, INVISIBLE))
LOOK_ALIKES = {ord(c): "'" for c in "‘’‚‛ʹʻʼʽ´′׳"} | {ord(c): '"' for c in "“”„‟″״"} | {0x2010: "-", 0x2011: "-"}


def fold(value):
    """Two values with the same fold are one folder: those that look the same."""
    value = " ".join(re.sub("[%s]" % INVISIBLE, "", value).translate(LOOK_ALIKES).split())
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())


def trim(value):
    """Without white space and what is invisible at the ends."""
    return ENDS.sub("", value)


def fold_key(key):
    """Guest Name, guest-name and guest_name are one key."""
    return re.sub("[- ]", "_", fold(key))


LINK = re.compile(r"\[\[([^][]+)\]\]")


def page(inside):
    """The page that a vault's link names: [[folder/page#heading|shown]]."""
    name = re.sub(r"(?<=.)\\?\|.*|(?<=[^|])#.+", "", inside)
    return inside if "://" in inside else name.rsplit("/", 1)[-1].removesuffix(".md")


def names(item, is_known):
    """The values in an item of a list, or in a value that is none."""
    if isinstance(item, dict) and is_known:
        # A mapping under a key of no table (additional_resources) is a record and no name of anything.
        by_key = {fold_key(key): value for key, value in item.items()}
        item = next((by_key[key] for key in ("name", "title", "label") if by_key.get(key)), None)
    if isinstance(item, list) and len(item) == 1 and isinstance(item[0], list):  # - [[Ana Lima]]
        item = item[0]
    if isinstance(item, list) and not is_known and len(item) > 1:
        return []
    if isinstance(item, list):
        return [name for inner in item if isinstance(inner, str) for name in names("[[%s]]" % inner, is_known)]
    if not isinstance(item, str) or not trim(item):
        return []
    links = LINK.findall(item)
    return [trim(page(link)) for link in links] if links and not LINK.sub("", item).strip(" ,;&\n") else [trim(item)]


# ---- files -------------------------------------------------------------------------------


def content_files(folder):
    """The relative paths of all content files, sorted. Symlinks are not followed."""
    found = []
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = os.path.join(here, name)
            if not name.endswith(EXTENSIONS) or not os.path.isfile(path) or os.path.islink(path):
                continue
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in LEFT_OUT):
                continue
            found.append(os.path.relpath(path, folder))
    return sorted(found)


def episode_names(paths):
    """path → name of the episode: without the extension, unless that name is taken."""
    bare = {path: os.path.splitext(path)[0] for path in paths}
    uses = Counter(bare.values())
    folders = {os.path.dirname(path) for path in paths}
    return {path: path if uses[name] > 1 or name in folders else name for path, name in bare.items()}


# ---- front matter ------------------------------------------------------------------------


def split(text):
    """(front matter or None, body, what is odd)"""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if not re.fullmatch(r"-{3,}\s*", lines[0]):
        return None, "\n".join(lines), []
    odd = [] if lines[0].rstrip() == "---" else ["opens with %d dashes" % len(lines[0].rstrip())]
    for number, line in enumerate(lines[1:], 1):
        if re.fullmatch(r"-{3,}\s*|\.\.\.\s*", line):
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), odd
    return None, "\n".join(lines), odd + ["never closes"]


def date_folders(value):
    """A date, a time stamp or a year with month → "2025/10/23" or "2025/10"; else None."""
    match = re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2})(?:[Tt ].*)?)?", value)
    if not match:
        return None
    year, month, day = match.groups()
    try:
        datetime.date(int(year), int(month), int(day or 1))
    except ValueError:
        return None
    return "/".join([year, month.zfill(2)] + ([day.zfill(2)] if day else []))


def facts(front):
    """(keys, view → values, what is odd)"""
    if front is None:
        return [], {}, []
    try:
        data = yaml.load(front, Loader=Loader)
    except yaml.YAMLError as error:
        return [], {}, ["no YAML: %s" % error]
    if data is None:
        return [], {}, []
    if not isinstance(data, dict):
        return [], {}, ["no mapping"]
    views, odd = {}, []
    for written, value in data.items():
        key = fold_key(written or "")
        if key in NO_VIEW or (key not in VIEWS and not isinstance(value, list)):
            continue
        if key in LISTS and isinstance(value, str) and value and not LINK.match(value):
            odd.append("%s is a string: %s" % (key, value))
            if value.strip() == "[]":  # an empty list that somebody quoted
                value = []
        values = value if isinstance(value, list) else [value]
        values = [name for item in values for name in names(item, key in VIEWS)]
        if any(item == "[]" for item in values):
            odd.append("%s has the value []" % key)
        if key == "date":
            odd += ["no date: %s" % item for item in values if not date_folders(item)]
            values = [date_folders(item) for item in values if date_folders(item)]
        # One folder holds an episode once, however often the file says it.
        known = views.setdefault(VIEWS.get(key, "by-" + key), {})
        for item in values:
            known.setdefault(fold(item), item)
    return list(data), {view: list(known.values()) for view, known in views.items() if known}, odd


# ---- body --------------------------------------------------------------------------------


def without_code(text):
    """The text with every line of a fenced code block made empty: line numbers stay."""
    kept, fence = [], None
    for line in text.split("\n"):
        match = FENCE.match(line)
        if fence:
            closing = match and match[1][0] == fence[0] and len(match[1]) >= len(fence)
            if closing and not line.strip().strip(fence[0]):
                fence = None
            kept.append("")
        elif match:
            fence = match[1]
            kept.append("")
        else:
            kept.append(line)
    return "\n".join(kept)


def visible(body):
    """The body without code, originals and comments."""

    def blank(match):
        return "\n" * match[0].count("\n")

    return COMMENT.sub(blank, DETAILS.sub(blank, without_code(body)))


def originals(body):
    """The text of each <details>, to look for it where it must not be."""
    return [match[0] for match in DETAILS.finditer(without_code(body))]


def label_name(label):
    """The speaker of a label: without brackets, escapes, entities and colon."""
    name = html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", label)).strip().rstrip(":：").strip()
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1].strip()
    return name


# Labels that mark a place in the recording: `**Break:** \[25:59\]` (DESIGN.md: that is no turn).
RANGE = re.compile(r"\\?\[[\d:.]+\\?\] (to|-) \\?\[[\d:.]+\\?\]")
MARKS = ("Break", "Jingle", "Song", "Music", "Intro", "Outro", "Ad")


def labels(text):
    """All the bold labels of the visible text as (line, name, colon), in order."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        match = LABEL.match(line)
        if match and RANGE.fullmatch(line[match.end() :].strip().lstrip(":：").strip()):
            continue  # how long something was played
        if match and label_name(match["label"]):
            colon = match["colon"] or ("：" if "：" in match[0][match.end("label") :] else ":")
            found.append((number, label_name(match["label"]), colon))
    return found


def is_article(uses):
    """Bold lead-ins of an article occur once each; who speaks, speaks again."""
    return sum(count for count in uses.values() if count > 1) * 2 < sum(uses.values())


def continued(shown, speakers):
    """speaker → turns without a label of their own: whoever speaks goes on behind a heading, in a text in which headings
    were put into a speech, and from a time on at the head of a paragraph."""
    found, pending, section_heads, begun, behind, speaker = Counter(), [], [], False, False, None
    for block in re.split(r"\n[ \t]*\n", shown):
        for number, line in enumerate(block.strip("\n").split("\n")):
            if re.match(r"#{1,6}(\s|$)", line):
                behind = True
            elif re.fullmatch(r"\s*([-*_])(\s*\1){2,}\s*", line):
                speaker, behind = None, False
            elif line.strip() and not re.match(r"\s*([|]|[-*+] )", line):
                label = LABEL.match(line) or PLAIN_LABEL.match(line)
                name = label_name(label["label"]) if label else None
                if behind and begun:
                    section_heads.append(name in speakers)
                if name in speakers:
                    begun, speaker = True, name
                elif speaker and behind:
                    pending.append(speaker)
                elif speaker and number == 0 and re.match(r"\\?[\[(][\d:.]+\\?[\])]:", line):
                    found[speaker] += 1
                behind = False
    if len(section_heads) >= 2 and sum(section_heads) * 4 <= len(section_heads):
        found.update(pending)
    return found


def plain_lines(shown):
    """The lines of the visible text that any rendering must keep as they are: no headings,
    links, tags, tables or entities, and nothing that is a label of no turn."""
    lines = shown.split("\n")
    for line, below in zip(lines, lines[1:] + [""]):
        if re.match(r"\s*(#|\*\*(%s)\b)" % "|".join(MARKS), line) or re.match(r"\s*(-+|=+)\s*$", below):
            continue
        if TIMED_LABEL.fullmatch(line):
            continue
        if re.search(r"\] to \\?\[", line):
            continue
        line = HEAD_TIME.sub(lambda match: match[1] or "", line)
        if MAYBE_TIME.search(line):
            continue
        if not re.match(r"\s*(\||[-*+]\s)", line):
            line = WORD_TIME.sub("", line)
        if not re.search(r"\][(\[]|[<>|&`~]|https?:|^\s{4}|^\s*\d+[.)]", line):
            yield line


def paragraphs(text):
    """The blank-line separated blocks that are no heading, rule or HTML."""
    count = 0
    for block in re.split(r"\n[ \t]*\n", text):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        lines = [line for line in lines if not re.match(r"#{1,6}(\s|$)", line)]
        lines = [line for line in lines if not re.fullmatch(r"([-*_=])(\s*\1)*", line)]
        text_only = re.sub(r"<[^>]*>", "", " ".join(lines)).strip()
        count += bool(re.search(r"\w", text_only))
    return count


HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def are_in_pairs(blocks):
    scripts, pairs, at = [], 0, 0
    for block in blocks:
        block = re.sub(r"<[^>]*>|^#.*$", "", block, flags=re.M)
        han, latin = len(HAN.findall(block)), len(re.findall(r"[A-Za-z]", block))
        if han or latin:
            scripts.append(han * 4 > latin)
    while at + 1 < len(scripts):
        is_pair = scripts[at] != scripts[at + 1]
        pairs += is_pair
        at += 1 + is_pair
    return pairs >= 12 and pairs * 2 >= 0.8 * len(scripts)


def is_in_two_languages(shown):
    """Whether four in five paragraphs, or lines, stand in pairs of a Latin one and a Chinese, Japanese or Korean one."""
    return are_in_pairs(re.split(r"\n[ \t]*\n", shown)) or are_in_pairs(shown.split("\n"))


def read(folder, path):
    with open(os.path.join(folder, path), "rb") as file:
        return file.read()


def count_file(data):
    try:
        text, odd = data.decode("utf-8"), []
    except UnicodeDecodeError:
        text, odd = data.decode("utf-8", "replace"), ["no UTF-8"]
    front, body, odd_front = split(text)
    keys, views, odd_facts = facts(front)
    shown = visible(body)
    all_labels = [found for found in labels(shown) if found[1] not in MARKS]
    uses = Counter(name for _, name, _ in all_labels)
    # One label, and the text begins with it: a monologue.
    monologue = len(all_labels) == 1 and not shown[: shown.index("**")].strip()
    article = bool(uses) and not monologue and is_article(uses)
    speakers = {name: n for name, n in sorted(uses.items()) if not article and not NUMBERED.match(name)}
    # Those of an article that come twice may be read either way; DESIGN.md says "each once".
    lead_ins = {(name, colon) for _, name, colon in all_labels if NUMBERED.match(name) or (article and uses[name] == 1)}
    opened = len(re.findall("<details", body, re.I))
    result = {
        "keys": len(keys),
        "views": views,
        "odd": odd + odd_front + odd_facts,
        "labels": len(all_labels),
        "article": article,
        "turns_with_speaker": sum(speakers.values()),
        "speakers": speakers,
        "continued": continued(shown, speakers),
        "plain_labels": Counter(re.findall(r"^\[?([^\[\]:：\n]{1,60})\]?[:：]", re.sub(r"<[^>]*>", "", shown), re.M)),
        "lead_ins": sorted(lead_ins),
        "originals": opened,
        "two_languages": not opened and is_in_two_languages(shown),
        "chevrons": len(re.findall(r"^\s*(?:>>|&gt;&gt;|\\>\\>)", shown, re.M)),
        "unbalanced_originals": opened != len(re.findall("</details", body, re.I)),
        # Words in code are words too; only originals and comments are not.
        "has_words": paragraphs(COMMENT.sub("", DETAILS.sub("", body))) > 0,
    }
    if not uses and not opened:
        result["paragraphs"] = paragraphs(without_code(body))
    return result


def count_folder(folder):
    """{"files": path → counts, "views": view → folded value → episodes}"""
    paths = content_files(folder)
    names = episode_names(paths)
    files, views = {}, {}
    for path in paths:
        files[path] = {"episode": names[path], **count_file(read(folder, path))}
        name = re.match(r"((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)", os.path.basename(path))
        if name and "by-date" not in files[path]["views"]:
            files[path]["views"]["by-date"] = ["/".join(name.groups())]
        for view, values in files[path]["views"].items():
            for value in values:
                views.setdefault(view, {}).setdefault(fold(value), []).append(names[path])
    return {"files": files, "views": views}


def main():
    if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]):
        sys.exit("usage: independent_count.py FOLDER")
    counts = count_folder(sys.argv[1])
    counts["views"] = {
        view: {"values": len(values), "entries": sum(map(len, values.values()))}
        for view, values in sorted(counts["views"].items())
    }
    json.dump(counts, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
