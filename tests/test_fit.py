"""Fit: a track is exactly as long as asked, and every silence keeps its promise.

Lengths of lines are estimated here, so that every script can be laid at every minute in a moment.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise, product
from math import ceil, floor

import pytest

from mettavox import phrasebook, source
from mettavox.errors import DurationError, MettavoxError, ScriptError
from mettavox.fit import fit, shortest_and_longest
from mettavox.layout import CUE_SHARE, Rules
from mettavox.person import EXPERIENCES, Listener, Target
from mettavox.prepare import RATE, EstimatedLengths, Prepared, plan, prepare
from mettavox.request import CLOSINGS, TONES, Request
from mettavox.script import (
    KEEP,
    PAUSES,
    Breath,
    Head,
    Line,
    Minutes,
    Passage,
    Pause,
    Script,
    Section,
)  # fmt: skip
from mettavox.timeline import Placement, Timeline
from mettavox.units import GRID, frames

SCRIPTS = [f"{language}/{name}" for language in phrasebook.languages() for name in source.ids(language)]
"""Every bundled script, as language/id."""

WITH_TARGET = ("loving-kindness", "before-you-meet", "caring-with-limits")


def ask(script: str, **choices: object) -> Request:
    """A request for one of SCRIPTS."""
    language, name = script.split("/")
    return Request(script=name, language=language, **choices)  # type: ignore[arg-type]


@cache
def usual(script: str) -> Prepared:
    """One of SCRIPTS with the usual choices; tests ask it for lengths of their own."""
    return prepare(ask(script))


LEAST_PERMISSION_SILENCE = 10 * RATE
SCALES = {"beginner": (0.9, 0.8, 0.6), "regular": (1, 1, 1), "experienced": (1, 1.5, 2)}
SPARSE = (1, 1.5, 1.6)
CAPS = {"beginner": 90, "regular": 150, "experienced": 300}
GENTLE_CAP = 30


def scales(rules: Rules) -> list[float]:
    """What multiplies each bound of a pause for this listener and this tone."""
    return [scale * (more if rules.sparse else 1) for scale, more in zip(SCALES[rules.experience], SPARSE, strict=True)]


def at(prepared: Prepared, minutes: float) -> Timeline:
    return plan(replace(prepared, seconds=Fraction(minutes) * 60))


def whole_minutes(prepared: Prepared) -> range:
    declared = prepared.script.head.minutes
    return range(ceil(declared.shortest), floor(declared.longest) + 1)


def one_of_each(*kinds: Sequence[object]) -> list[object]:
    """Every combination; those in which the second is not the next in turn only in the soak."""
    found: list[object] = []
    for number, first in enumerate(kinds[0]):
        for place, rest in enumerate(product(*kinds[1:])):
            marks = [] if place == number % len(kinds[1]) else [pytest.mark.soak]
            found.append(pytest.param(first, *rest, marks=marks))
    return found


# --- what every timeline must hold, whatever the script and the length ---


def assert_tiles_exactly(laid: Timeline, total: int) -> None:
    """Sounds and silences follow each other without a gap or an overlap, from 0 to the total."""
    assert laid.frames == total
    pieces = [(p.start, p.frames) for p in laid.placements] + [(s.start, s.frames) for s in laid.silences]
    reached = 0
    for start, length in sorted(pieces):
        assert start == reached
        assert length > 0
        reached = start + length
    assert reached == total


def assert_silences_within_bounds(laid: Timeline, rules: Rules, script: Script) -> None:
    """No silence leaves its bounds, nor passes the cap of its listener; writing time has no cap."""
    cap = min(CAPS[rules.experience], GENTLE_CAP if rules.gentle else 10**9) * RATE
    writers = {passage.sound for section in script.sections for passage in section.passages if _for_writing(passage)}
    before = {place.end: place.sound for place in laid.placements}
    for silence in laid.silences:
        assert silence.shortest <= silence.frames <= silence.longest
        assert silence.frames <= cap or before[silence.start] in writers


def assert_on_the_grid(laid: Timeline, script: Script) -> None:
    """Every line and bell begins on it, but for the cues of paced breaths, which are on whole seconds."""
    paced = cues(script)
    assert [place.start for place in laid.placements if place.sound not in paced and place.start % GRID] == []


def assert_permission_first(laid: Timeline, script: Script) -> None:
    """Before the first silence of ten seconds the listener has heard that they may stop."""
    protected = {p.sound for section in script.sections for p in section.passages if p.protected}
    permitted = min(place.start for place in laid.placements if place.sound in protected)
    long = [silence.start for silence in laid.silences if silence.frames >= LEAST_PERMISSION_SILENCE]
    assert all(permitted < start for start in long)


def assert_ends_with_the_return(laid: Timeline, script: Script) -> None:
    """The last section's lines are all there, in order, and nothing is heard after them."""
    ending = [p.sound for p in script.sections[-1].passages if isinstance(p.sound, Line) and p.tier == 0]
    assert [place.sound for place in laid.placements[-len(ending) :]] == ending


