"""Forms: what a page sends becomes the options that a command line has, and never a path, a template or markup."""

import json
import os
import re
from pathlib import Path

import pytest
from studios import NAME, SHORT, Studio

from mettavox import ask
from mettavox.errors import RequestError
from mettavox.studio import forms

ATTACK = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'{{ 1234*3003 }}{% include '/etc/passwd' %}${1234*3003}"
)


def test_what_is_empty_or_as_usual_is_nobodys_choice() -> None:
    form = {"script": "sleep", "name": " Zoraida ", "relation": "friend", "bed": "", "minutes": "20", "bells": "on"}
    assert forms.options(form) == {"script": "sleep", "name": "Zoraida", "minutes": "20", "bells": True}
    assert forms.options({"say": "zo-RAI-da", "target-say": "AN-a"}) == {}


def test_parts_wishes_and_ticks_are_as_a_command_line_has_them() -> None:
    form = {
        "script": "x",
        "include.difficult": "on",
        "wishes": "be safe\r\n\r\n be at peace ",
        "duck": "on",
        "day": "1",
    }
    assert forms.options(form) == {
        "script": "x", "include": ("difficult",), "wishes": ("be safe", "be at peace"), "duck": True,
    }  # fmt: skip


def test_a_wish_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_text("be found", "utf-8")
    for wish in ("secret", "other.txt", str(tmp_path / "secret"), "../secret", "..\\secret", "x\nsecret"):
        with pytest.raises(RequestError, match="no path"):
            forms.options({"script": "loving-kindness", "wishes": wish})


def test_every_field_is_an_option() -> None:
    assert {*forms.FIELDS, *forms.CHECKED} <= set(ask.STANDARD)


def test_a_field_that_the_form_does_not_have_is_refused() -> None:
    """Such as a folder of scripts, or an edit of a line."""
    for field in ("scripts", "edit", "include", "nothing", ATTACK):
        with pytest.raises(RequestError):
            forms.options({field: "x"})


def test_no_field_takes_a_path(studio: Studio, tmp_path: Path) -> None:
    """A command line may name a file as a script or a bed; a page, whoever wrote it, may not."""
    secret = tmp_path / "secret.md"
    secret.write_text(
        "---\ntitle: A secret\nlanguage: en\nminutes: {shortest: 0.2, typical: 1, longest: 9}\n---\n"
        "# One {keep}\nThe secret word is Xylophone. (1s to 40s)\n",
        "utf-8",
    )
    up = os.path.relpath(secret)
    for field in forms.FIELDS:
        for path in (
            str(secret),
            up,
            f"../{up}",
            "../../../../etc/passwd",
            "%2e%2e%2fsecret.md",
            "..\\secret",
            f"file://{secret}",
        ):
            fields = {**SHORT, "name": NAME, "target": NAME, field: path}
            planned = studio.post("plan", fields).json()
            assert not planned["good"], (field, path)
            assert "Xylophone" not in planned["html"]
            assert studio.post("tracks", fields).status == 422
    for field in ("voice", "lang"):
        assert studio.post("say", {"text": "Hello", "voice": "hum", field: str(secret)}).status == 422
    assert not studio.output.exists()
    assert list(studio.kept.iterdir()) == []


def test_markup_and_templates_are_only_ever_shown_as_they_were_written(studio: Studio) -> None:
    for field in forms.FIELDS:
        fields = {**SHORT, "name": NAME, "target": NAME, field: ATTACK}
        for answer in (studio.post("plan", fields), studio.post("tracks", fields)):
            shown = (
                json.loads(answer.body)["html"] if answer.headers["content-type"] == "application/json" else answer.text
            )
            assert "<script>alert" not in shown, field
            assert "<img src=x" not in shown, field
            assert "3705702" not in shown and "root:" not in shown, field
    for field in ("text", "say", "voice", "lang"):
        answer = studio.post("say", {"text": "Hello", "voice": "hum", field: ATTACK})
        assert answer.headers["content-type"] in ("application/json", "audio/wav")
    for page in (f"?again={'%3Cscript%3E'}", "?lang=%3Cscript%3Ealert(1)", "tracks/%3Cscript%3Ealert(1)"):
        assert "<script>alert" not in studio.get(page).text


