"""Bells and breath tones in a layout: struck where they belong, to the frame, and every promise on silence still holds.

Lengths of lines are estimated here, as in the tests of fit.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import groupby, pairwise

import pytest

from mettavox import bells, deliveries, layout
from mettavox.errors import DurationError, RequestError
from mettavox.fit import fit, shortest_and_longest
from mettavox.layout import WRITTEN
from mettavox.person import Listener
from mettavox.prepare import EstimatedLengths, Prepared, plan, prepare
from mettavox.request import Request
from mettavox.script import Bell, Breath, Line, Script
from mettavox.timeline import Timeline, Tone
from mettavox.units import GRID, frames
from test_fit import CAPS, GENTLE_CAP, SCRIPTS, shown_seconds, whole_minutes

PreparedFrom = Callable[..., Prepared]

WELCOME = "# Welcome {keep}\n! You can stop at any time. (notice)\n"
PATTERNS = ("soft", "even", "ramp", "box", "4-7-8", "sigh")


AWAKE = [script for script in SCRIPTS if not script.endswith("/sleep")]
"""Every bundled script that does not always end in sleep, as language/id."""


def asking(script: str, **choices: object) -> Request:
    """A request for one of AWAKE."""
    language, name = script.split("/")
    return Request(script=name, language=language, **choices)  # type: ignore[arg-type]


def few_minutes(prepared: Prepared) -> list[int]:
    """Every short length that the script declares, and some of the longer ones."""
    return [minute for minute in whole_minutes(prepared) if minute < 6 or minute % 5 == 0]


def at(prepared: Prepared, seconds: Fraction | float) -> Timeline:
    return plan(replace(prepared, seconds=Fraction(seconds)))


def sounds(laid: Timeline) -> list[str]:
    """What is heard, in order: the words of a line, or “bell”."""
    return [place.sound.text if isinstance(place.sound, Line) else "bell" for place in laid.placements]


def bells_in(laid: Timeline) -> int:
    return sum(isinstance(place.sound, Bell) for place in laid.placements)


# --- what holds with bells as without ---


def assert_exact(laid: Timeline, total: int) -> None:
    """Sounds and silences follow each other from 0 to the total, without a gap or an overlap."""
    pieces = sorted((piece.start, piece.frames) for piece in (*laid.placements, *laid.silences))
    reached = 0
    for start, length in pieces:
        assert (start, length > 0) == (reached, True)
        reached += length
    assert reached == total == laid.frames


def assert_silences_keep_their_bounds(laid: Timeline, prepared: Prepared) -> None:
    """Each within its own, and none over the listener's cap, but for time to write."""
    rules, rate = prepared.rules, laid.rate
    cap = frames(min(CAPS[rules.experience], GENTLE_CAP if rules.gentle else 10**9), rate)
    passages = [passage for section in prepared.script.sections for passage in section.passages]
    writers = {each.sound for each in passages if any(pause.name.startswith("write") for pause in each.pauses)}
    before = {place.end: place.sound for place in laid.placements}
    for silence in laid.silences:
        assert silence.shortest <= silence.frames <= silence.longest
        assert silence.frames <= cap or before[silence.start] in writers


def assert_permission_first(laid: Timeline, script: Script) -> None:
    """Before a silence of ten seconds the listener has heard that they may stop."""
    protected = {p.sound for section in script.sections for p in section.passages if p.protected}
    permitted = min(place.start for place in laid.placements if place.sound in protected)
    assert all(permitted < each.start for each in laid.silences if each.frames >= 10 * laid.rate)


def assert_chapters_hold_their_sounds(laid: Timeline) -> None:
    """The first begins at 0, each other one with its first sound; none is empty, and none holds a bell alone."""
    assert [place.section for place in laid.placements] == sorted(place.section for place in laid.placements)
    for number, chapter in enumerate(laid.chapters):
        own = [place for place in laid.placements if place.section == number]
        assert chapter.start == (own[0].start if number else 0)
        assert any(isinstance(place.sound, Line) for place in own)


