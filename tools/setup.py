#!/usr/bin/env python3
"""Make ``.venv`` in this checkout and install mettavox into it.

    python3 tools/setup.py            what a user needs
    python3 tools/setup.py --onnx     and what the large neural voices need
    python3 tools/setup.py --studio   and what the studio needs, in which tracks are made in the browser
    python3 tools/setup.py --dev      and what the tests and linters need

Needs nothing but Python's standard library: no ``pip`` outside the environment (Debian and Ubuntu
forbid it), and not even the ``python3-venv`` package they split off. A second run with nothing to
do is quick, so a script can simply always call this first.

Python 3.8 can still read this file, so that an old Python is told what is wrong with it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

MINIMUM_PYTHON = (3, 11)  # as requires-python in pyproject.toml, which an old Python cannot parse
PIP_ZIPAPP_URL = "https://bootstrap.pypa.io/pip/pip.pyz"
DOWNLOAD_TIMEOUT_S = 30
LINES_SHOWN = 20
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells have it

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "mettavox-setup.json"

# Run inside an environment: which Python is it, is it an environment at all, is mettavox in it?
PROBE = """
import importlib.util, json, sys
print(json.dumps({
    "python": [sys.implementation.name, *sys.version_info[:2], sys.base_prefix],
    "is_venv": sys.prefix != sys.base_prefix,
    "installed": importlib.util.find_spec("mettavox") is not None,
}))
"""


class SetupError(Exception):
    """Something a person has to put right; the text says what, and how."""


@dataclass(frozen=True)
class Stamp:
    """What an earlier run left in ``.venv``."""

    complete: bool = False  # False: that run was interrupted, so nothing in .venv can be trusted
    extras: tuple[str, ...] = ()
    place: str = ""  # the commands in .venv hold its path, and go astray when it is moved or copied
    fingerprint: str = ""


@dataclass(frozen=True)
class Installer:
    """A command that can install into ``.venv``, up to and including the word ``install``."""

    name: str
    command: tuple[str, ...]
    brings_pip: bool = False  # .venv has no pip of its own yet: install one along with the project


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    options = parse_arguments(arguments)
    try:
        require_python()
        setup(frozenset(name for name in ("dev", "onnx", "studio") if getattr(options, name)))
    except SetupError as error:
        say(str(error))
        return EXIT_FAILED
    except OSError as error:  # a full disk, a read-only checkout: no traceback for those either
        say(f"failed: {error}")
        return EXIT_FAILED
    except KeyboardInterrupt:
        say("interrupted; run it again to start over")
        return EXIT_INTERRUPTED
    return 0


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make .venv and install mettavox into it.")
    parser.add_argument("--onnx", action="store_true", help="also install what the large neural voices need")
    parser.add_argument("--studio", action="store_true", help="also install what the studio in the browser needs")
    parser.add_argument("--dev", action="store_true", help="also install what tests and linters need")
    return parser.parse_args(arguments)


def say(message: str) -> None:
    """Tell the person at the terminal; standard output stays free."""
    print(f"setup: {message}", file=sys.stderr, flush=True)


def require_python() -> None:
    """Raise when this Python is too old for mettavox."""
    if sys.version_info < MINIMUM_PYTHON:
        needed = ".".join(map(str, MINIMUM_PYTHON))
        raise SetupError(
            f"mettavox needs Python {needed} or newer, and this is {version()} ({sys.executable}).\n"
            f"Run it with a newer one, for example: python{needed} tools/setup.py"
        )


def version() -> str:
    """Return this Python's version, for people."""
    return ".".join(map(str, sys.version_info[:3]))


def setup(asked_for: frozenset[str]) -> None:
    """Bring ``.venv`` up to date, doing as little as possible."""
    stamp = read_stamp()
    had = stamp.extras if stamp else ()
    extras = tuple(sorted(asked_for.union(had)))  # a plain run after --dev must not lose the tests
    state = probe()

    if up_to_date(stamp, state, extras):
        say(f"nothing to do: {command_path('mettavox')} is up to date")
        return

    if not reusable(stamp, state):
        if os.path.lexists(VENV):
            say(f"{shown(VENV)} is unfinished, moved, or of another Python: making it again")
            remove_venv()
        make_venv(had)
    install(extras, had)

    if not is_installed(probe()):
        raise SetupError(f"mettavox was installed, but {shown(VENV)} cannot import it; run this again")
    write_stamp(finished(extras))
    say(f"ready: {command_path('mettavox')}" + (f", {command_path('pytest')}" if "dev" in extras else ""))


# What is there already?


def this_python() -> list[object]:
    """Return what tells this Python from others, as PROBE reports it from inside ``.venv``.

    Not the patch version: a system upgrade from 3.11.2 to 3.11.3 leaves the environment working.
    """
    return [sys.implementation.name, *sys.version_info[:2], sys.base_prefix]


