"""Adding a language is adding a folder: nothing in the program knows which languages there are."""

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from mettavox import lint, phrasebook, source, transcript, voices
from mettavox.branches import branches
from mettavox.errors import RequestError, ScriptError, VoiceError
from mettavox.person import Listener, Spoken, Target
from mettavox.prepare import RATE, plan, prepare
from mettavox.render import render
from mettavox.request import Request
from mettavox.script import Line
from mettavox.spoken import Settings
from oracles import frames_by_soundfile

PERSONS = {
    "i": "Que eu esteja", "you": "Que você esteja", "he": "Que ele esteja", "she": "Que ela esteja",
    "they": "Que essa pessoa esteja", "name": "Que {name} esteja", "we": "Que nós dois estejamos",
    "you_all": "Que vocês estejam", "all": "Que todos os seres estejam",
}  # fmt: skip
WISHES = "wishes:\n" + "".join(
    "  -\n" + "".join(f'    {person}: "{words} {state}."\n' for person, words in PERSONS.items())
    for state in ("em paz", "a salvo")
)
RELATION = """\
  {id}:
    person: {person}
    role: alguém
    label: essa pessoa
    label_named: "{{name}}"
    invite: alguém
    invite_named: "{{name}}"
"""
TARGETS = "relations:\n" + "".join(
    RELATION.format(id=relation, person=person)
    for relation, person in {
        "self": "i", "friend": "you", "family": "you", "colleague": "you", "client": "you", "neutral": "third",
        "difficult": "third", "group": "you_all", "all": "all",
    }.items()
)  # fmt: skip
TARGETS += "likeness:\n" + "".join(f"  {pronouns}: Também quer paz.\n" for pronouns in ("he", "she", "they", "name"))
ANCHOR = '  invite: "{0}, se quiser."\n  notice: "Você pode notar: {0}."\n  breathe: "Respire."\n  stay: "Fique."\n'
ANCHORS = "".join(
    f"{anchor}:\n" + ANCHOR.format(word)
    for anchor, word in {
        "choose": "Uma mão", "heart": "A mão", "belly": "A barriga", "hands": "As mãos", "arms": "Os braços",
        "cheek": "O rosto", "object": "Uma xícara", "contact": "O chão", "sound": "Um som", "none": "Uma luz",
    }.items()
)  # fmt: skip
BREATH = (
    "cues:\n  in: [Inspire.]\n  top: []\n  hold: [Pausa.]\n  out: [Solte.]\n  rest: [Pausa.]\nown_pace: [Respire.]\n"
)
RETURN = "Este tempo vai terminando{{ name }}.\n(breath)\nQuando quiser, olhe em volta e mova-se um pouco.\n(breath)\n"
SCRIPT = """\
---
title: Bondade
language: pt-BR
purpose: Desejos de bem.
minutes: {shortest: 1, typical: 3, longest: 5}
slots: [name, target, wishes, anchor, closing]
---
# Chegada {keep}
Olá{{ name }}. Este é um tempo para você.
! Você pode parar quando quiser.
# Apoio {importance 5}
{{ anchor.invite }}
(notice)
+ {{ anchor.notice }}
(rest)
# Desejos {keep} {repeat 1-5}
[if first] Alguns desejos para {{ target.label }}.
[if again] Mais uma vez.
(breath)
@wishes target
(rest)
# Silêncio {importance 3} {repeat 1-4}
Se a mente passear, é o que as mentes fazem.
(long)
# Volta {keep} {fixed}
@return
"""


@pytest.fixture
def portuguese(tmp_path: Path) -> Path:
    """A folder of scripts with one language that mettavox does not have."""
    shared = tmp_path / "pt-BR" / "shared"
    shared.mkdir(parents=True)
    for name, text in {
        "wishes.yaml": WISHES, "targets.yaml": TARGETS, "anchors.yaml": ANCHORS, "breath.yaml": BREATH,
        "return.md": RETURN, "return-sleep.md": "Descanse.\n",
    }.items():  # fmt: skip
        (shared / name).write_text(text)
    (tmp_path / "pt-BR" / "bondade.md").write_text(SCRIPT)
    return tmp_path


def test_a_folder_is_a_language(portuguese: Path) -> None:
    """It is found, its scripts are listed, and every branch of them can be read."""
    assert "pt-BR" in phrasebook.languages(portuguese)
    assert "pt-BR" not in phrasebook.languages()
    assert source.ids("pt-BR", portuguese) == ["bondade"]
    found = source.load("bondade", "pt-BR", portuguese)
    made = branches(found)
    # The folder has two closings of four; the other two say so.
    assert {error.message.split(": ", 1)[1] for error in made.errors} == {
        "“pt-BR” has no closing “day”.", "“pt-BR” has no closing “work”."
    }  # fmt: skip
    assert len(made.heard) > 50


def test_its_words_are_in_its_own_persons(portuguese: Path) -> None:
    """From the folder's full table."""
    script = prepare(
        Request(
            script="bondade", language="pt-BR", scripts=portuguese, voice="hum",
            target=Target(relation="difficult", pronouns="she"), seconds=Fraction(600),
        )
    ).script  # fmt: skip
    said = [line.text for line in script.lines()]
    assert "Que ela esteja em paz." in said
    assert "Que ela esteja a salvo." in said


