"""Library: a folder is held against its manifest, whatever befell it; and what is forgotten is nowhere in it."""

import contextlib
import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mettavox import assets, batch, library, roster
from mettavox.audio import Clip
from mettavox.clipcache import ClipCache
from mettavox.errors import OutputError, RequestError
from mettavox.library import Checked
from mettavox.manifest import NAME, Entry, Manifest
from mettavox.site import building
from mettavox.spoken import Settings
from mettavox.workers import Workers

REAL = ("pax-17", "pax-18")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two real tracks, one for Zebedee."""
    folder = tmp_path_factory.mktemp("made")
    path = folder / "roster.csv"
    rows = [f"{code},shift-reset,45s,hum,none,none,{name}" for code, name in zip(REAL, ("Zebedee", ""), strict=True)]
    path.write_text("\n".join(["code,script,duration,voice,cover,bed,name", *rows, ""]))
    report = batch.build(roster.read(path), folder / "library", jobs=1, pool=ThreadPoolExecutor)
    assert report.made == 2
    return folder / "library"


@pytest.fixture
def real(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(made, tmp_path / "library"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of files that are no sound: three tracks of two files each, a row that failed, one interrupted."""
    path = tmp_path / "lib"
    with Manifest.opened(path) as manifest:
        for code in ("pax-1", "pax-2", "Pax-3"):
            files = {}
            for suffix in (".mp3", ".vtt"):
                content = f"{suffix} of a track".encode()
                (path / f"{code}{suffix}").write_bytes(content)
                files[code + suffix] = hashlib.sha256(content).hexdigest()
            manifest.put(entry(code, files=files, rate=48_000))
        manifest.put(entry("pax-8", state="failed", error="It went wrong."))
        manifest.put(entry("pax-9", state="making"))
    (path / "report.html").write_text("<code>pax-1</code>")
    return path


def entry(code: str, **known: object) -> Entry:
    return Entry(**{"code": code, "request_hash": hashlib.sha256(code.encode()).hexdigest(), "state": "made"} | known)  # type: ignore[arg-type]


def quick(folder: Path) -> Checked:
    return library.check_folder(folder, quick=True)


def told(checked: Checked) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {trouble.code: (trouble.state, trouble.found) for trouble in checked.troubles}


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


# --- check ---


def test_a_library_as_it_was_made_holds(real: Path) -> None:
    """By its sound, in processes of their own; and nothing is changed in the folder."""
    before, stamp = contents(real), real.stat().st_mtime_ns
    heard: list[tuple[int, int]] = []
    checked = library.check_folder(real, jobs=2, progress=lambda done, total: heard.append((done, total)), pool=Workers)
    assert (checked.rows, checked.holds, checked.orphans, checked.in_use) == (2, True, (), False)
    assert heard == [(0, 2), (1, 2), (2, 2)]
    assert (contents(real), real.stat().st_mtime_ns) == (before, stamp)


def test_another_sound_does_not_hold_even_when_its_hash_does(real: Path) -> None:
    """The record says what is heard when; the hash alone would let it pass."""
    shutil.copy(real / f"{REAL[1]}.mp3", real / f"{REAL[0]}.mp3")
    with Manifest.opened(real) as manifest:
        known = manifest.entry(REAL[0])
        assert known is not None
        other = hashlib.sha256((real / f"{REAL[0]}.mp3").read_bytes()).hexdigest()
        files = {**known.files, f"{REAL[0]}.mp3": other}
        manifest.put(entry(REAL[0], files=files, frames=known.frames, rate=known.rate))
    assert quick(real).holds
    found = told(library.check_folder(real, pool=ThreadPoolExecutor))
    assert list(found) == [REAL[0]]
    state, words = found[REAL[0]]
    assert state == "damaged"
    assert words[0].startswith("lines: ")


