"""The catalogue: what each rule asks, why, what to write, and where it comes from."""

import re

import pytest

from mettavox import lint
from mettavox.errors import ScriptError
from mettavox.lint import lexicon


def test_every_rule_says_all_that_a_writer_needs() -> None:
    """No rule without a reason and a way out."""
    for name, rule in lint.RULES.items():
        assert name == rule.id
        assert re.fullmatch(r"[A-Z]+-\d\d", name)
        assert re.fullmatch(r"[EWI](/[EWI])?", rule.severity)
        assert all((rule.title, rule.why, rule.instead, rule.source))
        assert not rule.title.endswith(".")


def test_every_list_belongs_to_a_rule() -> None:
    """A list that no rule reads would do nothing."""
    assert set(lexicon.WORD_RULES) <= set(lint.RULES)
    assert set(lexicon.LISTENED_FOR) <= set(lint.RULES)
    assert {group for groups in lexicon.LISTENED_FOR.values() for group in groups} == set(lexicon.PHRASES)


def test_a_rule_that_is_not_there_has_a_nearest_one() -> None:
    """As everywhere."""
    assert lint.rule("stop-01").id == "STOP-01"
    with pytest.raises(ScriptError, match="no rule “STOP-1”") as refused:
        lint.rule("STOP-1")
    assert "STOP-01" in refused.value.hint
