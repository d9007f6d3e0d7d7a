"""What a file says of its episode without front matter: in keys of other names, its name, its path, its first lines."""

import os

import pytest

from test_formats import json_lines, table


def dates(mounted):
    """{episode: (date, where it stands)}"""
    rows = table(mounted / "index/episodes.tsv")
    assert [(row["date"], row["date_from"]) for row in rows] == [
        (row["date"] or "", row["date_from"] or "") for row in json_lines(mounted / "index/episodes.jsonl")]
    return {row["episode"]: (row["date"], row["date_from"]) for row in rows}


@pytest.mark.parametrize("key, value, date", [
    ("publish_date", "2024-05-06", "2024-05-06"),
    ("pubDate", "Mon, 06 May 2024 10:00:00 +0000", "2024-05-06"),
    ("upload_date", "20240506", "2024-05-06"),
    ("Recorded", "May 2024", "2024-05"),
    ("date", "6 May 2024", "2024-05-06"),
])
def test_keys_that_mean_a_date(mount, key, value, date):
    mounted = mount({"talk.md": f"---\n{key}: {value}\n---\n**Ana:** Words.\n"})
    assert dates(mounted) == {"talk": (date, "front matter")}
    assert os.listdir(mounted / "by-date" / date.replace("-", "/")) == ([f"{date}--talk"] if len(date) > 7 else ["XX"])
    assert table(mounted / ".transcriptfs/problems.tsv") == []


def test_of_two_keys_the_one_that_says_when_it_was_said_counts(mount):
    mounted = mount({"talk.md": "---\nupload_date: 20240601\nrecorded: 2024-05-06\npublished: true\n---\nWords.\n"})
    assert dates(mounted) == {"talk": ("2024-05-06", "front matter")}
    assert table(mounted / ".transcriptfs/problems.tsv") == []


def test_names_paths_and_first_lines_have_dates(mount):
    mounted = mount({
        "2021-09-30-a-title.md": "Words.\n",
        "meetings/2025-11/november-18.md": "Words.\n",
        "2019/telcons/11-05-minutes.md": "### Date: 2001-01-01\n\nThe path comes first.\n",
        "call.md": "# The call\n\n### Meeting Date/Time: May 27, 2022, 14:00 UTC\n\n**Ana:** Words.\n",
        "bold.md": "**Date:** 2022-05-28\n\n**Ana:** Words.\n\n**Ben:** In 1999, on May 1, 1999, it rained.\n",
        "line.md": "30 October 2015\n\nWords.\n",
        "none.md": "**Ana:** On May 27, 2022 we met.\n\n**Ben:** Yes.\n",
    })
    assert dates(mounted) == {
        "2021-09-30-a-title": ("2021-09-30", "name"),
        "meetings/2025-11/november-18": ("2025-11-18", "path"),
        "2019/telcons/11-05-minutes": ("2019-11-05", "path"),
        "call": ("2022-05-27", "body"),
        "bold": ("2022-05-28", "body"),
        "line": ("2015-10-30", "body"),
        "none": ("", ""),
    }
    assert os.listdir(mounted / "by-date/2022/05/27") == ["2022-05-27--The_call--call"]


@pytest.mark.parametrize("lines", [
    "Next meeting date: 2030-01-01",
    "Due date: 2030-01-01",
    "When I was young: it was 2 May 1950.",
    "5 May 1950. That day it rained.",
    "# D-Day, 6 June 1944: a talk",
    "Date: 1/2/2020 (published 3 May 2021)",
    "```\n# 2020-01-01\n```",
    "<!-- Date: 2020-01-01 -->",
])
def test_dates_of_something_else(mount, lines):
    mounted = mount({"talk.md": lines + "\n\nWords.\n"})
    assert dates(mounted) == {"talk": ("", "")}


def test_headings_in_code_are_no_title(mount):
    mounted = mount({"talk.md": "```\n# install it\n```\n\n    # code\n\n<!--\n# hidden\n-->\n\n# The title\n\nWords.\n"})
    assert [row["title"] for row in table(mounted / "index/episodes.tsv")] == ["The title"]


