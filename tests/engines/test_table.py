"""Engines are found by name, built in or offered by another package."""

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from mettavox.engines import table
from mettavox.errors import VoiceError


def test_built_in_engines_are_known():
    """By module and class; nothing is imported."""
    assert table.target("hum") == "mettavox.engines.hum:HumEngine"
    assert table.target("pyttsx3").startswith("mettavox.engines.")


def test_an_unknown_engine_is_an_error_that_names_the_nearest():
    """A slip in a profile."""
    with pytest.raises(VoiceError, match="pytsx3") as caught:
        table.target("pytsx3")
    assert "pyttsx3" in caught.value.hint


def test_other_packages_offer_engines(monkeypatch: pytest.MonkeyPatch):
    """By the entry-point group."""
    offered = EntryPoints([EntryPoint(name="choir", value="choir.engine:Choir", group=table.GROUP)])
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: offered.select(group=group))
    assert table.target("choir") == "choir.engine:Choir"
    assert table.identity("choir").startswith("choir")


def test_identities_differ():
    """A clip of one engine is not taken for one of another."""
    assert table.identity("hum") != table.identity("pyttsx3")
