"""mettavox library build: the pages of a folder of tracks."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from mettavox.cli import report
from mettavox.units import clock

_SHOWN = 5


@click.command("build")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--title", default="", help="What stands over all the tracks.")
@click.option("--lang", default="", metavar="TAG", help="The language of the pages; that of most tracks otherwise.")
@click.option("--url", default="", metavar="BASE", help="The address that DIR will have on the web, for embedding.")
@click.option("--public", is_flag=True, help="Let search engines list the pages.")
@click.option("--show-names", is_flag=True, help="Also tracks whose records show names of people.")
@click.option("--json", "as_json", is_flag=True, help="Say what was built as JSON.")
@click.pass_context
def command(ctx: click.Context, /, folder: Path, lang: str, as_json: bool, **chosen: Any) -> None:
    """Build pages for the tracks in DIR: an index, and for each track a page to listen to it.

    They lie in DIR itself and work from a double-click, from any web server, and in a frame of another page.
    Names of people are left out of them.

    \b
    mettavox library build library/
    mettavox library build library/ --url https://example.org/meditations/
    """
    from mettavox.site import building

    with report.progress() as progress:
        built = building.build(folder, language=lang, progress=lambda count: progress(f"{count} pages", 0.0), **chosen)
    for each in built.unusable[:_SHOWN]:
        report.say(f"Left out: {each.file}: {each.why}.")
    if len(built.unusable) > _SHOWN:
        report.say(f"And {len(built.unusable) - _SHOWN} more that cannot be used.")
    if built.named:
        report.say(f"Left out, since their records show names: {len(built.named)}. Add --show-names to have them.")
    report.say(f"{built.count} track{'s' * (built.count != 1)}, {clock(built.seconds)} in all.")
    facts = {"index": str(built.index), **{key: value for key, value in asdict(built).items() if key != "index"}}
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else str(built.index))
    ctx.exit(report.SOME_FAILED if built.unusable else 0)
