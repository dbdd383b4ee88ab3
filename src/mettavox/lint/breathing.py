"""Rules on breath: held, counted, paced."""

import re
from collections.abc import Iterator

from mettavox.layout import CUE_SHARE
from mettavox.lint.finding import Finding
from mettavox.lint.heard import Heard, Material, Sentence
from mettavox.lint.lexicon import Counting
from mettavox.phrasebook import Pattern, Phrasebook
from mettavox.prepare import EstimatedLengths
from mettavox.script import Breath, Passage
from mettavox.units import clock

SLOWEST_PER_MINUTE = 4.5
TASTE_MINUTES = 5
SECONDS_A_BREATH, SECONDS_IN_COMFORT = 4, 6
FOUR_SEVEN_EIGHT, _FIRST_MONTH, _EVER = "4-7-8", 4, 8

_FIXED = re.compile(r"@breathe[ \t]+([\w-]+)")


def held(material: Material) -> Iterator[Finding]:
    """BREATH-01: words of holding only in branches whose pattern holds; and a note on paper."""
    lexicon = material.lexicon
    if not lexicon or not lexicon.knows("breath_hold", "breath_hold_unless"):
        return
    told: set[tuple[int, str]] = set()
    for heard in material.heard:
        if any(breath.held for _, breath, _ in heard.breaths):
            continue
        for sentence in heard.sentences:
            hit = lexicon.find("breath_hold", sentence.text)
            key = (sentence.number, sentence.text)
            if not hit or key in told or lexicon.find("breath_hold_unless", sentence.text):
                continue
            told.add(key)
            yield material.finding(
                "BREATH-01",
                sentence.number,
                f"“{hit[0]}” holds a breath in a branch whose breath has no hold.",
                needle=hit[0],
                heard=heard,
            )


def hold_note(material: Material) -> Iterator[Finding]:
    """BREATH-01: where a breath can be held, the handout says to sit or lie for it."""
    lexicon = material.lexicon
    holding = next((heard for heard in material.heard if any(breath.held for _, breath, _ in heard.breaths)), None)
    if not holding or not lexicon or not lexicon.knows("handout_hold"):
        return
    if not any(lexicon.find("handout_hold", text) for _, text in material.handout):
        yield material.finding(
            "BREATH-01",
            _breathe_line(material),
            "A breath can be held here, and the handout has no note on it.",
            instead="> Sit or lie down for breaths with a hold.",
            needle="@breathe",
            heard=holding,
        )


def _breathe_line(material: Material) -> int:
    return next((number for number, line in material.body if "@breathe" in line), 1)


def unasked(material: Material, book: Phrasebook) -> Iterator[Finding]:
    """BREATH-01 and BREATH-06: a script itself chooses no pattern with holds, and none that is very slow."""
    for number, line in material.body:
        if not line.lstrip().startswith(("//", ">")) and (match := _FIXED.search(line)):
            yield from _chosen_by_script(material, book, match[1], number)
    default = material.source.head.defaults.get("breath", "")
    if default:
        yield from _chosen_by_script(material, book, default, material.head_line("defaults"))


def _chosen_by_script(material: Material, book: Phrasebook, name: str, number: int) -> Iterator[Finding]:
    pattern = book.patterns.get(name)
    if pattern is None or not pattern.cycles:
        return
    if pattern.holds:
        message = f"The breath “{name}” has holds, and the script asks for it without being asked."
        yield material.finding(
            "BREATH-01", number, message, instead="@breathe {{ breath }}, and no such default.", needle=name
        )
    if (rate := _slowest(pattern)) < SLOWEST_PER_MINUTE:
        message = f"The breath “{name}” goes at {rate:.1f} a minute, and the script asks for it without being asked."
        yield material.finding("BREATH-06", number, message, needle=name)


def _slowest(pattern: Pattern) -> float:
    return 60 / max(sum(seconds for _, seconds in cycle) for cycle in pattern.cycles)


def counted(material: Material) -> Iterator[Finding]:
    """BREATH-03: after “three breaths” there is time for three."""
    counting = material.lexicon.counting if material.lexicon else None
    told: set[int] = set()
    for heard in material.heard if counting else ():
        for place, sentence in enumerate(heard.sentences):
            if counting and sentence.number not in told and not sentence.cue:
                for finding in _too_hurried(material, counting, heard, place):
                    told.add(sentence.number)
                    yield finding


def _too_hurried(material: Material, counting: Counting, heard: Heard, place: int) -> Iterator[Finding]:
    sentence = heard.sentences[place]
    hit = counting.breaths.search(sentence.text)
    if not hit:
        return
    if place + 1 < len(heard.sentences) and heard.sentences[place + 1].cue:
        return  # the paced breaths themselves
    number = counting.numbers[hit["number"].lower()]
    shortest, preferred = _quiet_after(heard, sentence)
    if shortest >= number * SECONDS_A_BREATH and preferred >= number * SECONDS_IN_COMFORT:
        return
    severe = shortest < number * SECONDS_A_BREATH
    least = number * (SECONDS_A_BREATH if severe else SECONDS_IN_COMFORT)
    time = f"{shortest:g} s at the shortest" if severe else f"{preferred:g} s in general"
    yield material.finding(
        "BREATH-03",
        sentence.number,
        f"“{hit[0]}” take {least} s, and the pause after them is {time}.",
        needle=hit[0],
        heard=heard,
        severity="E" if severe else "W",
    )


