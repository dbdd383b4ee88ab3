"""A manifest says what is in a folder, whole or not at all, whatever happens to its writer or its file."""

import contextlib
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mettavox import digest, manifest
from mettavox.errors import OutputError
from mettavox.manifest import NAME, Entry, Manifest, stale

SUFFIXES = (".mp3", ".vtt", ".srt", ".txt", ".chapters.json", ".jpg", ".json")


def entry_of(code: str, turn: int = 1) -> Entry:
    """An entry whose every value follows from its code and turn."""
    facts = hashlib.sha256(f"{code} {turn}".encode()).hexdigest()
    return Entry(
        code=code,
        request_hash=facts,
        state=("making", "made", "failed")[turn % 3],
        frames=turn,
        rate=48_000,
        voice_lufs=-16 - turn / 7,
        peak_dbtp=-1 - turn / 11,
        error=f"The words need {turn} s more than there is." * (turn % 3 == 2),
        files={code + suffix: hashlib.sha256(f"{facts}{suffix}".encode()).hexdigest() for suffix in SUFFIXES},
        made=f"2026-05-09T07:35:{turn % 60:02}Z",
    )


CODES = [f"{letter}-{number:02}" for letter in "abc" for number in range(20)]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A folder whose manifest has an entry for each of CODES."""
    folder = tmp_path / "library"
    with Manifest.opened(folder) as opened:
        for turn, code in enumerate(CODES):
            opened.put(entry_of(code, turn))
    return folder


# --- what is kept ---


def test_what_was_put_is_there_the_next_time(tmp_path: Path) -> None:
    """Every value, by code, whatever letters are in it; and nothing is beside the manifest afterwards."""
    folder = tmp_path / "a new" / "folder’s 100 % ?#"
    entries = [
        entry_of("A-1"),
        Entry(code="a-2 ä 愛", request_hash="0" * 64, state="failed", error="“x” is\nwrong: ' ; -- 🙂"),
        Entry(code="b", request_hash="f" * 64, state="made", frames=2**53, peak_dbtp=-0.0, voice_lufs=-23),
    ]
    with Manifest.opened(folder) as opened:
        assert opened.entries() == ()
        for entry in reversed(entries):
            opened.put(entry)
        salt, hashed = opened.salt, opened.request_hash({"name": "Maya"})
    with Manifest.opened(folder) as opened:
        assert opened.entries() == tuple(entries)
        assert [opened.entry(entry.code) for entry in entries] == entries
        assert opened.entry("c") is None
        assert (opened.salt, opened.request_hash({"name": "Maya"})) == (salt, hashed)
    assert names_in(folder) == [NAME]


def test_codes_alike_but_for_case_are_one(tmp_path: Path) -> None:
    """As their files are on many disks: the later one takes the place of the earlier."""
    with Manifest.opened(tmp_path) as opened:
        opened.put(entry_of("anna-7", 1))
        assert opened.entry("ANNA-7") == entry_of("anna-7", 1)
        opened.put(entry_of("Anna-7", 2))
        assert opened.entries() == (entry_of("Anna-7", 2),)
        opened.forget("ANNA-7")
        assert opened.entries() == ()


def test_what_is_forgotten_is_not_in_the_file(filled: Path) -> None:
    """Nor what was in the place of something newer."""
    with Manifest.opened(filled) as opened:
        opened.put(Entry(code="c-19", request_hash="0" * 64, state="failed"))
        opened.forget("b-07")
    content = (filled / NAME).read_bytes()
    assert b"b-07" not in content
    assert b"c-19" in content
    assert b"c-19.mp3" not in content
    assert entry_of("c-19", 59).request_hash.encode() not in content


def test_no_word_of_a_request_is_in_the_file(tmp_path: Path) -> None:
    """Names, wishes, edits: in no spelling in which SQLite stores text; nor a hash that would be the same elsewhere."""
    values = {"name": "Zebedee", "target": "Ōtaki Kahurangi", "wishes": ["be unafraid"], "minutes": "12"}
    hashes = set()
    for folder in (tmp_path / "one", tmp_path / "two"):
        with Manifest.opened(folder) as opened:
            hashes.add(opened.request_hash(values, script="f00"))
            opened.put(Entry(code="x", request_hash=opened.request_hash(values, script="f00"), state="made"))
        content = (folder / NAME).read_bytes()
        for word in ("Zebedee", "Kahurangi", "Ōtaki", "unafraid"):
            for coding in ("utf-8", "utf-16-le", "utf-16-be"):
                assert word.encode(coding) not in content
                assert word.lower().encode(coding) not in content
    assert len(hashes) == 2


def test_a_request_hash_is_of_all_that_was_asked_for(tmp_path: Path) -> None:
    """Another value, another key, the same text as something else: each another hash; another order is not."""
    with Manifest.opened(tmp_path) as opened:
        different = [
            opened.request_hash({}),
            opened.request_hash({"name": "Ann", "minutes": "5"}),
            opened.request_hash({"name": "Anne", "minutes": "5"}),
            opened.request_hash({"target": "Ann", "minutes": "5"}),
            opened.request_hash({"name": "Ann"}, minutes="5"),
            opened.request_hash({"name": "Ann", "minutes": 5}),
            opened.request_hash({"wishes": ["a", "b"]}),
            opened.request_hash({"wishes": ["a, b"]}),
        ]
        assert len(set(different)) == len(different)
        assert opened.request_hash({"minutes": "5", "name": "Ann"}) == different[1]
        assert opened.request_hash({"bed": Path("rain.wav")}) == opened.request_hash({"bed": "rain.wav"})
        with pytest.raises(TypeError, match="no hash of a object"):
            opened.request_hash({"name": object()})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code", ""), ("code", "../x"), ("code", "a\\b"), ("code", ".."), ("code", "x\0"), ("code", "\ud800"),
        ("code", 7), ("code", "x" * 256), ("request_hash", ""), ("request_hash", "F" * 64), ("state", "done"),
        ("state", ["made"]), ("frames", -1), ("frames", 1.0), ("frames", True), ("rate", 10**7),
        ("voice_lufs", float("nan")), ("voice_lufs", float("-inf")), ("peak_dbtp", "0"), ("peak_dbtp", True),
        ("error", None), ("error", "\udcff"), ("files", {"/etc/passwd": "0" * 64}), ("files", {"x.mp3": "0"}),
        ("files", [("x.mp3", "0" * 64)]), ("made", "yesterday"), ("made", "2026-05-09T07:35:25+02:00"),
    ],
)  # fmt: skip
def test_an_entry_is_checked_when_it_is_made(name: str, value: object) -> None:
    """What is no entry cannot be put, and the error says which value."""
    values = {"code": "x", "request_hash": "0" * 64, "state": "made", name: value}
    with pytest.raises(ValueError, match=f": {name}$"):
        Entry(**values)


# --- whether a track has to be made ---


@pytest.fixture
def track(tmp_path: Path) -> Entry:
    """The entry of a finished track of two files, which are there."""
    for name in ("x.mp3", "x.json"):
        (tmp_path / name).write_bytes(name.encode() * 1000)
    files = {name: digest.sha256(tmp_path / name) for name in ("x.mp3", "x.json")}
    return Entry(code="x", request_hash="0" * 64, state="made", files=files)


def test_a_whole_track_of_the_same_request_is_kept(tmp_path: Path, track: Entry) -> None:
    """Whatever else lies beside it."""
    (tmp_path / "x.cue").write_text("")
    assert stale(tmp_path, track, "0" * 64) == ""


def test_a_track_is_made_again_for_a_reason(tmp_path: Path, track: Entry) -> None:
    """The first that holds, the cheap ones first: for these no file needs to be there."""
    nowhere = tmp_path / "nowhere"
    assert stale(nowhere, None, "0" * 64) == "new"
    assert stale(nowhere, track, "1" * 64) == "changed"
    for state, reason in (("failed", "failed"), ("making", "interrupted"), ("made", "missing")):
        assert stale(nowhere, Entry(code="x", request_hash="0" * 64, state=state), "0" * 64) == reason
    assert stale(nowhere, track, "0" * 64) == "missing"


@pytest.mark.parametrize("content", [b"", b"x.json" * 999, b"x.json" * 1000 + b"x", b"X" + b"x.json" * 1000])
def test_a_file_that_is_not_as_it_was_is_damaged(tmp_path: Path, track: Entry, content: bytes) -> None:
    """One byte is enough, in any of the files; a folder of its name is no file."""
    (tmp_path / "x.json").write_bytes(content)
    assert stale(tmp_path, track, "0" * 64) == "damaged"
    (tmp_path / "x.json").unlink()
    (tmp_path / "x.json").mkdir()
    assert stale(tmp_path, track, "0" * 64) == "missing"


# --- two at once ---


WRITER = """\
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_manifest import CODES, entry_of
from mettavox.manifest import Manifest
print("ready", flush=True)
with Manifest.opened(Path(sys.argv[1])) as opened:
    turn = max((each.frames for each in opened.entries()), default=0)
    while True:
        turn += 1
        opened.put(entry_of(CODES[turn % 7], turn))
        print(turn, flush=True)
        if len(sys.argv) > 3:
            sys.stdin.readline()
            break
