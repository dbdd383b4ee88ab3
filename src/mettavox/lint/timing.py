"""Rules on time: when the listener hears that they may stop, how long silences are, and how it ends."""

from collections.abc import Iterator
from itertools import groupby

from mettavox.branches import LISTENER_NAME
from mettavox.layout import ENDING_SECONDS, MOST_NAMES
from mettavox.lint.finding import Finding
from mettavox.lint.heard import Heard, Material, Sentence
from mettavox.lint.layouts import USUAL_MINUTES, Laid, Layouts
from mettavox.lint.lexicon import Lexicon, plain
from mettavox.script import Line, Passage
from mettavox.timeline import Placement, Timeline

SOON_SECONDS, QUIET_SECONDS = 30, 10
LONG_SILENCE_SECONDS = 45
LONGEST_SILENCE_SECONDS = 150
RETURN_SECONDS = (20, 60)
# A track of under 80 seconds has a shorter return; from five minutes on its part of the track counts.
_RETURN_SHARE_AT_LEAST, _RETURN_SHARE, _SHARE_FROM_MINUTES = 0.25, 0.15, 5
SPACIOUSNESS = (-0.5, 0.6)
_REFUSED = "Give the script more to say or fewer words, or change “minutes:” in its head."


# --- permission to stop ---


def stop(material: Material, layouts: Layouts) -> Iterator[Finding]:
    """STOP-01: every branch has a line, always said, that lets one stop; and it comes soon."""
    lexicon = material.lexicon
    if not lexicon or not lexicon.knows("stop"):
        return
    for heard in material.heard:
        allowing = [each for each in heard.sentences if lexicon.find("stop", each.text)]
        if not any(each.passage.protected for each in allowing):
            number = (allowing or heard.sentences)[0].number
            message = (
                "The line that lets one stop is not said at every length."
                if allowing
                else "No line lets the listener stop."
            )
            yield material.finding("STOP-01", number, message, heard=heard)
            return
    for laid in layouts.listeners:
        if finding := _late(material, lexicon, laid):
            yield finding
            return


def _late(material: Material, lexicon: Lexicon, laid: Laid) -> Finding | None:
    if laid.timeline is None:
        return None
    protected = {each.line for each in laid.heard.sentences if each.passage.protected}
    for place in laid.timeline.placements:
        if isinstance(place.sound, Line) and place.sound in protected and lexicon.find("stop", plain(place.sound.text)):
            return _before(material, laid, laid.timeline, place)
    return None


def _before(material: Material, laid: Laid, timeline: Timeline, place: Placement) -> Finding | None:
    at = place.start / timeline.rate
    quiet = max((silence.frames for silence in timeline.silences if silence.start < place.start), default=0)
    quiet_seconds = quiet / timeline.rate
    if at <= SOON_SECONDS and quiet_seconds <= QUIET_SECONDS:
        return None
    why = f"comes after {at:.0f} s" if at > SOON_SECONDS else f"comes after a silence of {quiet_seconds:.0f} s"
    number = place.sound.number if isinstance(place.sound, Line) else 1
    message = f"The line that lets the listener stop {why}; {SOON_SECONDS} s and no long silence are the most."
    return material.finding("STOP-01", number, message, branch=laid.label)


# --- silences ---


def too_long(material: Material) -> Iterator[Finding]:
    """SIL-01: no pause of one's own, or row of pauses, that is longer than a listener is left alone."""
    told: set[int] = set()
    for heard in material.heard:
        for sentence in heard.sentences:
            pauses = [pause for pause in sentence.passage.pauses if not pause.name.startswith("write")]
            shortest = sum(pause.shortest for pause in pauses)
            if shortest > LONGEST_SILENCE_SECONDS and sentence.number not in told:
                told.add(sentence.number)
                message = (
                    f"The silence after this line is {shortest:g} s at the shortest, and {LONGEST_SILENCE_SECONDS} s "
                    "is the longest for most listeners."
                )
                yield material.finding("SIL-01", sentence.number, message, heard=heard)


