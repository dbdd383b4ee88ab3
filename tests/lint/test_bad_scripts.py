"""Every rule that can fire on a script does, at the right place, and nothing else does.

Each script in ``bad/`` is good but for one thing; ``// finds E LANG-01 18:5`` at its end says what the lint
has to find, and where. What needs tables of its own is tried in the other modules.
"""

import re
from pathlib import Path

import pytest

from mettavox.lint import RULES

from .conftest import FOLDER, checked

SCRIPTS = sorted((FOLDER / "bad").glob("*/*.md"))
EXPECTED = re.compile(r"^// finds (\w) ([A-Z]+-\d+) (\d+):(\d+)$", re.MULTILINE)

ELSEWHERE = {"FORM-04"}
"""Rules about tables and not about scripts."""


def expected(path: Path) -> set[tuple[str, str, int, int]]:
    marks = EXPECTED.findall(path.read_text("utf-8"))
    return {(rule, severity, int(line), int(column)) for severity, rule, line, column in marks}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_bad_script_is_found_out(path: Path) -> None:
    """The rule, its severity, the line and the column; and no other rule."""
    found = checked(path, path.parent.name)
    assert expected(path)
    assert {(one.rule, one.severity, one.line, one.column) for one in found} == expected(path)
    assert all(one.file == path.name and one.message and one.instead for one in found)


def test_every_rule_has_a_bad_script() -> None:
    """A rule that nothing shows to fire may never fire."""
    shown = {rule for path in SCRIPTS if path.parent.name == "en" for rule, *_ in expected(path)}
    assert shown | ELSEWHERE >= set(RULES) - {"LOC-01"}
