"""Many: a roster is read, put right cell by cell, heard, made and shown, and nothing in a cell leads anywhere else."""

import html
import io
import json
import logging
import os
import re
import signal
import stat
import subprocess
import sys
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import soundfile
from studios import NAME, Answer, Studio, running, until

import recorded
from mettavox import manifest
from mettavox.draft import Draft
from mettavox.studio import batches

OCTETS = "application/octet-stream"
HEAD = "code,script,minutes,voice,bed,name,say,cover\n"


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes take a second to begin; how they end is tested elsewhere."""
    monkeypatch.setattr(batches, "POOL", ThreadPoolExecutor)


def row(code: str, name: str = "", *, minutes: str = "1", say: str = "", bed: str = "none") -> str:
    return f"{code},grounding,{minutes},hum,{bed},{name},{say},none\n"


def read(studio: Studio, roster: str | bytes) -> str:
    """The path of the page of a table that was sent."""
    body = roster.encode() if isinstance(roster, str) else roster
    answer = studio.ask("POST", "many/read", body, content_type=OCTETS)
    assert answer.status == 200, answer.text
    return str(answer.json()["to"]).removeprefix(f"/{studio.key}/")


class Sheet:
    """A table on its page: what a script of the page would know and ask."""

    def __init__(self, studio: Studio, path: str) -> None:
        self.studio, self.path = studio, path

    @property
    def page(self) -> str:
        return self.studio.get(f"{self.path}?change").text

    def change(self, **cells: str) -> Any:
        """What the page is told after these changes, such as c_2_0="p-1"."""
        page = self.page
        shown = ",".join(re.findall(r'<tr data-row="(\d+)"', page))
        fields = {key.replace("_", "."): text for key, text in cells.items()}
        answer = self.studio.post(f"{self.path}/cells", {"version": _version(page), "shown": shown, **fields})
        assert answer.status == 200, answer.text
        return answer.json()

    def do(self, wish: str, **fields: str) -> Answer:
        fields = {key.replace("_", "."): text for key, text in fields.items()}
        return self.studio.post(self.path, {"version": _version(self.page), "do": wish, **fields})

    def wrong(self) -> dict[str, str]:
        """What is wrong, by row and column."""
        return {key: " ".join(wrong) for key, (wrong, _) in self.change()["cells"].items() if wrong}

    def made(self, library: str = "Spring", **fields: str) -> str:
        """The page once nothing more becomes of it."""
        answer = self.studio.post(f"{self.path}/start", {"library": library, **fields})
        assert answer.status == 303, answer.text
        self.studio.get(f"{self.path}/progress")  # which ends when nothing more comes
        return self.studio.get(self.path).text


def _version(page: str) -> str:
    found = re.search(r'name="version" value="(\w+)"', page)
    assert found, page
    return found[1]


def library_of(page: str) -> str:
    found = re.search(r"many/library/(\w+)\"", page)
    assert found, page
    return f"many/library/{found[1]}"


@pytest.fixture(scope="module")
def whole(studio: Studio) -> Iterator[tuple[Sheet, str]]:
    """A table that was made into a library, two tracks, and its page."""
    before, batches.POOL = batches.POOL, ThreadPoolExecutor
    sheet = Sheet(studio, read(studio, HEAD + row("p-1", NAME) + row("p-2")))
    yield sheet, sheet.made("First one")
    batches.POOL = before


def test_a_roster_is_read_and_put_right(studio: Studio) -> None:
    """In any encoding that a roster may have; three cells are wrong, and each is put right where it stands."""
    roster = (
        "Code;Script;Minutes;Voice;Bed;Cover;Name\n"
        "p-1;grounding;900;hum;none;none;José\n"
        "p 2;groundin;1;hum;none;none;\n"
    )
    sheet = Sheet(studio, read(studio, roster.encode("utf-16")))
    page = sheet.page
    assert page.count('aria-invalid="true"') == 3
    assert "José" in page
    told = sheet.change(c_3_0="p-1")
    assert [key for key, (wrong, _) in told["cells"].items() if wrong] == ["2-0", "3-0", "3-1"]
    told = sheet.change(c_3_0="p-2")
    assert [key for key, (wrong, _) in told["cells"].items() if wrong] == ["2-2", "3-1"]
    assert "grounding" in told["cells"]["3-1"][0][0]
    assert told["good"] == 0
    told = sheet.change(c_2_2="1", c_3_1="grounding")
    assert (told["good"], told["go"]) == (2, "Make 2 tracks")
    assert "Every row can be made" in told["problems"]


def test_a_table_becomes_a_library_and_nothing_of_it_is_kept(studio: Studio, whole: tuple[Sheet, str]) -> None:
    sheet, page = whole
    folder = studio.output / "First one"
    assert {entry.code: entry.state for entry in manifest.read(folder)}.items() >= {
        "p-1": "made",
        "p-2": "made",
    }.items()
    assert soundfile.info(str(folder / "p-1.mp3")).frames == 60 * 48_000
    assert page.count('data-state="made"') == 2
    assert NAME not in page
    assert [path for path in (studio.kept / "tables").iterdir() if path.stem in sheet.path] == []
    assert sheet.path not in studio.get("settings").text  # where what is not finished stands


def test_a_second_time_only_what_is_new_is_made(studio: Studio, whole: tuple[Sheet, str]) -> None:
    sheet, _ = whole
    answer = studio.post(f"{sheet.path}/there", {"library": "First one"})
    assert answer.json()["told"].startswith("It holds 2 tracks, and 2 rows of this table")
    location = sheet.do("add-row").headers["location"]
    number = re.search(r"#c-(\d+)-0", location)
    assert number
    at = {f"c_{number[1]}_{place}": text for place, text in enumerate(row("p-3").strip().split(","))}
    assert sheet.change(**at)["good"] == 3
    page = sheet.made("First one")
    assert (page.count('data-state="kept"'), page.count('data-state="made"')) == (2, 1)


def test_each_track_is_played_and_saved_and_nothing_else_of_the_folder_is(
    studio: Studio, whole: tuple[Sheet, str]
) -> None:
    sheet, page = whole
    assert f"{sheet.path}/rows/2?save" in page
    part = studio.get(f"{sheet.path}/rows/2", range="bytes=0-99")
    assert (part.status, len(part.body), part.headers["content-type"]) == (206, 100, "audio/mpeg")
    assert 'filename="p-1.mp3"' in studio.get(f"{sheet.path}/rows/2?save").headers["content-disposition"]
    library = library_of(page)
    report = studio.get(f"{library}/files/report.html")
    assert "p-1" in report.text and NAME not in report.text
    for path in (
        "manifest.sqlite", "p-1.json", ".manifest.lock", "../grounding-1m.mp3", "%2e%2e/x.mp3", "..%2f%2e%2e%2fx.mp3",
        "..%5cx.mp3", "p-1.mp3%00.html", "pages/../../x.html", "/etc/passwd", "%2fetc%2fpasswd", "",
    ):  # fmt: skip
        assert studio.get(f"{library}/files/{path}").status == 404, path
    (studio.output / "First one" / "out.txt").symlink_to(Path(__file__))
    assert studio.get(f"{library}/files/out.txt").status == 404
    assert studio.get(f"{sheet.path}/rows/99").status == studio.get(f"{sheet.path}/rows/../../x").status == 404


def test_how_names_are_said_is_shown_and_heard(studio: Studio) -> None:
    sheet = Sheet(studio, read(studio, HEAD + row("p-1", NAME, say="so-RAI-da") + row("p-2", "<b>7")))
    told = sheet.change()
    assert told["cells"]["2-5"] == [[], "said as “so-RAI-da”"]
    sound = studio.post(f"{sheet.path}/hear", {"row": "2", "column": "name"})
    assert sound.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(sound.body)) as heard:
        assert heard.getnframes() > heard.getframerate() // 2
    for number, column in (("3", "name"), ("2", "code"), ("../2", "name"), ("", "")):
        wrong = {"row": number, "column": column}
        refused = studio.post(f"{sheet.path}/hear", wrong)
        assert refused.status == 422 and "<b>" not in refused.text, wrong

    answer = studio.post(f"{sheet.path}/names").json()
    assert [text for _, text in answer["heard"]] == [f"0:01 p-1: {NAME}"]
    once = studio.get(answer["sound"])
    assert soundfile.info(io.BytesIO(once.body)).duration > 0.5
    assert studio.get(answer["sound"]).status == 404


def test_ids_stay_in_the_table_and_what_they_stand_for_is_told_beside_them(studio: Studio) -> None:
    """A practice's title in the language of the pages, and the voice that speaks, also where none is written."""
    rows = (
        "p-1,grounding,1,,en",
        "p-2,grounding,1,hum,es",
        "p-3,../grounding,1,../hum,../en",
        "p-4,sleep,8, system,en",
    )
    sheet = Sheet(studio, read(studio, "\n".join(("code,script,minutes,voice,lang", *rows))))
    told = {key: said for key, (_, said) in sheet.change(c_5_1="grounding")["cells"].items() if said}
    assert {key: said for key, said in told.items() if key.endswith("-1")} == dict.fromkeys(
        ("2-1", "3-1", "5-1"), "Grounding"
    )
    usual, hum, system = (told.pop(f"{row}-3") for row in (2, 3, 5))
    assert usual == f"{system}, the usual one" and hum not in usual
    page = html.unescape(studio.get(f"{sheet.path}?change", accept_language="es").text)
    assert page.count('">Aquí, con los sentidos</p>') == 3 and 'value="grounding" label="Aquí' in page
    assert 'value="grounding"' in page and ", la habitual; " in page  # in each language of its rows


