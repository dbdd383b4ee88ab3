"""mettavox voices import: recordings become a voice, all of them or nothing, with a reason for each that does not."""

import errno
import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mettavox import assets, cli, findings, folder, intake, level, output, sheet, takes, takestore, voices
from mettavox.engines.process import EngineProcess
from mettavox.errors import EngineError
from mettavox.intake import Proposal
from mettavox.sheet import LINE, WORDS, Entry, Sheet
from mettavox.takes import RATE, Takes
from mettavox.voice import Pace
from oracles import frames_by_soundfile, tone
from recorded import Reader, Session, cough, quiet, spoken, written

from .conftest import Run, assert_refused

TEXTS = (
    "Sit, stand, or lie in any way your body likes.",
    "May I be safe.",
    "You might notice one slow breath, in and out.",
    "Hello, ______.",
    "May ______ be safe.",
)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Someone who reads."""
    made = Reader()
    yield made
    made.close()


def sheet_of(
    texts: tuple[str, ...] = TEXTS, folder: str = "mine", names: tuple[str, ...] = (), language: str = "en"
) -> list[Entry]:
    """A sheet of some lines, in a folder."""
    entries = []
    for number, text in enumerate((*texts, *names), start=1):
        carrier = text.replace("Hello, ______", "Hello, {name}").replace("______", "{target}")
        kind = WORDS if text in names else LINE
        entries.append(Entry(number=number, key=takes.key(carrier), text=text, kind=kind, language=language))
    Path(folder).mkdir(exist_ok=True)
    table = sheet.table(Sheet(language=language, titles={}, entries=tuple(entries)))
    (Path(folder) / sheet.TABLE).write_text(table)
    return entries


def padded(samples: np.ndarray) -> np.ndarray:
    """With the quiet of a room before and after."""
    whole = np.concatenate([quiet(0.6), samples, quiet(0.6)])
    return whole + np.random.default_rng(1).standard_normal(len(whole)) * 10 ** (-75 / 20)


def take(name: str, text: str = TEXTS[1], *, gap: bool = False) -> Path:
    """A file with a line."""
    sound = np.concatenate([spoken("May"), quiet(1), spoken("be safe.")]) if gap else spoken(text)
    return written(Path("mine") / name, padded(sound))


def kept(name: str = "me") -> Takes:
    """The takes of the voice."""
    return Takes.open(voices.folder(name), voice=name)


def nothing_is_kept(name: str = "me") -> bool:
    """No profile, no folder, and nothing left beside them."""
    home = voices.folder(name).parent
    return not home.exists() or list(home.iterdir()) == []


# --- a file for each line ---


def test_a_folder_becomes_a_voice(run: Run) -> None:
    """Each take found by its words, levelled; what is missing is said."""
    sheet_of()
    take("1.wav", TEXTS[0])
    take("002 - may I.wav")
    take("take-5.wav", gap=True)
    outcome = run("voices", "import", "mine", "--voice", "me")
    assert outcome.code == 0, outcome.err
    assert "Takes kept: 3. Rejected: 0." in outcome.err
    assert "Still missing on the sheet: 2, lines 3-4." in outcome.err
    assert {number for number in (1, 2, 5) if f"\n{number:>4}  " in outcome.out} == {1, 2, 5}
    found = kept()
    for text in (TEXTS[0], TEXTS[1], "May {target} be safe."):
        loudness = level.of(found.read(text).astype(np.float32) / 32768, RATE)
        assert loudness == pytest.approx(-23, abs=0.5)
    assert len(found.take("May {target} be safe.").gaps) == 1
    assert voices.load("me").engine == "recorded"
    assert voices.load("me").licence.commercial == "yes"


def test_stereo_at_96_khz_and_mp3_are_taken(run: Run) -> None:
    """Any format that ffmpeg reads; kept as one channel at 48 kHz."""
    sheet_of()
    sound = padded(spoken(TEXTS[0]))
    finer = np.interp(np.arange(0, len(sound), 0.5), np.arange(len(sound)), sound)
    written(Path("mine/1.wav"), np.stack([finer, 0.9 * finer], axis=1), 96_000)
    soundfile.write("mine/2.mp3", padded(spoken(TEXTS[1])), RATE, format="MP3")
    assert run("voices", "import", "mine", "--voice", "me").code == 0
    whole = kept().read(TEXTS[0])
    assert len(whole) / RATE == pytest.approx(len(spoken(TEXTS[0])) / RATE, abs=0.08)
    assert TEXTS[1] in kept()


def rejects(run: Run, sound: np.ndarray, reason: str) -> None:
    """A line that is bad beside one that is good: the one is rejected with the reason, the other kept."""
    sheet_of()
    take("2.wav")
    written(Path("mine/1.wav"), sound)
    outcome = run("voices", "import", "mine", "--voice", "me")
    assert outcome.code == 0
    assert f"rejected: it {reason}" in outcome.out
    assert "Rejected: 1" in outcome.err
    assert TEXTS[0] not in kept()
    assert TEXTS[1] in kept()


def test_a_take_of_a_tenth_of_a_second_is_rejected(run: Run) -> None:
    """With what was expected."""
    rejects(run, padded(spoken(TEXTS[0])[4800:9600]), "lasts 0.1 s where about 3.6 s is expected")


def test_a_clipped_take_is_rejected(run: Run) -> None:
    """It cannot be repaired."""
    rejects(run, np.clip(padded(spoken(TEXTS[0])) * 8, -1, 1), "is clipped")


def test_a_noisy_take_is_rejected(run: Run) -> None:
    """A hum 20 dB under the voice."""
    sound = padded(spoken(TEXTS[0]))
    hum = tone(120, len(sound) / RATE, RATE)
    by = level.of(spoken(TEXTS[0]), RATE) - level.of(hum, RATE) - 20
    rejects(run, sound + hum * 10 ** (by / 20), "is noisy: the room is ")


def test_a_silent_take_is_rejected(run: Run) -> None:
    """The microphone was off."""
    rejects(run, quiet(3), "is silent")


def test_of_two_files_the_later_good_one_counts(run: Run) -> None:
    """And that is said; a later one that is clipped does not."""
    entries = sheet_of()
    written(Path("mine/2.wav"), padded(spoken(TEXTS[1], seed=1)))
    written(Path("mine/2b.wav"), padded(spoken(TEXTS[1], seed=2)))
    written(Path("mine/1.wav"), padded(spoken(TEXTS[0], seed=1)))
    written(Path("mine/1-b.wav"), np.clip(padded(spoken(TEXTS[0], seed=2)) * 8, -1, 1))
    found = {each.entry.number: each for each in intake.find(Path("mine"), entries).candidates}
    assert found[2].source == Path("mine/2b.wav")
    assert "the last of 2 tries" in found[2].verdict
    assert found[1].source == Path("mine/1.wav")
    assert "since the last file is clipped" in found[1].verdict


# --- one long recording ---


COUGHS, TWICE, LEFT_OUT = (3, 12, 30), 8, 17


def session(reader: Reader, texts: list[str]) -> Session:
    """Lines with coughs, one line said twice, and one left out; the places count from 0."""
    made = Session(say=reader)
    for place, text in enumerate(texts):
        if place == LEFT_OUT:
            continue
        if place == TWICE:
            made.sound(reader(text, faster=1.06, higher=4))
        made.line(text)
        if place in COUGHS:
            made.sound(cough(place))
    return made


def of_lines(count: int, reader: Reader, folder: Path) -> Session:
    """The first lines of a sheet, read into one file: session.flac beside the sheet in a folder."""
    narrow = ("--tone", "plain", "--no-names", "--relation", "friend")
    assert cli.run(["voices", "sheet", "loving-kindness", "-o", str(folder), *narrow]) == 0
    path = folder / "sheet.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[: count + 1]))
    made = session(reader, [entry.text for entry in sheet.read(path)])
    soundfile.write(str(folder / "session.flac"), made.samples(), RATE, subtype="PCM_16")
    return made


Read = tuple[Session, Path]
"""A session, and the folder that it is in."""


@pytest.fixture(scope="module")
def read_forty(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Read once, since it takes a while."""
    folder = tmp_path_factory.mktemp("forty") / "mine"
    return of_lines(40, reader, folder), folder