def fingerprint() -> str:
    """Return a hash of all that decides what gets installed, except the extras."""
    project = (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(project + b"\0" + json.dumps(this_python()).encode()).hexdigest()


def finished(extras: tuple[str, ...]) -> Stamp:
    """Return the stamp for a ``.venv`` that has everything, these extras included."""
    return Stamp(complete=True, extras=extras, place=str(VENV), fingerprint=fingerprint())


def read_stamp() -> Stamp | None:
    """Return the stamp in ``.venv``; None when there is none, as in one made by other means."""
    try:
        fields = json.loads(STAMP.read_text(encoding="utf-8"))
        return Stamp(**{**fields, "extras": tuple(fields["extras"])})
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError):  # cut off while it was being written
        return Stamp()


def write_stamp(stamp: Stamp | None) -> None:
    """Put the stamp into ``.venv``; None takes it away."""
    if stamp is None:
        with suppress(FileNotFoundError):
            STAMP.unlink()
        return
    STAMP.write_text(json.dumps(asdict(stamp)) + "\n", encoding="utf-8")


def probe() -> dict[str, object]:
    """Return what PROBE prints inside ``.venv``, or nothing when its Python does not even start."""
    if not venv_python().exists():  # also: a link to a Python that has been uninstalled
        return {}
    # -I: neither the current folder nor PYTHONPATH may make mettavox look installed
    code, output = run([str(venv_python()), "-I", "-c", PROBE])
    if code != 0:
        return {}
    try:
        return dict(json.loads(output.splitlines()[-1]))
    except (ValueError, TypeError, IndexError):
        return {}


def up_to_date(stamp: Stamp | None, state: dict[str, object], extras: tuple[str, ...]) -> bool:
    """Say whether ``.venv`` already holds exactly what is wanted."""
    return reusable(stamp, state) and is_installed(state) and stamp == finished(extras)


def reusable(stamp: Stamp | None, state: dict[str, object]) -> bool:
    """Say whether ``.venv`` is a whole environment of this very Python, so that pip can update it."""
    whole = stamp is None or (stamp.complete and stamp.place == str(VENV))  # None: made by other means
    return whole and state.get("is_venv") is True and state.get("python") == this_python()


def is_installed(state: dict[str, object]) -> bool:
    """Say whether mettavox can be imported in ``.venv`` and its command is there."""
    return state.get("installed") is True and script_file("mettavox").exists()


# Making and removing it


def remove_venv() -> None:
    """Delete ``.venv``."""
    try:
        if VENV.is_symlink() or not VENV.is_dir():
            VENV.unlink()  # of a link, never what it points to
            return
        # First of all, make it no environment: if this is interrupted, the next run must not
        # take what is left for a whole one.
        with suppress(FileNotFoundError):
            (VENV / "pyvenv.cfg").unlink()
        shutil.rmtree(VENV)
    except OSError as error:
        raise SetupError(
            f"cannot delete {shown(VENV)} ({error}).\nClose what is using it, delete it, and run this again."
        ) from error


def make_venv(had: tuple[str, ...]) -> None:
    """Make an empty ``.venv``, with pip inside where Python brings one along."""
    say(f"making {shown(VENV)} with Python {version()}")
    VENV.mkdir()
    write_stamp(Stamp(extras=had))  # unfinished, until everything is in
    code, _ = run([base_python(), "-m", "venv", str(VENV)])
    if code == 0:
        return
    # Mostly Debian's Python without ensurepip. Whatever else it was fails here again, and is shown.
    code, output = run([base_python(), "-m", "venv", "--without-pip", str(VENV)])
    if code != 0:
        raise SetupError(
            f"Python could not make an environment in {shown(VENV)}:\n{tail(output)}\n"
            "On Debian and Ubuntu this may help: apt install python3-venv"
        )


# Installing


def install(extras: tuple[str, ...], had: tuple[str, ...]) -> None:
    """Install the project and these extras into ``.venv``."""
    before = read_stamp()
    write_stamp(Stamp(extras=had))  # unfinished: whoever kills pip half-way gets a new environment
    try:
        run_installer(extras)
    except SetupError:
        write_stamp(before)  # pip undoes what it could not finish: .venv is as good as it was
        raise


def run_installer(extras: tuple[str, ...]) -> None:
    """Find something that can install, and have it install the project and these extras."""
    with tempfile.TemporaryDirectory(prefix="mettavox-setup-") as folder:
        installer = find_installer(Path(folder))
        say(f"installing mettavox with {installer.name}; the first time takes a minute or two")
        packages = ["pip"] if installer.brings_pip else []
        target = f".[{','.join(extras)}]" if extras else "."
        code, output = run([*installer.command, *packages, "-e", target])
    if code != 0:
        raise SetupError(
            f"{installer.name} could not install mettavox (exit code {code}). "
            f"The end of what it said:\n{tail(output)}\n"
            "It needs a connection to PyPI, or to the package index your pip is configured for."
        )