def test_a_name_that_a_recorded_voice_lacks_is_heard_by_who_fills_in(studio: Studio) -> None:
    """As it is in the track, and in the sound of all names."""
    recorded.keep("own", {"Rest.": recorded.hummed("Rest.")})
    sheet = Sheet(studio, read(studio, "code,script,voice,fill,name\np-1,sleep,own,hum,Ana\np-2,sleep,own,,Ana\n"))
    assert studio.post(f"{sheet.path}/hear", {"row": "2", "column": "name"}).headers["content-type"] == "audio/wav"
    assert studio.post(f"{sheet.path}/hear", {"row": "3", "column": "name"}).status == 422


COLUMNS = (
    "code", "script", "minutes", "voice", "bed", "name", "say", "lang", "wishes", "profile", "intention", "cover",
    "edit", "fill", "breath", "format", "include", "day", "bells",
)  # fmt: skip
ATTACKS = (
    "../../etc/passwd", "/etc/passwd", "scripts/en/sleep.md", "C:\\x.md", "~/x.txt", "file:///etc/passwd",
    "wishes.yaml", "=cmd|' /C calc'!A0", "{{ 7 * 7 }}", "<script>alert(1)</script>", "x\0.md", "a" * 3000,
)  # fmt: skip


def test_nothing_in_a_cell_leads_anywhere(studio: Studio) -> None:
    """No file is looked for, nothing is carried out or becomes a part of a page, and all of it is told as wrong."""
    usual = {"script": "grounding", "minutes": "1", "voice": "hum", "bed": "none"}
    tried = [(column, text) for column in COLUMNS for text in ATTACKS]
    lines = [json.dumps({"code": f"p-{n}", **usual, column: text}) for n, (column, text) in enumerate(tried)]
    sheet = Sheet(studio, read(studio, json.dumps({"code": "good", **usual}) + "\n" + "\n".join(lines)))
    pages = [studio.get(f"{sheet.path}?change&rows=all&page={page}").text for page in range(1, 6)]
    for page in pages:
        assert "<script>alert" not in page and 'value="49"' not in page and "root:" not in page
    shown = "".join(pages)
    good = {row for row in range(1, len(tried) + 2) if not re.search(rf'id="w-{row}(-\d+)?">[^<]', shown)}
    assert {tried[row - 2] for row in good - {1}} == {("name", "wishes.yaml")}  # which is said, and nothing else