@pytest.fixture(scope="module")
def read_twenty(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Enough where it is not the lines that matter."""
    folder = tmp_path_factory.mktemp("twenty") / "mine"
    return of_lines(20, reader, folder), folder


@pytest.fixture
def forty(read_forty: Read, here: Path) -> Session:
    """Forty lines in “mine”, with three coughs, line 9 said twice and line 18 left out."""
    shutil.copytree(read_forty[1], "mine")
    return read_forty[0]


@pytest.fixture
def twenty(read_twenty: Read, here: Path) -> Session:
    """Twenty lines in “mine”, with two coughs, line 9 said twice and line 18 left out."""
    shutil.copytree(read_twenty[1], "mine")
    return read_twenty[0]


def test_forty_lines_from_one_file(run: Run, forty: Session) -> None:
    """Every take is its line's, the second try counts, the coughs are gone, and the missing line is named."""
    outcome = run("voices", "import", "mine/session.flac", "--voice", "me", "--yes")
    assert outcome.code == 0, outcome.err
    assert "Takes kept: 39. Rejected: 0." in outcome.err
    assert "Still missing on the sheet: 1, line 18." in outcome.err
    assert "such as coughs: 3." in outcome.out
    rows = outcome.out.splitlines()
    assert [row[:6] for row in rows if "the last of 2 tries" in row] == ["   9  "]
    assert [row[:6] for row in rows if "not found" in row] == ["  18  "]
    whole, takes_of_it = forty.samples(), kept()
    for text, (start, stop) in forty.places.items():
        found = takes_of_it.read(text).astype(np.float32)
        assert len(found) / RATE == pytest.approx(stop - start, abs=0.12), text
        there = whole[round(start * RATE) : round(stop * RATE)].astype(np.float32)
        size = 1 << (len(found) + len(there)).bit_length()
        alike = np.fft.irfft(np.fft.rfft(found, size) * np.conj(np.fft.rfft(there, size))).max()
        assert alike / np.linalg.norm(found) / np.linalg.norm(there) > 0.9, text


def test_a_long_recording_is_confirmed(run: Run, twenty: Session) -> None:
    """Without a terminal nothing is kept until --yes."""
    outcome = run("voices", "import", "mine/session.flac", "--voice", "me")
    assert outcome.code == 2
    assert "has to be confirmed" in outcome.err
    assert "--yes" in outcome.err
    assert len(outcome.out.splitlines()) == 22
    assert nothing_is_kept()


def test_a_reviewed_table_is_judged_as_what_was_found(run: Run) -> None:
    """The same stretches have the same verdicts, whoever chose them: at the pace of the one who reads."""
    texts = tuple(f"May {who} be {how}." for who in ("I", "you", "all of us") for how in ("safe", "well", "at ease"))
    entries = sheet_of(texts)
    pace = Pace(per_line=0.5, per_syllable=0.46, per_comma=0.4)
    slow = Session(say=lambda text: spoken(text, pace=pace))
    for text in texts:
        slow.line(text)
    path = written(Path("mine/session.wav"), slow.samples())
    found = intake.find(path, entries)
    assert "listen to it" not in " ".join(each.verdict for each in found.candidates)
    Path("r.csv").write_text(findings.review(found))
    again = intake.find(path, entries, chosen=findings.chosen(Path("r.csv"), entries))
    assert [each.note for each in again.candidates] == [each.note for each in found.candidates]


def test_json_goes_to_standard_output_alone(run: Run, twenty: Session) -> None:
    """What is to be confirmed is shown all the same."""
    outcome = run("voices", "import", "mine/session.flac", "--voice", "me", "--json")
    assert outcome.code == 2
    assert outcome.out == ""
    assert "not found" in outcome.err
    assert "has to be confirmed" in outcome.err


def test_a_line_in_other_letters_takes_no_other_away(run: Run) -> None:
    """The voice that speaks the lines, to compare them by, may know neither 山田 nor a line of no letters it has."""
    entries = sheet_of((TEXTS[0], "May I be well."), names=("山田",))
    speak = EngineProcess.speak

    def one(process: object, text: str, *, within: float) -> object:
        if "山田" in text:
            raise EngineError("It has no sounds for that.")
        return speak(process, text, within=within)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EngineProcess, "speak", one)
        found = intake._references(entries)
    assert [each is not None for each in found] == [True, True, False]


