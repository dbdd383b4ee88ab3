"""A track that was just made holds against its record, whatever it is; and whatever is then done to it is told."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
import soundfile
from mutagen.id3 import ID3, TIT2, TXXX

from mettavox import ask
from mettavox.check import check
from mettavox.errors import CodecError, RecordError
from mettavox.prepare import prepare
from mettavox.render import render
from mettavox.spoken import Settings
from mettavox.verify import Finding

HEAD = """\
---
title: A test
language: en
minutes: {shortest: 0.1, typical: 1, longest: 60}
slots: [name]
---
"""
SCRIPT = f"""{HEAD}# Welcome {{keep}}
! You can stop at any time. (1s to 20s)
Two < three, and five --> six & “seven” [so]. (1s to 20s)

# Rest {{keep}}
Let your shoulders soften a little more, and your jaw, as far as they like to today. (1s to 20s)

# Return {{keep}}
Rest. (1s to 20s)
Take what helps{{{{ name }}}}, and leave the rest. (1s to 20s)
"""
TEXTS = ("vtt", "srt", "lrc", "txt", "html", "chapters.json", "chapters.vtt", "chapters.txt", "jpg")
SOUND = ("length", "lines", "silences", "loudness", "true peak")
FORMATS = ("mp3", "m4a", "opus", "flac", "wav")


def made(folder: Path, called: str, **options: Any) -> Path:
    """A track of SCRIPT and what lies beside it."""
    usual = {"script": str(folder / "test.md"), "duration": "24s", "voice": "hum", "cover": "none"}
    path = folder / f"{called}.{options.get('format', 'mp3')}"
    render(
        prepare(ask.request({**usual, **options})),
        path,
        settings=Settings(cache=False, workers=1, lint=False),
    )
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A track with a cover in the formats that the tests damage, none of which is touched."""
    found = tmp_path_factory.mktemp("made")
    (found / "test.md").write_text(SCRIPT, encoding="utf-8")
    made(found, "mp3", cover="plain", name="Xochitl")
    for kind in FORMATS[1:]:
        made(found, kind, format=kind, name="Xochitl")
    return found


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Callable[[str], Path]:
    """``copied("mp3")``: a copy of that track, to be damaged, with all that lies beside it."""

    def copy(kind: str = "mp3") -> Path:
        for path in folder.glob(f"{kind}.*"):
            shutil.copy(path, tmp_path)
        return tmp_path / f"{kind}.{kind}"

    return copy


Copied = Callable[..., Path]


def wrong(path: Path) -> dict[str, str]:
    """What does not hold, and what is told of it."""
    return told(check(path).findings)


def told(findings: Sequence[Finding]) -> dict[str, str]:
    return {each.what: each.found for each in findings if not each.holds}


def of(findings: Sequence[Finding], what: str) -> Finding:
    return next(each for each in findings if each.what == what)


# --- fresh from the maker ---


@pytest.mark.parametrize("kind", FORMATS)
def test_a_fresh_track_of_each_format_holds(folder: Path, kind: str) -> None:
    """Sound, tags, chapters and all that lies beside it; and its bytes are those of its record."""
    checked = check(folder / f"{kind}.{kind}")
    assert checked.holds, [each for each in checked.findings if not each.holds]
    expected = TEXTS if kind == "mp3" else TEXTS[:-1]
    assert [each.what for each in checked.findings] == ["file", *SOUND, "tags", "chapters in the file", *expected]
    assert checked.findings[0].found == "the same bytes as when it was made"


@pytest.mark.parametrize("profile", ["library", "sleep", "acx", "insight-timer"])
def test_a_fresh_track_of_each_profile_holds(folder: Path, tmp_path: Path, profile: str) -> None:
    """With their bells, rates, beds and loudness; and bells that are asked for are counted."""
    shutil.copy(folder / "test.md", tmp_path)
    ring = profile != "sleep"
    path = made(tmp_path, profile, profile=profile, duration="44s", **({"bells": True} if ring else {}))
    findings = check(path).findings
    assert told(findings) == {}
    assert any(each.what == "bells" for each in findings) is ring


