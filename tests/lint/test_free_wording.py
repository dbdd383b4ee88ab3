"""wording: one sentence of a listener's own."""

import pytest

from mettavox import lint


def test_a_kind_intention_passes() -> None:
    """Nothing to say against it."""
    assert lint.wording("I want to be kind to myself today", "en") == []


@pytest.mark.parametrize(
    ("text", "rule", "column"),
    [
        ("I must be better", "LANG-01", 3),
        ("I want to heal my anxiety", "CLAIM-01", 11),
        ("May they stop drinking", "WISH-01", 1),
        ("Rest for 10 minutes", "TTS-01", 10),
        ("Peace & rest", "TTS-02", 7),
        ("May all beings live well", "TTS-03", 9),
        ("I rest " + "and rest " * 12, "SENT-01", 1),
    ],
)
def test_what_would_be_wrong_in_a_script_is_wrong_here(text: str, rule: str, column: int) -> None:
    """At its place in the sentence."""
    found = lint.wording(text, "en")
    assert (rule, column) in [(one.rule, one.column) for one in found]
    assert all(one.line == 1 and one.instead for one in found)


def test_the_spanish_lists_judge_spanish() -> None:
    """And the English ones do not."""
    assert lint.wording("Tengo que ser mejor", "en") == []
    assert "LANG-01" in [one.rule for one in lint.wording("Debes ser mejor", "es")]
