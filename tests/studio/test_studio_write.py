"""Writing in the studio: a script from its title to its approval, and nothing of anybody's lost, broken or believed."""

import io
import re
import time
import wave
from pathlib import Path

import pytest
from studios import Answer, Studio

from mettavox import assets, authoring, lint, prepare, review, source
from mettavox.errors import ScriptError
from mettavox.request import Request
from mettavox.script import PAUSES
from mettavox.studio import wording
from mettavox.studio.areas import write
from mettavox.studio.bounded import Bounded

HEAD = "---\ntitle: Mine\nlanguage: en\nminutes: {shortest: 1, typical: 2, longest: 5}\nslots: [name]\n---\n"
BODY = "# Here {keep}\n! You can stop at any time.\nHello{{ name }}.\n" + "A line.\n(rest)\n" * 5
NEXT = len((HEAD + BODY).splitlines()) + 1
"""The number of the line after these."""
UPWARDS = ("../../../etc/passwd", "..%2f..%2fx", "/etc/passwd", "en/../../x", "a.md", "a\0b", "", " ")


@pytest.fixture
def mine(own_folders: Path) -> str:
    """The path of the page of a script of one's own."""
    authoring.save(HEAD + BODY, "mine", "en", None)
    return "write/en/mine"


@pytest.fixture
def good(own_folders: Path, studio: Studio) -> str:
    """The same of one that keeps the rules."""
    return new(studio, "Mine")


def new(studio: Studio, title: str, **fields: str) -> str:
    answer = studio.post("write", {"tag": "en", "title": title, **fields})
    assert answer.status == 303, answer.text
    return answer.headers["location"].removeprefix(f"/{studio.key}/")


def text_of(studio: Studio, page: str) -> str:
    _, _, tag, name = f"/{page}".split("/")
    return source.read(name, tag)[0]


def seen_of(studio: Studio, page: str) -> str:
    return re.search(r'name="seen" value="(\w*)"', studio.get(page).text)[1]


def asked(text: str, **fields: str) -> dict[str, str]:
    return {"tag": "en", "name": "mine", "text": text, "minutes": "2", "voice": "hum", **fields}


def saved(studio: Studio, page: str, **fields: str) -> Answer:
    return studio.post(page, fields, accept="application/json")


def test_the_list_has_every_practice_and_one_s_own_with_how_far_they_are(studio: Studio, mine: str) -> None:
    page = studio.get("write").text
    assert page.count('class="script"') == 13
    assert re.search(rf"{mine}\">Mine<.*?Draft", page, re.DOTALL)
    assert "Quietud" not in page and "/write/es/sleep" in studio.get("write?in=es").text
    assert "/write/en/sleep" in studio.get("write?in=../x").text


@pytest.mark.parametrize("tag", ["en", "es"])
def test_what_a_new_script_says_of_where_to_look_is_on_the_page(studio: Studio, tag: str) -> None:
    """It names the page's own parts, and no command."""
    text = text_of(studio, new(studio, "Somewhere", tag=tag))
    assert "mettavox " not in text and " --" not in text and "$" not in text
    for area, key in (("write", "help"), ("make", "closing")):
        assert re.search(rf"[“«]{re.escape(wording.words(tag, area)[key])}[”»]", text), key
    commands = authoring.new("elsewhere", tag, None).read_text("utf-8")
    assert "mettavox plan ID" in commands and "--closing sleep" in commands and "$" not in commands


def test_a_copy_is_one_s_own_and_the_other_stays(studio: Studio) -> None:
    before = source.load("grounding", "en").text
    page = new(studio, "Grounding", like="grounding")
    assert page == "write/en/grounding-2"
    assert source.load("grounding-2", "en").body.strip() == source.load("grounding", "en").body.strip()
    assert source.load("grounding", "en").text == before
    assert "readonly" in studio.get("write/en/grounding").text
    assert "readonly" not in studio.get(page).text


def test_one_with_a_long_title_is_found_again(studio: Studio) -> None:
    title = "An evening for everyone who has cared for others all day long and comes home with little left " * 2
    page = new(studio, title[:119])
    assert studio.get(page).status == 200
    assert f'href="/{studio.key}/{page}"' in studio.get("write").text