def test_a_track_without_a_record_is_counted(real: Path) -> None:
    """As --only-audio leaves it."""
    with Manifest.opened(real) as manifest:
        for code, off in zip(REAL, (0, 1), strict=True):
            known = manifest.entry(code)
            assert known is not None
            track = f"{code}.mp3"
            files = {track: known.files[track]}
            manifest.put(entry(code, files=files, frames=known.frames + off, rate=known.rate))
    found = told(library.check_folder(real, pool=ThreadPoolExecutor))
    assert found == {REAL[1]: ("damaged", (f"{REAL[1]}.mp3 is 2160000 frames long, and was 2160001",))}


def test_what_is_no_sound_is_told(folder: Path) -> None:
    """Without a traceback, whatever the hash says."""
    state, words = told(library.check_folder(folder, pool=ThreadPoolExecutor))["pax-1"]
    assert (state, words) == ("damaged", ("the file cannot be decoded",))


def test_each_row_that_does_not_hold_is_told(folder: Path) -> None:
    """Missing and damaged files by their names; failed and interrupted rows; the others are not."""
    (folder / "pax-1.vtt").unlink()
    (folder / "pax-2.mp3").write_bytes(b"x")
    checked = quick(folder)
    assert not checked.holds
    assert told(checked) == {
        "pax-1": ("missing", ("pax-1.vtt is missing",)),
        "pax-2": ("damaged", ("pax-2.mp3 was changed since it was made",)),
        "pax-8": ("failed", ("It went wrong.",)),
        "pax-9": ("interrupted", ()),
    }


def test_files_that_no_row_knows_are_listed(folder: Path, made: Path) -> None:
    """Those of a track, and leftovers; a file that is nothing like a track's, and a page of someone's, are not."""
    for name in ("pax-1.flac", "PAX-2.srt", "gone.mp3", "gone.txt", "gone.html", ".0123456789abcdef.part"):
        (folder / name).touch()
    shutil.copy(made / f"{REAL[0]}.json", folder / "lone.json")
    (folder / "lone.jpg").touch()
    for name in ("notes.txt", "index.html", "cover.jpg", "list.json", ".mine.part", "audition.mp3", "roster.csv"):
        (folder / name).write_text("{}")
    (folder / "sub.mp3").mkdir()
    assert {each.file: each.unfinished for each in quick(folder).orphans} == {
        "pax-1.flac": False, "PAX-2.srt": False, "gone.mp3": False, "gone.txt": False, "gone.html": False,
        "lone.json": False, "lone.jpg": False, ".0123456789abcdef.part": True,
    }  # fmt: skip


def test_a_run_in_progress_is_told_and_not_held_up(folder: Path) -> None:
    """Its files are its own; a row that it changes meanwhile is left out; it can write while the folder is read."""
    (folder / "pax-1.vtt").unlink()
    (folder / "pax-2.vtt").unlink()
    for name in (".0123456789abcdef.part", "pax-9.mp3"):
        (folder / name).touch()
    with Manifest.opened(folder) as manifest:

        def run(done: int, total: int) -> None:
            if done == 1:
                manifest.put(entry("pax-1", state="failed", error="Meanwhile."))

        checked = library.check_folder(folder, quick=True, progress=run)
        assert checked.in_use
        assert checked.busy == ("pax-1", "pax-9")
        assert list(told(checked)) == ["pax-2", "pax-8"]
        assert checked.orphans == ()
    assert told(quick(folder))["pax-1"] == ("failed", ("Meanwhile.",))


def test_a_manifest_that_was_killed_within_a_writing_is_read(folder: Path, tmp_path: Path) -> None:
    """As it was before that, and it stays as it is."""
    killed = tmp_path / "killed"
    with contextlib.closing(sqlite3.connect(folder / NAME, isolation_level=None)) as base:
        base.execute("PRAGMA cache_size=1")
        base.execute("BEGIN")
        for _ in range(3):
            base.execute("UPDATE entry SET error = hex(randomblob(20000))")
        shutil.copytree(folder, killed)
        base.execute("ROLLBACK")
    assert (killed / f"{NAME}-journal").stat().st_size
    before = contents(killed)
    assert list(told(quick(killed))) == ["pax-8", "pax-9"]
    assert contents(killed) == before