def _quiet_after(heard: Heard, sentence: Sentence) -> tuple[float, float]:
    """The pauses after the line that the sentence is part of."""
    passages: dict[int, Passage] = {
        id(each.passage): each.passage
        for each in heard.of_section(sentence.section)
        if each.group == sentence.group and each.passage.rounds == sentence.passage.rounds
    }
    pauses = [pause for passage in passages.values() for pause in passage.pauses]
    return sum(pause.shortest for pause in pauses), sum(pause.preferred for pause in pauses)


def cues(material: Material, lengths: EstimatedLengths) -> Iterator[Finding]:
    """BREATH-04: some cue of each phase is short enough for it."""
    told: set[str] = set()
    for heard in material.heard:
        for _, breath, number in heard.breaths:
            if breath.pattern not in told and (message := _tight(breath, lengths)):
                told.add(breath.pattern)
                line = number or _breathe_line(material)
                yield material.finding("BREATH-04", line, message, needle="@breathe", heard=heard)


def _tight(breath: Breath, lengths: EstimatedLengths) -> str:
    for cycle in breath.cycles:
        for cue in cycle:
            seconds = [lengths.seconds(line) for line in cue.lines]
            if seconds and seconds[-1] > CUE_SHARE * cue.seconds:
                return (
                    f"“{cue.lines[-1].text}” takes {seconds[-1]:.1f} s of a phase of {cue.seconds:g} s in the breath "
                    f"“{breath.pattern}”, and {CUE_SHARE:.0%} of it is the most."
                )
    return ""


def counts(material: Material, book: Phrasebook) -> Iterator[Finding]:
    """BREATH-04: a count that is said is the pattern's."""
    counting = material.lexicon.counting if material.lexicon else None
    told: set[tuple[int, str]] = set()
    for heard in material.heard if counting else ():
        names = {breath.pattern for _, breath, _ in heard.breaths}
        for sentence in heard.sentences if len(names) == 1 else ():
            for phase, pattern in counting.phases.items() if counting else ():
                hit = pattern.search(sentence.text)
                number = counting.numbers.get(hit["number"].lower()) if counting and hit else None
                key = (sentence.number, sentence.text)
                if hit is None or number is None or key in told:
                    continue
                seconds = {cycle[phase] for cycle in map(dict, book.patterns[min(names)].cycles) if phase in cycle}
                if number not in seconds:
                    told.add(key)
                    real = " or ".join(f"{each:g}" for each in sorted(seconds)) or "no"
                    message = f"“{hit[0]}” is said of the breath “{min(names)}”, which has {real} seconds there."
                    yield material.finding("BREATH-04", sentence.number, message, needle=hit[0], heard=heard)


def cycles(material: Material) -> Iterator[Finding]:
    """BREATH-05: no more cycles of 4-7-8 in one track than its teachers allow."""
    for heard in material.heard:
        breaths = [(breath, number) for _, breath, number in heard.breaths if breath.pattern == FOUR_SEVEN_EIGHT]
        most = sum(breath.most for breath, _ in breaths)
        limit = _EVER if heard.branch.request.listener.experience == "experienced" else _FIRST_MONTH
        if most > limit:
            yield material.finding(
                "BREATH-05",
                breaths[-1][1] or _breathe_line(material),
                f"Up to {most} cycles of 4-7-8 can be heard, and {limit} are the most.",
                needle="@breathe",
                heard=heard,
            )
            return


def taste(material: Material) -> Iterator[Finding]:
    """BREATH-07: a paced breath that can be shorter than five minutes is called a taste, on paper or in words."""
    lexicon = material.lexicon
    if material.source.head.minutes.shortest >= TASTE_MINUTES or not lexicon or not lexicon.knows("handout_taster"):
        return
    paced = material.heard[0]  # with the script's own choices; who asks for a pattern knows what they do
    if not any(_carries(paced, index) for index, *_ in paced.breaths):
        return
    if any(lexicon.find("handout_taster", text) for _, text in material.handout):
        return
    if any(lexicon.find("handout_taster", sentence.text) for sentence in paced.sentences):
        return
    yield material.finding(
        "BREATH-07",
        material.head_line("minutes"),
        f"This paced breath can be as short as {clock(material.source.head.minutes.shortest * 60)}, and nothing says "
        "that five minutes or more work best.",
        needle="shortest",
        heard=paced,
    )


def _carries(heard: Heard, index: int) -> bool:
    """Whether the paced breath is what the script is about: its section is always there."""
    return heard.sections[index].kept


RULES_HERE = (held, hold_note, counted, cycles, taste)