def assert_all(laid: Timeline, prepared: Prepared) -> None:
    assert_exact(laid, prepared.frames)
    assert_silences_keep_their_bounds(laid, prepared)
    assert_permission_first(laid, prepared.script)
    assert_chapters_hold_their_sounds(laid)


def assert_bells_at_both_ends(laid: Timeline, prepared: Prepared) -> None:
    """The first sound is a bell right after the head, the last one a bell with the tail after it alone."""
    first, last = laid.placements[0], laid.placements[-1]
    assert isinstance(first.sound, Bell)
    assert isinstance(last.sound, Bell)
    assert 0 <= first.start - frames(prepared.rules.head_seconds, laid.rate) < GRID
    assert 0 <= laid.frames - last.end - frames(prepared.rules.tail_seconds, laid.rate) < GRID
    assert last.section == len(laid.chapters) - 1
    assert first.frames == last.frames == frames(layout.BELL_SECONDS, laid.rate)


def assert_refusal_is_true(prepared: Prepared, error: DurationError) -> None:
    """Every time that it names can be laid, with the bells."""
    offers = shown_seconds(error.hint)
    assert offers
    for offered in offers:
        laid = at(prepared, offered)
        assert_exact(laid, frames(Fraction(offered), prepared.rate))
        assert bells_in(laid) >= 2


@pytest.mark.parametrize("script", AWAKE)
def test_a_bell_at_either_end_of_any_script_at_any_length(script: str) -> None:
    """Exact, bounded, permitted; a longer track has the shorter one's sections and lines; a refusal is true."""
    prepared = prepare(asking(script, bells=True))
    titles: set[str] = set()
    lines: Counter[object] = Counter()
    for minute in few_minutes(prepared):
        this = replace(prepared, seconds=Fraction(minute * 60))
        try:
            laid = plan(this)
        except DurationError as error:
            assert minute <= 2, "there is room for two bells"
            assert_refusal_is_true(prepared, error)
            continue
        assert_all(laid, this)
        assert_bells_at_both_ends(laid, this)
        heard = Counter(place.sound for place in laid.placements if isinstance(place.sound, Line))
        now = {chapter.title for chapter in laid.chapters}
        assert titles <= now
        assert lines <= heard
        titles, lines = now, heard


@pytest.mark.parametrize("script", AWAKE[::3])
@pytest.mark.parametrize(
    ("experience", "gentle"), [("beginner", False), ("beginner", True), ("regular", True), ("experienced", False)]
)
def test_no_silence_beside_a_bell_passes_the_cap(script: str, experience: str, gentle: bool) -> None:
    """Of a beginner, of a gentle listener; the one before the last bell least of all."""
    prepared = prepare(asking(script, bells=True, listener=Listener(experience=experience, gentle=gentle)))
    for minute in few_minutes(prepared)[1::2]:
        this = replace(prepared, seconds=Fraction(minute * 60))
        try:
            laid = plan(this)
        except DurationError as error:
            assert_refusal_is_true(prepared, error)
            continue
        assert_all(laid, this)
        assert_bells_at_both_ends(laid, this)
        *_, before, _tail = laid.silences
        assert before.start + before.frames == laid.placements[-1].start
        assert before.frames <= frames(30 if gentle else CAPS[experience], laid.rate)


@pytest.mark.parametrize("script", AWAKE[::5])
def test_the_same_input_gives_the_same_bells(script: str) -> None:
    """No memory of the last time."""
    request = asking(script, bells=True, breath_tones=True)
    assert plan(prepare(request)) == plan(prepare(request))


@pytest.mark.parametrize("share", ["1/60", "1/2", "99/100"])
@pytest.mark.parametrize("script", AWAKE[::4])
def test_asked_for_bells_are_refused_with_a_time_that_can_be_laid(script: str, share: str) -> None:
    """Also below what the script declares: there the time has room for the bells too."""
    prepared = prepare(asking(script, bells=True))
    with pytest.raises(DurationError, match=r"\d+:\d\d") as caught:
        at(prepared, Fraction(share) * Fraction(prepared.script.head.minutes.shortest) * 60)
    assert_refusal_is_true(prepared, caught.value)