def test_a_reviewed_table_is_taken_as_it_is(run: Run, twenty: Session) -> None:
    """A person knows better: one line is taken out of it, and another begins elsewhere."""
    assert run("voices", "import", "mine/session.flac", "--voice", "me", "--review", "r.csv").out == "r.csv\n"
    assert nothing_is_kept()
    rows = Path("r.csv").read_text().splitlines()
    assert rows[0] == "number,text,start,end,verdict"
    second = rows[2].rsplit(",", 3)
    rows[2] = f"{second[0]},,,"
    Path("r.csv").write_text("\n".join(rows) + "\n")
    outcome = run("voices", "import", "mine/session.flac", "--voice", "me", "--match", "r.csv")
    assert outcome.code == 0, outcome.err
    assert "Takes kept: 18" in outcome.err
    assert "lines 2, 18." in outcome.err


@pytest.mark.parametrize(("row", "words"), [("99,x,1,2,", "row 2"), ("1,x,5,2,", "row 2"), ("1,x,a,b,", "row 2")])
def test_a_table_with_a_slip_is_refused(run: Run, row: str, words: str) -> None:
    """With its row."""
    sheet_of()
    take("1.wav")
    Path("r.csv").write_text(f"number,text,start,end,verdict\n{row}\n")
    assert_refused(run("voices", "import", "mine/1.wav", "--voice", "me", "--match", "r.csv"), 2, words)


