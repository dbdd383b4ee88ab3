"""mettavox voices list: the voices there are."""

import json
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import report

if TYPE_CHECKING:
    from mettavox.repertoire import Listed

_WIDTH = 100
_HEADS = (
    "", "id", "language", "gender", "engine", "size", "speed", "natural", "commercial", "share-alike", "installed",
)  # fmt: skip
_TO_THE_RIGHT = ("size", "speed", "natural")
_UNKNOWN = "-"


@click.command("list")
@click.option("--lang", "language", default="", metavar="TAG", help="Only those that speak a language.")
@click.option("--installed", is_flag=True, help="Only those that can speak here now.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with everything that is known.")
def command(language: str, installed: bool, as_json: bool) -> None:
    """The voices there are: language, licence, size, speed, naturalness, and whether they are installed.

    With * is the one that “calm” means in its language: the best that is installed.
    """
    from mettavox import casting, repertoire

    rows = [_facts(each) for each in repertoire.every(language) if each.is_here or not installed]
    for error in casting.unreadable():
        report.say(f"{error.message} {error.hint}")
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif rows:
        click.echo("\n".join(_table(rows)))


def _facts(listed: "Listed") -> dict[str, Any]:
    voice = listed.voice
    return {
        "id": voice.id,
        "label": voice.label,
        "language": voice.language,
        "gender": voice.gender,
        "engine": voice.engine,
        "calm": listed.is_calm,
        "installed": listed.is_here,
        "lacks": listed.lack,
        "tuned": listed.is_tuned,
        "licence": voice.licence.name,
        "commercial": voice.licence.commercial,
        "share_alike": voice.licence.share_alike,
        "redistribute": voice.licence.redistribute,
        "weights": voice.licence.weights,
        "training_data": voice.licence.training_data,
        "attribution": voice.licence.attribution,
        "bytes": listed.bytes,
        "times_real_time": listed.times_real_time or None,
        "naturalness": voice.quality or None,
        "settings": voice.settings,
        "pauses": voice.pauses,
        "folder": voice.folder if voice.files else None,
        "files": [
            {"path": file.path, "bytes": file.bytes, "sha256": file.sha256, "url": file.url} for file in voice.files
        ],
    }


def _table(rows: list[dict[str, Any]]) -> Iterator[str]:
    cells = [dict(zip(_HEADS, _cells(row), strict=True)) for row in rows]
    widths = {head: max(len(head), *(len(each[head]) for each in cells)) for head in _HEADS}
    yield _line({head: head for head in _HEADS}, widths)
    for row, each in zip(rows, cells, strict=True):
        yield _line(each, widths)
        yield from textwrap.wrap(_about(row), _WIDTH, initial_indent="    ", subsequent_indent="    ")


def _line(cells: dict[str, str], widths: dict[str, int]) -> str:
    return " ".join(
        cells[head].rjust(width) if head in _TO_THE_RIGHT else cells[head].ljust(width)
        for head, width in widths.items()
    ).rstrip()


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    speed, natural = row["times_real_time"], row["naturalness"]
    return (
        "*" if row["calm"] else " ",
        row["id"],
        row["language"],
        row["gender"] or _UNKNOWN,
        row["engine"],
        f"{row['bytes'] / 1e6:.0f} MB" if row["bytes"] else _UNKNOWN,
        f"{speed:.{0 if speed >= 10 else 1}f}x" if speed else _UNKNOWN,  # noqa: PLR2004
        f"{natural:.1f}" if natural else _UNKNOWN,
        row["commercial"],
        "yes" if row["share_alike"] else "no",
        "yes" if row["installed"] else "no",
    )


def _about(row: dict[str, Any]) -> str:
    from mettavox import casting

    parts = [f"{row['label']}{' (tuned)' if row['tuned'] else ''}", f"licence: {row['licence']}"]
    told = row["lacks"] and row["lacks"] != casting.NOT_INSTALLED  # which the last column says
    return "; ".join([*parts, row["lacks"]] if told else parts)