@pytest.mark.parametrize("what", ["nowhere", "empty", "file", "damaged"])
def test_what_is_no_library_is_told(tmp_path: Path, what: str) -> None:
    """And nothing is made there, neither by a check nor by forgetting."""
    folder = tmp_path / what
    if what == "file":
        folder.touch()
    elif what != "nowhere":
        folder.mkdir()
    if what == "damaged":
        (folder / NAME).write_bytes(b"no database" * 100)
    words = {"nowhere": "There is no folder", "empty": "is no library", "file": "is a file", "damaged": "is damaged"}
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError, match=words[what]):
        quick(folder)
    with pytest.raises(OutputError, match=words[what]):
        library.known(folder, ["a"])
    with pytest.raises(OutputError, match=words[what]):
        library.forget(folder, ["a"])
    assert sorted(tmp_path.rglob("*")) == before


class Breaking(ThreadPoolExecutor):
    """Breaks when it is to look at pax-2, as a pool of processes does when one of them dies."""

    broken = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        self.broken = self.broken or args[0].code == "pax-2"
        if not self.broken:
            return super().submit(fn, *args)
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor())
        return future


def test_a_process_that_dies_costs_its_own_row_at_most(folder: Path) -> None:
    """The others are looked at again."""
    found = told(library.check_folder(folder, quick=True, jobs=1, pool=Breaking))
    assert "died" in found.pop("pax-2")[1][0]
    assert list(found) == ["pax-8", "pax-9"]


# --- forget ---


def find_anywhere(folder: Path, *words: str) -> list[str]:
    """Files whose name or content has one of the words, in capitals or not."""
    return [
        each.name
        for each in folder.rglob("*")
        for word in words
        if word.lower() in each.name.lower() or (each.is_file() and word.lower().encode() in each.read_bytes().lower())
    ]


def test_nothing_is_left_to_find(real: Path) -> None:
    """No name of a file, no byte of any file: neither the code nor its hashes; the other track still holds."""
    code = REAL[0]
    with Manifest.opened(real) as manifest:
        known = manifest.entry(code)
    assert known is not None
    assert "report.html" in find_anywhere(real, code)
    for name in (".0123456789abcdef.part", "audition.mp3", f"{code}.flac"):
        (real / name).write_bytes(b"Zebedee")
    assert library.known(real, [code.upper()]).rows == 1
    forgotten = library.forget(real, [code.upper()])
    assert forgotten.codes == (code,)
    assert set(forgotten.files) == {*known.files, f"{code}.flac"}
    assert set(forgotten.others) == {".0123456789abcdef.part", "audition.mp3", "report.html"}
    assert (forgotten.rows, forgotten.naming) == (1, ())
    assert find_anywhere(real, code, known.request_hash, *known.files.values(), "Zebedee") == []
    checked = library.check_folder(real, pool=ThreadPoolExecutor)
    assert (checked.rows, checked.holds, checked.orphans) == (1, True, ())
    with pytest.raises(RequestError, match="nothing of the code “pax-17”") as refused:
        library.forget(real, [code])
    assert refused.value.hint == "Did you mean “pax-18”?"


def test_pages_forget_too(real: Path) -> None:
    """They are built again without the track; with the last track the pages go."""
    building.build(real, title="Ours")
    assert (real / "pages" / "pax-17.html").is_file()

    assert library.forget(real, ["pax-17"]).naming == ()

    written = [real / "index.html", *(path for path in (real / "pages").rglob("*") if path.is_file())]
    assert not any(b"pax-17" in path.read_bytes() for path in written)
    assert "Ours" in (real / "index.html").read_text("utf-8")
    library.forget(real, ["pax-18"])
    assert not (real / "pages").exists()
    assert not (real / "index.html").exists()