def assert_unstretched(laid: Timeline, prepared: Prepared) -> None:
    """After a protected line, and in a fixed section, a pause is at most what is preferred."""
    scale = scales(prepared.rules)[1]
    lengths = EstimatedLengths(prepared.voice)
    most: dict[Line, float] = {}
    for section in prepared.script.sections:
        for passage in section.passages:
            line = passage.sound
            if isinstance(line, Line) and (passage.protected or section.fixed):
                pauses = passage.pauses or (PAUSES["beat"],)
                most[line] = sum(_preferred(pause, lengths[line] / RATE, scale) for pause in pauses)
    after = {silence.start: silence.frames for silence in laid.silences}
    paced = cues(prepared.script)
    for place, following in pairwise(laid.placements):
        if place.sound in most and following.sound not in paced:
            assert after.get(place.end, 0) <= round(most[place.sound] * RATE) + 1


def _preferred(pause: Pause, said: float, scale: float) -> float:
    own_least = said + pause.after_line if pause.after_line is not None else 0
    return max(pause.preferred * (scale if pause.name in PAUSES else 1), pause.shortest, own_least)


def cues(script: Script) -> set[Line]:
    return {
        line
        for section in script.sections
        for passage in section.passages
        if isinstance(passage.sound, Breath)
        for cycle in passage.sound.cycles
        for cue in cycle
        for line in cue.lines
    }


def assert_pauses_follow_their_class(laid: Timeline, prepared: Prepared) -> None:
    """Each silence between two lines is what the pauses after the first one allow, told from the script alone."""
    rules, lengths = prepared.rules, EstimatedLengths(prepared.voice)
    low, _, high = scales(rules)
    cap = min(CAPS[rules.experience], GENTLE_CAP if rules.gentle else 10**9)
    after = {silence.start: silence.frames for silence in laid.silences}
    allowed: dict[Line, list[tuple[float, float]]] = {}
    for section in prepared.script.sections:
        for passage in section.passages:
            if isinstance(passage.sound, Line):
                bounds = [_bounds(pause, lengths[passage.sound] / RATE, low, high) for pause in passage.pauses]
                least, most = (map(sum, zip(*bounds, strict=True))) if bounds else _bounds(PAUSES["beat"], 0, low, high)
                most = most if _for_writing(passage) else min(most, cap)
                allowed.setdefault(passage.sound, []).append((min(least, 9.5, cap), most))
    paced = cues(prepared.script)
    for place, following in pairwise(laid.placements):
        if place.sound in paced or following.sound in paced or not isinstance(place.sound, Line):
            continue
        length = after.get(place.end, 0) / RATE
        assert any(least - 1e-3 <= length <= most + 1e-3 for least, most in allowed[place.sound]), (
            place.sound.number,
            length,
        )


def _for_writing(passage: Passage) -> bool:
    return any(pause.name.startswith("write") for pause in passage.pauses)


def _bounds(pause: Pause, said: float, low: float, high: float) -> tuple[float, float]:
    """In seconds; where the grid has no step between them, half a step is added on both sides."""
    own = pause.name not in PAUSES
    low, high = (1, 1) if own else (low, high)
    least = max(pause.shortest * low, said + pause.after_line if pause.after_line is not None else 0)
    most = pause.longest if own else max(pause.longest * high, pause.preferred * SCALES["experienced"][1] * SPARSE[1])
    aside = GRID / 2 / RATE if pause.longest * high - least < GRID / RATE else 0
    return least - aside, max(most, least) + aside