def test_a_track_of_other_sounds_holds(folder: Path, tmp_path: Path) -> None:
    """A louder bed that is ducked, the pause guard, the disclosure, a plain voice; no bed at all."""
    shutil.copy(folder / "test.md", tmp_path)
    first = made(
        tmp_path, "a", bed="rain", duck=True, disclose=True, duration="32s", **{"bed-under": 12, "pause-guard": True}
    )
    second = made(tmp_path, "b", bed="none", plain=True)
    assert (wrong(first), wrong(second)) == ({}, {})


def test_a_track_with_names_in_many_lines_holds(tmp_path: Path) -> None:
    """In Spanish, with wishes of one's own, an intention and an edited line: their words are not in the record."""
    head = HEAD.replace(": en", ": es").replace("[name]", "[name, target, wishes, intention]")
    body = """\
# Uno {keep}
Hola{{ name }}.
! Puedes parar cuando quieras.
Descansa{{ name }}.
[if intention] @intention
Piensa en {{ target.invite }}.
@wishes self
(1s to 20s)
@wishes target
(1s to 20s)
"""
    (tmp_path / "test.md").write_text(head + body, encoding="utf-8")
    path = made(
        tmp_path, "es", lang="es", duration="50s", name="José", target="María", wishes=["estar en paz"],
        intention="Quiero descansar, y dormir en paz toda la noche", edit=["9=Descansa aquí, José."],
    )  # fmt: skip
    assert wrong(path) == {}
    assert "José" in path.with_suffix(".vtt").read_text("utf-8")
    assert "José" not in path.with_suffix(".json").read_text("utf-8")


# --- the sound ---


def sounds_of(path: Path) -> dict[int, tuple[int, int]]:
    """Where each line is, by its number in the script; of several sentences the first."""
    rows = json.loads(path.with_suffix(".json").read_text("utf-8"))["sounds"]
    return {row["line"]: (row["start"], row["start"] + row["frames"]) for row in reversed(rows)}


def silenced(sound: np.ndarray, places: dict[int, tuple[int, int]]) -> np.ndarray:
    start, end = places[9]
    sound[start:end] *= 0.01
    return sound


def swapped(sound: np.ndarray, places: dict[int, tuple[int, int]]) -> np.ndarray:
    """Each whole, and at the start of the other."""
    (first, first_ends), (second, second_ends) = places[12], places[16]
    one, other = sound[first:first_ends].copy(), sound[second:second_ends].copy()
    sound[first:first_ends] *= 0.001
    sound[second:second_ends] *= 0.001
    sound[first : first + len(other)] = other
    sound[second : second + len(one)] = one
    return sound


def clicked(sound: np.ndarray, places: dict[int, tuple[int, int]]) -> np.ndarray:
    at = places[9][1] + 24_000
    sound[at : at + 96] += 0.5
    return sound