def test_a_report_without_the_code_stays(folder: Path) -> None:
    """And so do files of codes that begin alike, and files that are nothing like a track's."""
    for name in ("pax-2.txt", "pax-21.mp3", "pax-2.pdf"):
        (folder / name).touch()
    (folder / "index.html").write_text("<a href='PAX-2.mp3'>")
    (folder / "list.txt").write_text("pax-21 pax-2-b xpax-2")
    forgotten = library.forget(folder, ["pax-2"])
    assert forgotten.files == ("pax-2.mp3", "pax-2.txt", "pax-2.vtt")
    assert forgotten.naming == ("index.html", "pax-2.pdf")
    assert {"report.html", "pax-21.mp3", "pax-2.pdf", "pax-1.mp3"} <= set(contents(folder))


def test_several_and_those_without_a_row_are_forgotten_together(folder: Path) -> None:
    """A code that fails the whole call is found out before anything is removed."""
    (folder / "gone.mp3").touch()
    (folder / "GONE.html").touch()
    before = contents(folder)
    with pytest.raises(RequestError, match="“nobody”"):
        library.forget(folder, ["pax-1", "nobody"])
    assert contents(folder) == before
    forgotten = library.forget(folder, ["PAX-3", "gone", "pax-8"])
    assert forgotten.codes == ("Pax-3", "gone", "pax-8")
    assert (set(forgotten.files), forgotten.rows) == ({"Pax-3.mp3", "Pax-3.vtt", "gone.mp3", "GONE.html"}, 2)
    assert find_anywhere(folder, "pax-3", "gone", "pax-8") == []


@pytest.mark.parametrize("code", ["report", "manifest", "index", "..", "", "pax-1.mp3", "../lib/pax-1", "list"])
def test_what_is_no_track_is_not_forgotten(folder: Path, code: str) -> None:
    """Whatever files of that name there are."""
    for name in ("index.html", "list.txt", "list.json"):
        (folder / name).write_text("{}")
    before = contents(folder)
    with pytest.raises(RequestError):
        library.forget(folder, [code])
    assert contents(folder) == before


@pytest.mark.parametrize("after", [0, 1, 2])
def test_forgetting_that_was_interrupted_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """The row goes last, so that the same call finds the rest."""
    unlink, count = Path.unlink, []

    def interrupted(path: Path, *, missing_ok: bool = False) -> None:
        if not path.name.startswith(".manifest"):
            count.append(path)
            if len(count) > after:
                raise KeyboardInterrupt
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", interrupted)
        with pytest.raises(KeyboardInterrupt):
            library.forget(folder, ["pax-1"])
    assert find_anywhere(folder, "pax-1")
    library.forget(folder, ["pax-1"])
    assert find_anywhere(folder, "pax-1", entry("pax-1").request_hash) == []


def test_a_folder_in_use_is_left_alone(folder: Path) -> None:
    """Until the run is done."""
    with Manifest.opened(folder):
        before = contents(folder)
        with pytest.raises(OutputError, match="Another run works"):
            library.forget(folder, ["pax-1"])
        assert contents(folder) == before


def test_no_trace_stays_of_rows_that_had_been_moved(tmp_path: Path) -> None:
    """SQLite moves rows from page to page as others come and change; with this order it leaves copies behind."""
    names = sorted(
        (f"pxq{number:03d}z" for number in range(250)), key=lambda name: hashlib.sha256(name.encode()).digest()
    )
    with Manifest.opened(tmp_path) as manifest:
        manifest._base.execute("PRAGMA synchronous=OFF")
        for name in names:
            manifest.put(entry(name, state="making"))
        for name in names:
            files = {f"{name}{suffix}": entry(name).request_hash for suffix in (".mp3", ".vtt", ".srt", ".lrc", ".txt")}
            manifest.put(entry(name, files=files))
        for name in names[:80]:
            manifest.forget(name)
        assert len(manifest.entries()) == 170
    whole = (tmp_path / NAME).read_bytes()
    assert [name for name in names[:80] if name.encode() in whole or entry(name).request_hash.encode() in whole] == []


# --- what was kept between runs ---


