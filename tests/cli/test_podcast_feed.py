"""mettavox podcast feed: what is said where, and how it ends."""

import json
from pathlib import Path

import pytest

from published_tracks import track

from .conftest import Run, assert_refused

URL = ("--url", "https://example.org/care")


@pytest.fixture
def folder(here: Path) -> Path:
    """Two tracks in a folder of the working directory."""
    for path in ("a.mp3", "b.mp3"):
        track(here / "lib", path)
    return Path("lib")


def test_the_feeds_path_is_the_result(run: Run, folder: Path) -> None:
    """And how many episodes there are is told beside it."""
    outcome = run("podcast", "feed", "lib", *URL)
    assert (outcome.code, outcome.out) == (0, str(folder / "feed.xml") + "\n")
    assert outcome.err.splitlines()[0] == "Guided meditations: 2 episodes, 2 new, 0 changed, 0 gone."
    assert (folder / "feed.xml").is_file()
    again = run("podcast", "feed", "lib", *URL, "--private")
    assert (
        again.err.splitlines()[0]
        == "Guided meditations: 2 episodes, 0 new, 0 changed, 0 gone; kept out of directories."
    )


def test_json_tells_everything(run: Run, folder: Path) -> None:
    """What was made and what was left out, and why."""
    track(folder, "named.mp3", name="Zebedee")
    (folder / "bad.mp3").write_bytes(b"no sound")
    outcome = run("podcast", "feed", "lib", *URL, "--json", "--feed-name", "care.rss")
    assert outcome.code == 8
    told = json.loads(outcome.out)
    assert told["path"] == str(folder / "care.rss")
    assert told["url"] == "https://example.org/care/care.rss"
    assert (told["new"], told["named"]) == (["a.mp3", "b.mp3"], ["named.mp3"])
    assert [each["file"] for each in told["damaged"]] == ["bad.mp3"]
    assert Path(told["artwork"]).is_file()
    assert "DAMAGED bad.mp3: " in outcome.err
    assert "words of a person are heard in them: 1 (named.mp3)." in outcome.err
    assert "Zebedee" not in outcome.out + outcome.err
    shown = json.loads(run("podcast", "feed", "lib", *URL, "--json", "--feed-name", "care.rss", "--show-names").out)
    assert shown["new"] == ["named.mp3"]


def test_what_makes_no_sense_is_refused(run: Run, folder: Path, here: Path) -> None:
    """Each with its own exit code, and nothing is written."""
    before = sorted(folder.iterdir())
    assert_refused(run("podcast", "feed", "lib", "--url", "example.org"), 2, "not a web address", hint="https://")
    assert_refused(run("podcast", "feed", "lib", "--url", "https://a.org/?b"), 2, "not that of a folder")
    assert_refused(run("podcast", "feed", "lib", *URL, "--feed-name", "a/b.xml"), 2, "not that of a file")
    assert_refused(run("podcast", "feed", "none", *URL), 7, "no folder")
    assert_refused(run("podcast", "feed", "lib", *URL, "--show", "none.toml"), 3, "none.toml cannot be read")
    (here / "show.toml").write_text('email = "maya"')
    assert_refused(run("podcast", "feed", "lib", *URL, "--show", "show.toml"), 3, "no e-mail address")
    (here / "show.toml").write_text('category = "Helth"')
    assert_refused(run("podcast", "feed", "lib", *URL, "--show", "show.toml"), 2, "no category", hint="Health")
    (here / "show.toml").write_text('artwork = "none.png"')
    assert_refused(run("podcast", "feed", "lib", *URL, "--show", "show.toml"), 2, "artwork “none.png” cannot be read")
    assert run("podcast", "feed", "lib").code == 2
    assert sorted(folder.iterdir()) == before
    (here / "empty").mkdir()
    assert_refused(run("podcast", "feed", "empty", *URL), 2, "no track")


def test_damage_is_told(run: Run, folder: Path) -> None:
    """With what would happen to who begins anew."""
    run("podcast", "feed", "lib", *URL)
    (folder / "podcast.json").write_text("{")
    assert_refused(run("podcast", "feed", "lib", *URL), 7, "is damaged", hint="from a copy")


def test_a_full_folder_is_told(run: Run, folder: Path) -> None:
    """And neither a feed nor a part of one is there."""
    (folder / "feed.xml").mkdir()
    outcome = run("podcast", "feed", "lib", *URL, "--feed-name", "feed.xml")
    assert outcome.code == 7
    assert "Traceback" not in outcome.err
    assert not (folder / "podcast.json").exists()