"""


@contextlib.contextmanager
def another_writer(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that puts entry after entry, or one, until it is told to end."""
    program = [sys.executable, "-c", WRITER, str(folder), str(Path(__file__).parent), *arguments]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("end", ["by itself", "killed"])
def test_the_second_of_two_is_refused_and_the_first_goes_on(tmp_path: Path, end: str) -> None:
    """At once, with nothing harmed; when the first has ended, or was killed, the folder is free."""
    with another_writer(tmp_path, "one") as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "1\n"
        with pytest.raises(OutputError, match="Another run works in this folder") as error, Manifest.opened(tmp_path):
            pass
        assert "Wait until it is done" in error.value.hint
        if end == "killed":
            first.kill()
        else:
            first.communicate("go on\n", timeout=20)
        assert first.wait(20) == (-signal.SIGKILL if end == "killed" else 0)
    with Manifest.opened(tmp_path) as opened:
        assert opened.entries() == (entry_of(CODES[1], 1),)
    assert names_in(tmp_path) == [NAME]


def test_one_process_too_opens_it_once(tmp_path: Path) -> None:
    """A program that makes two libraries at once in threads of its own."""
    with Manifest.opened(tmp_path) as opened:
        with pytest.raises(OutputError, match="Another run"), Manifest.opened(tmp_path):
            pass
        opened.put(entry_of("x"))
    with Manifest.opened(tmp_path) as opened:
        assert opened.entries() == (entry_of("x"),)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_worker_does_not_keep_the_folder_of_a_killed_parent(tmp_path: Path) -> None:
    """A forked worker has all that its parent had open, and may live on."""
    program = (
        "import os, sys, time; from pathlib import Path; from mettavox.manifest import Manifest\n"
        "with Manifest.opened(Path(sys.argv[1])):\n"
        "    worker = os.fork()\n"
        "    if worker: print(worker, flush=True)\n"
        "    time.sleep(30)\n"
        "    os._exit(0)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    worker = int(process.stdout.readline())
    try:
        time.sleep(0.1)
        with pytest.raises(OutputError, match="Another run"), Manifest.opened(tmp_path):
            pass
        process.kill()
        process.wait(20)
        os.kill(worker, 0)  # it is alive
        with Manifest.opened(tmp_path) as opened:
            assert opened.entries() == ()
    finally:
        os.kill(worker, signal.SIGKILL)
        process.stdout.close()


def test_someone_who_reads_the_file_meanwhile_is_told_of(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database browser, say, that does not let go."""
    monkeypatch.setattr(manifest, "_WAIT_SECONDS", 0.1)
    with contextlib.closing(sqlite3.connect(filled / NAME, isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutputError, match="Another program has the manifest") as error, Manifest.opened(filled):
            pass
    assert NAME in error.value.hint
    with Manifest.opened(filled) as opened:
        assert len(opened.entries()) == len(CODES)


# --- killed in the middle ---


@pytest.mark.parametrize("times", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_a_kill_at_any_moment_leaves_a_whole_manifest(tmp_path: Path, times: int) -> None:
    """Every entry is as it was put, and what was told as put is there; some kills come before there is a table."""
    chance = random.Random(7)
    for number in range(times):
        folder = tmp_path / f"{number // 2}"
        with another_writer(folder) as writer:
            time.sleep(chance.uniform(0, 0.03 if number % 4 == 0 else 0.15))
            writer.kill()
            assert writer.stdout is not None
            told = [int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        with Manifest.opened(folder) as opened:
            entries = opened.entries()
        assert all(entry == entry_of(entry.code, entry.frames) for entry in entries)
        assert max((entry.frames for entry in entries), default=0) >= max(told, default=0)
        assert names_in(folder) == [NAME]


# --- a file that is none ---


def assert_refused(folder: Path, words: str = "is damaged") -> None:
    """Opening it says so in one sentence, with a way on, and the file is as it was."""
    before = (folder / NAME).read_bytes()
    with pytest.raises(OutputError, match=words) as error, Manifest.opened(folder):
        pass
    assert error.value.hint
    assert str(folder) in error.value.message
    assert (folder / NAME).read_bytes() == before
    assert names_in(folder) == [NAME]


@pytest.mark.parametrize("times", [50, pytest.param(5000, marks=pytest.mark.soak)])
def test_a_damaged_byte_is_told_or_of_no_matter(filled: Path, times: int) -> None:
    """Never a traceback, a wrong entry, or one that is silently gone; the file is not deleted."""
    path, chance = filled / NAME, random.Random(times)
    whole = path.read_bytes()
    right = tuple(entry_of(code, turn) for turn, code in enumerate(CODES))
    told = 0
    for number in range(times):
        content = bytearray(whole)
        place = chance.randrange(100 if number % 5 == 0 else len(content))  # the first 100 bytes are SQLite's header
        content[place] ^= chance.randrange(1, 256)
        path.write_bytes(content)
        try:
            with Manifest.opened(filled) as opened:
                assert opened.entries() == right, place
        except OutputError:
            told += 1
        assert names_in(filled) == [NAME], place
    assert told > times / 2


def test_a_manifest_that_was_cut_off_is_damaged(filled: Path) -> None:
    """Anywhere; of an empty file there is nothing that could be."""
    whole = (filled / NAME).read_bytes()
    for size in (1, 15, 16, 50, 99, 100, 511, 512, 4095, 4096, 4097, 8192, len(whole) // 2, len(whole) - 1):
        (filled / NAME).write_bytes(whole[:size])
        assert_refused(filled)
    (filled / NAME).write_bytes(b"")
    with Manifest.opened(filled) as opened:
        assert opened.entries() == ()


@pytest.mark.parametrize(
    "content", [b"code,script\r\na,loving-kindness\r\n", b"\0" * 8192, b"SQLite format 3\0", b"x" * 100_000]
)
def test_what_is_no_database_is_damaged(tmp_path: Path, content: bytes) -> None:
    """And it stays."""
    (tmp_path / NAME).write_bytes(content)
    assert_refused(tmp_path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DROP TABLE entry", "is damaged"),
        ("DROP TABLE manifest", "is damaged"),
        ("DELETE FROM manifest", "is damaged"),
        ("INSERT INTO manifest SELECT * FROM manifest", "is damaged"),
        ("UPDATE manifest SET salt = 'x'", "is damaged"),
        ("UPDATE manifest SET salt = randomblob(32)", "is damaged"),
        ("ALTER TABLE entry ADD COLUMN name TEXT", "is damaged"),
        ("CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry; END", "is damaged"),
        ("UPDATE entry SET frames = frames + 1 WHERE code = 'b-03'", "is damaged"),
        ("UPDATE entry SET code = 'B-03' WHERE code = 'b-03'", "is damaged"),
        ("UPDATE entry SET state = x'00' WHERE code = 'b-03'", "is damaged"),
        ("UPDATE entry SET error = CAST(x'ff' AS TEXT) WHERE code = 'b-03'", "is damaged"),
        ("UPDATE entry SET voice_lufs = 9e999 WHERE code = 'b-03'", "is damaged"),
        ("PRAGMA application_id = 7", "is damaged"),
        ("PRAGMA user_version = 0", "is damaged"),
        ("PRAGMA user_version = 2", "is of a newer version of mettavox"),
        ("PRAGMA user_version = 2; DROP TABLE entry", "is of a newer version of mettavox"),
    ],
)
def test_a_database_that_is_not_as_we_left_it_is_refused(filled: Path, change: str, words: str) -> None:
    """Tables, rows and values that are not ours; a newer version's is left to it."""
    with contextlib.closing(sqlite3.connect(filled / NAME)) as base:
        base.executescript(change)
    assert_refused(filled, words)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """Even an empty one, and one with a table of the same name."""
    for statement in ("VACUUM", "CREATE TABLE entry (code TEXT)"):
        with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as base:
            base.executescript(statement)
        if (tmp_path / NAME).stat().st_size:
            assert_refused(tmp_path)


def test_a_sealed_row_of_impossible_values_is_damaged(filled: Path) -> None:
    """A seal is no proof of sense: a way out of the folder is none."""
    with Manifest.opened(filled) as opened:
        salt = opened.salt
    for files in ('{"../../x": "' + "0" * 64 + '"}', "[]", "[" * 100_000, "{", "7"):
        values = ("x", "0" * 64, "made", 1, 48_000, -16.0, -1.0, "", files, "")
        with contextlib.closing(sqlite3.connect(filled / NAME)) as base, base:
            base.execute(
                f"INSERT OR REPLACE INTO entry VALUES ({', '.join('?' * 11)})", (*values, manifest._seal(values, salt))
            )
        assert_refused(filled)


def test_a_manifest_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    """A link would be written to outside the folder; a folder of that name is no file."""
    folder, outside = tmp_path / "library", tmp_path / "outside"
    folder.mkdir()
    try:
        (folder / NAME).symlink_to(outside)
    except OSError:
        pytest.skip("no links here")
    with pytest.raises(OutputError, match="is damaged"), Manifest.opened(folder):
        pass
    assert not outside.exists()
    (folder / NAME).unlink()
    (folder / NAME).mkdir()
    with pytest.raises(OutputError, match="is damaged"), Manifest.opened(folder):
        pass


def test_a_write_ahead_log_is_ended(filled: Path) -> None:
    """Whoever turned it on with another program: its files do not stay."""
    with contextlib.closing(sqlite3.connect(filled / NAME)) as base:
        base.execute("PRAGMA journal_mode=WAL")
    with Manifest.opened(filled) as opened:
        opened.put(entry_of("x"))
        assert len(opened.entries()) == len(CODES) + 1
    assert names_in(filled) == [NAME]


# --- a disk that refuses ---


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    """Or in its parent's; or a name that no disk takes."""
    (tmp_path / "x").write_text("")
    with pytest.raises(OutputError, match="is a file, not a folder"), Manifest.opened(tmp_path / "x"):
        pass
    with pytest.raises(OutputError, match="a part of the path is a file"), Manifest.opened(tmp_path / "x" / "y"):
        pass
    with pytest.raises(OutputError, match="the name is too long"), Manifest.opened(tmp_path / ("x" * 300)):
        pass


FILLER = """\
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_manifest import entry_of
from mettavox.errors import OutputError
from mettavox.manifest import Manifest
folder, done = Path(sys.argv[1]), 0
try:
    with Manifest.opened(folder) as opened:
        while done < 5000:
            opened.put(entry_of(f"x{done:05}", done))
            done += 1
except OutputError as error:
    print(error.message, error.hint)
print("left", *sorted(os.listdir(folder)))
if done:
    for path in folder.glob("full*"):
        path.unlink()
    with Manifest.opened(folder) as opened:
        assert opened.entries() == tuple(entry_of(f"x{number:05}", number) for number in range(done))
    print("whole")
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs Linux")
@pytest.mark.parametrize(
    ("options", "words", "after"),
    [
        ("size=256k", "the disk is full", f"left full {NAME}\nwhole\n"),
        ("size=8k", "the disk is full", ""),
        ("ro", "the disk is read-only", "left\n"),
    ],
)
def test_a_full_or_read_only_disk_is_told(tmp_path: Path, options: str, words: str, after: str) -> None:
    """What was put before is there when there is room again."""
    (tmp_path / "disk").mkdir()
    shell = (
        f'mount -t tmpfs -o "{options}" tmpfs "$1" || exit 99; '
        'case "$0" in *256k) head -c 40000 /dev/zero >"$1/full";; esac; python="$3"; "$python" -c "$4" "$1" "$2"'
    )
    program = [
        "unshare", "-m", "sh", "-c", shell, options, str(tmp_path / "disk"), str(Path(__file__).parent),
        sys.executable, FILLER,
    ]  # fmt: skip
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("disks cannot be mounted here")
    assert (done.stderr, done.returncode) == ("", 0)
    first, _, rest = done.stdout.partition("\n")
    assert words in first
    assert "cannot be written" in first
    assert rest.endswith(after)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs a user who may not write")
def test_a_folder_of_someone_else_is_told(filled: Path) -> None:
    """Before anything is made."""
    filled.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="it is not writable"), Manifest.opened(filled):
            pass
    finally:
        filled.chmod(0o700)