def kept(kind: str) -> int:
    return len([each for each in (assets.cache_folder() / kind).rglob("*") if each.is_file()])


def test_speech_with_names_is_dropped_and_the_rest_stays(folder: Path) -> None:
    """It lies apart, since nobody can tell afterwards whose it is."""
    clips = ClipCache(assets.cache_folder())
    clips.put("a" * 64, Clip(pcm=b"\0\0", rate=48_000))
    clips.put("b" * 64, Clip(pcm=b"\0\0", rate=48_000), named=True)
    assert clips.get("b" * 64) is None
    assert clips.get("b" * 64, named=True) is not None
    forgotten = library.forget(folder, ["pax-1"])
    assert (forgotten.clips, forgotten.clips_left) == (1, 0)
    assert (kept("clips"), kept("named-clips")) == (1, 0)


def test_only_names_are_kept_apart(tmp_path: Path) -> None:
    """Of a real track: with --cache-names its named lines, and by usual none of those."""
    values = {
        "script": "shift-reset",
        "duration": "45s",
        "voice": "hum",
        "name": "Zebedee",
        "bed": "none",
        "cover": "none",
    }
    for code, settings in (("a", Settings()), ("b", Settings(cache_names=True))):
        outcome = batch.make(batch.Job(code=code, values=values, folder=str(tmp_path), settings=settings))
        assert outcome.error is None
        assert bool(kept("named-clips")) == (code == "b")
        assert kept("clips")
    assert (tmp_path / "a.mp3").read_bytes() == (tmp_path / "b.mp3").read_bytes()


# --- finding them, and removing one track ---


def test_libraries_are_found_but_not_hidden_ones_or_through_links(folder: Path, tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c" / "d" / "e"
    for place in (tmp_path / "a" / "b", tmp_path / ".hidden", deep):
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / NAME, place)
    (tmp_path / "link").symlink_to(folder)
    assert library.under(tmp_path) == (tmp_path / "a" / "b", folder)
    assert library.under(folder) == (folder,)
    assert library.under(tmp_path / "nowhere") == ()


def test_a_track_alone_goes_with_all_beside_it(tmp_path: Path) -> None:
    names = {"sleep-20m.mp3", "sleep-20m.vtt", "sleep-20m.json", "sleep-20m.chapters.json", "sleep-20m.jpg"}
    others = {"sleep-20m-2.mp3", "sleep-20m-2.vtt", "sleep.mp3", "diary.txt"}
    for name in names | others:
        (tmp_path / name).write_bytes(b"x")
    assert {each.name for each in library.files_of(tmp_path / "sleep-20m.mp3")} == names
    assert {each.name for each in library.remove_track(tmp_path / "sleep-20m.mp3")} == names
    assert {each.name for each in tmp_path.iterdir()} == others


def test_what_two_formats_share_stays_with_the_other(tmp_path: Path) -> None:
    for name in ("sleep.mp3", "sleep.flac", "sleep.vtt"):
        (tmp_path / name).write_bytes(b"x")
    library.remove_track(tmp_path / "sleep.mp3")
    assert {each.name for each in tmp_path.iterdir()} == {"sleep.flac", "sleep.vtt"}


def test_a_track_of_a_library_goes_with_its_row(folder: Path) -> None:
    assert {each.name for each in library.files_of(folder / "Pax-3.mp3")} == {"Pax-3.mp3", "Pax-3.vtt"}
    library.remove_track(folder / "Pax-3.mp3")
    with Manifest.opened(folder) as opened:
        assert opened.entry("pax-3") is None
    assert not list(folder.glob("Pax-3*"))
    assert (folder / "pax-1.mp3").is_file()


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "mine.mp3").write_bytes(b"x")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "sleep.mp3").symlink_to(tmp_path / "mine.mp3")
    library.remove_track(tmp_path / "in" / "sleep.mp3")
    assert (tmp_path / "mine.mp3").read_bytes() == b"x"
    assert list((tmp_path / "in").iterdir()) == []