def clicked_once(sound: np.ndarray, places: dict[int, tuple[int, int]]) -> np.ndarray:
    sound[sum(places[9]) // 2, 0] = 0.99
    return sound


def with_a_hole(sound: np.ndarray, places: dict[int, tuple[int, int]]) -> np.ndarray:
    at = sum(places[12]) // 2
    sound[at : at + 24_000] *= 0.01
    return sound


DAMAGES: dict[str, tuple[Callable[..., np.ndarray], str, str]] = {
    "a line silenced": (silenced, "lines", r"line 9, at \d+\.\d s, is not heard"),
    "two lines swapped": (swapped, "lines", r"line 12, at \d+\.\d s, is not heard"),
    "a line with a hole": (with_a_hole, "lines", r"line 12, at \d+\.\d s, is "),
    "cut by a second": (lambda sound, _: sound[:-48_000], "length", r"1104000 frames instead of 1152000"),
    "a frame more": (lambda sound, _: np.pad(sound, ((1, 0), (0, 0))), "length", r"1152001 frames"),
    "3 dB louder": (lambda sound, _: sound * 1.41, "loudness", r"measures -13\.0 LUFS instead of -16"),
    "a click in a pause": (clicked, "silences", r"a sound in the silence at \d+\.\d s"),
    "a peak": (clicked_once, "true peak", r"true peak is -?\d"),
    "in mono": (lambda sound, _: sound[:, :1], "channels", "not in stereo"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damage_to_the_sound_is_told(copied: Copied, damage: str) -> None:
    """With the line, the time or the number; and the captions beside it still hold."""
    path = copied("wav")
    spoil, what, words = DAMAGES[damage]
    sound, rate = soundfile.read(str(path), always_2d=True)
    soundfile.write(str(path), spoil(sound, sounds_of(path)), rate)
    findings = check(path).findings
    assert re.search(words, told(findings)[what]), told(findings)
    assert not set(told(findings)) & set(TEXTS)
    assert of(findings, "file").found == "changed since it was made"


def test_the_sound_of_an_mp3_is_heard_not_read(copied: Copied, folder: Path) -> None:
    """Frames of another track under the right tags."""
    path, other = copied("mp3"), folder / "flac.flac"
    tags = ID3(path)
    sound, rate = soundfile.read(str(other), always_2d=True)
    soundfile.write(str(path), sound[::-1], rate, format="MP3")
    tags.save(path)
    said = wrong(path)
    assert {"lines", "silences"} <= set(said)
    assert not set(said) & {"tags", "chapters in the file", *TEXTS}


# --- the tags ---


def with_another_title(path: Path) -> None:
    tags = ID3(path)
    tags.add(TIT2(encoding=3, text="Another title"))
    tags.save(path)


def without_cover(path: Path) -> None:
    tags = ID3(path)
    tags.delall("APIC")
    tags.save(path)


def with_another_year(path: Path) -> None:
    tags = ID3(path)
    for name in ("TYER", "TDRC"):
        for frame in tags.getall(name):
            frame.text = ["1999"]
    tags.save(path)


def in_another_language(path: Path) -> None:
    tags = ID3(path)
    tags["TLAN"].text = ["spa"]
    tags.save(path)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [(with_another_title, "title"), (without_cover, "cover"), (with_another_year, "year"),
     (in_another_language, "language")],
)  # fmt: skip
def test_another_tag_is_told_by_what_it_is(copied: Copied, spoil: Callable[[Path], None], word: str) -> None:
    """And nothing else is: the sound is as it was."""
    path = copied("mp3")
    spoil(path)
    assert wrong(path) == {"tags": f"not as recorded: the {word}"}


@pytest.mark.parametrize("kind", ["m4a", "opus", "flac"])
def test_another_title_is_told_in_every_format(copied: Copied, kind: str) -> None:
    """As another program would write it."""
    path = copied(kind)
    file = mutagen.File(path)
    file["\xa9nam" if kind == "m4a" else "title"] = ["Another title"]
    file.save()
    assert wrong(path) == {"tags": "not as recorded: the title"}


def test_a_tag_of_ones_own_does_no_harm(copied: Copied) -> None:
    """The file is another one, and what it holds is not."""
    path = copied("mp3")
    tags = ID3(path)
    tags.add(TXXX(encoding=3, desc="rating", text="5"))
    tags.save(path)
    findings = check(path).findings
    assert told(findings) == {}
    assert of(findings, "file").found == "changed since it was made"
    assert of(findings, "file").holds


def in_another_order(tags: ID3) -> None:
    tags["CTOC:toc"].child_element_ids = tags["CTOC:toc"].child_element_ids[::-1]


def without_the_second(tags: ID3) -> None:
    toc = next(iter(tags.getall("CTOC")))
    tags.delall(f"CHAP:{toc.child_element_ids[1]}")
    toc.child_element_ids = [each for place, each in enumerate(toc.child_element_ids) if place != 1]


def with_another_name(tags: ID3) -> None:
    tags.getall("CHAP")[0].sub_frames["TIT2"].text = ["Something else"]


def later(tags: ID3) -> None:
    tags.getall("CHAP")[1].start_time += 300


@pytest.mark.parametrize("spoil", [in_another_order, without_the_second, with_another_name, later])
def test_chapters_that_were_touched_are_told(copied: Copied, spoil: Callable[[ID3], None]) -> None:
    """Reordered, missing, renamed, moved."""
    path = copied("mp3")
    tags = ID3(path)
    spoil(tags)
    tags.save(path)
    assert list(wrong(path)) == ["chapters in the file"]


def test_a_file_without_tags_is_told(copied: Copied) -> None:
    """The sound alone is right."""
    path = copied("mp3")
    ID3(path).delete(path)
    said = wrong(path)
    assert "tags" in said
    assert not set(said) & {*SOUND, *TEXTS}


# --- what lies beside it ---


@pytest.mark.parametrize("suffix", TEXTS)
def test_a_file_that_is_missing_is_told(copied: Copied, suffix: str) -> None:
    """That file, and no other."""
    path = copied("mp3")
    path.with_name(f"mp3.{suffix}").unlink()
    assert wrong(path) == {suffix: "is missing"}


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00"], ids=["empty", "not text"])
def test_files_that_hold_nothing_are_told(copied: Copied, data: bytes) -> None:
    """All of them, and the sound holds."""
    path = copied("mp3")
    for suffix in TEXTS:
        path.with_name(f"mp3.{suffix}").write_bytes(data)
    assert tuple(wrong(path)) == TEXTS


def later_by_200_ms(text: str, mark: str) -> str:
    """Every time in it, 0.2 s later."""

    def later(match: re.Match[str]) -> str:
        digits = len(match[2])
        whole = int(match[1]) * 10**digits + int(match[2]) + 2 * 10 ** (digits - 1)
        return f"{whole // 10**digits:02d}{mark}{whole % 10**digits:0{digits}d}"

    return re.sub(rf"(\d\d){re.escape(mark)}(\d{{2,3}})", later, text)


def first_block_gone(text: str) -> str:
    """Without the first caption, and with the numbers of SRT as they should be then."""
    blocks = text.strip().split("\n\n")
    numbered = blocks[0].startswith("1\n")
    rest = blocks[1:] if numbered else [blocks[0], *blocks[2:]]
    if numbered:
        rest = [f"{number}\n{block.split(chr(10), 1)[1]}" for number, block in enumerate(rest, start=1)]
    return "\n\n".join(rest) + "\n\n"


SPOILT: dict[str, tuple[str, Callable[[str], str], str]] = {
    "vtt shifted": ("vtt", lambda text: later_by_200_ms(text, "."), "line 8 is not at its time"),
    "srt shifted": ("srt", lambda text: later_by_200_ms(text, ","), "line 8 is not at its time"),
    "lrc shifted": ("lrc", lambda text: later_by_200_ms(text, "."), "line 8 is not at its time"),
    "vtt lacks a caption": ("vtt", first_block_gone, "line 8 is missing or is not at its time"),
    "srt lacks a card": ("srt", first_block_gone, "line 8 is missing or is not at its time"),
    "lrc lacks a line": ("lrc", lambda text: re.sub(r"\[.*stop.*\n", "", text), "line 8 is missing"),
    "vtt lacks the last": ("vtt", lambda text: text[: text.strip().rindex("\n\n")], "line 16 is missing"),
    "vtt in other words": ("vtt", lambda text: text.replace("five", "four"), "line 9 has other words"),
    "srt in other words": ("srt", lambda text: text.replace("five", "four"), "line 9 has other words"),
    "lrc in other words": ("lrc", lambda text: text.replace("five", "four"), "line 9 has other words"),
    "vtt has one more": (
        "vtt", lambda text: text + "\n00:00:23.500 --> 00:00:23.900\nBye.\n", "there are 7 captions where 6 belong",
    ),
    "vtt is broken": ("vtt", lambda text: text.replace("-->", "->", 1), "broken at line"),
    "srt is broken": ("srt", lambda text: text.replace(",", ".", 1), "broken at line"),
    "txt lacks a line": ("txt", lambda text: text.replace("You can stop at any time.", ""), "line 8 is missing"),
    "json has another title": ("chapters.json", lambda text: text.replace("Rest", "Best"), "chapter 2"),
    "json has another time": (
        "chapters.json", lambda text: re.sub(r'(?<="startTime": )0\.0', "1.5", text), "chapter 1",
    ),
    "json ends elsewhere": ("chapters.json", lambda text: text.replace("24.0", "25.0"), "ends at another time"),
    "json is broken": ("chapters.json", lambda text: text[:-5], "no JSON"),
    "chapters.vtt has another title": ("chapters.vtt", lambda text: text.replace("Rest", "Best"), "chapter 2"),
    "the list has another title": ("chapters.txt", lambda text: text.replace("Rest", "Best"), "chapter 2"),
    "the list has another time": ("chapters.txt", lambda text: text.replace("00:00:0", "00:00:3"), "Line 1|out of"),
    "the list lacks one": ("chapters.txt", lambda text: text[: text.index("\n") + 1], "there are 1 of 3"),
}  # fmt: skip


@pytest.mark.parametrize("damage", SPOILT)
def test_a_damage_beside_the_track_is_told(copied: Copied, damage: str) -> None:
    """By the file and the line, the chapter or the number; the others hold."""
    path = copied("mp3")
    suffix, spoil, words = SPOILT[damage]
    beside = path.with_name(f"mp3.{suffix}")
    text = beside.read_text("utf-8")
    assert spoil(text) != text
    beside.write_text(spoil(text), encoding="utf-8")
    said = wrong(path)
    assert list(said) == [suffix]
    assert re.search(words, said[suffix], re.IGNORECASE), said


def test_a_picture_that_is_cut_off_is_told(copied: Copied) -> None:
    """As after a copy that failed."""
    path = copied("mp3")
    picture = path.with_suffix(".jpg")
    picture.write_bytes(picture.read_bytes()[:-1000])
    assert wrong(path) == {"jpg": "is no whole picture"}


def test_line_ends_of_another_system_do_no_harm(copied: Copied) -> None:
    """Some programs write them when they save a text."""
    path = copied("mp3")
    for suffix in TEXTS[:-1]:
        beside = path.with_name(f"mp3.{suffix}")
        beside.write_bytes(beside.read_bytes().replace(b"\n", b"\r\n"))
    assert wrong(path) == {}


def test_a_name_is_not_compared_and_its_time_is(copied: Copied) -> None:
    """The record does not know it."""
    path = copied("mp3")
    captions = path.with_suffix(".vtt")
    captions.write_text(captions.read_text("utf-8").replace("Xochitl", "Maya"), encoding="utf-8")
    assert wrong(path) == {}


# --- the record ---


def test_the_record_of_another_track_does_not_hold(copied: Copied, folder: Path, tmp_path: Path) -> None:
    """The same script at the same length for another name is another track."""
    path = copied("flac")
    (tmp_path / "other").mkdir()
    shutil.copy(folder / "test.md", tmp_path / "other")
    other = made(tmp_path / "other", "other", name="Maximiliana Theodora", format="flac")
    shutil.copy(other.with_suffix(".json"), path.with_suffix(".json"))
    assert {"lines", "vtt", "srt", "lrc"} <= set(wrong(path))


def test_a_track_without_a_record_cannot_be_checked(copied: Copied) -> None:
    """That is no finding; there is nothing to hold it against."""
    path = copied("mp3")
    path.with_suffix(".json").unlink()
    with pytest.raises(RecordError, match=r"no record “mp3\.json”"):
        check(path)


def test_the_record_stands_for_its_track(copied: Copied, tmp_path: Path) -> None:
    """The one of the format that it tells, or else of any; in capitals, too."""
    path = copied("mp3")
    record = path.with_suffix(".json")
    shutil.copy(path, tmp_path / "mp3.wav")
    assert check(record) == check(path)
    (tmp_path / "mp3.wav").unlink()
    path.rename(tmp_path / "mp3.MP3")
    assert check(record).holds
    (tmp_path / "mp3.MP3").unlink()
    with pytest.raises(RecordError, match=r"no track beside “mp3\.json”"):
        check(record)
    with pytest.raises(RecordError, match=r"“mp3\.chapters\.json” is not the record"):
        check(tmp_path / "mp3.chapters.json")


def test_a_track_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    """By its name."""
    for path in (tmp_path / "none.mp3", tmp_path):
        with pytest.raises(RecordError, match=f"There is no track “{path.name}”"):
            check(path)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_not_sound_is_refused_by_its_name(copied: Copied, kind: str) -> None:
    """Text, nothing, or the head of a file alone."""
    path = copied(kind)
    head = path.read_bytes()[:40]
    for data in (b"no sound at all\n" * 100, b"", head):
        path.write_bytes(data)
        with pytest.raises(CodecError, match=rf"^“{kind}\.{kind}”: ") as caught:
            check(path)
        assert caught.value.hint


def test_progress_goes_from_0_to_1(folder: Path) -> None:
    """And never back."""
    heard: list[float] = []
    check(folder / "mp3.mp3", heard.append)
    assert heard == sorted(heard)
    assert 0 <= heard[0] <= heard[-1] <= 1
