"""Single tracks: everyone makes the same meditation, at several lengths, over silence and over a bed."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import floor
import material
import measure
from figures import (
    CACHED,
    CACHED_AUDIO,
    COLD,
    COLD_AUDIO,
    FLOOR_ENCODING,
    FLOOR_SPEECH,
    GRAPH,
    KEPT,
    LEVELLED,
    NAIVE,
    ONE_PASS,
    ONE_PASS_MONO,
    TRACK,
    Figures,
    Key,
    ratio,
    shown,
    table,
)  # fmt: skip

_HERE = Path(__file__).resolve().parent
# Of memory, for a minute of track; pyloudnorm has everything as numbers of 64 bits, several times over.
_MB_A_MINUTE = {(NAIVE, "none"): 14, (NAIVE, "soft"): 55, (LEVELLED, "none"): 75, (LEVELLED, "soft"): 130}
_LENGTH_OF_FLOOR = 10


@dataclass(frozen=True, kw_only=True)
class Case:
    """One length and bed; ``folder`` holds its material and everything that is made of it."""

    figures: Figures
    minutes: int
    bed: str
    folder: Path

    def run(self, who: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
        """Measure one run and keep its cost; gives the last line that it printed."""
        log = self.folder / "log"
        self.figures.add(self._key(who), measure.run(command, log=log, environment=environment))
        return (log.read_text("utf-8", "replace").splitlines() or [""])[-1]

    def script(self, who: str, name: str, *options: str) -> None:
        """Measure one of the scripts here, which may tell how many lines it lost."""
        said = self.run(who, [sys.executable, str(_HERE / name), str(self.folder), *options])
        if said.startswith("lost "):
            self.figures.lost.setdefault(self._key(who), []).append(int(said.removeprefix("lost ")))

    def _key(self, who: str) -> Key:
        return Key(kind=TRACK, amount=self.minutes, bed=self.bed, who=who)


def measure_all(figures: Figures, minutes: int, bed: str, *, runs: int, naive: bool) -> None:
    """Run every contestant so many times, one after the other, so that all of them meet the same moments."""
    with_floor = minutes == _LENGTH_OF_FLOOR
    with _case(figures, minutes, bed, mix=with_floor) as this:
        for number in range(runs):
            _ours(this, this.folder / f"cache-{number}")
            this.script(ONE_PASS, "onepass.py")
            if bed == "none":
                this.script(ONE_PASS_MONO, "onepass.py", "--mono")
            if with_floor:
                _floor(this)
            if naive:
                _naive(this)


@contextmanager
def _case(figures: Figures, minutes: int, bed: str, *, mix: bool) -> Iterator[Case]:
    """A case with its material made; the folder goes at the end."""
    folder = Path(tempfile.mkdtemp(prefix="mettavox-benchmark-"))
    try:
        make_material(folder, minutes, bed, *(["--mix"] if mix else []))
        yield Case(figures=figures, minutes=minutes, bed=bed, folder=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_material(folder: Path, minutes: int, bed: str, *options: str) -> None:
    """Fill a folder with what the contestants share."""
    environment = os.environ | {"METTAVOX_CACHE": str(folder / "beforehand")}
    command = [sys.executable, str(_HERE / "material.py"), str(minutes), bed, str(folder), *options]
    subprocess.run(command, check=True, env=environment)
    (folder / "made-beforehand.wav").unlink()


def _ours(this: Case, cache: Path) -> None:
    """mettavox from an empty cache, and again; whether the same bytes came out is a fact of this case."""
    kept = {"METTAVOX_CACHE": str(cache)}
    track = this.folder / "mettavox.mp3"
    hashes = set()

    def run(who: str, *options: str, environment: Mapping[str, str] = kept) -> None:
        this.run(who, [*_render(this, track), *options], environment)
        with track.open("rb") as file:  # bit by bit: see measure.py on who measures
            hashes.add(hashlib.file_digest(file, "sha256").hexdigest())

    run(COLD)
    run(CACHED)
    run(CACHED_AUDIO, "--only-audio")
    run(COLD_AUDIO, "--only-audio", environment={"METTAVOX_CACHE": str(cache.with_name(cache.name + "-audio"))})
    warming = [*_render(this, track), "--only-audio", "--cache-names"]
    measure.run(warming, log=this.folder / "log", environment=kept)  # nobody's figure: it keeps the names' clips
    run(KEPT, "--only-audio", "--cache-names")
    same = this.figures.facts.get("same bytes", 1.0)
    this.figures.facts["same bytes"] = min(same, float(len(hashes) == 1))


def _render(this: Case, track: Path) -> list[str]:
    return [
        sys.executable, "-m", "mettavox", "render", material.SCRIPT, "--no-lint", "--scripts", str(material.SCRIPTS),
        "--name", material.NAME, "--minutes", str(this.minutes), "--bed", this.bed, "--voice", material.VOICE,
        "--force", "-o", str(track),
    ]  # fmt: skip


def _floor(this: Case) -> None:
    made = material.read(this.folder)
    said = this.run(FLOOR_SPEECH, [sys.executable, str(_HERE / "floor.py"), str(this.folder)])
    if said != f"spoke {len(made.distinct)}":
        raise measure.CommandFailed(f"The floor {said} of {len(made.distinct)} lines; run again.")
    this.run(FLOOR_ENCODING, floor.encoding(made, this.folder))


def _naive(this: Case) -> None:
    bed = ["--bed"] if this.bed != "none" else []
    if _fits(this, NAIVE):
        this.script(NAIVE, "naive.py", *bed)
    if importlib.util.find_spec("pyloudnorm") and _fits(this, LEVELLED):
        this.script(LEVELLED, "naive.py", *bed, "--loudness")
    this.script(GRAPH, "filtergraph.py", *bed)


def _fits(this: Case, who: str) -> bool:
    """Whether there is memory enough; where there is not, a note says so."""
    needed = _MB_A_MINUTE[who, this.bed] * this.minutes
    rows = dict(row.split(":") for row in Path("/proc/meminfo").read_text().splitlines())
    if needed < int(rows["MemAvailable"].split()[0]) / 1024:
        return True
    note = f"{who}, {this.minutes} minutes, bed {this.bed}: left out, it takes {needed / 1000:.0f} GB of memory."
    this.figures.notes.append(note)
    return False


# --- tables ---


def costs_table(figures: Figures) -> str:
    """Everyone's costs in every case, and how many times as much as the best of mettavox's they are."""
    heading = (
        "bed", "who", "minutes", "CPU s", "of that, children", "wall s", "× realtime per CPU s", "peak MB",
        "naive ÷ it", "one pass ÷ it", "lines lost",
    )  # fmt: skip
    rows = []
    for minutes, bed in figures.cases(TRACK):
        naive, one = (figures.cpu(TRACK, minutes, bed, who) for who in (NAIVE, ONE_PASS))
        for who in figures.whos(TRACK, minutes, bed):
            cost = figures.cost(TRACK, minutes, bed, who)
            assert cost is not None
            lost = figures.lost.get(Key(kind=TRACK, amount=minutes, bed=bed, who=who), [])
            figured = (cost.cpu, cost.children, cost.wall, minutes * 60 / cost.cpu, cost.peak_mb)
            ratios = (ratio(naive, cost.cpu), ratio(one, cost.cpu))
            missing = f"{sum(lost)} of {100 * len(lost)}" if lost else ""
            rows.append((bed, who, str(minutes), *map(shown, figured), *map(shown, ratios), missing))
    return table(heading, rows, words=2)


def growth_table(figures: Figures) -> str:
    """The longest track against the shortest, for each bed; nothing when there is one length."""
    lengths = figures.amounts(TRACK)
    if len(lengths) < 2:
        return ""
    rows = []
    for bed in dict.fromkeys(bed for _, bed in figures.cases(TRACK)):
        for who in figures.whos(TRACK, lengths[0], bed):
            costs = [figures.cost(TRACK, length, bed, who) for length in lengths]
            short, long = costs[0], costs[-1]
            if short and long:
                peaks = " / ".join(shown(cost.peak_mb if cost else None) for cost in costs)
                growth = (long.peak_mb / short.peak_mb, long.cpu / short.cpu)
                rows.append((bed, who, peaks, *map(shown, growth)))
    minutes = " / ".join(map(str, lengths))
    last = f"{lengths[-1]} ÷ {lengths[0]} minutes"
    return table(("bed", "who", f"peak MB at {minutes}", f"peak, {last}", f"CPU, {last}"), rows, words=3)
