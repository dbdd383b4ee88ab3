"""mettavox voices install: download a voice's files, or copy them from a folder."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mettavox.cli import report
from mettavox.cli.voices.transfer import Transfer, size
from mettavox.errors import MettavoxError, OutputError

if TYPE_CHECKING:
    from mettavox.voice import Voice


@click.command("install")
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
@click.option("--from", "source", type=click.Path(path_type=Path), default=None, metavar="FOLDER",
              help="Copy the files from a folder instead.")  # fmt: skip
@click.option("--force", is_flag=True, help="Fetch files anew that are there already.")
@click.pass_context
def command(ctx: click.Context, names: tuple[str, ...], source: Path | None, force: bool) -> None:
    """Have the files of voices on this machine, each checked against its pinned SHA-256.

    Only it and batch, with an address or a scheduler, use the network. What an interrupted download has brought stays,
    and the next run goes on from there.
    """
    from mettavox import voicestore

    wanted = [voicestore.voice(name) for name in dict.fromkeys(names)]  # a slip is told before any download
    codes = [_told(voice, source, force=force) for voice in wanted]
    ctx.exit(next((code for code in codes if code), 0))


def _told(voice: "Voice", source: Path | None, *, force: bool) -> int:
    """Install one and say how it went; gives the exit code. The others go on when it fails, unless the disk is full."""
    from mettavox import voicestore

    try:
        with Transfer() as transfer:
            fetched = voicestore.install(voice, source, force=force, hear=transfer)
    except KeyboardInterrupt:
        if not voicestore.unfinished(voice):
            raise
        report.say("Stopped. What has come so far stays; run it again, and it goes on from there.")
        raise click.exceptions.Exit(report.INTERRUPTED) from None
    except OutputError:
        raise
    except MettavoxError as error:
        return report.failure(error)
    fresh = size(sum(file.bytes for file in fetched))
    click.echo(f"{voice.id}: installed, {fresh}" if fetched else f"{voice.id}: there already, nothing to do")
    _say_what_else(voice)
    return 0


def _say_what_else(voice: "Voice") -> None:
    from mettavox.engines import table

    terms = f"commercial use: {voice.licence.commercial}{', share-alike' if voice.licence.share_alike else ''}"
    report.say(f"Licence: {voice.licence.name}; {terms}.")
    if package := table.lacks(voice.engine):
        report.say(f"To speak, it needs one more package: pip install {package}")