def test_a_bed_of_any_word_is_no_file(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a file of that name lies in the folder in which the studio was started."""
    (tmp_path / "mine").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    sheet = Sheet(studio, read(studio, HEAD + row("p-1", bed="mine") + row("p-2", bed="mina")))
    wrong = sheet.wrong()
    assert wrong["2-4"].startswith("“bed” takes the name of a bed, and “mine” is none.")
    assert wrong["3-4"] == wrong["2-4"].replace("mine", "mina")


def test_a_library_is_a_plain_name(studio: Studio) -> None:
    sheet = Sheet(studio, read(studio, HEAD + row("p-1")))
    before = sorted(studio.output.parent.rglob("*"))
    for name in (
        "../up",
        "a/b",
        "a\\b",
        ".hidden",
        "",
        " ",
        "x" * 61,
        "nul",
        "CON.txt",
        "a\0b",
        "..",
        "a.",
        "<b>",
        "{{x}}",
    ):
        refused = studio.post(f"{sheet.path}/start", {"library": name})
        assert refused.status == 422 and "<b>" not in refused.text, name
        assert studio.post(f"{sheet.path}/there", {"library": name}).status == 422, name
    assert sorted(studio.output.parent.rglob("*")) == before


def test_a_library_is_no_link(studio: Studio, tmp_path: Path) -> None:
    sheet = Sheet(studio, read(studio, HEAD + row("p-1")))
    studio.output.mkdir(exist_ok=True)
    (studio.output / "elsewhere").symlink_to(tmp_path)
    assert studio.post(f"{sheet.path}/start", {"library": "elsewhere"}).status == 422
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"PK\x03\x04" + b"\0\xff" * 50, "CSV UTF-8"),
        (b"code,script\np\0-1,sleep\n", "plain text"),
        (b"\xff\xfe\xfa", "UTF-8"),
        (b"", "heading"),
        (b"name,minutes\nAna,3\n", "code, script"),
        (b'[{"code": "p-1"}]', "one list"),
        (b"\x7fELF" + bytes(range(256)), "CSV UTF-8"),
    ],
    ids=["xlsx", "zeros", "halves", "nothing", "headless", "list", "program"],
)
def test_what_is_no_roster_says_what_to_do(studio: Studio, body: bytes, said: str) -> None:
    answer = studio.ask("POST", "many/read", body, content_type=OCTETS)
    assert answer.status == 422
    assert said in json.dumps(answer.json(), ensure_ascii=False)


def test_a_roster_of_two_gigabytes_is_refused_before_it_is_sent(studio: Studio) -> None:
    answer = studio.ask("POST", "many/read", b"", content_type=OCTETS, content_length=str(2 << 30))
    assert answer.status == 413
    assert studio.ask("POST", "many/empty", b"x" * 10, content_length=str(2 << 20)).status == 413


def test_a_column_that_nobody_knows_is_named_or_left_out(studio: Studio) -> None:
    roster = "code,script,Dauer,voice,bed,Notiz,minutes,minutes\np-1,grounding,1,hum,none,x,,\n"
    sheet = Sheet(studio, read(studio, roster))
    page = sheet.page
    assert page.count("What is this column?") == 3
    assert sheet.change()["good"] == 0
    sheet.do("save", h_7="-", h_6="-", h_5="-", h_2="duration")
    names = re.findall(r'<span class="heading">(\w+)</span>', sheet.page)
    assert names == ["code", "script", "duration", "voice", "bed"]
    assert sheet.change(c_2_2="60s")["good"] == 1


def test_json_lines_become_a_table(studio: Studio) -> None:
    line = '{"code": "p-1", "script": "grounding", "minutes": 1, "voice": "hum", "bed": "none", "bells": true}'
    page = Sheet(studio, read(studio, f"{line}\nnonsense\n")).page
    assert 'value="yes"' in page and 'value="1"' in page
    assert "Row 2" in page and "no object in JSON" in page
    assert "Left out while reading: 1" in page


def test_a_table_begins_empty_or_pasted_also_without_a_script(studio: Studio) -> None:
    path = studio.post("many/empty").headers["location"].removeprefix(f"/{studio.key}/")
    sheet = Sheet(studio, path)
    assert "There is no row in it" in sheet.page
    sheet.do("save", c_2_0="p-1", c_2_1="grounding")
    assert 'value="p-1"' in sheet.page
    sheet.do("add-row", c_2_0="p-2")
    assert sheet.page.count("<tr data-row") == 2 and 'value="p-2"' in sheet.page
    sheet.do("fill", fill_column="script", fill_with="sleep")  # names of fields have no dots here
    studio.post(path, {"version": _version(sheet.page), "do": "fill", "fill-column": "minutes", "fill-with": "5"})
    assert sheet.page.count('value="5"') == 2
    sheet.do("remove:3")
    assert sheet.page.count("<tr data-row") == 1

    pasted = studio.post("many/pasted", {"table": "code\tscript\tname\np-1\tsleep\tAna\n"})
    assert 'value="Ana"' in studio.get(pasted.headers["location"].removeprefix(f"/{studio.key}/")).text
    assert studio.post("many/pasted", {"table": "Ana"}).status == 422


def test_two_tabs_do_no_harm(studio: Studio) -> None:
    """What is typed where the columns have changed is refused, and not written into the wrong ones."""
    sheet = Sheet(studio, read(studio, HEAD + row("p-1", NAME)))
    old = _version(sheet.page)
    sheet.do("save", h_1="-")  # a column that is right is left as it is, unless it is taken away
    sheet.do("add-column", column="tone")
    refused = studio.post(f"{sheet.path}/cells", {"version": old, "c.2.0": "p-9"})
    assert refused.status == 422 and "Load the page anew" in refused.text
    assert 'value="p-9"' not in sheet.page


def test_what_is_typed_into_a_row_that_is_gone_goes_into_no_other(studio: Studio) -> None:
    sheet = Sheet(studio, read(studio, HEAD + row("p-1") + row("p-2", NAME)))
    version = _version(sheet.page)
    sheet.do("remove:3")
    sheet.do("add-row")
    typed = studio.post(f"{sheet.path}/cells", {"version": version, "c.3.5": "Berta", "c.2.5": "Carla"})
    assert typed.status == 422 and "no such row" in typed.text
    assert "Berta" not in sheet.page and "Carla" in sheet.page
    saved = studio.post(sheet.path, {"version": version, "do": "add-row", "c.3.5": "", "c.2.5": "Dora"})
    assert saved.status == 303


def test_results_are_counted_while_more_come() -> None:
    one = batches.Batch(id="", number=1, draft=Draft())

    class Coming:
        @property
        def state(self) -> str:
            one.results[len(one.results)] = one.results[0]
            return "made"

    one.results[0] = Coming()  # type: ignore[assignment]
    assert one.count("made", "kept") == 1
    assert one.count("failed") == 0


def test_where_the_folder_cannot_be_made_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("a file", "utf-8")
    with running(tmp_path) as studio:
        page = Sheet(studio, read(studio, HEAD + row("p-1"))).made("Spring")
    assert "cannot be written" in page and "mistake of its own" not in page


def test_a_table_is_in_the_language_of_the_pages_where_it_says_no_other(tmp_path: Path) -> None:
    """Also after a restart; a column for it has the last word."""
    roster = "code,script,minutes,voice,lang\np-1,groundin,1,hum,\np-2,groundin,1,hum,en\n"
    with running(tmp_path) as studio:
        answer = studio.ask("POST", "many/read", roster.encode(), content_type=OCTETS, accept_language="es-MX")
        sheet = Sheet(studio, str(answer.json()["to"]).removeprefix(f"/{studio.key}/"))
        assert "the tracks are in Spanish" in sheet.page
    with running(tmp_path) as studio:
        wrong = Sheet(studio, sheet.path).wrong()
    assert "in “es”" in wrong["2-1"] and "in “en”" in wrong["3-1"]


def test_a_long_table_shows_what_is_wrong_first_and_fifty_at_once(studio: Studio) -> None:
    rows = [row(f"p-{number}") for number in range(1, 1001)]
    rows[776] = row("p-777", minutes="900")
    sheet = Sheet(studio, read(studio, HEAD + "".join(rows)))
    page = studio.get(sheet.path).text
    assert re.findall(r'<tr data-row="(\d+)"', page) == ["778"]
    everything = studio.get(f"{sheet.path}?change&rows=all&page=16").text
    assert everything.count("<tr data-row") == 50 and 'data-row="778"' in everything
    assert "p-777" not in studio.get(f"{sheet.path}?change&rows=all&page=0xff").text
    told = sheet.change(c_778_2="1", c_2_5="Ana", c_3_5="Bea", c_900_5="Carla")
    assert told["good"] == 1000
    heard = studio.post(f"{sheet.path}/names", {"shown": "2,3,4"}).json()["heard"]  # and not of the whole table
    assert [text.partition(" ")[2] for _, text in heard] == ["p-1: Ana", "p-2: Bea"]


def test_bad_rows_are_left_out_and_failed_ones_made_again(studio: Studio) -> None:
    sheet = Sheet(studio, read(studio, HEAD + row("p-1") + row("p-2") + row("p-3", minutes="900")))
    folder = studio.output / "Some fail"
    folder.mkdir(parents=True)
    (folder / "p-2.mp3").write_bytes(b"a stranger's")
    page = sheet.made("Some fail")
    assert [re.findall(rf'data-state="{state}"', page) != [] for state in ("made", "failed", "bad")] == [True] * 3
    assert "Rows left out since something is wrong with them: 1" in page
    assert studio.kept.joinpath("tables", f"{sheet.path.rpartition('/')[2]}.json").is_file()
    (folder / "p-2.mp3").unlink()
    assert "Try the failed ones again" in page and 'name="retry"' not in page  # which would look at no other row
    report = folder / "report.html"
    assert '<html lang="en"' in report.read_text("utf-8")
    studio.post(f"{sheet.path}/start", {"library": "Some fail"}, accept_language="es")
    studio.get(f"{sheet.path}/progress")
    page = studio.get(sheet.path).text
    assert "Could not be made" not in page and "Tracks that are there: 2." in page
    told = report.read_text("utf-8")  # in the language of who had it made
    assert '<html lang="es"' in told and "1 problema en la tabla" in told and "creada (había fallado)" in told
    assert "no está pensada para durar más" in told, told
    assert (folder / "p-2.mp3").stat().st_size > 10_000


def test_pages_are_built_and_shown_with_the_script_that_is_theirs_alone(
    studio: Studio, whole: tuple[Sheet, str]
) -> None:
    library = library_of(whole[1])
    assert studio.post(f"{library}/build", {"title": "Spring <b>"}).status == 303
    page = studio.get(library).text
    assert "The pages are built" in page and "files/index.html" in page
    assert "The pages are built" not in studio.get(library).text  # told once
    index = studio.get(f"{library}/files/index.html")
    hashed = re.search(r"script-src ('sha256-[\w+/=]+')", index.text.replace("&#39;", "'"))
    assert hashed
    assert f"script-src {hashed[1]};" in index.headers["content-security-policy"]
    assert "connect-src" not in index.headers["content-security-policy"]
    assert "default-src 'none'" in index.headers["content-security-policy"]
    track = studio.get(f"{library}/files/pages/p-1.html")
    assert "'sha256-" in track.headers["content-security-policy"] and NAME not in track.text
    assert studio.get(f"{library}/files/p-1.mp3", range="bytes=5-9").status == 206

    folder = studio.output / "First one"
    (folder / "evil.html").write_text("<script>fetch('../../many')</script>", "utf-8")
    (folder / "worse.html").write_text(track.text.replace("const told = {", "const told = {},x = {"), "utf-8")
    (folder / "both.html").write_text(track.text + "<SCRIPT>alert(1)</SCRIPT>", "utf-8")
    for name in ("evil", "worse", "both"):
        assert "script-src 'none'" in studio.get(f"{library}/files/{name}.html").headers["content-security-policy"]
    assert "script-src 'self'" in studio.get(library).headers["content-security-policy"]


def test_a_strangers_file_in_a_library_does_nothing_and_tells_the_key_to_nobody(
    studio: Studio, whole: tuple[Sheet, str]
) -> None:
    """Its kind is not shown, or it is shown as text, or under a policy by which nothing of it runs or is sent."""
    library = library_of(whole[1])
    studio.post(f"{library}/build")
    folder = studio.output / "First one"
    page = (folder / "pages" / "p-1.html").read_text("utf-8")
    assert studio.get(f"{library}/files/report.html").headers["content-type"].startswith("text/html")
    assert studio.get(f"{library}/files/pages/p-1.html").headers["content-type"].startswith("text/html")
    for number, (known, other) in enumerate([
        ('content="no-referrer"', 'content="unsafe-url"'),
        ("</body>", '<META/http-equiv=refresh content="0;url=https://example.org/">'),
        ("</body>", '<meta name="&#114;eferrer" content=unsafe-url>'),
        ("</body>", '<a ReferrerPolicy=unsafe-url href="https://example.org/">'),
        ("</body>", '<iframe srcdoc="&lt;meta name=referrer content=unsafe-url&gt;"></iframe>'),
        ("</body>", "<meta"),
    ]):  # fmt: skip
        changed = page.replace(known, other)
        assert changed != page
        (folder / f"leak-{number}.html").write_text(changed, "utf-8")
        shown = studio.get(f"{library}/files/leak-{number}.html")
        assert shown.headers["content-type"].startswith("text/plain"), other
        assert shown.headers["x-content-type-options"] == "nosniff"

    (folder / "page.xml").write_text('<html xmlns="http://www.w3.org/1999/xhtml"><form/></html>', "utf-8")
    for name in ("page.xml", "p-1.txt", "p-1.mp3"):
        policy = studio.get(f"{library}/files/{name}").headers["content-security-policy"]
        assert policy.startswith("default-src 'none';") and "script-src" not in policy, name
        assert "form-action 'none'" in policy and "base-uri 'none'" in policy, name
    assert studio.get(f"{library}/files/page.xml").headers["content-security-policy"].endswith("; sandbox")
    for suffix in (".svg", ".htm", ".xhtml", ".xht", ".js", ".css", ".pdf", ".mhtml", ".swf"):
        (folder / f"other{suffix}").write_text("<script>alert(1)</script>", "utf-8")
        assert studio.get(f"{library}/files/other{suffix}").status == 404, suffix

    for address in (f"{studio.url}{library}/files/", f"https://example.org/{studio.key}"):
        refused = studio.post(f"{library}/feed", {"address": address, "names": "on"})
        assert refused.status == 422 and "its key" in refused.text
    assert not any(studio.key.encode() in each.read_bytes() for each in folder.rglob("*") if each.is_file())


def test_a_feed_is_made_and_what_a_person_wrote_stays(studio: Studio, whole: tuple[Sheet, str]) -> None:
    library = library_of(whole[1])
    folder = studio.output / "First one"
    form = {
        "address": "https://example.org/calm",
        "title": 'A "calm" \\ show',
        "author": "Ana",
        "email": "a@example.org",
    }
    assert studio.post(f"{library}/feed", form).status == 303
    assert "Left out, since words of a person are heard in them or nobody can tell: 1." in studio.get(library).text
    feed = (folder / "feed.xml").read_text("utf-8")
    assert "/p-2.mp3" in feed and "/p-1.mp3" not in feed
    for wrong in ({"address": ""}, {"address": "javascript:alert(1)"}, {"title": "\x7f"}, {"email": "nobody"}):
        assert studio.post(f"{library}/feed", {**form, "names": "on", **wrong}).status == 422, wrong
    assert studio.post(f"{library}/feed", {**form, "names": "on", "private": "on"}).status == 303
    page = studio.get(library).text
    assert "https://example.org/calm/feed.xml" in page and 'value="a@example.org"' in page
    feed = (folder / "feed.xml").read_text("utf-8")
    assert "<itunes:block>" in feed and "a@example.org" in feed and "/p-1.mp3" in feed
    assert studio.get(f"{library}/files/feed.xml").headers["content-type"].startswith("application/rss+xml")

    (folder / "podcast.toml").write_text('title = "Mine"\n', "utf-8")
    assert "as you wrote it" in studio.get(library).text
    assert studio.post(f"{library}/feed", {**form, "names": "on"}).status == 303
    assert (folder / "podcast.toml").read_text("utf-8") == 'title = "Mine"\n'
    assert "<title>Mine</title>" in (folder / "feed.xml").read_text("utf-8")


def test_killed_in_the_middle_it_goes_on_after_a_restart(tmp_path: Path) -> None:
    """``kill -9`` of the real program with its workers: what was made is kept, the rest is made; no name is left."""
    state, output = tmp_path / "state", tmp_path / "output"
    command = [sys.executable, "-m", "mettavox", "studio", "--no-browser", "-o", str(output)]
    with subprocess.Popen(
        command,
        env={**os.environ, "XDG_STATE_HOME": str(state)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and process.stderr
        origin, key = process.stdout.readline().strip().rstrip("/").rsplit("/", 1)
        first = Studio(port=int(origin.rsplit(":", 1)[1]), key=key, output=output, kept=state)
        path = read(first, HEAD + row("p-1", NAME) + row("p-2"))
        assert first.post(f"{path}/start", {"library": "Spring"}).status == 303
        until(lambda: first.get(path).text, lambda page: 'data-state="made"' in page)
        process.send_signal(signal.SIGKILL)
        said = process.stderr.read() + process.stdout.read()
    (file,) = state.rglob("*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert NAME not in said + file.name
    made = {each: each.stat().st_mtime_ns for each in (output / "Spring").glob("*.mp3")}
    done = [entry.code for entry in manifest.read(output / "Spring") if entry.state == "made"]
    assert done

    file.parents[1].rename(tmp_path / "kept")
    with running(tmp_path) as studio:
        assert NAME not in studio.get("many").text
        assert "not finished" in studio.get("many").text
        sheet = Sheet(studio, path)
        assert "The studio was closed before all of this was made" in sheet.page and NAME in sheet.page
        page = sheet.made("Spring")
        assert page.count('data-state="kept"') >= len(done)
        assert {entry.state for entry in manifest.read(output / "Spring")} == {"made"}
        for code in done:
            assert (output / "Spring" / f"{code}.mp3").stat().st_mtime_ns == made[output / "Spring" / f"{code}.mp3"]
        assert [each for each in (tmp_path / "kept").rglob("*") if each.is_file()] == []
        assert not list((output / "Spring").glob(".*.part"))


def test_a_library_stays_where_it_was_begun_though_tracks_go_elsewhere(tmp_path: Path) -> None:
    """Its page, its tracks and its going on; a table that is begun later goes to the folder that is chosen then."""
    with running(tmp_path, fixed=False) as studio:
        sheet = Sheet(studio, read(studio, HEAD + row("p-1") + row("p-2", minutes="900")))
        page = sheet.made("Spring")
        studio.post("settings/output", {"folder": str(tmp_path / "other")})
        assert studio.get(f"{sheet.path}/rows/2").status == 200
        assert "Tracks: 1." in studio.get(library_of(page)).text
        later = Sheet(studio, read(studio, HEAD + row("p-1")))
        assert studio.post(f"{later.path}/there", {"library": "Spring"}).json()["told"] == "It will be new."
    with running(tmp_path, fixed=False) as again:
        assert str(tmp_path / "other") in again.get("settings").text
        assert 'data-state="kept"' in Sheet(again, sheet.path).made("Spring")
        assert not (tmp_path / "other" / "Spring").exists()


def test_what_was_kept_and_is_no_table_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "kept" / "tables"
    folder.mkdir(parents=True)
    whole = {"library": "", "folder": "", "started": False, "headings": ["code"], "rows": [[2, ["p-1"]]]}
    for number, text in enumerate([
        "{", "[]", "null", json.dumps({**whole, "rows": [[2, []]]}), json.dumps({**whole, "rows": [["2", ["x"]]]}),
        json.dumps({**whole, "headings": [7]}), json.dumps({**whole, "rows": 7}),
        json.dumps({**whole, "rows": [[2, [7]]]}),
    ]):  # fmt: skip
        (folder / f"{number:016x}.json").write_text(text, "utf-8")
    (folder / "fedcba9876543210.json").write_text(json.dumps(whole), "utf-8")
    (folder / "0123456789abcdef.part").write_text('{"rows": [[2, ["Ana', "utf-8")
    with running(tmp_path) as studio:
        assert re.findall(r'many/([0-9a-f]{16})"', studio.get("many").text) == ["fedcba9876543210"]
        assert 'value="p-1"' in studio.get("many/fedcba9876543210").text
        assert [path.stem for path in folder.iterdir()] == ["fedcba9876543210"]
        studio.post("many/empty")
        studio.post("many/fedcba9876543210/forget")
        assert len(list(folder.iterdir())) == 1
        studio.post("settings/let-go")
        assert list(folder.iterdir()) == []


def test_nothing_of_a_person_is_in_an_address_a_log_or_a_file_elsewhere(
    tmp_path: Path, own_folders: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with running(tmp_path) as studio:
        sheet = Sheet(studio, read(studio, HEAD + row("p-1", NAME) + row("p-2", f"{NAME} <7>")))
        told = json.dumps(sheet.change()["problems"])
        studio.post(f"{sheet.path}/names")
        studio.post(f"{sheet.path}/hear", {"row": "3", "column": "name"})
        page = sheet.made("Spring")
        for text in (sheet.path, told, page, studio.get("many").text, studio.get(library_of(page)).text):
            assert NAME not in text
        kept = {path for path in (tmp_path / "kept").rglob("*") if path.is_file()}
        assert len(kept) == 1  # a row of it is not made yet
        studio.post(f"{sheet.path}/forget")
        assert not any(path.is_file() for path in (tmp_path / "kept").rglob("*"))
    assert NAME not in caplog.text + "".join(capfd.readouterr())
    there = [path for folder in (tmp_path, own_folders) for path in folder.rglob("*") if path.is_file()]
    with_it = {path.name for path in there if NAME.encode() in path.read_bytes()}
    assert with_it <= {f"p-1{suffix}" for suffix in (".txt", ".html", ".vtt", ".srt", ".lrc", ".mp3")}
    assert [path for path in there if NAME in path.name] == []