def find_installer(folder: Path) -> Installer:
    """Return the first way to install that works here; `folder` is for a downloaded pip."""
    return own_pip() or pip_elsewhere() or uv() or downloaded_pip(folder)


def own_pip() -> Installer | None:
    """Return the pip inside ``.venv``."""
    command = (str(venv_python()), "-m", "pip")
    if run([*command, "--version"])[0] != 0:
        return None
    return Installer("pip", (*command, "install"))


def pip_elsewhere() -> Installer | None:
    """Return another pip on this machine that can be pointed at ``.venv`` (pip 22.3 and newer can)."""
    on_path = [(found,) for found in map(shutil.which, ("pip3", "pip")) if found]
    for candidate in [(base_python(), "-m", "pip"), *on_path]:
        command = (*candidate, "--python", str(venv_python()))
        if run([*command, "--version"])[0] == 0:
            return Installer(f"the pip of {candidate[0]}", (*command, "install"), brings_pip=True)
    return None


def uv() -> Installer | None:
    """Return uv, which needs no pip."""
    command = shutil.which("uv")
    if command is None:
        return None
    return Installer("uv", (command, "pip", "install", "--python", str(venv_python())), brings_pip=True)


def downloaded_pip(folder: Path) -> Installer:
    """Return pip's own one-file edition, downloaded into `folder`."""
    say(f"no pip on this machine: downloading {PIP_ZIPAPP_URL}")
    file = folder / "pip.pyz"
    problem = download(PIP_ZIPAPP_URL, file)
    if problem:
        raise SetupError(
            f"this Python has no pip, and {PIP_ZIPAPP_URL} could not be downloaded ({problem}).\n"
            "Do one of these, then run this again:\n"
            "  - install Python's own venv and pip; on Debian and Ubuntu: apt install python3-venv\n"
            "  - install uv and have it on the PATH\n"
            "  - connect to the internet; behind a proxy, set HTTPS_PROXY"
        )
    return Installer("a downloaded pip", (str(venv_python()), str(file), "install"), brings_pip=True)


def download(url: str, file: Path) -> str:
    """Download a zip file; return what went wrong, or nothing."""
    # Slow to import, and hardly ever needed.
    import http.client
    import urllib.request
    import zipfile

    try:
        # By itself, this goes by HTTPS_PROXY and NO_PROXY.
        with urllib.request.urlopen(url, timeout=DOWNLOAD_TIMEOUT_S) as response:
            file.write_bytes(response.read())
    except (OSError, ValueError, http.client.HTTPException) as error:  # ValueError: a malformed proxy
        return str(getattr(error, "reason", "") or error)
    if not zipfile.is_zipfile(file):  # a network's log-in page, say
        return "something else came back"
    return ""


# Running programs, and naming files


def run(command: list[str]) -> tuple[int, str]:
    """Run a program in the checkout; return its exit code and everything it printed."""
    try:
        completed = subprocess.run(
            command,
            cwd=ROOT,
            env=child_environment(),
            stdin=subprocess.DEVNULL,  # nobody would see a question
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        return EXIT_FAILED, str(error)
    return completed.returncode, completed.stdout


def child_environment() -> dict[str, str]:
    """Return the environment variables for pip: the person's, less those that lead out of ``.venv``."""
    outside = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "__PYVENV_LAUNCHER__"}
    kept = {name: value for name, value in os.environ.items() if name not in outside}
    quiet = {"PIP_NO_INPUT": "1", "PIP_PROGRESS_BAR": "off", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return {**kept, **quiet, "PIP_USER": "0"}


def base_python() -> str:
    """Return the Python below any environment: sys.executable may be that of .venv itself, activated."""
    return getattr(sys, "_base_executable", None) or sys.executable


def tail(output: str) -> str:
    """Return the last lines of a program's output."""
    return "\n".join(f"  {line}" for line in output.rstrip().splitlines()[-LINES_SHOWN:])


def venv_python() -> Path:
    """Return the path of the Python in ``.venv``."""
    return script_file("python")


def script_file(name: str) -> Path:
    """Return the file of a command in ``.venv``."""
    return VENV / "Scripts" / f"{name}.exe" if os.name == "nt" else VENV / "bin" / name


def command_path(name: str) -> str:
    """Return what to type for a command in ``.venv``."""
    return shown(script_file(name).with_suffix(""))


def shown(path: Path) -> str:
    """Return a path for people: short when they are in the checkout."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


if __name__ == "__main__":
    sys.exit(main())
