"""mettavox scripts show: a script as it will be spoken, with its pauses."""

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from mettavox import ipa
from mettavox.cli import options
from mettavox.script import PAUSES, PLUS, PLUS_PLUS, Bell, Breath, Line, Passage, Pause, Section
from mettavox.units import clock

if TYPE_CHECKING:
    from mettavox.script import Script

_WIDTH = 96
_MARKS = {PLUS: "+", PLUS_PLUS: "++"}


@click.command("show")
@options.describes_a_track
@click.option("--source", "as_written", is_flag=True, help="The file as it is written.")
@click.pass_context
def command(ctx: click.Context, /, as_written: bool, **chosen: Any) -> None:
    """SCRIPT as it will be spoken with these choices: its sections, lines and pauses, with their numbers for --edit.

    It shows all that a track of any length can hold: lines with + are there when there is time, with ++
    when there is plenty, with ! always. “mettavox plan” shows what one length holds.
    """
    from mettavox import prepare, source

    if as_written:
        text = source.load(chosen["script"], chosen["lang"], chosen["scripts"]).text
        click.echo(text, nl=not text.endswith("\n"))
        return
    prepared = prepare.prepare(options.request(ctx, **chosen))
    paper = source.handout(prepared.source.body)
    click.echo("\n".join([*_head(prepared.script), *_body(prepared.script), *_paper(paper)]))


def _head(script: "Script") -> Iterator[str]:
    head = script.head
    shortest, typical, longest = (
        clock(bound * 60) for bound in (head.minutes.shortest, head.minutes.typical, head.minutes.longest)
    )
    yield f"{head.title} ({shortest} to {longest}, typically {typical})"
    if head.purpose:
        yield head.purpose


def _body(script: "Script") -> Iterator[str]:
    for section in script.sections:
        yield ""
        yield f"{section.title}  ·  {_bends(section)}"
        for passage in section.passages:
            yield from _passage(passage)


def _bends(section: Section) -> str:
    parts = ["always" if section.kept else f"importance {section.importance}"]
    parts += [f"up to {section.repeat} times"] if section.repeat > 1 else []
    parts += ["never stretched"] if section.fixed else []
    parts += [f"only with --include {section.opt_in}"] if section.opt_in else []
    return ", ".join(parts)


def _passage(passage: Passage) -> Iterator[str]:
    mark = "!" if passage.protected else _MARKS.get(passage.tier, "")
    rounds = {"first": " (first round)", "again": " (later rounds)"}.get(passage.rounds, "")
    if passage.sound is not None:
        first, *rest = textwrap.wrap(_words(passage.sound) + rounds, _WIDTH) or [""]
        number = passage.sound.number if isinstance(passage.sound, Line) else ""
        yield f"{number:>4} {mark:>2} {first}"
        yield from (f"{'':8}{more}" for more in rest)
    for pause in passage.pauses:
        yield f"{'':10}· {_pause(pause)}"


def _words(sound: Line | Bell | Breath) -> str:
    if isinstance(sound, Line):
        return sound.text if sound.spoken == sound.text else f"{sound.text}  [{ipa.shown(sound.spoken)}]"
    if isinstance(sound, Bell):
        return "(bell)"
    cycle = sound.cycles[-1]
    phases = ", ".join(f"{cue.lines[-1].text if cue.lines else '…'} {cue.seconds:g} s" for cue in cycle)
    return f"({sound.pattern} breath, {sound.fewest} to {sound.most} times: {phases})"


def _pause(pause: Pause) -> str:
    bounds = "" if pause.shortest == pause.longest else f"{pause.shortest:g} to "
    bounds += f"{pause.longest:g} s"
    return f"{pause.name}, {bounds}" if pause.name in PAUSES else bounds


def _paper(lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield ""
        yield "On the handout"
        for line in lines:
            yield from textwrap.wrap(line, _WIDTH, initial_indent="     ", subsequent_indent="     ")
