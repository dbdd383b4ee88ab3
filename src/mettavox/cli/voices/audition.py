"""mettavox voices audition: several voices say the same sentences."""

from pathlib import Path
from typing import Any

import click

from mettavox.cli import report
from mettavox.errors import RequestError
from mettavox.units import clock


@click.command("audition")
@click.argument("names", metavar="[NAME]…", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE.mp3", help="Where it goes."
)
@click.option("--name", default="", help="The listener's name, to hear how each voice says it.")
@click.option("--say", default="", help="How the name is said: “ho-SAY”, or IPA between slashes.")
@click.option(
    "--pace", "rates", type=float, multiple=True, metavar="X", help="How fast: 0.9 is nine tenths; again for more."
)
@click.option("--lang", "language", default="", metavar="TAG", help="The language; that of the first voice without it.")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
def command(names: tuple[str, ...], output: Path, rates: tuple[float, ...], language: str, **chosen: Any) -> None:
    """Hear the voices NAME, or every installed one, in one MP3 with a chapter for each voice and pace.

    All say the same four sentences, equally loud.
    """
    from mettavox import audition
    from mettavox.person import personal_word
    from mettavox.prepare import RATE

    if output.suffix.lower() != ".mp3":
        raise RequestError(
            f"An audition is an MP3, and “{output.name}” does not end in .mp3.",
            hint=f"Write -o {output.with_suffix('.mp3')}",
        )
    name = personal_word(chosen["name"], chosen["say"], option="--name")
    wanted = audition.prepare(names, rates=rates or (1.0,), language=language, name=name)
    with report.progress() as progress:
        chapters = audition.make(wanted, output, replace=chosen["force"], progress=progress)
    for chapter in chapters:
        report.say(f"{clock(chapter.start / RATE):>7}  {chapter.title}")
    click.echo(output)
