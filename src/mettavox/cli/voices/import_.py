"""mettavox voices import: recordings as a voice of one's own."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import report
from mettavox.errors import RequestError
from mettavox.units import clock

if TYPE_CHECKING:
    from mettavox.intake import Candidate, Proposal
    from mettavox.sheet import Entry
    from mettavox.takestore import Stored

_WORDS_WIDTH = 34


@click.command("import")
@click.argument("recordings", metavar="FOLDER|FILE", type=click.Path(path_type=Path))
@click.option("--voice", required=True, metavar="ID", help="What the voice is called, such as mine.")
@click.option("--sheet", type=click.Path(path_type=Path), default=None, metavar="FOLDER", help="Where its sheet is.")
@click.option("--lines", default="", metavar="N,N-N", help="The lines in it, or “missing”; else the whole sheet.")
@click.option("--label", default="", metavar="TEXT", help="How tracks name the voice.")
@click.option("--lang", default="", metavar="TAG", help="Its language, where the sheet does not say.")
@click.option("--review", type=click.Path(path_type=Path), metavar="FILE.csv", help="Write what was found, and stop.")
@click.option("--match", type=click.Path(path_type=Path), metavar="FILE.csv", help="Take what a reviewed table says.")
@click.option("--yes", is_flag=True, help="Keep what was found in a long recording without asking.")
@click.option("--force", is_flag=True, help="Replace the table that --review writes.")
@click.option("--json", "as_json", is_flag=True, help="Say what was kept as JSON.")
def command(recordings: Path, voice: str, as_json: bool, **chosen: Any) -> None:
    """Take recordings as the voice ID: a FOLDER with a file for each line, named after its number; or one long FILE.

    A long recording is split at its silences and matched to the sheet; what was found is shown, to be confirmed.
    Coughs are left out, and of two tries the last counts. Lines that cannot be used are named, with the reason.
    Further imports add lines and replace them.

    \b
    mettavox voices import my-voice --voice mine
    mettavox voices import session.m4a --voice mine --sheet my-voice
    """
    from mettavox import findings, intake, output, takestore

    if not recordings.exists():
        raise RequestError(f"There is no “{recordings}”.", hint="Give the folder of the recordings, or one recording.")
    if chosen["review"]:
        output.check(chosen["review"], replace=chosen["force"])
    own = takestore.own(voice)
    if own is not None and own.damaged:
        report.say(f"The index of “{voice}” cannot be read: its takes begin anew, beside {takestore.DAMAGED}.")
    every = _sheet(recordings, chosen["sheet"], chosen["lang"])
    entries = findings.picked(every, chosen["lines"], own.takes if own else None) if chosen["lines"] else every
    match = findings.chosen(chosen["match"], entries) if chosen["match"] else None
    if recordings.is_dir() and (match is not None or chosen["review"]):
        raise RequestError("--review and --match are for one long recording.", hint="Give the file instead.")
    with report.progress() as progress:
        proposal = intake.find(recordings, entries, chosen=match, progress=progress)
    if chosen["review"]:
        _write_review(proposal, chosen["review"], replace=chosen["force"])
        return
    asks = not recordings.is_dir() and match is None and not chosen["yes"]
    if asks or not as_json:
        whole = len(proposal.candidates) > 1 and not recordings.is_dir()
        click.echo("\n".join(_table(proposal, whole=whole)), err=as_json)
    if match is None:
        _doubted(proposal)
    before = own.takes.found if own else {}
    if asks and not _confirmed(proposal, sum(each.entry.key in before for each in proposal.usable)):
        report.say("Nothing was kept.")
        return
    with report.progress() as progress:
        kept = takestore.store(proposal, voice, every, label=_label(chosen["label"]), progress=progress)
    _tell(proposal, kept, as_json=as_json)


def _sheet(recordings: Path, folder: Path | None, language: str) -> "list[Entry]":
    """The sheet: the one that was named, or the one beside the recordings."""
    from mettavox import sheet

    beside = recordings if recordings.is_dir() else recordings.parent
    places = [folder] if folder is not None else [beside, beside.parent]
    tables = [place if place.suffix == ".csv" else place / sheet.TABLE for place in places]
    found = next((table for table in tables if table.is_file()), None)
    if found is None:
        raise RequestError(
            f"There is no sheet at “{tables[0]}”.",
            hint="Give the folder of the sheet with --sheet, or make one: mettavox voices sheet SCRIPT -o FOLDER",
        )
    return [replace(entry, language=entry.language or language or "en") for entry in sheet.read(found)]


def _label(text: str) -> str:
    if text and not text.isprintable():
        raise RequestError("--label has a character that cannot be shown.", hint="Write it on one line.")
    return text.strip()


def _write_review(proposal: "Proposal", path: Path, *, replace: bool) -> None:
    from mettavox import findings, output

    with output.whole_file(path, replace=replace) as (file, _):
        file.write(findings.review(proposal).encode())
    click.echo(path)
    report.say("Correct where lines start and end (in seconds; empty for none), then give it back with --match.")


def _doubted(proposal: "Proposal") -> None:
    """Say when much of the sheet was not found. Raises RequestError for a recording that is of other lines."""
    if proposal.is_doubtful:
        raise RequestError(
            "This recording does not fit the sheet: most of what is heard in it is none of its lines.",
            hint="Give the sheet that was read with --sheet, or see what was found with --review FILE.csv.",
        )
    lines = len(proposal.candidates)
    if proposal.not_found * 3 > lines > 3:  # noqa: PLR2004
        report.say(
            f"{proposal.not_found} of {lines} lines were not found. If only a part of the sheet was read, --lines 1-40 "
            "and the like say which, and help to find it."
        )


def _confirmed(proposal: "Proposal", replaced: int) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise RequestError(
            "What was found has to be confirmed, and this is no terminal.",
            hint="Look at the table, then add --yes; or correct it with --review FILE.csv and --match FILE.csv.",
        )
    older = f", {replaced} of them in the place of older ones" if replaced else ""
    return click.confirm(f"Keep these {len(proposal.usable)} takes{older}?", default=not replaced, err=True)


def _table(proposal: "Proposal", *, whole: bool) -> "Iterable[str]":
    """What was found, a line each; what was not is listed where the ``whole`` sheet was to be found."""
    shown = [each for each in proposal.candidates if whole or each.source is not None]
    width = max((len(_first_words(each)) for each in shown), default=0)
    yield f"{'line':>4}  {'first words':<{width}}  {'start':>8}  {'length':>7}  "
    for each in shown:
        start, length = (clock(each.start_seconds), f"{each.seconds:.1f} s") if each.source else ("", "")
        yield f"{each.entry.number:>4}  {_first_words(each):<{width}}  {start:>8}  {length:>7}  {each.verdict}"
    if proposal.noises:
        yield f"Sounds that are no line, such as coughs: {proposal.noises}."


def _first_words(candidate: "Candidate") -> str:
    from mettavox import findings

    text = findings.shown(candidate.entry)
    return text if len(text) <= _WORDS_WIDTH else text[: _WORDS_WIDTH - 1].rstrip() + "…"


def _tell(proposal: "Proposal", kept: "Stored", *, as_json: bool) -> None:
    rejected = [each for each in proposal.candidates if each.fault]
    missing = [entry.number for entry in kept.missing]
    if as_json:
        facts = {
            "voice": kept.voice.id,
            "added": kept.added,
            "replaced": kept.replaced,
            "rejected": [{"line": each.entry.number, "reason": f"it {each.fault}"} for each in rejected],
            "missing": missing,
        }
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    again = f", {kept.replaced} in the place of older ones" if kept.replaced else ""
    report.say(f"Takes kept: {kept.added + kept.replaced}{again}. Rejected: {len(rejected)}.")
    report.say(f"They lie in {kept.voice.folder}")
    if missing:
        report.say(f"Still missing on the sheet: {len(missing)}, line{'s' * (len(missing) > 1)} {ranges(missing)}.")
    report.say(f"Try it: mettavox render SCRIPT --voice {kept.voice.id}{' --fill calm' if missing else ''}")


def ranges(numbers: Sequence[int]) -> str:
    """“1-4, 9, 12-20”."""
    starts = [numbers[0], *(after for before, after in pairwise(numbers) if after != before + 1)]
    ends = [*(before for before, after in pairwise(numbers) if after != before + 1), numbers[-1]]
    pairs = zip(starts, ends, strict=True)
    return ", ".join(f"{start}-{end}" if end > start else str(start) for start, end in pairs)
