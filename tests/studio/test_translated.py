"""What makers say is said on the studio's pages in their language, and of fields instead of a command line.

The texts are read from the source, so a new one that has no Spanish fails here, and so does one that nobody says any
more. They belong to ``scripts/es/shared/studio/messages.yaml``; what speaks of a command line also to the English one.
"""

import datetime
import html
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import spokentexts
from studios import SHORT, Studio

from mettavox import gate, lint, phrasebook, source
from mettavox import roster as rosters
from mettavox.errors import ScriptError
from mettavox.studio import forms, translated, wording
from mettavox.studio.translated import SLOT

_COMMAND_LINE = re.compile(
    r"mettavox (?:batch|check|course|doctor|library|plan|podcast|render|say|scripts|sounds|voices)\b"
    r"|(?<![\w-])-o\b|\bpip install\b|\b(?:DIR|FOLDER|FILE|TEXT)\b|--force|--yes"
)
_OPTION = re.compile(r"--([a-z][a-z-]*)")


@cache
def _table(language: str, part: str) -> dict[str, str]:
    table: dict[str, str] = phrasebook.read_yaml("scripts", (language, "shared", "studio", "messages.yaml"), None)[part]
    return table


@cache
def _said_in_the_code() -> tuple[str, ...]:
    found = [text for path in spokentexts.modules() for text in spokentexts.templates(path)]
    return tuple(dict.fromkeys((*found, *spokentexts.of_tables())))


def _pasted(texts: list[str]) -> str:
    return "\n".join(f'  "{text}":\n    "…"' for text in texts)


def test_every_text_of_the_code_has_its_spanish_and_no_other() -> None:
    known = _table("es", "texts")
    missing = [text for text in _said_in_the_code() if text not in known and text not in _table("es", "parts")]
    assert not missing, f"Add to scripts/es/shared/studio/messages.yaml, under texts:\n{_pasted(missing)}"
    stale = [text for text in known if text not in _said_in_the_code()]
    assert not stale, f"Take out of scripts/es/shared/studio/messages.yaml:\n{_pasted(stale)}"


def test_the_english_of_the_studio_is_of_texts_that_are_said() -> None:
    stale = [text for text in _table("en", "texts") if text not in _said_in_the_code()]
    assert not stale, f"Take out of scripts/en/shared/studio/messages.yaml:\n{_pasted(stale)}"
    assert set(_table("en", "parts")) <= set(_table("es", "parts"))


def test_a_translation_has_the_slots_of_its_text() -> None:
    english = _table("en", "texts")
    for text, own in _table("es", "texts").items():
        as_shown = english.get(text, text)
        assert set(SLOT.findall(as_shown)) <= set(SLOT.findall(text)), text
        assert set(SLOT.findall(own)) == set(SLOT.findall(as_shown)), text
        assert own.strip() == own != "", text
    for text, own in _table("es", "parts").items():
        assert set(SLOT.findall(own)) <= set(SLOT.findall(text)), text


def test_no_page_speaks_of_a_command_line() -> None:
    """Options are there only as fields, which have a name on the page, and are the same in both languages."""
    english = {**_table("en", "texts"), **_table("en", "parts")}
    labels = [forms.labels(wording.words(language, "make")) for language in wording.LANGUAGES]
    for text, own in {**_table("es", "texts"), **_table("es", "parts")}.items():
        shown = [english.get(text, text), own]
        assert not any(map(_COMMAND_LINE.search, shown)), f"It needs words of its own in both languages: {text}"
        options = [Counter(_OPTION.findall(each)) for each in shown]
        assert options[0] == options[1], text
        assert all(set(options[0]) <= set(own_labels) for own_labels in labels), text


def test_each_text_is_known_by_its_own_template() -> None:
    """Not by another that fits it as well, which would say something else."""
    for text, own in {**_table("es", "texts"), **_table("es", "parts")}.items():
        values = {number: f"x{number}y" for number in SLOT.findall(text)}
        filled, wanted = (SLOT.sub(lambda slot, values=values: values[slot[1]], each) for each in (text, own))
        assert translated.said(filled, "es") == wanted, text


# --- what makers really say ---

_ENGLISH = re.compile(
    r"\b(?:the|is|are|of|and|or|has|have|not|with|at|it|for|there|was|by|this|that|all|as|in)\b", re.I
)


def _in_spanish(text: str) -> str:
    """The Spanish of a text, which has no English left but what is quoted."""
    own = translated.said(text, "es")
    assert not _ENGLISH.search(re.sub(r"“[^”]*”", "", own)), own
    return own


