"""mettavox plan: the timeline without the sound."""

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import options, show
from mettavox.errors import DurationError, RequestError

if TYPE_CHECKING:
    from mettavox.prepare import Prepared
    from mettavox.timeline import Timeline

# Any length that every choice is allowed at; the table takes its own.
_TABLE_LENGTH_SECONDS = 3600
_TABLE_MINUTES = (*range(1, 11), 12, 15, 20, 25, 30, 40, 45, 50, 60)


@click.command("plan")
@options.describes_a_track
@options.FILL
@click.option("--table", is_flag=True, help="What 1 to 60 minutes hold, a row a length.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, times in seconds.")
@click.option("--svg", "as_svg", is_flag=True, help="As a picture of the timeline, in SVG.")
@click.pass_context
def command(ctx: click.Context, /, **chosen: Any) -> None:
    """Show the sections, lines and silences of SCRIPT at their times, without an engine.

    Lengths of lines are judged from their syllables, so times are within a few per cent.
    """
    from mettavox.prepare import plan, prepare

    _check_form(**chosen)
    request = options.request(ctx, **chosen)
    if chosen["table"] and request.seconds is not None:
        raise RequestError("--table shows every length.", hint="Leave --minutes and --duration out.")
    if chosen["table"]:
        request = replace(request, seconds=Fraction(_TABLE_LENGTH_SECONDS))
    prepared = prepare(request)
    if chosen["table"]:
        _table(prepared, as_json=chosen["as_json"])
    elif chosen["as_svg"]:
        _ribbon(prepared)
    else:
        show.timeline(prepared, plan(prepared), as_json=chosen["as_json"])


def _check_form(*, as_svg: bool, table: bool, as_json: bool, **_: Any) -> None:
    for option, there in (("--table", table), ("--json", as_json)):
        if as_svg and there:
            raise RequestError(
                f"--svg is one picture of one length, and {option} is another form.",
                hint=f"Leave {option} out, or --svg.",
            )


def _ribbon(prepared: "Prepared") -> None:
    from mettavox import ribbon
    from mettavox.prepare import plan

    head = prepared.script.head
    click.echo(ribbon.svg(plan(prepared), title=head.title, language=head.language), nl=False)


def _table(prepared: "Prepared", *, as_json: bool) -> None:
    rows = [_row(prepared, minutes) for minutes in _TABLE_MINUTES]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    click.echo(f"{'min':>4}  {'words':>5}  {'quiet':>5}  {'longest':>8}  {'space':>5}  sections")
    known: list[str] = []
    for row in rows:
        if "refused" in row:
            click.echo(f"{row['minutes']:>4}  {row['refused']}")
            continue
        added = [title for title in row["sections"] if title not in known]
        new = ("+ " if known else "") + ", ".join(added) if added else "…"
        known = row["sections"]
        click.echo(
            f"{row['minutes']:>4}  {row['words']:>5}  {row['silence']:>5.0%}  {row['longest_silence']:>6.0f} s"
            f"  {row['spaciousness']:>+5.2f}  {new}"
        )


def _row(prepared: "Prepared", minutes: int) -> dict[str, Any]:
    from mettavox.prepare import check_difficult, plan

    try:
        check_difficult(prepared.request, Fraction(minutes * 60))
        laid = plan(replace(prepared, seconds=Fraction(minutes * 60)))
    except DurationError as error:
        return {"minutes": minutes, "refused": error.message}
    return {"minutes": minutes, **_summary(laid)}


def _summary(laid: "Timeline") -> dict[str, Any]:
    words = sum(len(getattr(place.sound, "text", "").split()) for place in laid.placements)
    return {
        "words": words,
        "silence": round(1 - laid.spoken_frames / laid.frames, 4),
        "longest_silence": round(max(silence.frames for silence in laid.silences) / laid.rate, 1),
        "spaciousness": round(laid.spaciousness, 3),
        "sections": [chapter.title for chapter in laid.chapters],
    }