def test_markup_in_a_script_of_ones_own_is_text(studio: Studio, own_folders: Path) -> None:
    """Its title, what it is for, its sections and its lines for paper."""
    from mettavox import assets

    folder = assets.own_folder("scripts") / "en"
    folder.mkdir(parents=True)
    (folder / "odd.md").write_text(
        "---\ntitle: 'An <b>odd</b> &amp; one'\nlanguage: en\nminutes: {shortest: 0.2, typical: 1, longest: 9}\n"
        "purpose: 'To <script>alert(1)</script>'\n---\n"
        "# One <script>alert(2)</script> {keep}\n"
        "! You can stop at any time & rest <i>now</i>. (1s to 90s)\n> Never <b>here</b>.\n",
        "utf-8",
    )
    page = studio.get("").text
    planned = studio.post("plan", {"script": "odd", "minutes": "0.2", "voice": "hum"}).json()
    assert "To &lt;script&gt;alert(1)" in page
    assert "One &lt;script&gt;alert(2)" in planned["html"]
    for text in (page, planned["html"]):
        assert "<script>alert" not in text
        assert "<b>" not in text and "<i>" not in text


def test_a_length_that_cannot_be_had_is_told_with_the_range(studio: Studio) -> None:
    for minutes, least in (("0.1", True), ("900", True), ("ten", False)):
        planned = json.loads(
            studio.post("plan", {"script": "loving-kindness", "minutes": minutes, "voice": "hum"}).body
        )
        assert not planned["good"]
        assert 'role="alert"' in planned["html"]
        if least:
            assert 0 < planned["least"] < planned["most"]


def test_what_is_wrong_is_told_in_the_words_of_the_page(studio: Studio) -> None:
    planned = studio.post("plan", {**SHORT, "name": "<7>"}).json()["html"]
    assert "of “Name of the listener”" in planned
    asked = {"script": "loving-kindness", "voice": "hum", "minutes": "900"}
    assert "Choose a length of" in studio.post("tracks", asked).text
    for text in (planned, studio.post("say", {"text": "<", "say": "<", "voice": "hum"}).text):
        assert not re.search(r"--(name|minutes|duration|say)\b", text)


def test_a_name_is_not_repeated_where_it_is_refused(studio: Studio) -> None:
    for field in ("name", "target"):
        answer = studio.post("tracks", {**SHORT, field: f"{NAME}<7>"})
        assert answer.status == 422
        assert answer.text.count(NAME) == 1  # where it was typed
        assert f'id="{field}" name="{field}" maxlength="80" value="{NAME}' in answer.text


def test_a_name_too_long_for_a_file_is_nobodys(studio: Studio) -> None:
    for field in ("lang", "voice", "profile", "script", "fill", "breath"):
        assert studio.post("tracks", {**SHORT, field: "x" * 300}).status == 422
    for path in ("say", "record", "record/count"):
        assert studio.post(path, {"lang": "x" * 300, "voice": "x" * 300, "text": "x"}).status == 422
    for path in ("voices", "write/en", f"write/{'x' * 300}"):
        assert studio.get(f"{path}/{'x' * 300}").status == 404


def test_what_was_typed_is_still_there_where_it_is_refused(studio: Studio) -> None:
    chosen = {"minutes": "7", "say": "zo-RAI-da", "wishes": "be <well>\nbe held", "tone": "warm", "day": "1"}
    ticked = {"include.difficult": "on", "duck": "on"}
    answer = studio.post("tracks", {**SHORT, "script": "loving-kindness", "name": "<7>", **chosen, **ticked})
    assert answer.status == 422 and 'role="alert"' in answer.text
    for sign in (
        'value="loving-kindness" checked', 'value="&lt;7&gt;"', 'value="zo-RAI-da"', 'value="7" data-chosen="7"',
        ">be &lt;well&gt;\nbe held</textarea>", 'value="warm" selected', 'value="none" selected',
        'name="include.difficult" checked', 'name="duck" checked',
    ):  # fmt: skip
        assert sign in answer.text, sign
    named = studio.post("tracks", {**SHORT, "name": "مريم"}).text  # the hint says to add how it is said
    studio.post("afresh")
    assert 'id="saying">' in named and 'id="saying" hidden>' in studio.get("").text
    for wrong in ({"lang": "xx"}, {"lang": "a" * 300}, {"script": "../x"}, {"day": "x"}, {"name": "x" * 3000}):
        assert 'name="script"' in studio.post("tracks", {**SHORT, **wrong}).text