def test_a_track_is_made_with_it(studio: Studio, mine: str) -> None:
    """Make opens with it chosen; a script that is none is not."""
    assert re.search(r'value="mine" checked', studio.get("?script=mine&in=en").text)
    for other in ("nothing", "../mine", "%3Cb%3E"):
        assert re.search(r'value="loving-kindness" checked', studio.get(f"?script={other}&in=../x").text)


def test_what_is_saved_in_one_window_is_not_lost_to_another(studio: Studio, mine: str) -> None:
    """The second is told, keeps its text, and may have another name."""
    seen = seen_of(studio, mine)
    first = saved(studio, mine, text=f"{HEAD}{BODY}// First.\n", seen=seen).json()
    refused = saved(studio, mine, text="other", seen=seen)
    assert refused.status == 422
    assert "was changed elsewhere" in refused.json()["message"] and "another name" in refused.json()["hint"]
    assert text_of(studio, mine) == f"{HEAD}{BODY}// First.\n"
    without = studio.post(mine, {"text": "</textarea><b>other", "seen": seen})  # no JavaScript: the text comes back
    assert without.status == 422 and "&lt;/textarea&gt;&lt;b&gt;other" in without.text and seen in without.text
    assert saved(studio, mine, text="other", seen=seen, **{"as": "Mine"}).json() == {"to": "write/en/mine-2"}
    assert (text_of(studio, mine), text_of(studio, "write/en/mine-2")) == (f"{HEAD}{BODY}// First.\n", "other")
    assert saved(studio, mine, text="again", seen=first["seen"]).status == 200
    assert studio.get("write/en/mine-2").status == 200  # though it cannot be read as a script
    assert "Cannot be read yet" in studio.get("write").text


def test_the_plan_follows_a_text_that_is_no_file(studio: Studio) -> None:
    """With the line of each of its lines, and what it cannot be; nobody's folder has it."""
    plan = studio.post("write/plan", asked(HEAD + BODY)).json()
    assert plan["good"] and plan["least"] < 120 < plan["most"]
    assert re.search(r'<span>Hello\.</span><button[^>]*data-number="9"', plan["html"])
    assert studio.post("write/plan", asked(HEAD + BODY, minutes="59")).json()["good"] is False
    wrong = studio.post("write/plan", asked(HEAD + BODY + "Hello {{ nmae }}.\n")).json()
    assert (wrong["good"], wrong["message"]) == (False, f"Line {NEXT}: there is no slot “nmae”.")
    assert not assets.own_folder("scripts").exists()


def test_a_line_of_it_is_heard(studio: Studio) -> None:
    plan = studio.post("write/plan", asked(HEAD + BODY)).json()["html"]
    place = re.search(r'data-place="(\d+)"[^>]*>▶</button><span>Hello', plan)[1]
    sound = studio.post("write/line", asked(HEAD + BODY, place=place))
    assert sound.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(sound.body)) as heard:
        assert heard.getnframes() > heard.getframerate() // 2
    for wrong in ("99", "-1", "x"):
        assert studio.post("write/line", asked(HEAD + BODY, place=wrong)).status == 422


def test_the_rules_follow_with_line_rule_why_and_what_instead(studio: Studio) -> None:
    told = studio.post("write/rules", asked(HEAD + BODY + "Close your eyes.\n")).json()
    assert told["errors"] > 0 and told["lines"][str(NEXT)] == "E"
    assert re.search(
        rf'data-number="{NEXT}">Line {NEXT}<.*?EYES-01.*?Your eyes can be open or shut', told["html"], re.DOTALL
    )
    assert lint.rule("EYES-01").why[:30] in told["html"]
    other = studio.post("write/rules", asked(HEAD.replace("language: en", "language: es") + BODY)).json()["html"]
    assert "Write language: en in its head." in other and "--lang" not in other
    unread = studio.post("write/rules", asked(HEAD + "# A {kep}\n")).json()
    assert unread["lines"] == {"7": "E"} and "there is no section mark “kep”" in unread["html"]
    assert studio.post("write/rules", asked(HEAD + BODY, tag="xx")).status == 422


