"""Help: there for every command, light, and no option without documentation."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mettavox.__main__ import ONE_THREAD
from mettavox.cli import cli

from .conftest import Run

ROOT = Path(__file__).parents[2]
COMMANDS_PAGE = ROOT / "docs" / "commands.md"
HEAVY = ("numpy", "pydub", "jinja2", "pyttsx3", "yaml", "soxr", "soundfile", "imageio_ffmpeg", "mettavox.render")


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


EVERY_COMMAND = dict(commands())


@pytest.mark.parametrize("path", [(), *EVERY_COMMAND], ids=" ".join)
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_every_command_has_help(run: Run, path: tuple[str, ...], asked: str) -> None:
    """On standard output, with exit code 0."""
    outcome = run(*path, asked)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Usage: mettavox")
    listed = outcome.out.split("Commands:")[-1].split()
    for other in EVERY_COMMAND:
        if other[:-1] == path:
            assert other[-1] in listed


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["render", "--help"], ["scripts", "--help"], ["rendr"]], ids=" ".join
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """It is there at once, also where an engine or a codec cannot be imported."""
    program = (
        "import sys\nfrom mettavox.cli import run\n"
        f"run({arguments!r})\nprint('heavy:', *(name for name in {HEAVY!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1].strip() == "heavy:"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted where Linux lists them")
@pytest.mark.parametrize("chosen", [{}, {"OPENBLAS_NUM_THREADS": "3"}], ids=["usual", "chosen"])
def test_sums_are_done_in_one_thread(chosen: dict[str, str]) -> None:
    """Others would wait for work by spinning, which cost as much as a track does; whoever wants them can have them."""
    program = (
        "import os, sys\nfrom mettavox.__main__ import main\nsys.argv[1:] = ['--version']\n"
        "try:\n    main()\nexcept SystemExit:\n    import numpy\n"
        "    print(len(os.listdir('/proc/self/task')), os.environ['OPENBLAS_NUM_THREADS'])"
    )
    inherited = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    done = subprocess.run(
        [sys.executable, "-c", program], env=inherited | chosen, capture_output=True, text=True, check=True, timeout=60
    )
    threads, allowed = done.stdout.splitlines()[-1].split()
    assert allowed == chosen.get("OPENBLAS_NUM_THREADS", "1")
    assert 1 <= int(threads) <= int(allowed)


def test_every_option_is_explained_in_the_help() -> None:
    """Each has its line."""
    for path, command in EVERY_COMMAND.items():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{' '.join(path)} {parameter.opts[0]}"


def documentation() -> str:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(page.read_text("utf-8") for page in pages if page.is_file())


@pytest.mark.parametrize("path", EVERY_COMMAND, ids=" ".join)
def test_every_command_and_option_is_documented(path: tuple[str, ...]) -> None:
    """In README.md or docs/: by its whole name."""
    text = documentation()
    command = EVERY_COMMAND[path]
    if not isinstance(command, click.Group):
        assert f"mettavox {' '.join(path)}" in text
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for name in (*parameter.opts, *parameter.secondary_opts):
                assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text), name


def test_no_option_is_documented_that_is_not_there() -> None:
    """What the page of commands shows can be typed."""
    known = {
        name for command in EVERY_COMMAND.values() for p in command.params for name in (*p.opts, *p.secondary_opts)
    }
    known |= {"--help", "--version", "--debug"}
    shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", COMMANDS_PAGE.read_text("utf-8")))
    assert shown - known == set()