def assert_breath_keeps_time(laid: Timeline, script: Script) -> None:
    """Cues fall on whole seconds of the track, at their phase, and leave most of it free."""
    breaths = [p.sound for section in script.sections for p in section.passages if isinstance(p.sound, Breath)]
    for breath in breaths[:1]:  # no bundled script has two
        phases = dict(_phases(breath))
        paced = cues(script)
        first: Placement | None = None
        for place in laid.placements:
            if place.sound not in paced:
                first = None  # the next cue begins a breath anew
                continue
            first = first or place
            assert place.start % RATE == 0, "on a whole second"
            phase = phases[(place.start - first.start) // RATE]
            assert place.frames <= CUE_SHARE * phase * RATE


def _phases(breath: Breath) -> Iterator[tuple[float, float]]:
    """When each phase begins, in seconds from the first, and how long it is."""
    start = 0.0
    for cycle in range(breath.most):
        for cue in breath.cycles[min(cycle, len(breath.cycles) - 1)]:
            yield start, cue.seconds
            start += cue.seconds


def assert_sound(laid: Timeline, prepared: Prepared) -> None:
    assert_tiles_exactly(laid, prepared.frames)
    assert_silences_within_bounds(laid, prepared.rules, prepared.script)
    assert_on_the_grid(laid, prepared.script)
    assert_permission_first(laid, prepared.script)


def assert_holds_all(laid: Timeline, prepared: Prepared) -> None:
    assert_sound(laid, prepared)
    assert_ends_with_the_return(laid, prepared.script)
    assert_unstretched(laid, prepared)
    assert_pauses_follow_their_class(laid, prepared)
    assert_breath_keeps_time(laid, prepared.script)


def heard(laid: Timeline) -> Counter[Line]:
    return Counter(place.sound for place in laid.placements if isinstance(place.sound, Line))


# --- every bundled script at every minute ---


def sampled() -> list[object]:
    """A seeded sample of choices, so that each is there in several company."""
    chance = random.Random(20_260_301)
    found: list[object] = []
    relations = ["self", "friend", "family", "colleague", "client", "neutral", "difficult", "group", "all"]
    for number in range(2 * len(SCRIPTS)):
        script = SCRIPTS[number % len(SCRIPTS)]
        relation = chance.choice(relations) if script.split("/")[1] in WITH_TARGET else "friend"
        gentle = chance.random() < 0.5 and relation != "difficult"
        experience, closing = EXPERIENCES[number % 3 - number // 9 % 2], chance.choice(CLOSINGS)
        breath = chance.choice(["", "natural", "soft", "even", "ramp", "sigh"])
        anchor = chance.choice(["choose", "heart", "sound", "none"])
        tone = chance.choice(TONES)
        request = {
            "script": script, "closing": closing, "anchor": anchor, "breath": breath, "seconds": Fraction(1200),
            "listener": Listener(experience=experience, gentle=gentle), "target": Target(relation=relation),
            "tone": tone,
        }  # fmt: skip
        choices = (script, experience, "gentle" if gentle else "", closing, relation, breath, anchor, tone)
        found.append(pytest.param(request, id="-".join([str(number), *filter(None, choices)])))
    return found


def assert_every_promise(prepared: Prepared, minutes: Iterable[int]) -> list[int]:
    """DESIGN 5 at each of these lengths, and that a longer track contains the shorter one; gives what was refused."""
    sections: set[str] = set()
    lines: Counter[Line] = Counter()
    refused = []
    for minute in minutes:
        this = replace(prepared, seconds=Fraction(minute * 60))
        try:
            laid = plan(this)
        except DurationError as error:
            assert_refusal_is_true(prepared, minute * 60, error)
            refused.append(minute)
            continue
        assert_holds_all(laid, this)
        titles = {chapter.title for chapter in laid.chapters}
        assert sections <= titles
        assert lines <= heard(laid)
        sections, lines = titles, heard(laid)
    return refused


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_promise_holds_from_the_shortest_to_the_longest_of_every_script(script: str) -> None:
    """At the shortest lengths, where the most is left out, at every third minute of the others, and at the longest.

    Each script has other minutes than the one before it, so that all are there.
    """
    minutes = whole_minutes(usual(script))
    turn = SCRIPTS.index(script) % 3
    some = [each for each in minutes if each < minutes[0] + 3 or each % 3 == turn or each == minutes[-1]]
    assert assert_every_promise(usual(script), some) == []


@pytest.mark.soak
@pytest.mark.parametrize("script", SCRIPTS)
def test_every_promise_holds_at_every_minute_of_every_script(script: str) -> None:
    """From the shortest to the longest that the script declares; with the usual choices none is refused."""
    assert assert_every_promise(usual(script), whole_minutes(usual(script))) == []


@pytest.mark.parametrize("request_", sampled())
def test_every_promise_holds_for_other_listeners_and_choices(request_: dict[str, object]) -> None:
    """A sample of experience, gentle, closing, relation, anchor and breath; a refusal tells the truth."""
    prepared = prepare(ask(**request_))  # type: ignore[arg-type]
    minutes = [minute for minute in whole_minutes(prepared) if minute < 5 or minute % 6 == 0]
    assert len(assert_every_promise(prepared, minutes)) < len(minutes)


@pytest.mark.parametrize(("script", "part"), one_of_each(SCRIPTS, ["0.0001", "1/7", "1/3", "0.41", "2/3", "0.999979"]))
def test_a_length_that_is_no_whole_second_is_met_to_the_frame(script: str, part: str) -> None:
    """The nearest frame to what was asked for, anywhere between the shortest and the longest."""
    language, name = script.split("/")
    bounds = source.load(name, language).head.minutes
    asked = 60 * (Fraction(bounds.shortest) + Fraction(part) * Fraction(bounds.longest - bounds.shortest))
    laid = plan(prepare(ask(script, seconds=asked)))
    assert_tiles_exactly(laid, round(asked * RATE))


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_same_input_gives_the_same_timeline(script: str) -> None:
    """Fit is pure: no clock, no chance, no memory of the last time."""
    prepared = usual(script)
    first = plan(prepared)
    at(prepared, prepared.script.head.minutes.longest)
    assert plan(prepared) == first == plan(prepare(ask(script)))


@pytest.mark.parametrize("script", SCRIPTS)
def test_chapters_begin_where_their_first_words_do(script: str) -> None:
    """The first one at 0; every line's section is its chapter."""
    laid = plan(usual(script))
    assert laid.chapters[0].start == 0
    for number, chapter in enumerate(laid.chapters):
        own = [place for place in laid.placements if place.section == number]
        assert own, chapter.title
        assert chapter.start == (own[0].start if number else 0)


def test_what_was_left_out_is_named() -> None:
    """By the titles of the sections, in order, and without what was never asked for."""
    prepared = prepare(Request(script="loving-kindness"))
    laid = at(prepared, 2)
    titles = [section.title for section in prepared.script.sections if not section.opt_in]
    assert [*laid.left_out] == [title for title in titles if title not in {chapter.title for chapter in laid.chapters}]


def test_an_opt_in_section_is_there_only_when_asked_for() -> None:
    """And then at any length that it fits."""
    without = prepare(Request(script="loving-kindness", seconds=Fraction(2700)))
    included = prepare(Request(script="loving-kindness", seconds=Fraction(900), include=frozenset({"difficult"})))
    assert "Someone a little hard" not in [chapter.title for chapter in plan(without).chapters]
    assert "Someone a little hard" in [chapter.title for chapter in plan(included).chapters]


def test_a_beginner_hears_more_words_and_the_experienced_fewer() -> None:
    """At one length: words make room for silence as practice grows."""
    words = [
        sum(
            heard(at(prepare(Request(script="loving-kindness", listener=Listener(experience=experience))), 10)).values()
        )
        for experience in ("beginner", "regular", "experienced")
    ]
    assert words == sorted(words, reverse=True)
    assert words[0] > words[2]


def test_gentle_keeps_every_silence_to_thirty_seconds() -> None:
    """At every length there is."""
    prepared = prepare(Request(script="loving-kindness", listener=Listener(gentle=True)))
    for minutes in (1, 5, 10, 15):
        assert max(silence.frames for silence in at(prepared, minutes).silences) <= 30 * RATE


def test_a_track_for_sleep_ends_in_quiet_and_any_other_soon() -> None:
    """Half a minute to drift, or a few seconds."""
    sleep = at(prepare(Request(script="loving-kindness", closing="sleep")), 10).silences[-1]
    usual = at(prepare(Request(script="loving-kindness")), 10).silences[-1]
    assert sleep.frames >= 20 * RATE
    assert usual.frames <= 15 * RATE


# --- refusals ---


def shown_seconds(text: str) -> list[float]:
    found = re.findall(r"--duration (?:(\d+):)?(\d+):(\d\d(?:\.\d)?)", text)
    return [3600 * int(h or 0) + 60 * int(m) + float(s) for h, m, s in found]


@pytest.mark.parametrize(("script", "share"), one_of_each(SCRIPTS, ["1/60", "1/2", "99/100"]))
def test_too_short_says_how_short_it_can_be_and_what_to_do(script: str, share: str) -> None:
    """In minutes and seconds; and what the hint says does work."""
    prepared = usual(script)
    with pytest.raises(DurationError, match=r"\d+:\d\d") as caught:
        at(prepared, Fraction(share) * Fraction(prepared.script.head.minutes.shortest))
    (offered,) = shown_seconds(caught.value.hint)
    assert_tiles_exactly(at(prepared, Fraction(offered) / 60), round(Fraction(offered) * RATE))


@pytest.mark.parametrize(("script", "minutes"), one_of_each(SCRIPTS, [46, 90, 1440]))
def test_too_long_says_how_long_it_can_be_and_what_to_do(script: str, minutes: int) -> None:
    """In minutes and seconds; and what the hint says does work."""
    prepared = usual(script)
    with pytest.raises(DurationError, match=r"\d+:\d\d") as caught:
        at(prepared, minutes)
    (offered,) = shown_seconds(caught.value.hint)
    assert_tiles_exactly(at(prepared, Fraction(offered) / 60), round(Fraction(offered) * RATE))


def assert_refusal_is_true(prepared: Prepared, asked: float, error: MettavoxError) -> None:
    offers = shown_seconds(error.hint)
    assert offers, error.hint
    assert asked not in offers
    for offered in offers:
        assert_tiles_exactly(at(prepared, Fraction(offered) / 60), round(Fraction(offered) * RATE))


def test_shortest_and_longest_can_both_be_laid_and_no_frame_beyond(prepared_from: Callable[..., Prepared]) -> None:
    """The two bounds are the truth to the frame, where the head allows more."""
    prepared = prepared_from(
        "# Welcome {keep}\n! You can stop at any time.\n# Rest {keep}\nRest. (rest)\nRest on. (rest)\nGo well.\n"
    )
    lengths = EstimatedLengths(prepared.voice)
    least, most = shortest_and_longest(prepared.script, lengths, prepared.rules)
    for total in (least, most):
        assert_tiles_exactly(fit(prepared.script, lengths, total, prepared.rules), total)
    for total in (least - 1, most + 1):
        with pytest.raises(DurationError):
            fit(prepared.script, lengths, total, prepared.rules)


def test_a_hole_between_two_steps_is_told_with_both_its_edges(prepared_from: Callable[..., Prepared]) -> None:
    """A section too long for what is left: neither “too short” nor “too long” would be true."""
    prepared = prepared_from(
        "# Welcome {keep}\n! You can stop at any time.\n# Rest {importance 5}\nRest. (2m)\nGo on. (2m)\nGo well.\n"
    )
    with pytest.raises(DurationError) as caught:
        at(prepared, 1)
    assert re.search("not in between", caught.value.message)
    assert max(shown_seconds(caught.value.hint)) > 60
    assert_refusal_is_true(prepared, 60, caught.value)


def test_a_breath_that_this_voice_is_too_slow_for_is_refused(prepared_from: Callable[..., Prepared]) -> None:
    """No cue ever takes up more than its share of a phase."""
    prepared = prepared_from("# Welcome {keep}\n! You can stop at any time.\n@breathe soft 6\nRest.\n")
    with pytest.raises(ScriptError, match="no cue of the “soft” breath is short enough") as caught:
        fit(prepared.script, _Slow(), 120 * RATE, prepared.rules)
    assert "--breath" in caught.value.hint


class _Slow(EstimatedLengths):
    """A voice that takes three seconds for anything."""

    def __init__(self) -> None:
        super().__init__(prepare(ask(SCRIPTS[0])).voice)

    def __getitem__(self, line: Line) -> int:
        return 3 * RATE


# --- small scripts, each for one promise ---


def test_writing_time_may_pass_the_cap(prepared_from: Callable[..., Prepared]) -> None:
    """(write) is not a silence to sit through."""
    prepared = prepared_from("# Welcome {keep}\n! You can stop at any time.\nWrite now.\n(write)\nGo well.\n")
    assert max(silence.frames for silence in at(prepared, 8).silences) > 150 * RATE


@pytest.mark.parametrize("pause", ["(write)", "(long)", "(20s)", "(rest) (rest)", "(60s to 120s)"])
def test_before_permission_no_silence_reaches_ten_seconds(prepared_from: Callable[..., Prepared], pause: str) -> None:
    """Whatever the script says."""
    prepared = prepared_from(
        f"# Welcome {{keep}}\nHello. {pause}\n! You can stop at any time.\nRest. (rest)\nGo well.\n"
    )
    least, most = shortest_and_longest(prepared.script, EstimatedLengths(prepared.voice), prepared.rules)
    for total in (least, (least + most) // 2, most):
        laid = fit(prepared.script, EstimatedLengths(prepared.voice), total, prepared.rules)
        assert_permission_first(laid, prepared.script)


@pytest.mark.parametrize(
    "ending",
    ["Rest.\n(long)\n", "Rest. (rest) (rest)\n", "@breathe soft 12\n(long)\nRest.\n", "@breathe soft 12\n(long)\n",
     "(long)\n@breathe soft 12\nRest.\n"],
)  # fmt: skip
@pytest.mark.parametrize("gentle", [False, True])
@pytest.mark.parametrize("closing", ["return", "sleep"])
def test_no_silence_is_over_the_cap_wherever_it_lies(
    prepared_from: Callable[..., Prepared], ending: str, gentle: bool, closing: str
) -> None:
    """Also at the very end, and around a paced breath, where several silences become one."""
    prepared = prepared_from(
        f"# Welcome {{keep}}\n! You can stop at any time.\n{ending}",
        listener=Listener(experience="beginner", gentle=gentle),
        closing=closing,
    )
    lengths = EstimatedLengths(prepared.voice)
    for total in shortest_and_longest(prepared.script, lengths, prepared.rules):
        laid = fit(prepared.script, lengths, total, prepared.rules)
        assert_silences_within_bounds(laid, prepared.rules, prepared.script)


def test_a_protected_line_s_pauses_stay_short_while_others_stretch(prepared_from: Callable[..., Prepared]) -> None:
    """! is never stretched."""
    prepared = prepared_from(
        "# Welcome {keep}\n! You can stop at any time. (notice)\nRest. (notice)\nRest on. (notice)\nGo well.\n"
    )
    _, most = shortest_and_longest(prepared.script, EstimatedLengths(prepared.voice), prepared.rules)
    laid = fit(prepared.script, EstimatedLengths(prepared.voice), most, prepared.rules)
    for silence, longest in zip(laid.silences[1:4], (9, 20, 20), strict=True):
        assert 0 <= longest * RATE - silence.frames < GRID


def test_a_pause_after_a_wish_is_at_least_as_long_as_the_wish(prepared_from: Callable[..., Prepared]) -> None:
    """It is said once inwardly, and there is a breath more."""
    long = "May I be safe and well and happy and peaceful and at ease in all that comes to me today and always"
    prepared = prepared_from(
        f"# Welcome {{keep}}\n! You can stop at any time.\n{long}. (phrase)\nRest. (rest)\nGo well.\n"
    )
    lengths = EstimatedLengths(prepared.voice)
    least, _ = shortest_and_longest(prepared.script, lengths, prepared.rules)
    laid = fit(prepared.script, lengths, least, prepared.rules)
    wish = next(
        place for place in laid.placements if isinstance(place.sound, Line) and place.sound.text.startswith("May")
    )
    after = next(silence for silence in laid.silences if silence.start == wish.end)
    assert after.frames >= wish.frames + 1.5 * RATE


def test_rounds_are_heard_in_order(prepared_from: Callable[..., Prepared]) -> None:
    """[if first] once, [if again] in each later round."""
    prepared = prepared_from(
        "# Welcome {keep}\n! You can stop at any time.\n# Wish {keep} {repeat 1-3}\n"
        "[if first] Now a wish. (beat)\n[if again] Once more. (beat)\nMay I be safe. (rest)\n"
    )
    _, most = shortest_and_longest(prepared.script, EstimatedLengths(prepared.voice), prepared.rules)
    laid = fit(prepared.script, EstimatedLengths(prepared.voice), most, prepared.rules)
    said = [place.sound.text for place in laid.placements if isinstance(place.sound, Line)][1:]
    assert said == ["Now a wish.", "May I be safe.", *["Once more.", "May I be safe."] * 2]
    assert len(laid.chapters) == 2


@pytest.mark.parametrize("pattern", ["soft", "even", "ramp", "box", "4-7-8", "sigh"])
def test_a_paced_breath_keeps_time_in_every_pattern(prepared_from: Callable[..., Prepared], pattern: str) -> None:
    """Whole seconds of the track, in every pattern, wherever the breath begins."""
    for words in ("Rest.", "Rest here for now.", "Rest here, as long as you like."):
        prepared = prepared_from(
            "# Welcome {keep}\n! You can stop at any time.\n"
            f"{words}\n@breathe {pattern} 4 to 40\nRest. (rest)\nGo well.\n"
        )
        for seconds in (61, 62.3, 75.7):
            try:
                laid = at(prepared, Fraction(seconds) / 60)
            except DurationError:
                continue
            assert_sound(laid, replace(prepared, seconds=Fraction(seconds)))
            assert_breath_keeps_time(laid, prepared.script)


# --- scripts that nobody wrote ---


def random_script(chance: random.Random) -> Script:
    """A script of any shape that the reader could make, with permission somewhere in its first section."""
    number = iter(range(1, 10_000))

    def line() -> Line:
        text = "la " * chance.randint(1, 20)
        return Line(text=text, spoken=text, number=next(number))

    def pause() -> Pause:
        if chance.random() < 0.8:
            return PAUSES[chance.choice(["beat", "breath", "phrase", "notice", "rest", "long"])]
        low = chance.uniform(0.1, 40)
        high = low * chance.choice([1, 1, 1.5, 4])
        return Pause(name=f"{low} to {high}", shortest=low, preferred=(low * high) ** 0.5, longest=high)

    def passage(*, protected: bool = False) -> Passage:
        return Passage(
            sound=line(),
            pauses=tuple(pause() for _ in range(chance.choice([0, 0, 1, 1, 1, 2]))),
            tier=0 if protected else chance.choice([0, 0, 0, 1, 2]),
            wish=chance.choice([0, 0, 0, 1, 2, 3, 4]),
            protected=protected,
            rounds="every" if protected else chance.choice(["every", "every", "first", "again"]),
        )

    welcome = Section(
        title="Welcome",
        importance=KEEP,
        fixed=chance.random() < 0.5,
        passages=(*(passage() for _ in range(chance.randint(0, 2))), replace(passage(protected=True), wish=0)),
    )
    middle = tuple(
        Section(
            title=f"Part {index}",
            importance=chance.randint(1, 10),
            repeat=chance.choice([1, 1, 2, 5]),
            fixed=chance.random() < 0.1,
            passages=tuple(passage() for _ in range(chance.randint(1, 8))),
        )
        for index in range(chance.randint(1, 8))
    )
    head = Head(id="random", title="Random", language="en", minutes=Minutes(shortest=0.01, typical=1, longest=300))
    return Script(head=head, sections=(welcome, *middle))


def random_case(seed: int, lengths_tried: int = 25) -> tuple[Script, dict[Line, int], Rules, list[int]]:
    """A script, its lengths and rules, and a few totals between its shortest and its longest."""
    chance = random.Random(seed)
    script = random_script(chance)
    rules = Rules(
        rate=RATE, experience=chance.choice(EXPERIENCES), gentle=chance.random() < 0.3,
        sleep=chance.random() < 0.5,
    )  # fmt: skip
    lengths = {line: chance.randint(1, 6 * RATE) for line in script.lines()}
    least, most = shortest_and_longest(script, lengths, rules)
    return script, lengths, rules, sorted({least, most, *(chance.randint(least, most) for _ in range(lengths_tried))})


@pytest.mark.parametrize(
    ("seed", "lengths_tried"),
    [*((seed, 8) for seed in range(30)), *(pytest.param(seed, 25, marks=pytest.mark.soak) for seed in range(300))],
)
def test_random_scripts_keep_every_promise(seed: int, lengths_tried: int) -> None:
    """Exact, nested, bounded, permitted and pure, for scripts of any shape; and not a frame beyond either end."""
    script, lengths, rules, totals = random_case(seed, lengths_tried)
    before: Counter[Line] = Counter()
    for number, total in enumerate(totals):
        try:
            laid = fit(script, lengths, total, rules)
        except DurationError as error:
            assert totals[0] < total < totals[-1], "only a hole between two steps is refused"
            assert_offers_can_be_laid(error, script, lengths, rules)
            continue
        assert_tiles_exactly(laid, total)
        assert_silences_within_bounds(laid, rules, script)
        assert_on_the_grid(laid, script)
        assert_permission_first(laid, script)
        assert before <= heard(laid)
        before = heard(laid)
        if number % 4 == 1:
            assert fit(script, lengths, total, rules) == laid
    for total in (totals[0] - 1, totals[-1] + 1):
        with pytest.raises(DurationError):
            fit(script, lengths, total, rules)


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_a_pause_of_one_length_gives_way_by_half_a_step(rate: int) -> None:
    """The quiet at both ends is hardly longer, and has what is left over; all is still exact."""
    number = iter(range(1, 100))
    five = Pause(name="5", shortest=5, preferred=5, longest=5)

    def passage(*pauses: Pause, protected: bool = False) -> Passage:
        text = "la " * next(number)
        return Passage(sound=Line(text=text, spoken=text, number=len(text)), pauses=pauses, protected=protected)

    passages = (passage(five, protected=True), *(passage(five) for _ in range(30)), passage(PAUSES["rest"]), passage())
    head = Head(id="one", title="One", language="en", minutes=Minutes(shortest=0.01, typical=1, longest=60))
    script = Script(head=head, sections=(Section(title="All", importance=KEEP, passages=passages),))
    lengths = {line: line.number * 1013 for line in script.lines()}
    rules = Rules(rate=rate)
    least, most = shortest_and_longest(script, lengths, rules)
    for total in (least, least + 1, least + GRID - 1, (least + most) // 2, most):
        laid = fit(script, lengths, total, rules)
        assert_tiles_exactly(laid, total)
        assert_on_the_grid(laid, script)
        first, *fixed, _, last = laid.silences
        assert 0 <= first.frames - rules.head_seconds * rate < GRID
        assert 0 <= last.frames - rules.tail_seconds * rate < GRID
        assert all(abs(silence.frames - 5 * rate) <= GRID / 2 for silence in fixed)


@pytest.mark.parametrize("seed", range(12))
def test_a_pause_with_room_for_a_short_name_keeps_its_cap(seed: int) -> None:
    """What a line may be shorter than its slot is heard as a part of the pause after it."""
    script, lengths, rules, totals = random_case(seed)
    personal = {line for line in script.lines() if len(line.text) % 2}
    named = {line: replace(line, personal=True) for line in personal}
    sections = tuple(
        replace(
            section,
            passages=tuple(replace(each, sound=named.get(each.sound, each.sound)) for each in section.passages),  # type: ignore[arg-type]
        )
        for section in script.sections
    )
    script = replace(script, sections=sections)
    lengths |= {named[line]: lengths[line] for line in personal}
    rules = replace(rules, slack_seconds=0.8)
    slack, cap = frames(0.8, RATE), frames(rules.cap_seconds, RATE)
    for total in totals[2:-2:4]:
        try:
            laid = fit(script, lengths, total, rules)
        except DurationError:
            continue
        assert_tiles_exactly(laid, total)
        ends = {place.end for place in laid.placements if isinstance(place.sound, Line) and place.sound.personal}
        for quiet in laid.silences:
            if quiet.start in ends and quiet.start + quiet.frames < total - frames(rules.tail_seconds, RATE):
                assert quiet.longest <= cap - slack or quiet.longest > cap, "only what is written at leisure has no cap"


@pytest.mark.parametrize("seed", [*range(30), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(30, 60))])
def test_every_length_that_a_refusal_offers_can_be_laid(seed: int) -> None:
    """For scripts of any shape, far too short and far too long; the random totals above try the holes between steps."""
    script, lengths, rules, totals = random_case(seed)
    for total in (totals[0] // 2, totals[-1] * 2):
        with pytest.raises(DurationError) as refused:
            fit(script, lengths, total, rules)
        assert_offers_can_be_laid(refused.value, script, lengths, rules)


def assert_offers_can_be_laid(error: DurationError, script: Script, lengths: dict[Line, int], rules: Rules) -> None:
    offers = [round(offered * RATE) for offered in shown_seconds(error.hint)]
    assert offers or "no pauses that could stretch" in error.message
    for offered in offers:
        assert_tiles_exactly(fit(script, lengths, offered, rules), offered)


# --- blocks that come when there is time ---


def test_a_block_that_is_not_core_brings_its_whole_self(prepared_from: Callable[..., Prepared]) -> None:
    """All four wishes and further breaths come with time, and not only the first two."""
    made = prepared_from(
        "# Rest {keep}\n! You can stop at any time.\nRest.\n(20s to 500s)\n+ @wishes self\n(rest)\n"
        "+ @breathe soft 2 to 10\n(rest)\n",
        seconds=Fraction(285),
    )
    laid = plan(made)
    said = [place.sound.text for place in laid.placements if isinstance(place.sound, Line)]
    assert [text for text in said if text.startswith("May ")] == [wish["i"] for wish in phrasebook.load("en").wishes]
    assert said.count("Breathe in.") + said.count("In.") > 2


def test_sparse_wording_has_fewer_words_at_the_same_length(prepared_from: Callable[..., Prepared]) -> None:
    """Lines with + come later, and pauses are wider; the length is the same to the frame."""
    for script in ("en/loving-kindness", "es/sleep", "en/inner-critic", "es/before-you-meet"):
        language, name = script.split("/")
        minutes = source.load(name, language).head.minutes.typical
        plain, sparse = (at(prepare(ask(script, tone=tone)), minutes) for tone in ("plain", "sparse"))
        assert plain.frames == sparse.frames
        assert sparse.spoken_frames < plain.spoken_frames
