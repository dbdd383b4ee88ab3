"""A layout: what was chosen so far from a script's ladder, how short and long it can be, and where all of it lies."""

from bisect import insort
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate
from math import floor
from typing import NamedTuple

from mettavox.errors import ScriptError
from mettavox.ladder import Unit
from mettavox.person import Listener
from mettavox.script import PAUSES as CLASSES
from mettavox.script import Bell, Breath, Cue, Line, Pause, Script
from mettavox.timeline import Chapter, Placement, Silence, Timeline, Tone
from mettavox.units import GRID, frames

WRITTEN = "written"
"""Where a script says @bell; the other places are the start and the end."""
BELL_SECONDS = 9.0
"""How long a bell rings: what makes it sound keeps to this."""

Lengths = Mapping[Line, int]
"""How many frames each line's clip has, at the timeline's rate."""

# Multipliers of the shortest, preferred and longest pause, and the longest single silence in
# seconds: unwanted effects were reported most from long solo practice, so experience decides.
_SCALES = {"beginner": (0.9, 0.8, 0.6), "regular": (1.0, 1.0, 1.0), "experienced": (1.0, 1.5, 2.0)}
_SPARSE_SCALES = (1.0, 1.5, 1.6)
_CAPS = {"beginner": 90.0, "regular": 150.0, "experienced": 300.0}
_GENTLE_CAP = 30.0
# Before the listener has heard that they may stop, no silence reaches 10 s.
_BEFORE_PERMISSION = 9.5

# The listener is called by name once in five minutes, and four times at most: own names call one back.
MOST_NAMES, _SECONDS_A_NAME = 4, 300

# A track does not end in a silence longer than this, unless it is meant for sleep.
ENDING_SECONDS = 15

# Steps are taken while they fit with pauses squeezed this far from preferred to shortest.
_SQUEEZE = 0.35

