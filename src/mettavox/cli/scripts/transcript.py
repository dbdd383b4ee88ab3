"""mettavox scripts transcript: every wording that anyone could hear, for a reviewer."""

import json
import textwrap
from dataclasses import asdict
from pathlib import Path

import click

from mettavox.cli import options

_WIDTH = 100


@click.command("transcript")
@click.argument("script")
@options.LANGUAGE
@options.FOLDER
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(script: str, lang: str, scripts: Path | None, as_json: bool) -> None:
    """Every wording of SCRIPT that any choice can bring, each once, with when it is heard.

    It begins with the hash of the text, which “scripts approve” writes down: what is approved is exactly this.
    """
    from mettavox import source, transcript

    whole = transcript.transcript(source.load(script, lang, scripts))
    if as_json:
        click.echo(json.dumps(asdict(whole), ensure_ascii=False, indent=2))
        return
    for line in transcript.as_text(whole):
        click.echo("\n".join(textwrap.wrap(line, _WIDTH, subsequent_indent=" " * 10) or [""]))