def drift(material: Material, layouts: Layouts) -> Iterator[Finding]:
    """SIL-02: before the first silence of 45 s the listener has heard that minds drift."""
    lexicon = material.lexicon
    if not lexicon or not lexicon.knows("drift"):
        return
    told: set[int] = set()
    for laid in layouts.listeners:
        found = _undrifted(lexicon, laid)
        if found and found[0].number not in told:
            told.add(found[0].number)
            message = f"A silence of {found[1]:.0f} s follows, and nothing has said yet that minds drift."
            yield material.finding("SIL-02", found[0].number, message, branch=laid.label)


def _undrifted(lexicon: Lexicon, laid: Laid) -> tuple[Line, float] | None:
    if laid.timeline is None:
        return None
    writing = {each.line for each in laid.heard.sentences if _writes(each.passage)}
    quiet_from = {silence.start: silence.frames for silence in laid.timeline.silences}
    for place in laid.timeline.placements:
        if not isinstance(place.sound, Line):
            continue
        if lexicon.find("drift", plain(place.sound.text)):
            return None
        seconds = quiet_from.get(place.end, 0) / laid.timeline.rate
        if seconds > LONG_SILENCE_SECONDS and place.sound not in writing:
            return place.sound, seconds
    return None


def _writes(passage: Passage) -> bool:
    return any(pause.name.startswith("write") for pause in passage.pauses)


# --- the end ---


# What a way back speaks of: the group of phrases, what it is, and what to write.
_WAY_BACK = {
    "return_contact": ("what holds the listener", "You might notice what holds you up."),
    "return_sense": ("a sound or a sight", "You might notice one sound, or one thing you can see."),
    "return_time": ("time to get up", "When you are ready, …; or: there is no rush."),
}


def way_back(material: Material) -> Iterator[Finding]:
    """EXIT-01: the last section of every branch but sleep has support, a sound or a sight, and time."""
    lexicon = material.lexicon
    if not lexicon or not lexicon.knows(*_WAY_BACK):
        return
    told: set[tuple[str, str]] = set()
    for heard in material.heard:
        if sleeps(material, heard) or not heard.sentences:
            continue
        last = [each for each in heard.of_section(len(heard.sections) - 1) if each.tier == 0]
        for group, (what, instead) in _WAY_BACK.items():
            key = (group, heard.branch.request.closing)
            if key in told or any(lexicon.find(group, each.text) for each in last):
                continue
            told.add(key)
            message = f"The last section does not speak of {what}."
            end = _last(heard)
            yield material.finding("EXIT-01", end.number, message, instead=instead, needle=end.text, heard=heard)


def sleeps(material: Material, heard: Heard) -> bool:
    """Whether a branch ends in sleep, by choice or always."""
    return heard.branch.request.closing == "sleep" or any(
        "@return sleep" in line for _, line in material.body if not line.lstrip().startswith(("//", ">"))
    )


def _last(heard: Heard) -> Sentence:
    return heard.sentences[-1]


def time_back(material: Material, layouts: Layouts) -> Iterator[Finding]:
    """EXIT-01: the return takes 20 to 60 seconds, and no more than its part of the track."""
    told: set[str] = set()
    for laid in layouts.closings:
        if laid.timeline is None or sleeps(material, laid.heard) or laid.heard.label in told:
            continue
        seconds = (laid.timeline.frames - laid.timeline.chapters[-1].start) / laid.timeline.rate
        least, most = RETURN_SECONDS
        least = min(least, round(laid.minutes * 60 * _RETURN_SHARE_AT_LEAST))
        if laid.minutes >= _SHARE_FROM_MINUTES:
            most = min(most, round(laid.minutes * 60 * _RETURN_SHARE))
        if not least <= seconds <= most:
            told.add(laid.heard.label)
            message = f"The last section takes {seconds:.0f} s, and {least} to {most} s are right for it here."
            yield material.finding("EXIT-01", _heading_of_last(material), message, branch=laid.label)