@pytest.mark.parametrize("script", AWAKE[::4])
def test_too_long_with_bells_says_a_time_that_can_be_laid(script: str) -> None:
    """The bells are in it."""
    prepared = prepare(asking(script, bells=True))
    with pytest.raises(DurationError, match=r"\d+:\d\d") as caught:
        at(prepared, 24 * 3600)
    assert_refusal_is_true(prepared, caught.value)


# --- where they ring ---


@pytest.mark.parametrize(
    ("profile", "chosen", "places"),
    [
        ("podcast", None, ""), ("podcast", True, "start end"), ("podcast", False, ""),
        ("library", None, "start end"), ("library", False, ""), ("insight-timer", None, "end"),
        ("insight-timer", True, "start end"), ("insight-timer", False, ""), ("sleep", None, ""), ("acx", None, ""),
    ],
)  # fmt: skip
def test_bells_are_where_the_profile_or_the_listener_has_them(profile: str, chosen: bool | None, places: str) -> None:
    """What is chosen comes before what the profile has."""
    laid = plan(prepare(asking("en/loving-kindness", profile=profile, bells=chosen)))
    assert isinstance(laid.placements[0].sound, Bell) == ("start" in places)
    assert isinstance(laid.placements[-1].sound, Bell) == ("end" in places)
    assert bells_in(laid) == len(places.split())


WITH_BELL = WELCOME + "Rest here. (rest)\n@bell\n(rest)\nRest on. (rest)\nGo well.\n"


@pytest.mark.parametrize(
    ("bells_", "heard"),
    [
        (None, ["Rest here.", "bell", "Rest on."]),
        (True, ["bell", "Rest here.", "bell", "Rest on.", "bell"]),
        (False, ["Rest here.", "Rest on."]),
    ],
)
def test_a_bell_rings_where_a_script_says_so(
    prepared_from: PreparedFrom, bells_: bool | None, heard: list[str]
) -> None:
    """Between those lines and with their pauses, unless there are to be no bells."""
    laid = plan(prepared_from(WITH_BELL, bells=bells_, seconds=Fraction(110 if bells_ is not False else 95)))
    assert [each for each in sounds(laid) if each in heard] == heard
    assert bells_in(laid) == heard.count("bell")


def test_the_pauses_of_a_bell_that_does_not_ring_stay(prepared_from: PreparedFrom) -> None:
    """There is room where it would have been."""
    prepared = prepared_from(WITH_BELL, bells=False)
    _, most = shortest_and_longest(prepared.script, EstimatedLengths(prepared.voice), prepared.rules)
    laid = fit(prepared.script, EstimatedLengths(prepared.voice), most, prepared.rules)
    (rest,) = (place for place in laid.placements if isinstance(place.sound, Line) and place.sound.text == "Rest here.")
    after = next(silence for silence in laid.silences if silence.start == rest.end)
    assert 0 <= 2 * 45 * laid.rate - after.frames < GRID


def test_a_bell_without_pauses_has_a_beat_around_it(prepared_from: PreparedFrom) -> None:
    """As a line has."""
    laid = plan(prepared_from(WELCOME + "Rest here.\n@bell\nRest on. (rest) (long)\nGo well.\n"))
    bell = next(place for place in laid.placements if isinstance(place.sound, Bell))
    before = next(silence for silence in laid.silences if silence.start + silence.frames == bell.start)
    after = next(silence for silence in laid.silences if silence.start == bell.end)
    assert 0.5 <= before.frames / laid.rate <= 1.5
    assert 0.5 <= after.frames / laid.rate <= 1.5