def test_what_was_missing_is_recorded_later(run: Run, twenty: Session, reader: Reader) -> None:
    """A second import adds its line and leaves the others as they were."""
    run("voices", "import", "mine/session.flac", "--voice", "me", "--yes", "--label", "Dr. Example")
    before = {key: each.sha256 for key, each in kept().found.items()}
    text = sheet.read(Path("mine/sheet.csv"))[17].text
    written(Path("mine/late.wav"), padded(reader(text)))
    outcome = run("voices", "import", "mine/late.wav", "--voice", "me", "--yes", "--lines", "missing", "--json")
    assert json.loads(outcome.out) == {"voice": "me", "added": 1, "replaced": 0, "rejected": [], "missing": []}
    after = {key: each.sha256 for key, each in kept().found.items()}
    assert before.items() < after.items()
    assert voices.load("me").label == "Dr. Example"
    for each in sheet.read(Path("mine/sheet.csv")):
        kept().read(each.text)


def test_a_take_can_be_replaced(run: Run) -> None:
    """The new one, and no file of the old one."""
    sheet_of()
    take("1.wav", TEXTS[0])
    written(Path("mine/2.wav"), padded(spoken(TEXTS[1], seed=1)))
    run("voices", "import", "mine", "--voice", "me")
    before = kept().read(TEXTS[1])
    written(Path("mine/2.wav"), padded(spoken(TEXTS[1], seed=2)))
    outcome = run("voices", "import", "mine", "--voice", "me", "--lines", "1-2")
    assert "2 in the place of older ones" in outcome.err
    assert not np.array_equal(before, kept().read(TEXTS[1]))
    assert {entry.name for entry in voices.folder("me").iterdir()} == takes.files(kept().found.values())


# --- what a person has ---


def test_what_a_person_wrote_into_the_profile_stays(run: Run) -> None:
    """Another import changes the pace, and the label when it is given."""
    sheet_of()
    take("1.wav", TEXTS[0])
    run("voices", "import", "mine", "--voice", "me", "--label", "A # 1")
    path = assets.own_folder("voices") / "me.toml"
    own = "# My own words.\npauses = 1.3\n" + path.read_text() + "\n[shaping]\nshelf_db = 2.0  # brighter\n"
    path.write_text(own.replace("per_syllable = 0.23", "per_syllable = 0.9"))
    take("2.wav")
    assert run("voices", "import", "mine", "--voice", "me").code == 0
    assert path.read_text() == own
    assert run("voices", "import", "mine", "--voice", "me", "--label", "B").code == 0
    assert path.read_text() == own.replace('"A # 1"', '"B"')


