"""mettavox studio: make tracks in the browser of this machine."""

import webbrowser
from pathlib import Path

import click

from mettavox.cli import report


@click.command("studio")
@click.option("-o", "--output", default=None, metavar="DIR", type=click.Path(path_type=Path),
              help="The folder that tracks go into; the one chosen in the studio, or “output”.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="On this port; any free one unless said.")
@click.option("--no-browser", is_flag=True, help="Show the address alone.")
def command(output: Path | None, port: int, no_browser: bool) -> None:
    """Make tracks in the browser of this machine, until Ctrl-C.

    Only this machine reaches it, and only with the address that is shown, which is new at every start.
    """
    from mettavox import assets
    from mettavox.studio import server

    with server.studio(output, assets.state_folder() / "studio", port=port) as (address, running):
        click.echo(address)
        report.say("Press Ctrl-C to stop. What is not finished then is found again at the next start.")
        if not no_browser:
            webbrowser.open(address)
        try:
            running.run()
        except KeyboardInterrupt:
            report.say("Stopped.")
