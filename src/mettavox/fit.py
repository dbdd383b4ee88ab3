"""Fit: lay the silences so that a script lasts exactly as long as asked.

Sections and lines are taken in the order of their worth for as long as they fit with pauses a
little under what is preferred; then one number, spaciousness, moves every pause together between
its shortest, preferred and longest. Pure: the same script, lengths and rules give the same timeline.
"""

from collections.abc import Callable
from math import ceil, floor

from mettavox.errors import DurationError
from mettavox.ladder import Step, ladder
from mettavox.layout import Layout, Lengths, Rules
from mettavox.script import Script
from mettavox.timeline import Timeline
from mettavox.units import clock, frames


def fit(script: Script, lengths: Lengths, total: int, rules: Rules) -> Timeline:
    """The timeline of ``script`` that lasts exactly ``total`` frames.

    ``lengths`` is asked only for lines that are in question at this length. Raises DurationError,
    with the shortest or longest time that is possible, when the script cannot be that short or long.
    """
    _check_declared(script, lengths, total, rules)
    layout = Layout(script, lengths, rules, total)
    base, steps = ladder(script, experience=rules.experience, include=rules.include, sparse=rules.sparse)
    layout.add(base)
    if layout.least() > total:
        raise _too_short(script, layout, steps, rules)
    taken = _climb(layout, steps, total)
    _fill(layout, steps[taken:], total)
    if layout.most() < total:
        raise _out_of_reach(script, layout, steps[taken:], rules)
    return layout.solve(total)


def shortest_and_longest(script: Script, lengths: Lengths, rules: Rules) -> tuple[int, int]:
    """The fewest and the most frames that ``fit`` can lay this script in."""
    layout = Layout(script, lengths, rules, frames(script.head.minutes.longest * 60, rules.rate))
    base, steps = ladder(script, experience=rules.experience, include=rules.include, sparse=rules.sparse)
    layout.add(base)
    minutes = script.head.minutes
    least = max(layout.least(), frames(minutes.shortest * 60, rules.rate))
    for step in steps:
        layout.add(step.units)
    return least, min(layout.most(), frames(minutes.longest * 60, rules.rate))


def is_declared(script: Script, total: int, rules: Rules) -> bool:
    """Whether a script is meant to last ``total`` frames, whatever the voice and whether or not it can."""
    shortest, longest = _declared(script, rules)
    return shortest <= total <= longest


def _declared(script: Script, rules: Rules) -> tuple[int, int]:
    minutes = script.head.minutes
    return frames(minutes.shortest * 60, rules.rate), frames(minutes.longest * 60, rules.rate)


def _check_declared(script: Script, lengths: Lengths, total: int, rules: Rules) -> None:
    minutes = script.head.minutes
    shortest, longest = _declared(script, rules)
    if total < shortest:
        raise DurationError(
            f"“{script.head.title}” is not meant to be shorter than {clock(minutes.shortest * 60)}, "
            f"and {clock(total / rules.rate)} was asked for.",
            hint=_why_not(script, lengths, shortest, rules)
            or f"Ask for --duration {clock(minutes.shortest * 60)} or longer.",
        )
    if total > longest:
        raise DurationError(
            f"“{script.head.title}” is not meant to be longer than {clock(minutes.longest * 60)}, "
            f"and {clock(total / rules.rate)} was asked for.",
            hint=_why_not(script, lengths, longest, rules)
            or f"Ask for --duration {clock(minutes.longest * 60)} or shorter, or make several tracks.",
        )


def _why_not(script: Script, lengths: Lengths, total: int, rules: Rules) -> str:
    """What to ask for where even the declared length cannot be laid, as with bells; nothing where it can."""
    try:
        fit(script, lengths, total, rules)
    except DurationError as error:
        return error.hint
    return ""


def _too_short(script: Script, layout: Layout, steps: list[Step], rules: Rules) -> DurationError:
    shortest = _next_that_fits(layout, steps, rules)
    if shortest is None:
        return _rigid(script, layout, rules)
    return DurationError(
        f"The words of “{script.head.title}” and its shortest pauses need {shortest} in this voice.",
        hint=f"Ask for --duration {shortest} or longer.",
    )


def _out_of_reach(script: Script, layout: Layout, above: list[Step], rules: Rules) -> DurationError:
    """Why no layout lasts so long: there is nothing more to say, or the next thing to say is too long."""
    below = _edge(layout, rules, floor, layout.most())
    longest = clock(floor(layout.most() / rules.rate) if below is None else below)
    if above:
        layout.add(above[0].units)
        again = _next_that_fits(layout, above[1:], rules)
        if again is None:
            return _rigid(script, layout, rules)
        return DurationError(
            f"“{script.head.title}” can be laid up to {longest} and again from {again}, but not in between.",
            hint=f"Ask for {'' if below is None else f'--duration {longest} or '}--duration {again}.",
        )
    if below is None:
        return _rigid(script, layout, rules)
    return DurationError(
        f"“{script.head.title}” with these choices fills {longest} at most without silences that are too long.",
        hint=f"Ask for --duration {longest} or shorter, or make several tracks.",
    )


def _rigid(script: Script, layout: Layout, rules: Rules) -> DurationError:
    about = clock(round(layout.least() / rules.rate))
    return DurationError(
        f"“{script.head.title}” lasts about {about} and has no pauses that could stretch.",
        hint="Give it pauses with room, such as (notice) or (20s to 90s).",
    )


def _next_that_fits(layout: Layout, steps: list[Step], rules: Rules) -> str | None:
    """The shortest time from this layout on that can be laid, as a clock shows it; None when there is none."""
    for step in [None, *steps]:
        if step is not None:
            layout.add(step.units)
        if (edge := _edge(layout, rules, ceil, layout.least())) is not None:
            return clock(edge)
    return None


def _edge(layout: Layout, rules: Rules, rounded: Callable[[float], int], at: int) -> float | None:
    """An edge of what a layout can last, in whole seconds or in tenths; None where it is narrower than that."""
    for parts in (1, 10):
        edge = rounded(at * parts / rules.rate) / parts
        if layout.least() <= edge * rules.rate <= layout.most():
            return edge
    return None


def _climb(layout: Layout, steps: list[Step], total: int) -> int:
    """Take steps while they fit; more only where even the longest pauses would leave time over.

    No step is skipped, so a longer track always holds the shorter one's. Gives the number taken.
    """
    for taken, step in enumerate(steps):
        needed = layout.most() < total
        layout.add(step.units)
        if (layout.least() if needed else layout.squeezed()) > total:
            layout.remove(step.units)
            return taken
    return len(steps)


def _fill(layout: Layout, steps: list[Step], total: int) -> None:
    """Where time is left over and the next step is too long, further breaths fill it."""
    for step in steps:
        if layout.most() >= total:
            return
        if all(unit.cycle for unit in step.units):
            layout.add(step.units)
            if layout.least() > total:
                layout.remove(step.units)
                return
