"""How often a listener is called by name: once in five minutes, four times at most, never near sleep."""

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

import pytest

from mettavox import phrasebook, source
from mettavox.errors import DurationError
from mettavox.person import Listener, Spoken
from mettavox.prepare import RATE, Prepared, plan, prepare
from mettavox.request import Request
from mettavox.script import Line
from mettavox.timeline import Timeline

MAYA = Listener(name=Spoken(written="Maya", said="MY-ah"))
EVERY = [(language, name) for language in phrasebook.languages() for name in source.ids(language)]


def prepared(language: str, name: str, **choices: object) -> Prepared:
    return prepare(Request(script=name, language=language, listener=MAYA, **choices))  # type: ignore[arg-type]


def at(made: Prepared, minutes: float) -> Timeline:
    return plan(replace(made, seconds=Fraction(minutes) * 60))


def minutes_of(made: Prepared) -> list[int]:
    bounds = made.script.head.minutes
    every = range(max(1, ceil(bounds.shortest)), floor(bounds.longest) + 1)
    return [minutes for minutes in every if minutes in (every[0], 3, 4, 5, 6, every[-1]) or minutes % 10 == 0]


def named(laid: Timeline) -> list[int]:
    """Where the name is said, in frames."""
    return [place.start for place in laid.placements if isinstance(place.sound, Line) and "Maya" in place.sound.text]


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_the_name_is_said_by_the_length(language: str, name: str) -> None:
    """At the welcome always; further only as time allows; the line is said without it elsewhere."""
    made = prepared(language, name)
    for minutes in minutes_of(made):
        laid = at(made, minutes)
        places = named(laid)
        first = laid.placements[0].sound
        assert isinstance(first, Line)
        assert "Maya" in first.text
        assert 1 <= len(places) <= min(4, max(1, minutes // 5))
        assert laid.frames == minutes * 60 * RATE
        spoken = [place.sound for place in laid.placements if isinstance(place.sound, Line)]
        assert all(("MY-ah" in line.spoken) == ("Maya" in line.text) for line in spoken)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_a_track_for_sleep_never_calls_late(language: str, name: str) -> None:
    """One's own name wakes: not in the last third."""
    made = prepared(language, name, closing="sleep", asked=frozenset({"closing"} if name != "sleep" else ()))
    laid_at = 0
    for minutes in minutes_of(made):
        try:
            laid = at(made, minutes)
        except DurationError:  # the quiet end of a track for sleep needs its time
            continue
        laid_at += 1
        assert all(place < laid.frames * 2 / 3 for place in named(laid)), minutes
    assert laid_at


@pytest.mark.parametrize("name", ["loving-kindness", "inner-critic", "caring-with-limits"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_long_track_calls_more_than_once(language: str, name: str) -> None:
    """The scripts have places for it."""
    made = prepared(language, name)
    assert len(named(at(made, made.script.head.minutes.longest))) >= 2


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_the_name_is_never_in_a_wish(language: str, name: str) -> None:
    """“May I” has no name in it."""
    for section in prepared(language, name).script.sections:
        for passage in section.passages:
            if isinstance(passage.sound, Line) and passage.wish:
                assert "Maya" not in passage.sound.text


def test_from_ten_minutes_on_the_close_has_the_name_too() -> None:
    """The second time is the last line that can have it."""
    made = prepared("en", "loving-kindness")
    assert len(named(at(made, 9))) == 1
    laid = at(made, 10)
    welcome, close = named(laid)
    assert laid.chapters[-1].start <= close
    assert welcome < RATE


def test_further_names_follow_the_longest_quiet() -> None:
    """After the welcome and the close come those that break a long silence."""
    from mettavox import reader, script
    from mettavox.fit import fit
    from mettavox.layout import Rules
    from mettavox.script import Head, Minutes, Passage, Script, Section

    assert reader.PAUSES is script.PAUSES

    def line(text: str, named: bool) -> Line:
        plain = Line(text=text, spoken=text, number=1)
        if not named:
            return plain
        return Line(text=f"{text} Maya", spoken=f"{text} Maya", number=1, personal=True, unnamed=plain)

    pauses = script.PAUSES
    passages = (
        Passage(sound=line("Hello", True), protected=True),
        Passage(sound=line("One", True), pauses=(pauses["long"],)),
        Passage(sound=line("Two", True), pauses=(pauses["breath"],)),
        Passage(sound=line("Three", True), pauses=(pauses["long"],)),
        Passage(sound=line("Four", False), pauses=(pauses["breath"],)),
        Passage(sound=line("Five", True)),
    )
    head = Head(id="t", title="T", language="en", minutes=Minutes(shortest=1, typical=5, longest=60))
    whole = Script(head=head, sections=(Section(title="S", passages=passages, importance=script.KEEP),))

    class Second(dict[Line, int]):
        def __missing__(self, key: Line) -> int:
            return 8000

    def said(minutes: float) -> list[str]:
        laid = fit(whole, Second(), round(minutes * 60 * 8000), Rules(rate=8000, experience="experienced"))
        texts = [place.sound.text for place in laid.placements if isinstance(place.sound, Line)]
        return [text.split()[0] for text in texts if "Maya" in text]

    assert said(4) == ["Hello"]
    assert said(10) == ["Hello", "Five"]


def test_a_place_in_the_second_half_of_a_track_for_sleep_stays_without_the_name() -> None:
    """Even where it is the only one."""
    from mettavox.fit import fit
    from mettavox.layout import Rules
    from mettavox.script import KEEP, PAUSES, Head, Minutes, Passage, Script, Section

    hello, bare, late = (Line(text=text, spoken=text, number=1) for text in ("Hello", "Good night", "Good night Maya"))
    late = replace(late, personal=True, unnamed=bare)
    passages = (
        Passage(sound=hello, protected=True),
        Passage(sound=Line(text="Rest", spoken="Rest", number=2), pauses=(PAUSES["long"],) * 2),
        Passage(sound=late),
    )
    head = Head(id="t", title="T", language="en", minutes=Minutes(shortest=1, typical=2, longest=5))
    script = Script(head=head, sections=(Section(title="S", passages=passages, importance=KEEP),))
    lengths = dict.fromkeys((hello, bare, late, passages[1].sound), 8000)
    for sleep, said in ((True, "Good night"), (False, "Good night Maya")):
        laid = fit(script, lengths, 2 * 60 * 8000, Rules(rate=8000, sleep=sleep))  # type: ignore[arg-type]
        assert isinstance(laid.placements[-1].sound, Line)
        assert laid.placements[-1].sound.text == said