# The first sound comes a little after the start, since players and headphones swallow the first
# moments; a cue takes less than 45 % of its phase, or the breath has no room beside it.
HEAD_SECONDS = 0.75
TAIL_SECONDS = 3.0
SLEEP_TAIL_SECONDS = 20.0
# A little quiet lets the first bell ring out before the voice, and sets the last one off from it.
_AFTER_FIRST_BELL, _BEFORE_LAST_BELL = (0.5, 1.0, 2.0), (2.0, 4.0, 8.0)
CUE_SHARE = 0.45
# A second on either side of a paced breath, of which up to half lets it begin on a whole second.
_BREATH_MARGIN_SECONDS = 1.0
# The words of a paced breath: four cycles in full, four in a word, then every third one and the last.
_FULL_CYCLES, _SHORT_CYCLES, _SPARSE = 4, 8, 3


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What bounds the silences, apart from the script itself."""

    rate: int
    experience: str = "regular"
    gentle: bool = False
    include: frozenset[str] = frozenset()
    sparse: bool = False
    sleep: bool = False
    pauses: float = 1.0  # multiplies the preferred pauses, within the bounds of each
    head_seconds: float = HEAD_SECONDS
    tail: float = TAIL_SECONDS
    bells: frozenset[str] = frozenset({WRITTEN})  # where a bell is struck: "start", "end", where it is "written"
    tones: bool = False  # whether paced breaths have their guide
    slack_seconds: float = 0.0  # what a line with a person's words may be shorter than the room that it is given

    @classmethod
    def of(
        cls, listener: Listener, *, rate: int, include: frozenset[str], closing: str, tone: str = "plain"
    ) -> "Rules":
        """The rules for a listener, a closing and a tone."""
        return cls(
            rate=rate,
            experience=listener.experience,
            gentle=listener.gentle,
            include=include,
            sparse=tone == "sparse",
            sleep=closing == "sleep",
        )

    @property
    def tail_seconds(self) -> float:
        """The quiet at the end."""
        return max(self.tail, SLEEP_TAIL_SECONDS) if self.sleep else self.tail

    def rings(self, place: str) -> bool:
        """Whether a bell is struck there; none is in a track for sleep."""
        return place in self.bells and not self.sleep

    @property
    def scales(self) -> tuple[float, float, float]:
        """What multiplies the shortest, preferred and longest pause; fewer words have more room around them."""
        shortest, preferred, longest = _SCALES[self.experience]
        more = _SPARSE_SCALES if self.sparse else (1.0, 1.0, 1.0)
        return shortest * more[0], preferred * more[1], longest * more[2]

    @property
    def cap_seconds(self) -> float:
        """The longest single silence."""
        return min(_CAPS[self.experience], _GENTLE_CAP if self.gentle else float("inf"))


class _Gap(NamedTuple):
    """A silence between two sounds, in frames."""

    shortest: int = 0
    preferred: int = 0
    longest: int = 0
    uncapped: bool = False

    def __add__(self, other: "_Gap") -> "_Gap":  # type: ignore[override]  # not what comes of two tuples
        return _Gap(
            self.shortest + other.shortest,
            self.preferred + other.preferred,
            self.longest + other.longest,
            self.uncapped or other.uncapped,
        )

    def within(self, cap: int) -> "_Gap":
        return self if self.uncapped else self.cut_to(cap)

    def leaning(self, factor: float) -> "_Gap":
        """The same bounds, with another length preferred between them."""
        preferred = min(max(round(self.preferred * factor), self.shortest), self.longest)
        return _Gap(self.shortest, preferred, self.longest, self.uncapped)

    def less(self, frames: int) -> "_Gap":
        """Room for so much more quiet before it, as far as that leaves the shortest."""
        longest = max(self.shortest, self.longest - frames)
        preferred = max(self.shortest, min(self.preferred - frames // 2, longest))
        return _Gap(self.shortest, preferred, longest, self.uncapped)

    def cut_to(self, cap: int) -> "_Gap":
        cap = max(0, cap)
        return _Gap(min(self.shortest, cap), min(self.preferred, cap), min(self.longest, cap), self.uncapped)

    def at(self, spaciousness: float) -> int:
        if spaciousness >= 0:
            return round(self.preferred + spaciousness * (self.longest - self.preferred))
        return round(self.preferred + spaciousness * (self.preferred - self.shortest))


class _Grid(NamedTuple):
    """The lengths of a gap that let what comes after it begin on the grid; ``end`` is where the gap does, from there.

    None is under 0, so each may be longer than what was asked for.
    """

    end: int = 0

    def below(self, length: int) -> int:
        """The longest that is not over ``length``."""
        return max(-self.end % GRID, (length + self.end) // GRID * GRID - self.end)

    def above(self, length: int) -> int:
        """The shortest that is not under ``length``."""
        return max(-self.end % GRID, -(-(length + self.end) // GRID) * GRID - self.end)

    def nearest(self, length: int) -> int:
        below, above = self.below(length), self.above(length)
        return below if length - below <= above - length else above

    def holding(self, gap: _Gap) -> _Gap:
        """The gap with bounds on the grid within its own, or what is nearest where the grid has none between them."""
        shortest, longest = self.above(gap.shortest), self.below(gap.longest)
        if shortest > longest:
            shortest = longest = self.nearest(gap.preferred)
        return _Gap(shortest, min(max(gap.preferred, shortest), longest), longest, gap.uncapped)


_NO_GAP, _START = _Gap(), _Grid()


@dataclass(slots=True)
class _Sound:
    """Something that sounds, the gap before it, and what it puts where (offsets in frames)."""

    section: int
    frames: int
    places: list[tuple[Line | Bell, int, int]]
    before: _Gap
    grid: _Grid = _START
    margin: int = 0  # on both sides: lets a paced breath begin on a whole second
    quiet: int = 0  # at its end: what a breath's last phase leaves after its cue
    tones: list[Tone] = field(default_factory=list)  # counted from the sound's own start

    @property
    def after(self) -> _Grid:
        """The grid of the gap after it."""
        return _Grid((self.frames + 2 * self.margin) % GRID)


class Layout:
    """The units chosen so far, and how long they last with the shortest to the longest pauses."""

    def __init__(self, script: Script, lengths: Lengths, rules: Rules, total: int) -> None:
        self._script = script
        self._names = max(1, min(MOST_NAMES, total // frames(_SECONDS_A_NAME, rules.rate)))
        self._lengths = lengths
        self._rules = rules
        self._units: list[Unit] = []
        self._sounds: list[_Sound] | None = None
        self._gaps_after: dict[Unit, _Gap] = {}
        self._lines: dict[tuple[Unit, bool], _Sound] = {}  # each has its gap anew whenever all of it is laid
        self._cycles: Counter[tuple[int, int, int]] = Counter()
        self._beat = self._bounds(CLASSES["beat"], None)
        self._head = _Grid().above(frames(rules.head_seconds, rules.rate))
        self._tail = frames(rules.tail_seconds, rules.rate)
        self._most_slack = frames(rules.slack_seconds, rules.rate)
        # What each of the many times that all is laid would find again.
        self._cap = frames(rules.cap_seconds, rules.rate)
        self._unpermitted = frames(_BEFORE_PERMISSION, rules.rate)
        self._ending = frames(ENDING_SECONDS, rules.rate)
        self._margin = frames(_BREATH_MARGIN_SECONDS, rules.rate)

    def add(self, units: tuple[Unit, ...]) -> None:
        for unit in units:
            if unit.cycle:
                self._cycles[unit.place] += 1
            else:
                insort(self._units, unit)
        self._sounds = None

    def remove(self, units: tuple[Unit, ...]) -> None:
        for unit in units:
            if unit.cycle:
                self._cycles[unit.place] -= 1
            else:
                self._units.remove(unit)
        self._sounds = None

    def least(self) -> int:
        return self._fixed() + sum(sound.before.shortest for sound in self._laid())

    def most(self) -> int:
        return self._fixed() + sum(sound.before.longest for sound in self._laid())

    def squeezed(self) -> int:
        return self._fixed() + sum(sound.before.at(-_SQUEEZE) for sound in self._laid())

    def _fixed(self) -> int:
        return self._head + self._tail + sum(sound.frames + 2 * sound.margin for sound in self._laid())

    def _laid(self) -> list[_Sound]:
        if self._sounds is None:
            self._sounds = list(self._lay())
        return self._sounds

    def _lay(self) -> Iterator[_Sound]:
        cap, early = self._cap, self._unpermitted
        pending, previous, permitted, quiet, grid = _Gap(), None, False, self._head, _Grid()
        named = self._with_name()
        if self._rules.rings("start") and (opens := self._first_section()) is not None:
            yield (bell := self._bell(opens))
            pending, quiet, grid = self._seconds(_AFTER_FIRST_BELL), 0, bell.after
        for unit in self._units:
            sound = self._sound(unit, named=unit in named)
            if sound is None:
                pending += self._after(unit)
                continue
            if previous is not None and not pending.longest:
                pending = self._beat_after(previous)
            quiet += sound.margin * 3 // 2  # the most that the silence holds besides the gap itself
            sound.grid, sound.before = grid, grid.holding(pending).within(grid.below(cap - quiet))
            if not permitted:
                sound.before = sound.before.cut_to(grid.below(early - quiet))
            yield sound
            permitted = permitted or unit.passage.protected
            quiet = sound.margin * 3 // 2 + sound.quiet + self._slack(unit)
            pending, previous, grid = self._after(unit), unit, sound.after
        if self._rules.rings("end") and previous is not None:
            pending = pending if pending.longest else self._seconds(_BEFORE_LAST_BELL)
            yield self._bell(previous.section, grid.holding(pending).within(grid.below(cap - quiet)), grid)
        elif pending.longest:  # pauses at the very end are a silent sound of no length
            ending = min(cap, max(self._ending, self._tail + GRID)) - self._tail - GRID
            yield _Sound(self._units[-1].section, 0, [], grid.holding(pending).cut_to(grid.below(ending - quiet)), grid)

    def _first_section(self) -> int | None:
        """Where the first sound lies: a section may begin with a pause, and have only that at this length."""
        sounding = (unit.section for unit in self._units if self._sounds_here(unit))
        return next(sounding, None)

    def _sounds_here(self, unit: Unit) -> bool:
        sound = unit.passage.sound
        return sound is not None and (not isinstance(sound, Bell) or self._rules.rings(WRITTEN))

    def _seconds(self, bounds: tuple[float, float, float]) -> _Gap:
        shortest, preferred, longest = (frames(seconds, self._rules.rate) for seconds in bounds)
        return _Gap(shortest, preferred, longest)

    def _bell(self, section: int, before: _Gap = _NO_GAP, grid: _Grid = _START) -> _Sound:
        length = frames(BELL_SECONDS, self._rules.rate)
        return _Sound(section, length, [(Bell(), 0, length)], before, grid)

    def _after(self, unit: Unit) -> _Gap:
        if unit not in self._gaps_after:
            passage = unit.passage
            line = passage.sound if isinstance(passage.sound, Line) else None
            gap = _Gap()
            for pause in passage.pauses:
                gap += self._bounds(pause, line)
            self._gaps_after[unit] = self._held(unit, gap).less(self._slack(unit))
        return self._gaps_after[unit]

    def _beat_after(self, unit: Unit) -> _Gap:
        return self._held(unit, self._beat).less(self._slack(unit))

    def _slack(self, unit: Unit) -> int:
        """What may be left over of the room of a line, and is heard as a part of the pause after it."""
        sound = unit.passage.sound
        is_personal = isinstance(sound, Line) and sound.personal
        return self._most_slack if is_personal else 0

    def _held(self, unit: Unit, gap: _Gap) -> _Gap:
        """Pauses after protected lines and in fixed sections are never stretched."""
        if unit.passage.protected or self._script.sections[unit.section].fixed:
            return _Gap(gap.shortest, gap.preferred, gap.preferred, gap.uncapped)
        return gap.leaning(self._rules.pauses)

    def _bounds(self, pause: Pause, line: Line | None) -> _Gap:
        rate, own = self._rules.rate, pause.name not in CLASSES
        scales = (1.0, 1.0, 1.0) if own else self._rules.scales
        shortest = frames(pause.shortest * scales[0], rate)
        if pause.after_line is not None and line is not None:
            shortest = max(shortest, self._lengths[line] + frames(pause.after_line, rate))
        preferred = max(shortest, frames(pause.preferred * scales[1], rate))
        longest = max(preferred, frames(pause.longest * scales[2], rate))
        return _Gap(shortest, preferred, longest, uncapped=pause.name.startswith("write"))

    def _with_name(self) -> set[Unit]:
        """Which of the lines that could say the listener's name do: the first, the last, then those after the
        longest quiet. In a track for sleep none in its second half, since one's own name wakes."""
        could = [unit for unit in self._units if isinstance(unit.passage.sound, Line) and unit.passage.sound.unnamed]
        if self._rules.sleep and could:
            early = self._early()
            could = [unit for unit in could if unit in early]
        if not could:
            return set()
        first, *more = could
        if more and not self._rules.sleep:
            more = [more[-1], *sorted(more[:-1], key=lambda unit: -self._quiet_before(unit))]
        return {first, *more[: self._names - 1]}

    def _quiet_before(self, unit: Unit) -> int:
        place = self._units.index(unit)
        return self._after(self._units[place - 1]).preferred if place else 0

    def _early(self) -> set[Unit]:
        """The units of the first half, with the pauses that are preferred."""
        ends = list(accumulate(self._preferred(unit) for unit in self._units))
        return {unit for unit, end in zip(self._units, ends, strict=True) if end <= ends[-1] / 2}

    def _preferred(self, unit: Unit) -> int:
        sound = self._sound(unit, named=False)
        return (sound.frames if sound else 0) + self._after(unit).preferred

    def _sound(self, unit: Unit, *, named: bool) -> _Sound | None:
        sound = unit.passage.sound
        if isinstance(sound, Line):
            if (unit, named) not in self._lines:
                said = sound if named or sound.unnamed is None else sound.unnamed
                length = self._lengths[said]
                self._lines[unit, named] = _Sound(unit.section, length, [(said, 0, length)], _Gap())
            return self._lines[unit, named]
        if isinstance(sound, Breath):
            return self._breath(unit, sound)
        return self._bell(unit.section) if self._sounds_here(unit) else None

    def _breath(self, unit: Unit, breath: Breath) -> _Sound:
        places: list[tuple[Line | Bell, int, int]] = []
        tones: list[Tone] = []
        at = 0
        last = breath.fewest + self._cycles[unit.place] - 1
        for cycle in range(last + 1):
            for cue in breath.cycles[min(cycle, len(breath.cycles) - 1)]:
                line = self._cue_line(cue, cycle, breath.pattern, spoken=breath.held or cycle == last)
                if line is not None:
                    places.append((line, at, self._lengths[line]))
                length = frames(cue.seconds, self._rules.rate)
                tones += [Tone(phase=cue.phase, start=at, frames=length)] if self._rules.tones else []
                at += length
        quiet = at - max((offset + length for _, offset, length in places), default=0)
        return _Sound(unit.section, at, places, _Gap(), margin=self._margin, quiet=quiet, tones=tones)

    def _cue_line(self, cue: Cue, cycle: int, pattern: str, *, spoken: bool) -> Line | None:
        """The longest words that leave the breath room; none where this cycle or phase is silent."""
        if not cue.lines or (cycle >= _SHORT_CYCLES and cycle % _SPARSE and not spoken):
            return None
        room = floor(CUE_SHARE * cue.seconds * self._rules.rate)
        wanted = cue.lines if cycle < _FULL_CYCLES else cue.lines[-1:]
        for line in wanted:
            if self._lengths[line] <= room:
                return line
        raise ScriptError(
            f"In this voice no cue of the “{pattern}” breath is short enough for a phase of {cue.seconds:g} s: "
            f"the shortest takes {self._lengths[wanted[-1]] / self._rules.rate:.1f} s, "
            f"and {CUE_SHARE:.0%} of the phase is the most.",
            hint="Choose another --breath, or a voice that speaks faster.",
        )

    # --- the end: one number for all pauses, then frames ---

    def solve(self, total: int) -> Timeline:
        sounds = self._laid()
        spaciousness = self._spaciousness(total - self._fixed())
        gaps = [sound.grid.nearest(sound.before.at(spaciousness)) for sound in sounds]
        over = total - self._fixed() - sum(gaps)
        # Less than a step of the grid lengthens the quiet at the end.
        _settle(gaps, [sound.before for sound in sounds], over - over % GRID)
        return self._place(sounds, gaps, total, spaciousness)

    def _spaciousness(self, available: int) -> float:
        gaps = [sound.before for sound in self._laid()]
        shortest, preferred, longest = (
            sum(getattr(gap, bound) for gap in gaps) for bound in ("shortest", "preferred", "longest")
        )
        span = longest - preferred if available >= preferred else preferred - shortest
        return (available - preferred) / span if span else 0.0

    def _place(self, sounds: list[_Sound], gaps: list[int], total: int, spaciousness: float) -> Timeline:
        placer = _Placer(rate=self._rules.rate, titles=[section.title for section in self._script.sections])
        placer.quiet(_Gap(self._head, self._head, self._head), self._head)
        for sound, gap in zip(sounds, gaps, strict=True):
            placer.quiet(sound.before, gap)
            placer.sound(sound)
        placer.quiet(_Gap(self._tail, self._tail, self._tail + GRID - 1), self._tail)
        placer.end(total)
        return Timeline(
            rate=self._rules.rate,
            frames=total,
            placements=tuple(placer.placements),
            silences=tuple(placer.silences),
            chapters=tuple(placer.chapters),
            spaciousness=spaciousness,
            left_out=self._left_out(),
            tones=tuple(placer.tones),
        )

    def _left_out(self) -> tuple[str, ...]:
        heard = {unit.section for unit in self._units}
        return tuple(
            section.title
            for index, section in enumerate(self._script.sections)
            if index not in heard and (not section.opt_in or section.opt_in in self._rules.include)
        )


