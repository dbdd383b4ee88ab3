"""The pages as the checkers of others read them: W3C's Nu and html-validate, where they are installed."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mettavox.site import building

MODULES = Path(os.environ.get("METTAVOX_NODE_MODULES", "/nowhere"))
NU, VALIDATE = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar", MODULES / ".bin" / "html-validate"


@pytest.fixture(scope="module")
def pages(made_tracks: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = Path(shutil.copytree(made_tracks, tmp_path_factory.mktemp("markup") / "library"))
    building.build(folder, url="https://example.org/")
    return [folder / "index.html", *sorted((folder / "pages").rglob("*.html"))]


@pytest.mark.skipif(not NU.is_file() or not shutil.which("java"), reason="the Nu checker is not installed")
def test_nu_finds_no_error(pages: list[Path]) -> None:
    done = subprocess.run(
        ["java", "-jar", str(NU), "--format", "json", *map(str, pages)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    # It cannot tell that what is inline is allowed by its hash, and says so as a warning.
    told = [each for each in json.loads(done.stderr)["messages"] if "Content Security Policy" not in each["message"]]
    assert [each["message"] for each in told] == []


@pytest.mark.skipif(not VALIDATE.exists(), reason="html-validate is not installed")
def test_html_validate_finds_nothing(pages: list[Path]) -> None:
    done = subprocess.run(
        [str(VALIDATE), "--formatter", "json", *map(str, pages)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    told = [message for page in json.loads(done.stdout) for message in page["messages"]]
    told = [each for each in told if each["ruleId"] != "long-title"]  # it counts “&amp;” as five letters
    assert [(each["ruleId"], each["message"]) for each in told] == []
