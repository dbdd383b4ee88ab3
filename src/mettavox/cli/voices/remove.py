"""mettavox voices remove: delete a voice's files."""

import click

from mettavox.cli import report


@click.command("remove")
@click.argument("name")
@click.option("--profile", is_flag=True, help="Delete your own profile of that name too.")
@click.option("--yes", is_flag=True, help="Also recordings, and files that other installed voices need.")
def command(name: str, profile: bool, yes: bool) -> None:
    """Delete the files of the voice NAME, and what an interrupted download left of them.

    A profile that came with mettavox stays, so that the voice can be installed again.
    """
    from mettavox import voicestore

    removed = voicestore.remove(name, profile=profile, shared=yes)
    for path in (*removed.files, *([removed.profile] if removed.profile else [])):
        click.echo(path)
    if not removed.files and not removed.profile:
        report.say(f"{name}: there is nothing to remove.")
    own = voicestore.own_profile(name)
    if own is not None:
        report.say(f"Your own profile stays: {own}. To delete it too, add --profile.")
