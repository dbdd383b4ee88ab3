"""The wheel holds the package, every script, voice and profile, nothing else; and works from where it is unpacked."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from oracles import TESTS

ROOT = TESTS.parent
CONTENT = ("scripts", "voices", "profiles")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, so that nothing that lies about in it gets in or out."""
    source = tmp_path_factory.mktemp("source")
    for name in ("src", *CONTENT):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    return source


def built(source: Path, kind: str, out: Path) -> Path:
    """A wheel or an sdist, built offline."""
    command = [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", out, source]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = out.iterdir()
    return path


@pytest.fixture(scope="module")
def wheel(copied: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the copy."""
    return built(copied, "wheel", tmp_path_factory.mktemp("wheel"))


def files_under(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def inside(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_every_script_voice_and_profile_is_in_the_wheel(wheel: Path):
    """Under _data, as they are in the repository."""
    for kind in CONTENT:
        wanted = {f"mettavox/_data/{kind}/{name}" for name in files_under(ROOT / kind)}
        assert wanted
        assert {name for name in inside(wheel) if name.startswith(f"mettavox/_data/{kind}/")} == wanted


def test_the_whole_package_is_in_the_wheel(wheel: Path):
    """Every module, and the marker that it is typed."""
    wanted = {f"mettavox/{name}" for name in files_under(ROOT / "src" / "mettavox")}
    assert "mettavox/py.typed" in wanted
    assert {name for name in inside(wheel) if not name.startswith("mettavox/_data/")} == wanted


def test_nothing_else_is_in_the_wheel(wheel: Path):
    """No tests, no tracks, no cache."""
    assert {name.split("/")[0] for name in inside(wheel)} == {"mettavox"}
    suffixes = {Path(name).suffix for name in inside(wheel)}
    assert suffixes <= {".py", ".typed", ".md", ".yaml", ".toml", ".txt", ".html", ".css", ".js", ".xml", ".svg"}


def test_a_wheel_from_the_source_package_holds_the_same(wheel: Path, copied: Path, tmp_path: Path):
    """Scripts, voices and profiles are in the source package too."""
    (tmp_path / "packed").mkdir()
    with tarfile.open(built(copied, "sdist", tmp_path / "packed")) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    for kind in CONTENT:
        assert files_under(source / kind) == files_under(ROOT / kind)
    (tmp_path / "wheel").mkdir()
    assert inside(built(source, "wheel", tmp_path / "wheel")) == inside(wheel)


def test_the_wheel_has_its_licence_and_its_command(wheel: Path):
    """What installers and lawyers look for."""
    with zipfile.ZipFile(wheel) as archive:
        about = {
            name.split(".dist-info/")[1]: archive.read(name).decode()
            for name in set(archive.namelist()) - inside(wheel)
        }
    assert "mettavox = mettavox.__main__:main" in about["entry_points.txt"]
    assert any(name.startswith("licenses/LICENSE") for name in about)
    assert "Name: mettavox" in about["METADATA"]


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As pip would put it there, away from the checkout."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(code: str, first: Path, where: Path) -> str:
    """What ``code`` prints with ``first`` as the place where mettavox is."""
    whole = f"import sys; sys.path.insert(0, {str(first)!r})\n{code}"
    return subprocess.run([sys.executable, "-c", whole], cwd=where, capture_output=True, text=True, check=True).stdout


def test_scripts_voices_and_profiles_are_found_in_an_installed_package(unpacked: Path, tmp_path: Path):
    """From _data, not from the checkout."""
    said = run(
        "import mettavox; from mettavox import assets, deliveries, source, voices\n"
        "print(mettavox.__file__, *map(assets.bundled, ('scripts', 'voices', 'profiles')))\n"
        "print(len(source.ids('en')), *voices.names())\n"
        "print(*map(deliveries.load, deliveries.names()), sep='\\n')",
        unpacked,
        tmp_path,
    )
    places, names, *profiles = said.splitlines()
    assert all(str(unpacked) in place for place in places.split())
    assert names.split()[0] == str(len(list((ROOT / "scripts" / "en").glob("*.md"))))
    assert {"system", "hum"} <= set(names.split())
    assert len(profiles) == len(list((ROOT / "profiles").glob("*.toml")))


def test_an_installed_package_plans_a_track(unpacked: Path, tmp_path: Path):
    """Script, phrasebook and voice all come from _data."""
    said = run(
        "from mettavox.prepare import plan, prepare; from mettavox.request import Request\n"
        "print(plan(prepare(Request(script='loving-kindness', voice='hum'))).frames)",
        unpacked,
        tmp_path,
    )
    assert said.strip() == str(600 * 48_000)


def test_the_wheel_has_the_version_of_the_package(wheel: Path):
    """It is written down once."""
    from mettavox import __version__

    assert wheel.name == f"mettavox-{__version__}-py3-none-any.whl"
