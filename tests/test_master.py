"""Masters: what tracks of many people share is made once, and no track is another for it."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mettavox import ask, assets, backdrop, blanks, groups, master, masterfile, record, spoken
from mettavox.bench import Bench
from mettavox.blanks import Shared
from mettavox.check import check
from mettavox.codecs import assembly, decode, encode
from mettavox.prepare import Prepared, prepare
from mettavox.reel import Disk
from mettavox.render import Track, render
from mettavox.roster import Row
from mettavox.script import Line
from mettavox.spoken import Part, Settings
from mettavox.verify import examined

SETTINGS = Settings(workers=1)
NAMES = ("Ola", "Zebedee", "Anna", "Mo")
LONG = "Maximiliana Theodorakopoulou"
SALT = "0" * 32


def values(name: str, bed: str = "soft") -> dict[str, Any]:
    return {
        "script": "loving-kindness", "minutes": "2", "voice": "hum", "bed": bed, "cover": "none", "name": name,
    }  # fmt: skip


def row(number: int, name: str, **other: str) -> Row:
    return Row(number=number, code=f"c{number}", values=values(name) | other)


def prepared(name: str, bed: str = "soft") -> Prepared:
    return prepare(ask.request(values(name, bed)))


@pytest.fixture(scope="module")
def shared() -> Shared:
    """The slots of NAMES; the same for both beds."""
    with closing(Bench(cache=False)) as bench:
        found = groups.measured([values(name) for name in NAMES], SETTINGS, bench)
    assert found is not None
    return found


def made(folder: Path, name: str, bench: Bench, shared: Shared | None, bed: str = "soft") -> Track:
    path = folder / f"{NAMES.index(name) if name in NAMES else 9}.mp3"
    return render(prepared(name, bed), path, replace=True, settings=SETTINGS, salt=SALT, shared=shared, bench=bench)


@pytest.mark.parametrize("bed", ["none", "soft"])
def test_a_track_is_the_same_whoever_made_its_master(bed: str, shared: Shared, tmp_path: Path) -> None:
    """Itself, another row, another process that kept it; in any order. And all of it holds, heard as a whole."""
    with closing(Bench()) as bench:
        first = {name: made(tmp_path, name, bench, shared, bed).sha256 for name in NAMES[:2]}
    with closing(Bench()) as bench:  # from the file
        again = {name: made(tmp_path, name, bench, shared, bed).sha256 for name in reversed(NAMES[:2])}
    with closing(Bench(cache=False)) as bench:
        alone = {NAMES[1]: made(tmp_path, NAMES[1], bench, shared, bed)}
    assert again == first
    assert alone[NAMES[1]].sha256 == first[NAMES[1]]
    assert check(tmp_path / "1.mp3").holds
    known = record.read(tmp_path / "1.json")
    measured, _ = examined(decode.for_proof(tmp_path / "1.mp3", known.proof), known.proof)
    told = alone[NAMES[1]].measured
    assert _alike(measured, told)
    assert known.shared == shared


def _alike(one: object, two: object) -> bool:
    """Numbers that are equal but for the last digits of sums."""
    return all(
        value == pytest.approx(vars(two)[key], abs=0.01) for key, value in vars(one).items() if np.isfinite(value)
    )


def test_over_a_noise_bed_its_frames_are_those_of_one_pass(shared: Shared, tmp_path: Path) -> None:
    """All of them: those that were copied from a master, and those about a name."""
    person = prepared(NAMES[1])
    with closing(Bench(cache=False)) as bench, backdrop.bed(person) as bed:
        ensemble = bench.booth.ensemble(person, SETTINGS)
        part = Part.of(person, ensemble, slack_seconds=shared.slack_seconds)
        said = spoken.spoken(part, ensemble, lambda stage, share: None, shared.slots)
        plan = master.plan(part, said.timeline, bed)
        assert plan is not None
        common = master.made(part, said, plan, bed, lambda stage, share: None)
        laid = common.timeline
        own = spoken.clips(part, ensemble, {each.sound for each in laid.placements if blanks.is_blank(each.sound)})  # type: ignore[misc]
        filled = master.filled(common, part, dict(own), bed)
        assembled, whole = BytesIO(), BytesIO()
        assembly.write(assembly.track(filled.pieces, laid.frames, b"", bitrate_kbps=128), assembled)
        clips = spoken.spoken(part, ensemble, lambda stage, share: None, shared.slots)
        timeline, stem, _, mixer = master.whole(part, clips, own, bed)
        encode.mp3(mixer.blocks(), timeline.frames, whole, b"")
    assert timeline == laid
    assert len(stem) > len(own) > 0
    assert assembled.getvalue() == whole.getvalue()
    assert 0 < len(common.windows) < len(plan.windows)


def test_a_name_is_in_no_file_that_is_kept(shared: Shared, tmp_path: Path) -> None:
    """Nor is its clip, or an MP3 frame in which it is heard; and the master is as good after its file is damaged."""
    with closing(Bench()) as bench:
        whole = made(tmp_path, NAMES[1], bench, shared).sha256
    kept = [path for path in assets.cache_folder().rglob("*") if path.is_file()]
    masters = [path for path in kept if path.suffix == ".master"]
    assert masters
    for path in kept:
        data = path.read_bytes()
        assert not any(NAMES[1].encode(code) in data for code in ("utf-8", "utf-16-le"))
    for path in masters:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    with closing(Bench()) as bench:
        assert made(tmp_path, NAMES[1], bench, shared).sha256 == whole


def test_a_track_that_is_made_again_speaks_a_persons_words_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its other clips are not asked for, even where they are gone."""
    monkeypatch.setenv("METTAVOX_CACHE", str(tmp_path / "cache"))
    with closing(Bench()) as bench:
        first = made(tmp_path, NAMES[0], bench, None, bed="none")
    shutil.rmtree(tmp_path / "cache" / "clips")
    with closing(Bench()) as bench:
        again = made(tmp_path, NAMES[0], bench, None, bed="none")
    assert again.sha256 == first.sha256
    assert not (tmp_path / "cache" / "clips").exists()