def _heading_of_last(material: Material) -> int:
    return material.headings[-1][0] if material.headings else 1


def waking(material: Material, layouts: Layouts) -> Iterator[Finding]:
    """EXIT-02: no word of waking in the last third before sleep; names are left out there by the layout."""
    lexicon = material.lexicon
    if not lexicon or not lexicon.knows("waking"):
        return
    told: set[tuple[int, str]] = set()
    for laid in layouts.closings:
        if laid.timeline is None or not sleeps(material, laid.heard):
            continue
        for line in _late_lines(laid.timeline):
            text = plain(line.text)
            hit = lexicon.find("waking", text)
            if not hit or (line.number, text) in told:
                continue
            told.add((line.number, text))
            message = f"“{hit[0]}” is heard in the last third before sleep."
            yield material.finding("EXIT-02", line.number, message, needle=hit[0], heard=laid.heard, branch=laid.label)


def _late_lines(timeline: Timeline) -> Iterator[Line]:
    for place in timeline.placements:
        if isinstance(place.sound, Line) and place.start * 3 >= timeline.frames * 2:
            yield place.sound


def ends_in_silence(material: Material) -> Iterator[Finding]:
    """EXIT-03: the last pause of a branch that does not end in sleep is short."""
    for heard in material.heard:
        if sleeps(material, heard) or not heard.sentences:
            continue
        last = _last(heard)
        preferred = sum(pause.preferred for pause in last.passage.pauses)
        if preferred > ENDING_SECONDS:
            message = f"The track ends in a silence of {preferred:.0f} s, and {ENDING_SECONDS} s are the most."
            yield material.finding("EXIT-03", last.number, message, heard=heard)
            return


# --- names ---


def names(material: Material) -> Iterator[Finding]:
    """NAME-01: the listener's name stands in four lines at most, and in no wish."""
    told: set[int] = set()
    for heard in material.heard:
        named = [each for each in heard.sentences if LISTENER_NAME in each.text and each.line.personal]
        numbers = list(dict.fromkeys(each.number for each in named))
        about = {each.number: "The listener's name stands in a wish." for each in named if each.wish}
        if len(numbers) > MOST_NAMES:
            message = f"The listener's name stands in {len(numbers)} lines; {MOST_NAMES} are the most."
            about.setdefault(numbers[MOST_NAMES], message)
        for number in about.keys() - told:
            told.add(number)
            yield material.finding("NAME-01", number, about[number], needle="name", heard=heard)


# --- the whole ---


def whole(material: Material, layouts: Layouts) -> Iterator[Finding]:
    """LAYOUT-01: at the usual lengths, for each kind of listener, pauses are near their preferred lengths."""
    number = material.head_line("minutes")
    least, most = SPACIOUSNESS
    for label, group in groupby(layouts.listeners, key=lambda laid: laid.heard.label):
        listed = list(group)
        strained = [
            f"{laid.timeline.spaciousness:+.2f} at {laid.minutes:g} min"
            for laid in listed
            if laid.timeline and laid.minutes in USUAL_MINUTES and not least <= laid.timeline.spaciousness <= most
        ]
        if strained:
            message = f"Pauses are far from their preferred length: {', '.join(strained)}."
            yield material.finding("LAYOUT-01", number, message, needle="minutes", branch=label)
        refused: set[str] = set()
        for laid in listed:
            if laid.refused and laid.refused.message not in refused:
                refused.add(laid.refused.message)
                # A gentle practice has silences of 30 s at the most: long ones are refused with good reason.
                mild = label == "gentle" and laid.minutes > max(USUAL_MINUTES)
                yield material.finding(
                    "LAYOUT-01", number, laid.refused.message, instead=_REFUSED, needle="minutes",
                    branch=laid.label, severity="I" if mild else "W",
                )  # fmt: skip


RULES_HERE = (too_long, way_back, ends_in_silence, names)
RULES_LAID = (stop, drift, time_back, waking, whole)