def test_a_profile_that_cannot_be_changed_is_told(run: Run) -> None:
    """And nothing is changed."""
    sheet_of()
    take("1.wav", TEXTS[0])
    run("voices", "import", "mine", "--voice", "me")
    path = assets.own_folder("voices") / "me.toml"
    path.write_text('label = "x"\nlanguage = "en"\nengine = "recorded"\npace = {per_line = 0.1, per_syllable = 0.2}\n')
    before = {each: each.read_bytes() for each in path.parent.rglob("*") if each.is_file()}
    outcome = run("voices", "import", "mine", "--voice", "me")
    assert outcome.code == 5
    assert "cannot be changed from here" in outcome.err
    assert {each: each.read_bytes() for each in path.parent.rglob("*") if each.is_file()} == before


def test_a_store_of_another_name_is_kept(run: Run) -> None:
    """The takes lie where the voice looks for them."""
    sheet_of()
    take("1.wav", TEXTS[0])
    run("voices", "import", "mine", "--voice", "me")
    path = assets.own_folder("voices") / "me.toml"
    path.write_text('store = "elsewhere"\n' + path.read_text())
    voices.folder("me").rename(voices.folder("elsewhere"))
    take("2.wav")
    assert run("voices", "import", "mine", "--voice", "me", "--lines", "1-2").code == 0
    assert len(kept("elsewhere").found) == 2
    assert not voices.folder("me").exists()


@pytest.mark.parametrize("damage", ["gone", "folder", "cut", "entry"])
def test_damaged_takes_can_be_imported_again(run: Run, damage: str) -> None:
    """As the error advises; no sound is lost, and what could not be read is kept beside it."""
    sheet_of()
    take("1.wav", TEXTS[0])
    take("2.wav")
    run("voices", "import", "mine", "--voice", "me")
    index = voices.folder("me") / takes.INDEX
    sounds = {each.name for each in index.parent.glob("*.flac")}
    text = index.read_text()
    if damage == "folder":
        shutil.rmtree(index.parent)
    elif damage == "gone":
        index.unlink()
    else:
        index.write_text(text[:100] if damage == "cut" else text.replace('"lufs": ', '"lufs": null, "old": '))
    Path("mine/2.wav").unlink()
    outcome = run("voices", "import", "mine", "--voice", "me")
    assert outcome.code == 0, outcome.err
    assert ("begin anew" in outcome.err) == (damage in ("cut", "entry"))
    assert "Takes kept: 1." in outcome.err
    kept().read(TEXTS[0])
    assert (index.parent / takestore.DAMAGED).exists() == (damage in ("cut", "entry"))
    take("2.wav")
    assert run("voices", "import", "mine", "--voice", "me").code == 0
    kept().read(TEXTS[1])
    assert {each.name for each in index.parent.glob("*.flac")} == sounds


def test_a_damaged_recording_is_missing(run: Run) -> None:
    """It is told which line it is, and one import of it is enough."""
    sheet_of(TEXTS[:2])
    take("1.wav", TEXTS[0])
    take("2.wav")
    run("voices", "import", "mine", "--voice", "me")
    (voices.folder("me") / kept().take(TEXTS[1]).file).write_bytes(b"damaged")
    Path("mine/2.wav").unlink()
    outcome = run("voices", "import", "mine", "--voice", "me", "--lines", "1")
    assert "Still missing on the sheet: 1, line 2." in outcome.err
    Path("mine/1.wav").unlink()
    take("2.wav")
    assert run("voices", "import", "mine", "--voice", "me", "--lines", "missing").code == 0
    kept().read(TEXTS[1])


