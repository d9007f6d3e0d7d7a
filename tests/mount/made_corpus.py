"""A corpus that the tests make: the same in every run, and with its facts known beforehand."""

import random
from dataclasses import dataclass, field

PEOPLE = ["Ada Quist", "Bruno Vale", "Chiyo Mori", "林晚", "Desta Alem", "Élodie Marchand"]
TAGS = ["tides", "clock towers", "AN/TX-9", ".plan", "50% off", "海流", "Bee Keeping"]
FOLDERS = ["", "coast", "coast/north", "inland", "inland/河边", "inland/long walks"]

SUBJECTS = ["the ferry", "a borrowed ladder", "our oldest clock", "the second lighthouse",
            "that orchard", "every bell in town", "the map on the wall", "a jar of salt"]
VERBS = ["waits for", "was older than", "never answered", "leans on", "counted", "forgot",
         "kept warm", "outlived"]
ENDS = ["the tide", "her letters", "three winters", "the night shift", "a field of rye",
        "whoever came first", "the blue door", "what we promised"]
CHINESE = ["钟楼的影子落在河面上", "没有人记得那把钥匙", "渡船总是晚到一刻钟", "她把信放在茶罐里",
           "雨停了以后我们才出门"]

LONG = 2300


@dataclass
class Turn:
    speaker: str
    paragraphs: list
    original: str = ""

    def text(self):
        """What the turn's file has to hold."""
        return f"{self.speaker}: " + "\n\n".join(self.paragraphs).replace("**", "") + "\n"

    def markdown(self):
        text = f"**{self.speaker}:** " + "\n\n".join(self.paragraphs) + "\n"
        if self.original:
            text += ("\n<details>\n<summary>View/Hide Original English</summary>\n"
                     f'<p class="english-text">{self.original}</p>\n</details>\n')
        return text


@dataclass
class Episode:
    number: int
    name: str
    title: str
    date: str
    tags: list
    people: list
    turns: list = field(default_factory=list)

    def marker(self):
        """A word that one turn of this episode says, once, and nobody else anywhere."""
        return f"zephyrlark{self.number:02}"

    def original_marker(self):
        """The same for the originals, which are in source.md only."""
        return f"ursprungwort{self.number:02}"

    def turn_with_marker(self):
        return 1 + self.number * 7 % len(self.turns)

    def markdown(self):
        lines = ["---", f'title: "{self.title}"', f"date: {self.date}", "tags:"]
        lines += [f'- "{tag}"' for tag in self.tags]
        lines += ["people:"] + [f"- {person}" for person in self.people]
        lines += ["series: Invented evenings", "---", ""]
        body = []
        for i, turn in enumerate(self.turns):
            if i % 9 == 0:
                body.append(f"## Part {i // 9 + 1}\n")
            body.append(turn.markdown())
        return "\n".join(lines) + "\n" + "\n".join(body)


def sentence(rng):
    return f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(ENDS)}.".capitalize()


def paragraph(rng, bilingual):
    if bilingual:
        return "，".join(rng.choice(CHINESE) for _ in range(rng.randint(1, 3))) + "。"
    return " ".join(sentence(rng) for _ in range(rng.randint(1, 4)))


def make_turns(rng, episode, count, bilingual):
    for i in range(count):
        paragraphs = [paragraph(rng, bilingual) for _ in range(1 + (rng.random() < 0.2))]
        original = sentence(rng) if bilingual else ""
        # The same speaker twice in a row would still be two turns; the plain case is enough here.
        episode.turns.append(Turn(episode.people[i % len(episode.people)], paragraphs, original))
    turn = episode.turns[episode.turn_with_marker() - 1]
    turn.paragraphs[-1] += f" It **said {episode.marker()}** twice over."
    if bilingual:
        turn.original += f" And {episode.original_marker()}."


def make_episode(number):
    rng = random.Random(number)
    folder = FOLDERS[number % len(FOLDERS)]
    name = f"evening-{number:02}" if number % 4 else f"夜谈 {number:02}"
    bilingual = number % 3 == 0
    # One tag in three spellings: the commonest names the folder.
    spelling = ["Tidal Power", "Tidal Power", "tidal power", "TIDAL power"][number % 4]
    episode = Episode(
        number=number,
        name=f"{folder}/{name}" if folder else name,
        title=f"Evening {number}: {rng.choice(SUBJECTS)}",
        date=f"20{10 + number % 5}-{1 + number % 12:02}-{1 + number:02}",
        tags=rng.sample(TAGS, 2) + [spelling],
        people=rng.sample(PEOPLE, 2),
    )
    make_turns(rng, episode, LONG if number == 5 else rng.randint(8, 60), bilingual)
    return episode


EPISODES = [make_episode(number) for number in range(20)]
LONG_EPISODE = EPISODES[5]
BILINGUAL = [episode for episode in EPISODES if episode.turns[0].original]


def files():
    return {f"{episode.name}.md": episode.markdown() for episode in EPISODES}