def test_texts_within_texts_are_told_in_spanish(tmp_path: Path) -> None:
    bad = tmp_path / "bad.md"
    bad.write_text(
        "---\ntitle: A short rest\nlanguage: en\nminutes: {shortest: 1, typical: 3, longest: 5}\nslots: []\n---\n"
        "# Welcome {keep}\nClose your eyes.\n! You can stop at any time.\nYou should rest now.\n(breath)\n",
        "utf-8",
    )
    with pytest.raises(ScriptError) as refused:
        gate.refuse(source.load(str(bad), "en"))
    told = _in_spanish(refused.value.message)
    assert re.search(
        r"bad\.md, línea 8: EYES-01: “Close your eyes”: sin órdenes de cerrar .*\. Hay \d+ errores más\.", told
    )
    for finding in lint.check(source.load(str(bad), "en"), today=datetime.date(2026, 11, 24)):
        _in_spanish(finding.message)

    roster = tmp_path / "roster.csv"
    roster.write_text("code,script,minutes,colour\na,grounding,900,\na,nothing,x,\nb,,5,\n,sleep,20,\n", "utf-8")
    problems = rosters.read(roster).problems
    told = " ".join(_in_spanish(f"{problem.message} {problem.hint}") for problem in problems)
    assert "El código es también el de la fila 3." in told and "No hay ninguna opción “colour”." in told

    unread = tmp_path / "unread.md"
    unread.write_text("---\ntitle: a: b\n---\n", "utf-8")
    with pytest.raises(ScriptError) as broken:
        source.load(str(unread), "en")
    assert "línea 2: esto no es una tabla YAML (aquí sobran unos dos puntos)." in _in_spanish(broken.value.message)


def test_findings_of_a_track_are_told_in_spanish() -> None:
    """Each text of a check that is put together of pieces, as ``verify`` and ``check`` do."""
    for found, own in {
        "line 3, at 4.5 s, is not heard": "línea 3, a los 4,5 s, no se oye",
        "a bell, at 4.5 s, is +6.0 dB off its level, and 2 more of 9 are wrong": (
            "una campana, a los 4,5 s, está a +6,0 dB de su nivel, y 2 más de 9 están mal"
        ),
        "the VTT captions are broken at line 1: it does not start with WEBVTT": (
            "los subtítulos VTT están dañados en la línea 1: no empieza con WEBVTT"
        ),
        "-16.2 LUFS, asked for -16": "-16,2 LUFS, se pidió -16 LUFS",
        "-3.1 dBTP, at most -1.5": "-3,1 dBTP, como máximo -1,5 dBTP",
        "digital silence, -23 to -18 asked for": "silencio digital, se pidió de -23 a -18",
        "not as recorded: the title and the language": "no como en el registro: título e idioma",
        "system. The system's plain voice speaks. For a natural one: mettavox voices install x": (
            "system. Habla la voz sencilla del sistema. Para una natural, instala “x” en la página “Voces”."
        ),
        "all 12 captions at their times": "los 12 subtítulos, a su tiempo",
    }.items():
        assert _in_spanish(found) == own


def test_what_nobody_has_translated_is_shown_as_it_is() -> None:
    for text in (
        "",
        "Nobody says this.",
        "x" * 5000,
        "“",
        "{1} is {2}",
        *(each * 900 for each in ("a: ", "“b ", "c. ")),
    ):
        assert translated.said(text, "es") == text


def test_the_pages_say_it(studio: Studio) -> None:
    def asked(path: str, fields: Mapping[str, str]) -> str:
        return html.unescape(studio.post(path, fields, accept_language="es").text)

    refused = asked("tracks", {**SHORT, "lang": "es", "minutes": "900"})
    assert "y pediste 15:00:00." in refused and "Elige una duración de" in refused
    assert "“Nombre de quien escucha” no tiene letras." in asked("tracks", {**SHORT, "lang": "es", "name": "..."})
    planned = html.unescape(studio.post("plan", {**SHORT, "lang": "es"}, accept_language="es").json()["html"])
    assert re.search(r"\d+ s de voz, \d+ s de silencio", planned)
    recording = html.unescape(studio.get("record", accept_language="es").text)
    assert "al ritmo de quien escucha" in recording and "own pace" not in recording
    page = studio.add({**SHORT, "lang": "es"})
    studio.made(page)
    shown = html.unescape(studio.get(page, accept_language="es").text)
    assert re.search(r"Guardar MP3, \d+,\d MB", shown)
    assert "1 min ·" in shown
    checks = html.unescape(studio.get(f"{page}/checks?part", accept_language="es").text)
    rows = re.findall(r'<th scope="row">(.*?)</th><td>correcto</td><td>(.*?)</td>', checks)
    assert {"duración", "líneas", "volumen", "pico real", "archivo", "subtítulos (VTT)"} <= {what for what, _ in rows}
    assert not [found for _, found in rows if _ENGLISH.search(found)]


def test_refusals_of_the_guard_are_in_the_language_of_the_browser(studio: Studio) -> None:
    for path, told in (
        (f"/{studio.key}/tracks/none", "En el estudio no existe esa página."),
        ("/nothing", "lleva una clave"),
    ):
        answer = studio.ask("GET", path, whole=True, accept_language="es-MX")
        assert told in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_report_of_many_tracks_has_the_same_words_in_both_languages() -> None:
    english, spanish = (phrasebook.read_yaml("scripts", (tag, "shared", "report.yaml"), None) for tag in ("en", "es"))
    assert english.keys() == spanish.keys()
    for key, words in english.items():
        if isinstance(words, Mapping):
            assert words.keys() == spanish[key].keys()
        else:
            assert re.findall(r"\{\w+\}", words) == re.findall(r"\{\w+\}", spanish[key])