def test_two_imports_at_once_keep_the_takes_of_both(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second reads what there is when the first is done."""
    entries = sheet_of()
    written(Path("mine/1.wav"), padded(spoken(TEXTS[0])))
    first = intake.find(Path("mine"), entries)
    written(Path("mine/2.wav"), padded(spoken(TEXTS[1])))
    second = Proposal(candidates=intake.find(Path("mine"), entries).candidates[1:])
    begun = threading.Event()

    def slowly(old: Path, new: Path) -> None:
        begun.set()
        time.sleep(0.5)
        carry_over(old, new)

    carry_over = takestore._carry_over
    monkeypatch.setattr(takestore, "_carry_over", slowly)
    other = threading.Thread(target=takestore.store, args=(first, "me", entries))
    other.start()
    begun.wait(10)
    takestore.store(second, "me", entries)
    other.join(20)
    assert {text for text in TEXTS[:2] if text in kept()} == set(TEXTS[:2])
    assert {each.name for each in voices.folder("me").parent.iterdir()} == {"me", "me.toml"}


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("module", [folder, output])
def test_a_rename_that_fails_leaves_everything_as_it_was(
    run: Run, monkeypatch: pytest.MonkeyPatch, module: object, there: bool
) -> None:
    """That of the folder as that of the profile."""
    sheet_of()
    take("1.wav", TEXTS[0])
    if there:
        run("voices", "import", "mine", "--voice", "me", "--label", "Before")
    home = assets.own_folder("voices")
    before = {each: each.read_bytes() for each in home.rglob("*") if each.is_file()}

    def refused(*arguments: object, **more: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(module, "_settle", refused)
    assert run("voices", "import", "mine", "--voice", "me", "--label", "After").code == 7
    assert {each: each.read_bytes() for each in home.rglob("*") if each.is_file()} == before
    assert there or nothing_is_kept()


# --- a track ---


def test_a_track_in_one_s_own_voice(run: Run, reader: Reader) -> None:
    """From a sheet through a recording to an MP3; twice the same; refused without a line, made with another voice."""
    narrow = "--closing work --tone plain --anchor heart --not-gentle --experience regular"
    run("voices", "sheet", "shift-reset", "-o", "mine", *narrow.split(), "--name", "Xochitl")
    made = Session(say=reader, pause=1.2)
    for entry in sheet.read(Path("mine/sheet.csv")):
        made.line(entry.text.replace(sheet.BLANK, "{name}"))
    soundfile.write("mine/session.flac", made.samples(), RATE, subtype="PCM_16")
    outcome = run("voices", "import", "mine/session.flac", "--voice", "me", "--yes")
    assert outcome.code == 0, outcome.err
    assert "missing" not in outcome.err
    options = {"voice": "me", "minutes": "2", "anchor": "heart", "name": "Xochitl", "cover": "none"}
    arguments = ["render", "shift-reset", *(word for key in options for word in (f"--{key}", options[key]))]
    for name in ("a.mp3", "b.mp3"):
        made_of = run(*arguments, "-o", name, "--json")
        assert made_of.code == 0
        assert json.loads(made_of.out)["notes"] == []
    other = run(*(word.replace("Xochitl", "Maya") for word in arguments), "-o", "other.mp3", "--json")
    assert "The name is not said, since it was not recorded" in other.err
    assert json.loads(other.out)["notes"] == other.err.splitlines()[:1]
    assert "Maya" not in other.err
    assert frames_by_soundfile(Path("a.mp3")) == 2 * 60 * RATE
    assert Path("a.mp3").read_bytes() == Path("b.mp3").read_bytes()
    index = voices.folder("me") / takes.INDEX
    table = json.loads(index.read_text())
    del table["takes"][takes.key("Here is a short stop.")]
    index.write_text(json.dumps(table))
    refused = run(*arguments, "-o", "c.mp3")
    assert_refused(refused, 5, "1 of ", hint="--fill")
    assert "Xochitl" not in refused.err
    assert not Path("c.mp3").exists()
    assert run(*arguments, "-o", "c.mp3", "--fill", "system").code == 0
    for path in voices.folder("me").parent.rglob("*"):
        assert "Xochitl" not in path.name
        assert path.is_dir() or b"Xochitl" not in path.read_bytes()


# --- what can go wrong ---


def test_a_key_never_leads_out_of_the_folder(run: Run) -> None:
    """A sheet comes from someone else, perhaps."""
    sheet_of()
    take("1.wav", TEXTS[0])
    outside = Path("evil.flac").absolute()
    outside.write_text("mine")
    table = Path("mine/sheet.csv")
    table.write_text(table.read_text().replace(takes.key(TEXTS[0]), str(outside.with_suffix(""))))
    assert_refused(run("voices", "import", "mine", "--voice", "me"), 2, "row 2: its key cannot be used")
    assert outside.read_text() == "mine"


@pytest.mark.parametrize(
    ("lines", "words"), [("²", "--lines has “²”"), ("1-", "--lines has “1-”"), ("9" * 30, "--lines has")]
)
def test_lines_that_are_no_numbers_are_refused(run: Run, lines: str, words: str) -> None:
    """In words."""
    sheet_of()
    take("1.wav", TEXTS[0])
    assert_refused(run("voices", "import", "mine", "--voice", "me", "--lines", lines), 2, words)


@pytest.mark.parametrize(("given", "language"), [("", "es"), ("es", "es"), ("fr", "fr")])
def test_the_sheet_says_the_language(run: Run, given: str, language: str) -> None:
    """--lang is for one that does not."""
    sheet_of(language="" if given == "fr" else "es")
    take("1.wav", TEXTS[0])
    arguments = ["--lang", given] if given else []
    assert run("voices", "import", "mine", "--voice", "me", *arguments).code == 0
    assert voices.load("me").language == language


def test_files_of_one_line_have_one_order(tmp_path: Path) -> None:
    """Whatever the order in which the disk lists them."""
    entries = sheet_of()
    for name in ("2.flac", "2.wav"):
        soundfile.write(f"mine/{name}", padded(spoken(TEXTS[1])), RATE)
    keys = [(2, intake._order("2"), name) for name in ("2.flac", "2.wav")]
    assert keys == sorted(keys)
    assert intake.find(Path("mine"), entries).candidates[1].source == Path("mine/2.wav")


@pytest.mark.parametrize(
    ("name", "words"),
    [("notes.wav", "has no number"), ("9.wav", "is for line 9, which is not on the sheet"), ("0.wav", "is for line 0")],
)
def test_a_file_with_a_wrong_number_is_refused(run: Run, name: str, words: str) -> None:
    """Before anything is kept, also what is good beside it."""
    sheet_of()
    take("1.wav", TEXTS[0])
    take(name)
    assert_refused(run("voices", "import", "mine", "--voice", "me"), 2, words)
    assert nothing_is_kept()


def test_a_file_that_is_no_sound_is_rejected(run: Run) -> None:
    """As any take that cannot be used, and the good one is kept."""
    sheet_of()
    take("1.wav", TEXTS[0])
    Path("mine/2.wav").write_text("This is no sound.")
    outcome = run("voices", "import", "mine", "--voice", "me")
    assert outcome.code == 0
    assert "rejected: it is no sound that can be read to its end" in outcome.out
    assert TEXTS[0] in kept()
    assert TEXTS[1] not in kept()


def test_one_file_with_a_number_is_that_line(run: Run) -> None:
    """And not a long recording, to be cut up and laid over others."""
    sheet_of()
    for number, text in enumerate(TEXTS[:3], start=1):
        take(f"{number}.wav", text)
    run("voices", "import", "mine", "--voice", "me")
    before = dict(kept().found)
    take("2.wav")
    outcome = run("voices", "import", "mine/2.wav", "--voice", "me", "--yes")
    assert outcome.code == 0, outcome.err
    assert "Takes kept: 1, 1 in the place of older ones" in outcome.err
    assert {key for key, take in kept().found.items() if take != before[key]} <= {takes.key(TEXTS[1])}


def test_a_recording_of_another_sheet_is_refused(run: Run, twenty: Session) -> None:
    """Whoever says yes."""
    run("voices", "sheet", "paced-breathing", "-o", "other", "--no-names")
    refused = run("voices", "import", "mine/session.flac", "--voice", "me", "--sheet", "other", "--yes")
    assert refused.code == 2
    assert "does not fit the sheet" in refused.err
    assert nothing_is_kept()


def test_an_empty_folder_is_refused(run: Run) -> None:
    """A sheet alone is no recording."""
    sheet_of()
    assert_refused(run("voices", "import", "mine", "--voice", "me"), 2, "holds no recordings")


def test_recordings_without_a_sheet_are_refused(run: Run) -> None:
    """It is asked for."""
    Path("mine").mkdir()
    take("1.wav")
    assert_refused(run("voices", "import", "mine", "--voice", "me"), 2, "There is no sheet", hint="--sheet")


def test_nothing_usable_is_refused(run: Run) -> None:
    """With the first reason."""
    sheet_of()
    written(Path("mine/1.wav"), quiet(2))
    outcome = run("voices", "import", "mine", "--voice", "me")
    assert outcome.code == 6
    assert "None of the recordings can be used: line 1 is silent." in outcome.err
    assert nothing_is_kept()


@pytest.mark.parametrize(
    ("voice", "words"),
    [("system", "There is another voice “system”"), ("calm", "cannot be the name"), ("../x", "cannot be the name")],
)
def test_a_name_that_is_taken_is_refused(run: Run, voice: str, words: str) -> None:
    """A bundled voice is never hidden by one's own."""
    sheet_of()
    take("1.wav", TEXTS[0])
    assert_refused(run("voices", "import", "mine", "--voice", voice), 5, words)


def test_a_voice_has_one_language(run: Run) -> None:
    """Spanish lines belong to a voice of their own."""
    sheet_of()
    take("1.wav", TEXTS[0])
    run("voices", "import", "mine", "--voice", "me")
    sheet_of(language="es")
    outcome = run("voices", "import", "mine", "--voice", "me", "--lang", "en")
    assert outcome.code == 5
    assert "speaks “en”, and the sheet is in “es”" in outcome.err


@pytest.mark.parametrize("where", ["scratch", "takes", "profile"])
def test_a_full_disk_leaves_everything_as_it_was(run: Run, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Said in words, wherever it fills up; the voice from before still speaks."""
    sheet_of()
    take("1.wav", TEXTS[0])
    run("voices", "import", "mine", "--voice", "me")
    before = {path: path.read_bytes() for path in voices.folder("me").parent.rglob("*") if path.is_file()}

    def full(*arguments: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    targets = {"scratch": (intake.mono, "_converted"), "takes": (Path, "write_bytes"), "profile": (takestore, "_write")}
    take("2.wav")
    monkeypatch.setattr(*targets[where], full)
    assert_refused_at_the_end(run("voices", "import", "mine", "--voice", "me"))
    monkeypatch.undo()
    assert {path: path.read_bytes() for path in before} == before


def assert_refused_at_the_end(outcome: object) -> None:
    """The disk is full, and what was there is as it was."""
    assert outcome.code == 7, outcome  # type: ignore[attr-defined]
    assert "the disk is full" in outcome.err  # type: ignore[attr-defined]
    assert outcome.err.count("What was there before is unchanged.") == 1  # type: ignore[attr-defined]


def test_being_stopped_leaves_everything_as_it_was(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of the takes."""
    sheet_of()
    take("1.wav", TEXTS[0])
    run("voices", "import", "mine", "--voice", "me")
    home = voices.folder("me").parent
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    def stopped(*arguments: object) -> None:
        raise KeyboardInterrupt

    take("2.wav")
    monkeypatch.setattr(takestore, "_carry_over", stopped)
    assert run("voices", "import", "mine", "--voice", "me").code == 130
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_a_person_s_words_are_written_nowhere(run: Run) -> None:
    """A name on the sheet is a hash among the takes."""
    sheet_of(names=("Xochitl",))
    written(Path("mine/6.wav"), padded(spoken("Xochitl")))
    take("1.wav", TEXTS[0])
    outcome = run("voices", "import", "mine", "--voice", "me")
    assert "Xochitl" not in outcome.out + outcome.err
    assert "(words of your own)" in outcome.out
    assert "Xochitl" in kept()
    assert len(kept().salt) == 32
    for path in voices.folder("me").parent.rglob("*"):
        assert not any(word in path.name for word in ("Xochitl", takes.key("Xochitl")))
        data = b"" if path.is_dir() else path.read_bytes()
        assert not any(word.encode() in data for word in ("Xochitl", takes.key("Xochitl")))
    outcome = run("voices", "import", "mine", "--voice", "me", "--json")
    assert json.loads(outcome.out)["replaced"] == 2


@pytest.mark.parametrize(
    ("stem", "number"),
    [("12", 12), ("012 - whatever 3", 12), ("take-12b", 12), ("Line 7 v2", 7), ("twelve", None), ("١٢", 12)],
)
def test_a_number_is_found_in_a_name(stem: str, number: int | None) -> None:
    """The first one in it."""
    assert intake.number_of(stem) == number
