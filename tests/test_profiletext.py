"""One value of a profile is changed, and the rest stays as a person wrote it."""

import tomllib

import pytest

from mettavox.profiletext import with_value

PROFILE = """\
# Mine.
label = "Me # myself"  # my name
pauses = 1.2

[pace]
per_line = 0.1  # fitted
"""


def test_a_value_is_changed_where_it_stands() -> None:
    """With its comment, also where a text has a number sign in it."""
    changed = with_value(with_value(PROFILE, "", "label", "Ana “A”"), "pace", "per_line", 0.25)
    assert changed == PROFILE.replace('"Me # myself"', '"Ana “A”"').replace("0.1  #", "0.25  #")


@pytest.mark.parametrize("label", ['say "ah"', "back\\slash", "José"])
def test_a_text_reads_back(label: str) -> None:
    """Whatever is in it."""
    assert tomllib.loads(with_value(PROFILE, "", "label", label))["label"] == label


def test_a_value_that_was_not_there_is_added() -> None:
    """In its table, which is made if need be."""
    table = tomllib.loads(with_value(with_value(PROFILE, "pace", "per_comma", 0.2), "shaping", "trim_db", -40))
    assert table["pace"] == {"per_line": 0.1, "per_comma": 0.2}
    assert table["shaping"] == {"trim_db": -40}