@dataclass
class _Placer:
    """Walks along the track and writes down what lies where."""

    rate: int
    titles: list[str]
    placements: list[Placement] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    tones: list[Tone] = field(default_factory=list)
    _at: int = 0
    _quiet_from: int = 0
    _bounds: _Gap = _NO_GAP
    _section: int = -1

    def quiet(self, bounds: _Gap, length: int) -> None:
        """Go on by a silence; silences that follow each other are one."""
        self._at += length
        self._bounds += bounds

    def sound(self, sound: _Sound) -> None:
        start = self._at + sound.margin
        if sound.margin:  # half of each margin is always there, the rest lets the breath slide off the grid
            start = round(start / self.rate) * self.rate
            self._bounds += _Gap(sound.margin // 2, sound.margin, sound.margin * 3 // 2)
        if sound.section != self._section and sound.places:
            opens = start if self.chapters else 0
            self.chapters.append(Chapter(title=self.titles[sound.section], start=opens))
            self._section = sound.section
        for what, offset, length in sound.places:
            chapter = len(self.chapters) - 1
            self._sounds(Placement(sound=what, start=start + offset, frames=length, section=chapter))
        self.tones += [replace(tone, start=start + tone.start) for tone in sound.tones]
        self._at += sound.frames + 2 * sound.margin
        if sound.margin:  # what the pattern leaves after its last cue, and the second margin
            rest = start + sound.frames - self._quiet_from
            self._bounds = _Gap(rest, rest, rest) + _Gap(sound.margin // 2, sound.margin, sound.margin * 3 // 2)

    def _sounds(self, place: Placement) -> None:
        self.end(place.start)
        self.placements.append(place)
        self._quiet_from = place.end
        self._bounds = _Gap()

    def end(self, at: int) -> None:
        """Close the silence that ends at ``at``; inside a breath its length is its own bound."""
        length = at - self._quiet_from
        if length:
            shortest, longest = (
                (self._bounds.shortest, self._bounds.longest) if self._bounds.longest else (length, length)
            )
            self.silences.append(Silence(start=self._quiet_from, frames=length, shortest=shortest, longest=longest))


def _settle(gaps: list[int], bounds: list[_Gap], over: int) -> None:
    """Put the frames that rounding left over into the longest pauses that have room for them."""
    step = 1 if over > 0 else -1
    for index in sorted(range(len(gaps)), key=lambda i: -gaps[i]):
        limit = bounds[index].longest if over > 0 else bounds[index].shortest
        moved = min(abs(over), abs(limit - gaps[index]))
        gaps[index] += step * moved
        over -= step * moved
        if not over:
            return
    if over:
        raise AssertionError(f"{over} frames found no place; the bounds were checked before")
