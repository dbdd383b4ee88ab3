"""mettavox check: hold tracks against their records."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import report
from mettavox.errors import MettavoxError

if TYPE_CHECKING:
    from mettavox.check import Checked


@click.command("check")
@click.argument("tracks", nargs=-1, required=True, metavar="TRACK...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="What holds, as JSON.")
@click.pass_context
def command(ctx: click.Context, tracks: tuple[Path, ...], as_json: bool) -> None:
    """Measure each TRACK and hold it against its record, the .json beside it.

    Length, loudness, peak, every line at its time, the silences between, tags, chapters and captions.

    \b
    mettavox check output/loving-kindness-10m.mp3
    """
    from mettavox.check import check

    rows: list[dict[str, Any]] = []
    worst = 0
    for path in tracks:
        try:
            with report.progress() as progress:
                checked = check(path, lambda share: progress("checking", share))
        except MettavoxError as error:
            worst = max(worst, report.told(error))
            rows.append({"track": str(path), "holds": False, "error": error.message})
            continue
        worst = max(worst, 0 if checked.holds else report.exit_code(MettavoxError("")))
        rows.append({"track": str(path), "holds": checked.holds, "findings": _facts(checked)})
        if not as_json:
            _table(path, checked)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    ctx.exit(worst)


def _facts(checked: "Checked") -> list[dict[str, Any]]:
    return [{"what": each.what, "holds": each.holds, "found": each.found} for each in checked.findings]


def _table(path: Path, checked: "Checked") -> None:
    click.echo(f"{path}: {'holds' if checked.holds else 'DOES NOT HOLD'}")
    width = max(len(each.what) for each in checked.findings)
    for each in checked.findings:
        click.echo(f"  {'ok ' if each.holds else 'NO '} {each.what:<{width}}  {each.found}")