def test_a_master_is_itself_when_it_is_read(shared: Shared) -> None:
    """Every field of it; and bytes that are no master are none."""
    person = prepared(NAMES[0], "none")
    with closing(Bench(cache=False)) as bench:
        ensemble = bench.booth.ensemble(person, SETTINGS)
        part = Part.of(person, ensemble, slack_seconds=shared.slack_seconds)
        said = spoken.spoken(part, ensemble, lambda stage, share: None, shared.slots)
        plan = master.plan(part, said.timeline, None)
        assert plan is not None
        first = master.made(part, said, plan, None, lambda stage, share: None)
    data = b"".join(masterfile.packed(first, part))
    for at_hand in (True, False):
        read = masterfile.unpacked(Disk(BytesIO(b"before" + data)), 6, part, at_hand=at_hand)
        assert read is not None
        assert b"".join(masterfile.packed(read, part)) == data
    assert (read.timeline, read.proof, read.clauses, read.levels) == (
        first.timeline,
        first.proof,
        first.clauses,
        first.levels,
    )
    for broken in (b"", data[:4], data[:100], data[: len(data) // 2], b"\xff" * 100):
        assert masterfile.unpacked(Disk(BytesIO(broken)), 0, part, at_hand=False) is None


def test_the_pause_after_a_short_name_begins_where_it_ends(shared: Shared, tmp_path: Path) -> None:
    """What it leaves of its slot is a part of the pause, which stays within its bounds; all others are the same."""
    with closing(Bench()) as bench:
        tracks = [made(tmp_path, name, bench, shared) for name in ("Mo", "Zebedee")]
    short, long = (track.timeline for track in tracks)
    assert [place.start for place in short.placements] == [place.start for place in long.placements]
    different = [
        (one, two) for one, two in zip(short.placements, long.placements, strict=True) if one.frames != two.frames
    ]
    assert different
    for timeline in (short, long):
        ends = {place.end for place in timeline.placements}
        assert all(quiet.start in ends or not quiet.start for quiet in timeline.silences)
        assert all(quiet.shortest <= quiet.frames <= quiet.longest for quiet in timeline.silences)
    for one, two in different:
        assert isinstance(one.sound, Line)
        assert one.sound.personal
        assert 0 < two.frames - one.frames < (shared.slack_seconds + 0.3) * short.rate


def test_a_name_that_is_too_long_for_its_slot_has_a_track_of_its_own(shared: Shared, tmp_path: Path) -> None:
    """As if it had been alone, and its record says so."""
    with closing(Bench()) as bench:
        first = made(tmp_path, LONG, bench, shared).sha256
        assert record.read(tmp_path / "9.json").shared is None
        assert made(tmp_path, LONG, bench, None).sha256 == first
    assert check(tmp_path / "9.mp3").holds


def test_slots_of_another_length_are_not_used(shared: Shared, tmp_path: Path) -> None:
    """As when a track of a batch is made again with --minutes: there may be blanks that it did not have."""
    none = Shared(slots={}, slack_seconds=shared.slack_seconds)
    with closing(Bench()) as bench:
        first = made(tmp_path, NAMES[0], bench, none, "none").sha256
        assert record.read(tmp_path / "0.json").shared is None
        assert made(tmp_path, NAMES[0], bench, None, "none").sha256 == first


def test_slots_that_are_far_too_wide_are_not_used(shared: Shared, tmp_path: Path) -> None:
    """A short name would leave a hole after it that no pause may have."""
    wide = Shared(slots={number: 3 * width for number, width in shared.slots.items()}, slack_seconds=0.8)
    with closing(Bench(cache=False)) as bench:
        made(tmp_path, NAMES[0], bench, wide, "none")
    assert record.read(tmp_path / "0.json").shared is None


def test_another_format_is_no_mp3(shared: Shared, tmp_path: Path) -> None:
    """Although its master is on the bench."""
    with closing(Bench(cache=False)) as bench:
        made(tmp_path, NAMES[0], bench, shared, "none")
        other = prepare(ask.request(values(NAMES[0], "none") | {"format": "flac"}))
        render(other, tmp_path / "x.flac", settings=SETTINGS, shared=shared, bench=bench)
    assert (tmp_path / "x.flac").read_bytes().startswith(b"fLaC")


def test_masters_of_scripts_that_differ_have_different_names() -> None:
    """Also where all that differs is how a line goes on without the name."""
    people = [prepared(NAMES[0]), prepared(NAMES[1])]
    with closing(Bench(cache=False)) as bench:
        parts = [Part.of(each, bench.booth.ensemble(each, SETTINGS)) for each in people]
    assert master.key(parts[0], {0: 5}) == master.key(parts[1], {0: 5})
    assert master.key(parts[0], {0: 5}) != master.key(parts[0], {0: 6})
    script = parts[0].prepared.script
    section = next(each for each in script.sections if any(blanks.is_blank(p.sound) for p in each.passages))
    place = next(at for at, each in enumerate(section.passages) if blanks.is_blank(each.sound))
    blank = section.passages[place].sound
    assert isinstance(blank, Line)
    other = replace(blank, unnamed=Line(text="Go on.", spoken="Go on.", number=1))
    passages = [replace(each, sound=other) if at == place else each for at, each in enumerate(section.passages)]
    changed = replace(
        script, sections=tuple(replace(e, passages=tuple(passages)) if e is section else e for e in script.sections)
    )
    assert changed == script  # lines are alike by their words
    part = replace(parts[0], prepared=replace(parts[0].prepared, script=changed))
    assert master.key(part, {0: 5}) != master.key(parts[0], {0: 5})


def test_one_whose_script_is_another_does_not_decide_for_the_group() -> None:
    """As where a respelling is kept that is a word of other lines, too: the first by code is no measure."""
    people = [values("Bea") | {"say": "kind"}, values("Ola"), values("Mo")]
    with closing(Bench(cache=False)) as bench:
        found = groups.measured(people, SETTINGS, bench)
    assert found is not None
    assert found.slots


# --- groups ---


def test_rows_are_of_one_group_where_only_personal_words_differ() -> None:
    """Of about the same length: a slot for the longest name would leave a short one with a hole after it."""
    rows = [
        row(1, "Anna"), row(2, "Bo"), row(3, LONG), row(4, "Eve", minutes="6"), row(5, "Ida", say="Eeda"),
        row(6, "Eli", voice="system"), row(7, "Uma", target="Pia"), row(8, "Ari", target="Leo"), row(9, ""),
    ]  # fmt: skip
    found = [{each.number for each in group} for group in groups.grouped(rows)]
    assert found == [{1, 2, 5}, {3}, {4}, {6}, {7, 8}, {9}]


def test_candidates_do_not_depend_on_the_order() -> None:
    """Nor on which rows are made: the longest of all rows."""
    rows = [row(number, "A" + "na" * (number % 3)) for number in range(100)]
    found = groups.candidates(rows)
    assert found == groups.candidates(list(reversed(rows)))
    assert len(found) == 32
    assert {each["name"] for each in found} == {"Anana"}


def test_a_slot_is_wide_enough_for_every_name(shared: Shared) -> None:
    """As wide as the widest, or hardly wider."""
    with closing(Bench(cache=False)) as bench:
        widest: dict[int, int] = {}
        for name in NAMES:
            person = prepared(name)
            ensemble = bench.booth.ensemble(person, SETTINGS)
            part = Part.of(person, ensemble)
            lengths = spoken.SpokenLengths(ensemble, part)
            for number in shared.slots:
                blank = Line(text=str(number), spoken="", number=0, personal=True)
                widest[number] = max(widest.get(number, 0), lengths[blank])
    assert all(0 < shared.slots[number] - widest[number] < 48_000 // 10 for number in shared.slots)


@pytest.fixture
def blank_script() -> Iterator[tuple[Mapping[str, Any], Part]]:
    with closing(Bench(cache=False)) as bench:
        person = prepared(LONG)
        yield values(LONG), Part.of(person, bench.booth.ensemble(person, SETTINGS))


def test_a_script_with_blanks_has_nobodys_words(blank_script: tuple[Mapping[str, Any], Part]) -> None:
    """Each line with a name is a blank, numbered in its order; all others are as they were."""
    _, part = blank_script
    assert LONG not in repr(part.prepared.script)
    lines = [line for line in part.prepared.script.lines() if blanks.is_blank(line)]
    assert [blanks.number(line) for line in lines] == sorted(blanks.number(line) for line in lines)
    assert all(before < after for before, after in pairwise(map(blanks.number, lines)))
    assert {part.line(line) for line in lines} <= set(part.own)
    assert all(line.personal for line in part.own)