def test_an_approval_has_a_name_and_a_day_and_ends_with_the_next_change(studio: Studio, good: str) -> None:
    fields = {"reviewer": "A. Lee, PhD", "on": "2026-05-31", "seen": seen_of(studio, good)}
    for lacking in ({"reviewer": ""}, {"on": "soon"}, {"seen": ""}, {"seen": "0" * 64}):
        refused = studio.post(f"{good}/approve", {**fields, **lacking})
        assert refused.status == 422 and "mettavox scripts" not in refused.text
    assert studio.post(f"{good}/approve", fields).status == 303
    found = source.load("mine", "en")
    assert (review.state(found), found.head.review.reviewer) == ("approved", "A. Lee, PhD")
    assert "Approved by A. Lee, PhD on 2026-05-31" in studio.get(good).text
    changed = saved(studio, good, text=found.text + "// and more\nRest.\n", seen=seen_of(studio, good))
    assert "Changed since A. Lee, PhD approved it on 2026-05-31" in changed.json()["state"]


def test_what_the_rules_want_changed_is_not_approved(studio: Studio, good: str) -> None:
    text = text_of(studio, good).replace("Your eyes can be open or shut.", "Close your eyes.")
    saved(studio, good, text=text, seen=seen_of(studio, good))
    answer = studio.post(f"{good}/approve", {"reviewer": "A. Lee", "on": "", "seen": seen_of(studio, good)})
    assert answer.status == 422
    assert "EYES-0" in answer.text and "mettavox scripts" not in answer.text
    assert review.state(source.load("mine", "en")) == "draft"


def test_every_wording_can_be_read_before(studio: Studio, good: str) -> None:
    page = studio.get(f"{good}/wordings").text
    assert "Hello, Maya." in page and "Hello." in page and "When you are ready" in page


def test_what_came_with_mettavox_is_neither_changed_nor_approved(studio: Studio) -> None:
    page = "write/en/sleep"
    before = source.read("sleep", "en")[0]
    for seen in ("", authoring.hash_of(before)):
        assert saved(studio, page, text=HEAD + BODY, seen=seen).status == 422
        assert studio.post(f"{page}/approve", {"reviewer": "A", "on": "", "seen": seen}).status == 422
    assert source.read("sleep", "en") == (before, "sleep.md", True)


@pytest.mark.parametrize("path", UPWARDS)
def test_no_field_is_a_path(studio: Studio, own_folders: Path, path: str) -> None:
    """Nothing is read or written outside, and nothing fails inside."""
    answers = [
        studio.post("write", {"tag": path, "title": "x", "like": "sleep"}),
        studio.post("write/plan", asked(HEAD + BODY, tag=path)),
        studio.post("write/line", asked(HEAD + BODY, name=path, place="0")),
        studio.post("write/rules", asked(HEAD + BODY, name=path)),
        saved(studio, "write/en/sleep", text=path, **{"as": ""}),
    ]
    if path.strip():
        answers.append(studio.post("write", {"tag": "en", "title": "x", "like": path}))
    assert {answer.status for answer in answers} <= {200, 422}
    assert answers[1].text.startswith('{"good":false')
    assert all("root:" not in answer.text and "Traceback" not in answer.text for answer in answers)
    assert [each for each in own_folders.rglob("*.md") if each.is_file()] == []
    for name in ("..%2f..%2fx", "x.md", "a%00b"):
        assert studio.get(f"write/en/{name}").status == studio.get(f"write/..%2f/{name}/wordings").status == 404


@pytest.mark.parametrize("text", ["a\0b", "\x1b[31m", "x" * 60_001, "x " * 60_000, "\u202e\x85"])
def test_what_is_no_text_of_a_script_is_refused(studio: Studio, mine: str, text: str) -> None:
    before = text_of(studio, mine)
    answer = saved(studio, mine, text=text, seen=seen_of(studio, mine))
    assert answer.status == 422 and answer.json()["hint"]
    assert text_of(studio, mine) == before
    for path in ("write/plan", "write/rules"):
        assert studio.post(path, asked(text)).status == 200


def test_more_than_a_form_has_is_refused(studio: Studio, mine: str) -> None:
    assert studio.post(mine, {"text": "x" * (1 << 20)}).status == 413


