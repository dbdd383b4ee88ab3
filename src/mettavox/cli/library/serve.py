"""mettavox library serve: a folder's pages for the browsers of this machine."""

import webbrowser
from pathlib import Path

import click

from mettavox.cli import report


@click.command("serve")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 for every machine of the network.")
@click.option("--open", "in_browser", is_flag=True, help="Open it in a browser.")
def command(folder: Path, port: int, host: str, in_browser: bool) -> None:
    """Serve the pages that “library build” has made in DIR, until Ctrl-C.

    Only this machine can see them, unless --host says otherwise. Records, manifests and hidden files are not served.

    \b
    mettavox library serve library/ --open
    """
    from mettavox.site import serving

    with serving.Server(folder, host=host, port=port) as server:
        click.echo(server.url)
        if not server.is_local:
            report.say("Whoever reaches this machine can hear these tracks, and read the captions beside them.")
        report.say("Press Ctrl-C to stop.")
        if in_browser:
            webbrowser.open(server.url)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            report.say("Stopped.")
