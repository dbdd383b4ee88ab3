"""mettavox voices list: what there is, in a table that fits and as JSON with everything."""

import json
import sys
from pathlib import Path

import pytest

from mettavox import assets, casting, voices

from .conftest import Run, assert_refused

OTHER_PLATFORM = {"linux": "samantha", "darwin": "zira", "win32": "samantha"}


def test_the_table_is_aligned_and_fits(run: Run) -> None:
    """A hundred columns; each voice's own line ends with whether it is installed."""
    lines = run("voices", "list").out.splitlines()
    assert max(map(len, lines)) <= 100
    heads, *rest = lines
    rows = [line for line in rest if not line.startswith("    ")]
    assert [line.split()[1 if line.startswith("*") else 0] for line in rows] == [v.id for v in casting.every()]
    at = heads.index("installed")
    assert {line[at:] for line in rows} <= {"yes", "no"}
    assert {line[heads.index("commercial") :].split()[0] for line in rows} <= {"yes", "no", "unknown"}


def test_what_a_voice_lacks_and_its_licence_are_under_it(run: Run) -> None:
    """In words."""
    part = voices.folder("amy") / "manifest.json"
    part.parent.mkdir(parents=True)
    part.write_text("cut")
    out = " ".join(run("voices", "list", "--lang", "en").out.split())
    assert "Heart; licence: Apache-2.0 (weights); engine MIT" in out
    assert "it is not installed" not in out, "the last column says so"
    assert "Amy; licence: CC BY-SA 4.0 (recordings); engine MIT; manifest.json is missing or not whole" in out


def test_json_has_everything(run: Run) -> None:
    """What the table shows, and the files with their addresses."""
    rows = {row["id"]: row for row in json.loads(run("voices", "list", "--json").out)}
    heart = rows["kokoro-heart"]
    assert heart["times_real_time"] == 1.7
    assert heart["naturalness"] == 4.5
    assert heart["bytes"] == 325_532_387 + 28_214_398
    assert heart["files"][0]["url"].startswith("https://")
    assert heart["installed"] is False
    assert heart["lacks"]
    assert (rows["hfc"]["commercial"], rows["hfc"]["share_alike"]) == ("no", True)
    assert rows["amy"]["attribution"]
    assert rows["hum"]["folder"] is None


@pytest.mark.skipif(sys.platform != "linux", reason="eSpeak's voices")
def test_the_voice_that_calm_means_is_marked_in_each_language(run: Run) -> None:
    """The best that is installed."""
    rows = json.loads(run("voices", "list", "--json").out)
    assert [row["id"] for row in rows if row["calm"]] == ["system-es", "system"]
    marked = [line for line in run("voices", "list").out.splitlines() if line.startswith("*")]
    assert len(marked) == 2


def test_only_a_language_or_only_what_is_installed(run: Run) -> None:
    """Or both."""
    spanish = [row["id"] for row in json.loads(run("voices", "list", "--lang", "es-MX", "--json").out)]
    assert "kokoro-dora" in spanish
    assert not {"amy", "hum", "system"} & set(spanish)
    installed = [row["id"] for row in json.loads(run("voices", "list", "--installed", "--json").out)]
    assert "hum" in installed
    assert "kokoro-dora" not in installed
    assert "kokoro-dora" not in run("voices", "list", "--lang", "es", "--installed").out
    assert_refused(run("voices", "list", "--lang", "xx"), 5, "no voice that speaks “xx”", hint="--voice")


def test_voices_of_other_systems_are_not_shown(run: Run) -> None:
    """They could not be installed either."""
    name = OTHER_PLATFORM[sys.platform]
    assert name in voices.names()
    assert name not in run("voices", "list").out


def test_a_tuned_voice_says_so(run: Run) -> None:
    """In the table and in JSON."""
    assert run("voices", "tune", "hum", "--rate", "0.9").code == 0
    assert "(tuned)" in run("voices", "list").out
    (hum,) = [row for row in json.loads(run("voices", "list", "--json").out) if row["id"] == "hum"]
    assert hum["tuned"]


def test_a_broken_profile_of_one_s_own_is_named(run: Run, here: Path) -> None:
    """And the others are listed; an engine that is gone is one of the things that a voice lacks."""
    own = assets.own_folder("voices")
    own.mkdir(parents=True)
    (own / "broken.toml").write_text("label =")
    text = 'label = "Toy"\nlanguage = "en"\nengine = "toy"\n[pace]\nper_line = 0.1\nper_syllable = 0.2\n'
    (own / "toy.toml").write_text(text)
    outcome = run("voices", "list")
    assert outcome.code == 0
    assert "voices/broken.toml is not a TOML file" in outcome.err
    assert "its engine “toy” is not there" in outcome.out
    assert "hum" in outcome.out
    assert run("doctor").code == 5