@pytest.mark.parametrize("begins", ["(long)\nHello.", "@bell\n(long)", "@breathe soft 3\n(long)", "Hello.\n(long)"])
@pytest.mark.parametrize("bells_", [None, True, False])
@pytest.mark.parametrize("profile", ["podcast", "long-head"])
def test_before_permission_no_silence_is_long_however_a_script_begins(
    prepared_from: PreparedFrom, own_profile: None, begins: str, bells_: bool | None, profile: str
) -> None:
    """With a pause, a bell or a breath; the quiet before the first sound counts."""
    prepared = prepared_from(
        f"# Welcome {{keep}}\n{begins}\n! You can stop.\nRest. (rest)\nGo well.\n", bells=bells_, profile=profile
    )
    lengths = EstimatedLengths(prepared.voice)
    for total in shortest_and_longest(prepared.script, lengths, prepared.rules):
        laid = fit(prepared.script, lengths, total, prepared.rules)
        assert_all(laid, replace(prepared, seconds=Fraction(total, prepared.rate)))


@pytest.fixture
def own_profile(own_folders: object) -> None:
    """A profile of one's own with the longest head and tail that there can be."""
    from mettavox import assets

    folder = assets.own_folder("profiles")
    folder.mkdir(parents=True)
    text = (assets.bundled("profiles") / "podcast.toml").read_text("utf-8")
    text = text.replace("head_seconds = 0.75", "head_seconds = 5").replace("tail_seconds = 3", "tail_seconds = 20")
    (folder / "long-head.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "ending", ["Rest.\n(long) (long)\n", "@breathe 4-7-8 4\n(long)\n", "@breathe soft 12\n", "Rest.\n"]
)
@pytest.mark.parametrize("gentle", [False, True])
@pytest.mark.parametrize("bells_", [True, False])
def test_a_long_head_and_tail_keep_the_caps(
    prepared_from: PreparedFrom, own_profile: None, ending: str, gentle: bool, bells_: bool
) -> None:
    """Whatever comes last, and with the longest quiet at the ends that a profile can have."""
    prepared = prepared_from(
        f"# Welcome {{keep}}\n! You can stop at any time.\n{ending}",
        listener=Listener(experience="beginner", gentle=gentle),
        bells=bells_,
        profile="long-head",
    )
    lengths = EstimatedLengths(prepared.voice)
    for total in shortest_and_longest(prepared.script, lengths, prepared.rules):
        laid = fit(prepared.script, lengths, total, prepared.rules)
        assert_all(laid, replace(prepared, seconds=Fraction(total, prepared.rate)))
        assert laid.placements[0].start >= frames(5, laid.rate)


def test_the_first_bell_belongs_to_the_first_section_that_is_heard(prepared_from: PreparedFrom) -> None:
    """One that has only a pause at this length has no chapter of its own."""
    prepared = prepared_from(
        "# Arrive {keep}\n(beat)\n++ Arrive.\n" + WELCOME + "Rest. (rest)\nGo well.\n", bells=True, seconds=Fraction(45)
    )
    laid = plan(prepared)
    assert [chapter.title for chapter in laid.chapters] == ["Welcome"]
    assert_all(laid, prepared)


def test_a_bell_lasts_as_long_as_it_sounds() -> None:
    """At either rate, the layout's bell is the one that is struck."""
    for rate in (44_100, 48_000):
        assert len(bells.bowl(rate, -24)) == frames(layout.BELL_SECONDS, rate)


# --- none where someone falls asleep ---


@pytest.mark.parametrize("profile", ["podcast", "library", "insight-timer", "sleep"])
def test_no_bell_in_a_track_for_sleep(prepared_from: PreparedFrom, profile: str) -> None:
    """Whatever the profile has, and where the script has one too."""
    laid = plan(prepared_from(WITH_BELL, closing="sleep", profile=profile, asked=frozenset({"closing"})))
    assert bells_in(laid) == 0
    assert bells_in(plan(prepare(Request(script="sleep", profile=profile)))) == 0


