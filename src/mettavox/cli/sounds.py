"""mettavox sounds: beds, the bell and breath tones, listed and heard."""

import json
from pathlib import Path

import click

from mettavox.errors import RequestError


@click.group("sounds")
def command() -> None:
    """List beds, the bell and breath tones, and hear one."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def _list(as_json: bool) -> None:
    """The beds, the bell and the breath tones there are."""
    from mettavox import sample

    found = sample.every()
    if as_json:
        rows = [
            {"name": each.name, "kind": each.kind, "about": each.about, "seconds": each.seconds or None}
            for each in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    width = max(len(each.name) for each in found)
    for each in found:
        click.echo(f"{each.kind:<4}  {each.name:<{width}}  {each.about}")


@command.command("render")
@click.argument("name")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE",
    help="Where it goes; its ending says the format, such as .wav or .mp3.",
)  # fmt: skip
@click.option("--minutes", default=None, metavar="N", help="The length of a bed in minutes, such as 10 or 0.5.")
@click.option("--seconds", default=None, metavar="N", help="The same in seconds; 60 without either.")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
def _render(name: str, output: Path, minutes: str | None, seconds: str | None, force: bool) -> None:
    """Make the sound NAME as a file, to hear it alone.

    It is at -23 LUFS, where it is well heard; under a voice, a bed is some 14 LU softer.
    """
    from mettavox import sample
    from mettavox.units import parse_duration, parse_minutes

    if minutes is not None and seconds is not None:
        raise RequestError("--minutes and --seconds say the same.", hint="Give one of them.")
    length = parse_minutes(minutes) if minutes is not None else None
    if seconds is not None:
        length = parse_duration(f"{seconds.strip()}s")
    sample.make(name, output, seconds=None if length is None else float(length), replace=force)
    click.echo(output)
