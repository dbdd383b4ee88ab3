"""mettavox voices tune: make a voice slower, lower or with longer pauses."""

from typing import TYPE_CHECKING

import click

from mettavox.cli import report
from mettavox.errors import RequestError

if TYPE_CHECKING:
    from mettavox.tuning import Change


@click.command("tune")
@click.argument("name")
@click.option("--rate", type=float, default=None, metavar="X", help="How fast: 0.9 is nine tenths as fast as it came.")
@click.option("--pitch", type=int, default=None, metavar="N", help="How high, 0 to 99; eSpeak's voices on Linux only.")
@click.option("--pauses", type=float, default=None, metavar="X", help="How long its pauses: 1.2 is a fifth longer.")
@click.option("--reset", is_flag=True, help="Bring back the profile that came with mettavox.")
def command(name: str, rate: float | None, pitch: int | None, pauses: float | None, reset: bool) -> None:
    """Change the voice NAME, and keep the change as a profile of your own.

    It speaks a sentence first, to prove that it can. --rate and --pauses count from the voice as it came, so that
    1 undoes them.
    """
    from mettavox import tuning

    if reset:
        if (rate, pitch, pauses) != (None, None, None):
            raise RequestError("--reset goes with no other option.", hint="Leave the others out.")
        _show(tuning.reset(name))
        report.say(f"“{name}” is as it came again.")
        return
    with report.progress() as progress:
        progress("speaking", 0.0)
        tuned = tuning.tune(name, rate=rate, pitch=pitch, pauses=pauses)
    _show(tuned.changes)
    report.say(f"It spoke a sentence in {tuned.seconds:.1f} s. Its profile is {tuned.path}")
    report.say(f"To bring back the old one: mettavox voices tune {name} --reset")


def _show(changes: "tuple[Change, ...]") -> None:
    for change in changes:
        click.echo(f"{change.what}: {change.before or 'not set'} → {change.after or 'not set'}")
    if not changes:
        click.echo("nothing changed")