def test_asking_for_bells_and_sleep_is_refused() -> None:
    """A bell wakes."""
    with pytest.raises(RequestError, match="--bells and --closing sleep do not go together") as caught:
        prepare(Request(script="loving-kindness", closing="sleep", bells=True))
    assert "--bells" in caught.value.hint
    prepare(Request(script="loving-kindness", closing="sleep", bells=False))


# --- a profile's bells give way ---


def test_a_profile_s_bells_are_left_out_where_there_is_no_room() -> None:
    """The words come first; with more time the bells are there."""
    prepared = prepare(asking("en/loving-kindness", profile="library"))
    assert bells_in(at(prepared, 60)) == 0
    assert at(prepared, 60) == at(prepare(asking("en/loving-kindness", profile="library", bells=False)), 60)
    assert bells_in(at(prepared, 300)) == 2
    with pytest.raises(DurationError):
        at(prepare(asking("en/loving-kindness", profile="library", bells=True)), 60)


def test_a_bell_of_the_script_is_not_left_out_with_the_profile_s(prepared_from: PreparedFrom) -> None:
    """It is a part of the practice."""
    prepared = prepared_from(WITH_BELL, profile="library")
    without = replace(prepared.rules, bells=frozenset({WRITTEN}))
    least, _ = shortest_and_longest(prepared.script, EstimatedLengths(prepared.voice), without)
    laid = at(prepared, Fraction(least, prepared.rate))
    assert bells_in(laid) == 1
    assert sounds(laid)[0] != "bell"


def test_a_length_that_cannot_be_met_without_bells_either_is_refused() -> None:
    """With the time that the words need."""
    prepared = prepare(asking("en/loving-kindness", profile="library"))
    with pytest.raises(DurationError) as caught:
        at(prepared, 20)
    (offered,) = shown_seconds(caught.value.hint)
    assert at(prepared, offered).frames == frames(Fraction(offered), prepared.rate)


# --- breath tones ---


def runs(tones: tuple[Tone, ...]) -> Iterator[list[Tone]]:
    """Tones that follow each other without a gap: one breath of so many cycles each."""
    found: list[Tone] = []
    for tone in tones:
        if found and tone.start != found[-1].end:
            yield found
            found = []
        found.append(tone)
    if found:
        yield found


def assert_tones_follow_the_breaths(laid: Timeline, script: Script) -> None:
    """Each breath's phases in order, every cycle whole, cues at the start of their phase, no other sound there."""
    breaths = [p.sound for section in script.sections for p in section.passages if isinstance(p.sound, Breath)]
    assert breaths
    phase_of = {line: cue.phase for breath in breaths for cycle in breath.cycles for cue in cycle for line in cue.lines}
    paced = [place for place in laid.placements if place.sound in phase_of]
    assert paced
    for first, second in pairwise(laid.tones):
        assert first.end <= second.start
    for run in runs(laid.tones):
        assert run[0].start % laid.rate == 0, "on a whole second"
        wanted = [(cue.phase, frames(cue.seconds, laid.rate)) for cue in _cues(breaths[0], len(run))]
        assert [(tone.phase, tone.frames) for tone in run] == wanted
        last = breaths[0].cycles[-1]
        assert tuple(tone.phase for tone in run[-len(last) :]) == tuple(cue.phase for cue in last), "a whole cycle"
    starts = {tone.start: tone.phase for tone in laid.tones}
    assert all(starts[place.start] == phase_of[place.sound] for place in paced)
    others = [place for place in laid.placements if place.sound not in phase_of]
    assert all(place.end <= tone.start or tone.end <= place.start for place in others for tone in laid.tones)


def _cues(breath: Breath, count: int) -> Iterator:  # type: ignore[type-arg]
    every = (cue for number in range(count) for cue in breath.cycles[min(number, len(breath.cycles) - 1)])
    return (cue for cue, _ in zip(every, range(count), strict=False))