def test_a_heading_is_the_title_where_front_matter_has_none(mount):
    mounted = mount({
        "plain.md": "\n# The *whole* [harbour](https://example.org)\n\n## A section\n\nWords.\n",
        "both.md": "---\ntitle: In front\n---\n# In the body\n\nWords.\n",
        "lower.md": "## Only a section\n\nWords.\n",
    })
    titles = {row["episode"]: row["title"] for row in table(mounted / "index/episodes.tsv")}
    assert titles == {"plain": "The whole harbour", "both": "In front", "lower": ""}
    assert "The whole harbour" in (mounted / "episodes/plain/sections.tsv").read_text()


@pytest.mark.parametrize("name, front, url", [
    ("talk.md", "youtube_url: https://example.org/v", "https://example.org/v"),
    ("talk.md", "webpage_url: https://example.org/w\nvideo_id: dQw4w9WgXcQ", "https://example.org/w"),
    ("talk.md", "video_id: dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
    ("A title [dQw4w9WgXcQ].md", "title: A title", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
    ("A title [not-an-id].md", "title: A title", None),
    ("talk.md", "video_id: too-short", None),
])
def test_links_under_other_keys_and_in_names(mount, name, front, url):
    mounted = mount({name: f"---\n{front}\n---\n**Ana:** \\[12:34\\] Words.\n"})
    (row,) = json_lines(mounted / "index/episodes.jsonl")
    assert row["url"] == url
    (turn,) = json_lines(next((mounted / "episodes").iterdir()) / "turns.jsonl")
    assert turn["url"] == (url and url + ("&t=754s" if "youtube" in url else "#t=754"))


def test_tags_under_other_keys(mount):
    mounted = mount({"talk.md": "---\nkeywords: [sea]\nTopics: [sea, boats]\nsubjects: [fog]\n---\nWords.\n"})
    assert sorted(os.listdir(mounted / "by-tag")) == ["boats", "fog", "sea"]


@pytest.mark.parametrize("head, tags", [
    ('---\ntags: ["#sea", "#fog-bank", "#1"]\n---\n', ["#1", "fog-bank", "sea"]),
    ("---\ntags: \"#sea #fog\"\n---\n", ["fog", "sea"]),
    ("---\nkeywords: sea; fog ; old boats\n---\n", ["fog", "old boats", "sea"]),
    ("**Tags:** #sea #fog\n\n", ["fog", "sea"]),
    ("# Rivers\n\nKeywords: sea, old boats\n\n", ["old boats", "sea"]),
    ("Title: Rivers\ntags: [sea, old boats]\n\n", ["old boats", "sea"]),
    ("title:: Rivers\ntags:: sea, fog\n\n", ["fog", "sea"]),
])
def test_tags_in_other_forms(mount, head, tags):
    mounted = mount({"talk.md": head + "**Ana:** Tagged #land.\n"})
    assert sorted(os.listdir(mounted / "by-tag")) == tags


def test_a_number_sign_stays_in_what_is_no_tag(mount):
    mounted = mount({"talk.md": "---\nseries: \"#sea\"\n---\n**Ana:** Tagged #land.\n"})
    assert os.listdir(mounted / "by-series") == ["#sea"] and not (mounted / "by-tag").exists()


@pytest.mark.parametrize("head, title", [
    ("Title: Rivers: a talk\nDate: 2024-05-06\n\n", "Rivers: a talk"),
    ("title:: Rivers\n\n", "Rivers"),
    ("**Title:** *Rivers*\n\n# Talk\n\n", "Rivers"),
    ("# Rivers\n\nTitle: Captain\n\n", "Rivers"),
    ("---\ntitle: Rivers\n---\nTitle: Captain\n\n", "Rivers"),
])
def test_a_field_for_the_title(mount, head, title):
    mounted = mount({"talk.md": head + TALK})
    assert [row["title"] for row in json_lines(mounted / "index/episodes.jsonl")] == [title]


@pytest.mark.parametrize("head, authors", [
    ("Title: Rivers\nAuthor: Cleo Day\nDate: 2024-05-06\n\n", ["Cleo Day"]),
    ("# Rivers\n\n**Author:** Cleo Day\n\n", ["Cleo Day"]),
    ("Author: Good morning.\n\nAna: Hello.\n\nAuthor: Fine.\n\n", []),
])
def test_a_field_for_the_author(mount, head, authors):
    mounted = mount({"talk.md": head + TALK})
    view = mounted / "by-author"
    assert (os.listdir(view) if view.exists() else []) == authors
    assert authors or not (mounted / "by-author").exists()


# --- who takes part ---------------------------------------------------------------------------------------


TALK = "**Ana Lima:** Welcome.\n\n**Bo Sand:** Thank you.\n\n" * 2


def people(mounted):
    return sorted(os.listdir(mounted / "by-person")) if (mounted / "by-person").exists() else []


@pytest.mark.parametrize("head, found", [
    ("Moderator: Cleo Day", ["Cleo Day"]),
    ("**Guests:** Cleo Day, Dora Ek and Emil Fay", ["Cleo Day", "Dora Ek", "Emil Fay"]),
    ("# Rivers\n\n- Date: 2024-05-06\n- **Hosts**: Cleo Day & Dora Ek", ["Cleo Day", "Dora Ek"]),
    ("## Attendees\n\n* Cleo Day (River Board)\n* Dora\n* [Emil Fay](https://example.org)", ["Cleo Day", "Dora", "Emil Fay"]),
    ("# Rivers\n\n- **Guests:** Cleo Day, Dora Ek\n- **Tags:** #sea #fog", ["Cleo Day", "Dora Ek"]),
    ("- Participants: Cleo Day, Dora Ek\n- Tags: sea", ["Cleo Day", "Dora Ek"]),
    ("| Attendees | Organization |\n|---|---|\n| Cleo Day | River Board |\n| Dora Ek | |", ["Cleo Day", "Dora Ek"]),
    ("**Attendees:**\n\n| Name | Organization |\n|---|---|\n| Cleo Day | River Board |\n| Dora Ek | |", ["Cleo Day", "Dora Ek"]),
    ("| Name | Price |\n|---|---|\n| Cleo Day | 3 |", []),
    ("Present: a good day", []),
    ("# Agenda\n\n- Cleo Day", []),
    ("```\nModerator: Cleo Day\n```", []),
    ("Host: Good Morning\n\nAna: Hello\n\nHost: Fine", []),
])
def test_people_in_the_head_of_the_body(mount, head, found):
    mounted = mount({"talk.md": head + "\n\n## Talk\n\n" + TALK})
    assert people(mounted) == found
    assert {record["speaker"] for record in json_lines(mounted / "episodes/talk/turns.jsonl")} >= {"Ana Lima", "Bo Sand"}
    assert not (mounted / "episodes/talk/voices/Moderator").exists()


def test_a_long_list_of_attendees_is_read_to_its_end(mount):
    names = [f"Ana {first}{second}" for first in "BCDFG" for second in "aeiouabcdefgh"]
    mounted = mount({"talk.md": "# Attendees\n\n" + "".join(f"- {name}\n" for name in names) + "\n" + TALK})
    assert people(mounted) == sorted(set(names))


def test_people_of_the_head_are_in_the_view_of_people(mount):
    mounted = mount({".transcriptfs.yaml": "views: {people: by-guest}\n",
                     "a.md": "---\npeople: [Cleo Day]\n---\nModerator: Cleo Day\n\nAttendees: Dora\n\n" + TALK})
    assert sorted(os.listdir(mounted / "by-guest")) == ["Cleo Day", "Dora"]
    assert len(os.listdir(mounted / "by-guest/Cleo Day")) == 1
    none = mount({".transcriptfs.yaml": "views: {people: false}\n", "a.md": "Moderator: Cleo Day\n\n" + TALK})
    assert not (none / "by-person").exists()
