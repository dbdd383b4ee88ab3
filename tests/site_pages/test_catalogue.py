"""What a folder of tracks says of itself."""

import os
import shutil
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from mettavox import catalogue, words
from mettavox.catalogue import Item, Unusable
from mettavox.errors import OutputError

from .names import NAME, ODD_TITLE, TARGET


def _items(folder: Path) -> dict[str, Item]:
    return {each.file: each for each in catalogue.read(folder) if isinstance(each, Item)}


def test_every_track_is_found_with_what_its_record_or_its_tags_say(made_tracks: Path) -> None:
    items = _items(made_tracks)

    assert list(items) == ["1-first/rest.mp3", "amor.mp3", "bare.mp3", "breath.m4a", "p-001.mp3"]
    named, bare, breath = items["p-001.mp3"], items["bare.mp3"], items["breath.m4a"]
    assert (named.practice, named.practice_title, named.language) == ("loving-kindness", "Loving-kindness", "en")
    assert named.seconds == 180
    assert named.size == (made_tracks / "p-001.mp3").stat().st_size
    assert named.mime == "audio/mpeg"
    assert named.named is True
    assert not named.shows_names
    assert items["amor.mp3"].language == "es"
    assert items["amor.mp3"].named is False
    assert items["1-first/rest.mp3"].practice_title == ODD_TITLE
    assert items["1-first/rest.mp3"].page == "pages/1-first/rest.html"
    assert (bare.title, bare.practice, bare.named, bare.said) == ("Grounding (1:00)", "", None, ())
    assert bare.seconds == 60
    assert len(bare.chapters) > 2
    assert (breath.mime, breath.seconds) == ("audio/mp4", Fraction(120))


def test_nobody_is_named_in_what_is_said(made_tracks: Path) -> None:
    item = _items(made_tracks)["p-001.mp3"]
    assert item.timeline is not None

    text = " ".join(each.text for each in item.said)
    transcript = words.transcript(item.timeline, title=item.title, language=item.language)

    assert TARGET in (made_tracks / "p-001.txt").read_text("utf-8")
    assert len(item.said) > 5
    for name in (NAME, TARGET):
        assert name not in text
        assert name not in transcript
    assert "[name]" in text


def test_times_are_in_order_and_those_of_the_captions_beside_it(made_tracks: Path) -> None:
    item = _items(made_tracks)["amor.mp3"]

    times = [(each.start, each.end) for each in item.said]

    assert times == sorted(times)
    assert all(0 <= start < end <= 120_000 for start, end in times)
    spoken = next(each for each in item.said if not each.bell)
    hours, minutes, rest = (made_tracks / "amor.srt").read_text("utf-8").split("\n")[1].split(" ")[0].split(":")
    assert spoken.start == (int(hours) * 60 + int(minutes)) * 60_000 + int(rest.replace(",", ""))
    assert sum(each.bell for each in item.said) == 2


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-5000]), "bytes"),
        (lambda path: path.write_bytes(b"nothing that sounds"), "not"),
        (lambda path: path.write_bytes(b""), "not"),
        (lambda path: path.with_suffix(".json").write_text("{", "utf-8"), "not a record"),
        (lambda path: shutil.copy(path.parent / "bare.mp3", path), "60.000 s long"),
    ],
)
def test_a_damaged_track_is_told_of_and_the_others_are_there(tracks: Path, harm: object, why: str) -> None:
    harm(tracks / "p-001.mp3")  # type: ignore[operator]

    found = list(catalogue.read(tracks))

    (bad,) = [each for each in found if isinstance(each, Unusable)]
    assert bad.file == "p-001.mp3"
    assert why in bad.why
    assert NAME not in bad.why
    assert len(found) == 5


def test_hidden_files_pages_and_a_second_format_are_no_tracks(tracks: Path) -> None:
    (tracks / ".trash").mkdir()
    shutil.copy(tracks / "bare.mp3", tracks / ".trash" / "old.mp3")
    shutil.copy(tracks / "bare.mp3", tracks / ".0123456789abcdef.part.mp3")
    shutil.copy(tracks / "breath.m4a", tracks / "BARE.m4a")

    found = list(catalogue.read(tracks))

    assert [each.file for each in found if isinstance(each, Unusable)] == ["bare.mp3"]
    assert len([each for each in found if isinstance(each, Item)]) == 5


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no folder"):
        list(catalogue.read(tmp_path / "nowhere"))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.mp3")

    assert list(catalogue.read(tmp_path)) == [Unusable(file="x.mp3", why="it is not a file")]