@pytest.mark.parametrize(
    "line",
    ["{% for x in range(9**9) %}x{% endfor %}", "{{ 'a'.ljust(3000000000) }}", "{{ '%03000000000d' % 1 }}",
     "{{ 9**9**9 }}", "{{ ''.__class__.__mro__ }}", "{% include '/etc/passwd' %}", "@breathe natural 1 to 99999999",
     "({{ name }}{{"],
)  # fmt: skip
def test_a_template_that_does_more_than_fill_is_told_with_its_line(studio: Studio, line: str) -> None:
    plan = studio.post("write/plan", asked(HEAD + BODY + line + "\n")).json()
    assert (plan["good"] is False and f"Line {NEXT}" in plan["message"]) or "that scripts may not do" in plan["message"]
    assert "root:" not in plan["message"]


def test_html_is_shown_and_never_believed(studio: Studio, own_folders: Path) -> None:
    """In a title, a part, a line, a purpose, a reviewer's name, and in the rules' words about them."""
    evil = "<img src=x onerror=alert>"
    page = new(studio, f'{evil}"\n---\n{{{{ 7*7 }}}}')
    assert page == "write/en/img-src-x-onerror-alert-7-7"
    text = f'---\ntitle: "{evil}"\npurpose: "{evil}"\nlanguage: en\nminutes: {{shortest: 1, typical: 2, longest: 5}}\n'
    text += f"review: {{status: approved, reviewer: '{evil}', date: '{evil}'}}\n---\n# {evil} {{keep}}\n"
    text += f"! You can stop at any time.\n{evil}\n" + "A line.\n(rest)\n" * 5 + f"[if {evil}] x\n</textarea>{evil}\n"
    answer = saved(studio, page, text=text, seen=seen_of(studio, page))
    assert answer.status == 200
    told = [studio.post(f"write/{path}", asked(text)) for path in ("plan", "rules")]
    plain = studio.post("write/plan", asked(text.replace("[if", "// [if").replace("</", "// </")))
    assert plain.json()["good"]
    pages = [studio.get(path).text for path in ("write", page, "?script=x")]
    for shown in (*pages, answer.json()["state"], plain.json()["html"], told[1].json()["html"]):
        assert "<img" not in shown
    assert "49" not in re.search(r"<h1[^>]*>(.*?)</h1>", pages[1])[1]


def words(language: str) -> dict[str, object]:
    return dict(wording.words(language, "write"))


def test_the_help_knows_every_mark_and_the_rules_know_them_too() -> None:
    """Each as its button puts it into a text that has it nowhere else."""
    marks = [each for _, of in write.MARKS for each in of]
    for language in wording.LANGUAGES:
        assert set(words(language)["means"]) == {key for key, _, _ in marks}
        assert set(words(language)["groups"]) == {group for group, _ in write.MARKS}
    head = HEAD.replace("[name]", "[name, target, wishes, anchor, breath, intention]")
    for _, mark, how in marks:
        made = mark.replace("{title}", "Title")
        line = {"start": f"{made}Hello.", "end": f"# More{made}\nHello.", "word": f"Hello{made}."}.get(how, made)
        prepare.prepare(Request(script="x"), source.parse(f"{head}{BODY}{line}\nRest.\n", "x.md", "en"))
    assert {mark[1:-1] for _, mark, _ in marks if mark.startswith("(")} >= set(PAUSES)


def test_both_languages_have_the_same_words() -> None:
    def keys(table: object, path: str = "") -> set[str]:
        if not isinstance(table, dict):
            assert isinstance(table, (str, list)), path
            return {path}
        return {each for key, value in table.items() for each in keys(value, f"{path}/{key}")}

    assert keys(words("en")) == keys(words("es"))


def test_what_takes_too_long_is_ended_and_the_next_is_done() -> None:
    """Also after a process that was killed; what is raised on purpose comes back as it is."""
    bounded = Bounded(longest_seconds=5)
    assert bounded.done(max, 1, 2) == 2
    assert bounded._process is not None  # who ends it is the system
    bounded._process.kill()
    assert bounded.done(max, 3, 2) == 3
    with pytest.raises(ScriptError):
        bounded.done(lint.rule, "NOTHING")
    with pytest.raises(RuntimeError):
        bounded.done(max, 1)
    bounded._longest = 0.1
    with pytest.raises(ScriptError, match="come to its end"):
        bounded.done(time.sleep, 60)
    bounded._longest = 5
    assert bounded.done(max, 5, 2) == 5
    bounded._end()
