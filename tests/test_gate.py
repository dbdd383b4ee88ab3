"""The gate: what breaks a rule is not made, and a listener's own words are never repeated."""

from pathlib import Path

import pytest

from mettavox import ask, gate, source
from mettavox.errors import RequestError, ScriptError
from mettavox.prepare import Prepared, prepare
from mettavox.render import render
from mettavox.spoken import Settings

HARM = [
    "I want to kill myself", "I will die today", "I want to end it all", "I wish to disappear",
    "I would be better off dead", "to hurt myself less loudly", "I am ready to die",
]  # fmt: skip
HARM_SPANISH = ["Quiero morir", "Voy a lastimarme", "Quiero acabar con mi vida", "Quisiera desaparecer"]


def prepared(**options: object) -> Prepared:
    return prepare(ask.request({"script": "loving-kindness", "minutes": 3, "voice": "hum", "bed": "none", **options}))


@pytest.mark.parametrize(("language", "words"), [*(("en", w) for w in HARM), *(("es", w) for w in HARM_SPANISH)])
def test_words_of_dying_or_harm_are_answered_with_where_to_turn(language: str, words: str) -> None:
    """And not said back in a calm voice."""
    with pytest.raises(RequestError, match="HARM-01") as caught:
        gate.admit(prepared(intention=words, lang=language))
    assert "emerg" in caught.value.hint
    assert words not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("wish", ["die in peace", "disappear from here"])
def test_a_wish_to_die_is_no_wish_to_say_back(wish: str) -> None:
    """Wherever it comes from."""
    with pytest.raises(RequestError) as caught:
        gate.admit(prepared(wishes=["be well", wish]))
    assert wish not in caught.value.message


@pytest.mark.parametrize(
    "words",
    ["I want to rest", "I do not want to hurt myself any more", "To be kind to myself", "I want to stop hurting"],
)
def test_a_kind_intention_passes(words: str) -> None:
    """Also one that turns away from harm."""
    gate.admit(prepared(intention=words))


def test_an_order_in_an_intention_is_refused_without_its_words() -> None:
    """By the rule's name."""
    with pytest.raises(RequestError, match="--intention breaks the rule LANG-01") as caught:
        gate.admit(prepared(intention="Zebedee must obey"))
    assert "Zebedee" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("name", source.ids("en"))
def test_bundled_scripts_are_admitted(name: str) -> None:
    """They passed before they were delivered."""
    gate.admit(prepare(ask.request({"script": name})))


def test_an_own_script_with_an_error_is_not_made_unless_it_is_wanted(tmp_path: Path) -> None:
    """In any branch of it, also one that was not asked for."""
    path = tmp_path / "mine.md"
    text = source.load("grounding", "en").text
    path.write_text(text.replace("\n+ ", "\n[if sleep] You must sleep now.\n+ ", 1))
    made = prepared(script=str(path), minutes=1)
    out = tmp_path / "x.mp3"
    with pytest.raises(ScriptError, match=r"mine\.md, line \d+: LANG-01") as caught:
        render(made, out)
    assert "scripts lint" in caught.value.hint
    assert list(tmp_path.iterdir()) == [path]
    render(made, out, settings=Settings(lint=False, cache=False))
    assert out.is_file()


def test_a_shared_block_of_one_s_own_is_read_too(tmp_path: Path) -> None:
    """A bundled script with another way back is no longer as it was delivered."""
    shared = tmp_path / "en" / "shared"
    shared.mkdir(parents=True)
    (shared / "return.md").write_text("You have to get up now.\n")
    with pytest.raises(ScriptError, match=r"LANG-01|EXIT-01"):
        gate.admit(prepared(scripts=tmp_path))
