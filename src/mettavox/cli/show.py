"""How a timeline looks: in the terminal, and as JSON."""

import json
import shutil
import textwrap
from typing import TYPE_CHECKING, Any

import click

from mettavox.script import Line
from mettavox.units import clock

if TYPE_CHECKING:
    from mettavox.prepare import Prepared
    from mettavox.timeline import Timeline

_SHOWN_SILENCE_SECONDS = 2.0


def timeline(prepared: "Prepared", laid: "Timeline", *, as_json: bool) -> None:
    """Print where everything lies."""
    if as_json:
        click.echo(json.dumps(facts(prepared, laid), ensure_ascii=False, indent=2))
        return
    head = prepared.script.head
    spoken = laid.spoken_frames / laid.frames
    click.echo(f"{head.title}, {clock(laid.frames / laid.rate)} — {spoken:.0%} spoken, voice {prepared.voice.label}")
    width = max(40, min(100, shutil.get_terminal_size().columns)) - 10
    for when, kind, text in _rows(laid):
        if kind == "chapter":
            click.echo(f"\n  {text}")
        elif kind == "silence":
            click.echo(f"{'':8}  · {text}")
        else:
            first, *rest = textwrap.wrap(text, width) or [""]
            click.echo(f"{when:>8}  {first}")
            for more in rest:
                click.echo(f"{'':8}  {more}")
    if laid.left_out:
        click.echo(f"\nNo room at this length: {', '.join(laid.left_out)}.")


def _rows(laid: "Timeline") -> list[tuple[str, str, str]]:
    """Time, kind and text of everything worth a row, in the order in which it is heard."""
    rate = laid.rate
    rows: list[tuple[int, int, str, str]] = [(c.start, 0, "chapter", c.title) for c in laid.chapters]
    rows += [(p.start, 1, "line", p.sound.text if isinstance(p.sound, Line) else "(bell)") for p in laid.placements]
    rows += [
        (s.start, -1, "silence", f"{s.frames / rate:.0f} s")
        for s in laid.silences
        if s.frames >= _SHOWN_SILENCE_SECONDS * rate and s.start
    ]
    return [(_precise(at / rate), kind, text) for at, _, kind, text in sorted(rows, key=lambda row: row[:2])]


def _precise(seconds: float) -> str:
    minutes, tenths = divmod(round(seconds * 10), 600)
    return f"{minutes}:{tenths / 10:04.1f}"


def facts(prepared: "Prepared", laid: "Timeline") -> dict[str, Any]:
    """The timeline as plain data; times in seconds."""
    rate = laid.rate
    return {
        "script": prepared.script.head.id,
        "title": prepared.script.head.title,
        "seconds": laid.frames / rate,
        "spaciousness": round(laid.spaciousness, 4),
        "spoken_seconds": round(laid.spoken_frames / rate, 3),
        "chapters": [{"title": chapter.title, "start": chapter.start / rate} for chapter in laid.chapters],
        "lines": [
            {
                "start": place.start / rate,
                "seconds": place.frames / rate,
                "section": place.section,
                "text": place.sound.text if isinstance(place.sound, Line) else "",
            }
            for place in laid.placements
        ],
        "silences": [{"start": silence.start / rate, "seconds": silence.frames / rate} for silence in laid.silences],
        "left_out": list(laid.left_out),
    }