@pytest.mark.parametrize("rate", ["podcast", "acx"])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_tones_follow_a_breath_wherever_it_slides(prepared_from: PreparedFrom, pattern: str, rate: str) -> None:
    """In every pattern, at both rates, whatever comes before the breath and however long the track is."""
    for words in ("Settle.", "Settle here for now.", "Settle here, as long as you like."):
        prepared = prepared_from(
            f"{WELCOME}{words}\n@breathe {pattern} 4 to 40\nStay. (rest)\nGo well.\n", profile=rate, breath_tones=True
        )
        for seconds in (90, 100.3, 131.7, 230):
            try:
                laid = at(prepared, seconds)
            except DurationError:
                assert seconds < 131 or pattern in ("box", "4-7-8", "sigh"), "a cycle fits in between"
                continue
            assert_tones_follow_the_breaths(laid, prepared.script)
            assert_all(laid, replace(prepared, seconds=Fraction(seconds)))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("bells_", [True, False])
def test_tones_are_in_a_whole_script_with_and_without_bells(language: str, bells_: bool) -> None:
    """Paced breathing at several lengths: the tones are those of all its cycles, and of nothing else."""
    prepared = prepare(asking(f"{language}/paced-breathing", breath_tones=True, bells=bells_))
    for minute in (3, 5, 10, 20):
        laid = at(prepared, minute * 60)
        assert_tones_follow_the_breaths(laid, prepared.script)
        cycles = [[tone.phase for tone in group] for _, group in groupby(laid.tones, key=lambda tone: tone.phase)]
        assert all(len(group) == 1 for group in cycles), "in and out by turns"


def test_tones_change_nothing_else(prepared_from: PreparedFrom) -> None:
    """Sounds and silences lie where they lay without."""
    body = f"{WELCOME}@breathe box 4 to 40\nRest. (rest)\nGo well.\n"
    with_, without = (plan(prepared_from(body, breath_tones=each, seconds=Fraction(150))) for each in (True, False))
    assert with_.tones
    assert without.tones == ()
    assert replace(with_, tones=()) == without


@pytest.mark.parametrize("gentle", [True, False])
def test_a_breath_at_one_s_own_pace_has_no_tones(gentle: bool) -> None:
    """There is no phase that they could follow."""
    request = asking(
        "en/paced-breathing", breath="" if gentle else "natural", breath_tones=True, listener=Listener(gentle=gentle)
    )
    assert plan(prepare(request)).tones == ()


def test_tones_are_where_the_profile_or_the_listener_has_them() -> None:
    """Of the bundled profiles, those for sleep and audiobooks have none."""
    for name in deliveries.names():
        own = deliveries.load(name).tones
        assert own == (name not in ("sleep", "acx"))
        for chosen in (None, True, False):
            laid = plan(prepare(asking("en/paced-breathing", profile=name, breath_tones=chosen)))
            assert bool(laid.tones) == (own if chosen is None else chosen)


# --- 44.1 kHz ---


@pytest.mark.parametrize("script", AWAKE[::2])
@pytest.mark.parametrize("bells_", [True, False])
def test_every_promise_holds_at_44_1_khz(script: str, bells_: bool) -> None:
    """Exact to the frame, also where a length is no whole second; breaths on whole seconds; with and without bells."""
    prepared = prepare(asking(script, profile="acx", bells=bells_, breath_tones=True))
    assert prepared.rate == 44_100
    minutes = [minute for minute in whole_minutes(prepared) if minute in (3, 7, 10, 20, 30)]
    for seconds in (*(Fraction(minute * 60) for minute in minutes), Fraction(minutes[-1] * 60) - Fraction("17.123457")):
        this = replace(prepared, seconds=seconds)
        laid = plan(this)
        assert laid.rate == 44_100
        assert laid.frames == round(seconds * 44_100)
        assert_all(laid, this)
        if bells_:
            assert_bells_at_both_ends(laid, this)
        if laid.tones:
            assert_tones_follow_the_breaths(laid, this.script)