def test_a_track_of_it_is_made(portuguese: Path, tmp_path: Path) -> None:
    """Exactly as long as asked, with the name said in it."""
    name = Listener(name=Spoken(written="João", said="João"))
    prepared = prepare(
        Request(
            script="bondade", language="pt-BR", scripts=portuguese, voice="hum", listener=name,
            target=Target(relation="friend"), seconds=Fraction(65), bed="none",
        )
    )  # fmt: skip
    path = tmp_path / "bondade.mp3"
    track = render(prepared, path, settings=Settings(cache=False, lint=False))
    assert abs(frames_by_soundfile(path) - 65 * RATE) <= RATE // 1000
    spoken = [place.sound.text for place in track.timeline.placements if isinstance(place.sound, Line)]
    assert spoken[0] == "Olá, João."
    assert [minutes for minutes in (1, 2, 3, 4, 5) if plan_of(portuguese, minutes) == minutes * 60 * RATE] == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip


def plan_of(folder: Path, minutes: int) -> int:
    request = Request(
        script="bondade", language="pt-BR", scripts=folder, voice="hum", seconds=Fraction(60 * minutes),
        target=Target(relation="friend"),
    )  # fmt: skip
    return plan(prepare(request)).frames


def test_without_lists_the_lint_says_that_it_could_not_look(portuguese: Path) -> None:
    """The rules of every language run; the missing closings are found."""
    import datetime

    found = lint.check(source.load("bondade", "pt-BR", portuguese), today=datetime.date(2026, 5, 31))
    rules = {one.rule for one in found}
    assert "FORM-04" in rules
    assert {one.message for one in found if one.rule == "FORM-01"} == {
        "“pt-BR” has no closing “day”.", "“pt-BR” has no closing “work”."
    }  # fmt: skip


def test_with_its_own_lists_the_lint_looks_for_its_own_words(portuguese: Path) -> None:
    """A folder brings its rules with it."""
    import datetime

    (portuguese / "pt-BR" / "shared" / "lint.yaml").write_text(
        "words:\n  LANG-01:\n    - find: você deve\n      instead: você pode\n"
    )
    path = portuguese / "pt-BR" / "bondade.md"
    path.write_text(SCRIPT.replace("Mais uma vez.", "Você deve desejar mais uma vez."))
    found = lint.check(source.load("bondade", "pt-BR", portuguese), today=datetime.date(2026, 5, 31))
    (hit,) = [one for one in found if one.rule == "LANG-01"]
    assert (hit.severity, hit.instead) == ("E", "você pode")
    assert path.read_text().splitlines()[hit.line - 1] == "[if again] Você deve desejar mais uma vez."
    assert hit.column == len("[if again] ") + 1


def test_a_voice_of_the_language_is_asked_for(portuguese: Path) -> None:
    """Where none is installed, the error says which language."""
    with pytest.raises(VoiceError, match="no voice that speaks “pt”"):
        prepare(Request(script="bondade", language="pt-BR", scripts=portuguese))


def test_a_voice_profile_is_all_that_a_voice_takes(portuguese: Path, own_folders: Path) -> None:
    """In the user's own folder; the language then has its voice by itself."""
    from mettavox import assets

    folder = assets.own_folder("voices")
    folder.mkdir(parents=True)
    text = (assets.bundled("voices") / "system-es.toml").read_text("utf-8")
    (folder / "calma.toml").write_text(
        text.replace('language = "es"', 'language = "pt-BR"').replace("roa/es-419", "roa/pt-BR")
    )
    assert voices.standard("pt") == "calma"
    assert prepare(Request(script="bondade", language="pt-BR", scripts=portuguese)).voice.language == "pt-BR"


def test_a_transcript_needs_every_closing(portuguese: Path) -> None:
    """What is missing is named, with file and line."""
    found = source.load("bondade", "pt-BR", portuguese)
    with pytest.raises(ScriptError, match=r"bondade\.md, line \d+: “pt-BR” has no closing"):
        transcript.transcript(found)
    shared = portuguese / "pt-BR" / "shared"
    for closing in ("day", "work"):
        shutil.copy(shared / "return.md", shared / f"return-{closing}.md")
    assert transcript.transcript(found).language == "pt-BR"


@pytest.mark.parametrize("name", ["wishes.yaml", "targets.yaml", "anchors.yaml", "breath.yaml"])
def test_a_table_that_is_missing_or_broken_is_named(portuguese: Path, name: str) -> None:
    """The language's own, and never English in its place."""
    path = portuguese / "pt-BR" / "shared" / name
    path.write_text("nonsense: [\n")
    with pytest.raises(ScriptError, match=f"pt-BR/shared/{name}, line 2"):
        phrasebook.load("pt-BR", portuguese)
    path.unlink()
    with pytest.raises((ScriptError, RequestError), match=f"{name} is missing|no scripts in “pt-BR”"):
        phrasebook.load("pt-BR", portuguese)


def test_a_wish_without_a_person_is_named(portuguese: Path) -> None:
    """Every language fills in its whole table."""
    path = portuguese / "pt-BR" / "shared" / "wishes.yaml"
    path.write_text(WISHES.replace('    we: "Que nós dois estejamos em paz."\n', ""))
    with pytest.raises(ScriptError, match="Wish 1 has no words for: we"):
        phrasebook.load("pt-BR", portuguese)
