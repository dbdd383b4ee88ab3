"""The pages of a library: what is in them, and what is never in them."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import webvtt

from mettavox import catalogue, cli
from mettavox.errors import OutputError, RequestError
from mettavox.site import building

from .names import NAME, ODD_TITLE, TARGET


class Read(HTMLParser):
    """The text of a page, its elements with their attributes, and what lies in a script or a style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.raw: dict[str, str] = {}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style"):
            self.raw[self._inside] = self.raw.get(self._inside, "") + data
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def _page(path: Path) -> Read:
    return Read(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def built(made_tracks: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(made_tracks, tmp_path_factory.mktemp("site") / "library"))
    building.build(folder, url="https://example.org/some where/".replace(" ", "%20"))
    return folder


def test_the_index_has_every_track_with_its_page_cover_and_length(built: Path) -> None:
    page = _page(built / "index.html")

    links = [element["href"] for element in page.all("a")]
    covers = [element["src"] for element in page.all("img")]

    assert sorted(str(link) for link in links) == sorted(
        ["pages/1-first/rest.html", "pages/amor.html", "pages/bare.html", "pages/breath.html", "pages/p-001.html"]
    )
    for place in [*links, *covers]:
        assert (built / str(place)).is_file(), place
    assert "5 tracks, 8 min 20 s in all" in page.text
    assert "p-001" in page.text
    assert ODD_TITLE in page.text
    assert [element.get("value") for element in page.all("option")].count("en") == 1


@pytest.mark.parametrize("name", ["index.html", "pages/p-001.html", "pages/1-first/rest.html", "pages/breath.html"])
def test_nothing_from_elsewhere_can_be_in_a_page_and_what_runs_is_named_by_its_hash(built: Path, name: str) -> None:
    page = _page(built / name)

    (policy,) = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in str(policy).split("; "))

    assert rules["default-src"] == "'none'"
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(page.raw[kind].encode()).digest()).decode()
        assert rules[f"{kind}-src"] == f"'sha256-{digest}'"
    for tag, attributes in page.elements:
        assert "style" not in attributes, tag
        assert not any(key.startswith("on") for key in attributes), tag
        for key in ("src", "poster", "action"):
            assert not re.match(r"\s*(https?:)?//", attributes.get(key) or ""), (tag, attributes)


def test_a_track_has_its_player_chapters_captions_words_and_a_way_to_save_it(built: Path) -> None:
    page = _page(built / "pages" / "p-001.html")
    item = next(each for each in catalogue.read(built) if each.file == "p-001.mp3")
    assert isinstance(item, catalogue.Item)

    (audio,) = page.all("audio")
    tracks = {str(each["kind"]): str(each["src"]) for each in page.all("track")}
    cues = webvtt.from_string(base64.b64decode(tracks["captions"].partition("base64,")[2]).decode())
    chapters = webvtt.from_string(base64.b64decode(tracks["chapters"].partition("base64,")[2]).decode())
    jumps = [button["data-at"] for button in page.all("button") if "data-at" in button]

    assert audio["src"] == "../p-001.mp3"
    assert "autoplay" not in audio
    assert [cue.text for cue in cues] == [each.text for each in item.said]
    assert [cue.text for cue in chapters] == [title for _, _, title in item.chapters]
    assert [float(str(jump)) for jump in jumps] == [start / 1000 for start, _, _ in item.chapters]
    for line in ("Good to know", "What is said", "Names are left out on this page.", "3 min"):
        assert line in page.text
    assert any(link.get("download") == "p-001.mp3" and link["href"] == "../p-001.mp3" for link in page.all("a"))
    assert f"Save MP3, {item.size / 1e6:.1f} MB" in page.text


def test_a_track_in_a_folder_finds_its_way(built: Path) -> None:
    page = _page(built / "pages" / "1-first" / "rest.html")

    assert [audio["src"] for audio in page.all("audio")] == ["../../1-first/rest.mp3"]
    assert page.all("a")[0]["href"] == "../../index.html"
    assert ODD_TITLE in page.text
    assert "Never use this while you drive, & <never> with machines." in page.text
    assert not page.all("b")
    assert not page.all("i")


def test_no_name_is_in_any_file_of_the_pages(built: Path) -> None:
    written = [built / "index.html", *(path for path in (built / "pages").rglob("*") if path.is_file())]

    assert len(written) > 10
    for path in written:
        data = path.read_bytes()
        for name in (NAME, TARGET):
            for form in (name, name.lower(), base64.b64encode(name.encode()).decode().rstrip("=")):
                for encoding in ("utf-8", "utf-16-le"):
                    assert form.encode(encoding) not in data, path
        for caption in re.findall(rb"base64,([A-Za-z0-9+/=]+)", data):
            assert TARGET.encode() not in base64.b64decode(caption)


def test_others_can_embed_a_track(built: Path) -> None:
    page = _page(built / "pages" / "p-001.html")
    (link,) = [each for each in page.all("link") if each.get("type") == "application/json+oembed"]
    answer = json.loads((built / "pages" / "p-001.oembed.json").read_text("utf-8"))

    assert link["href"] == "https://example.org/some%20where/pages/p-001.oembed.json"
    assert (answer["version"], answer["type"]) == ("1.0", "rich")
    frame = Read(answer["html"]).all("iframe")[0]
    assert frame["src"] == "https://example.org/some%20where/pages/p-001.html"
    assert frame["title"] == "Loving-kindness (3:00)"
    assert answer["html"] in page.text


def test_building_again_touches_nothing_and_takes_away_what_is_gone(tracks: Path) -> None:
    building.build(tracks)
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in tracks.rglob("*")}
    building.build(tracks)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in tracks.rglob("*")} == before

    for path in tracks.glob("amor*"):
        path.unlink()
    assert building.rebuild(tracks)

    assert not list((tracks / "pages").rglob("amor*"))
    assert "amor" not in (tracks / "index.html").read_text("utf-8")
    assert not list(tracks.glob(".*"))


def test_a_page_of_somebody_else_stays(tracks: Path) -> None:
    (tracks / "index.html").write_text("<p>mine", "utf-8")

    built = building.build(tracks)

    assert built.index == tracks / "library.html"
    assert (tracks / "index.html").read_text("utf-8") == "<p>mine"
    assert _page(tracks / "pages" / "amor.html").all("a")[0]["href"] == "../library.html"
    (tracks / "library.html").write_text("<p>mine too", "utf-8")
    with pytest.raises(OutputError, match="not built here"):
        building.build(tracks)
    assert (tracks / "library.html").read_text("utf-8") == "<p>mine too"


def test_a_folder_of_pages_with_files_of_somebody_else_is_refused(tracks: Path) -> None:
    building.build(tracks)
    (tracks / "pages" / "mine.txt").write_text("mine", "utf-8")

    with pytest.raises(OutputError, match=r"mine\.txt"):
        building.build(tracks)

    assert (tracks / "pages" / "mine.txt").read_text("utf-8") == "mine"
    assert (tracks / "pages" / "amor.html").is_file()


def test_a_track_whose_record_shows_names_has_a_page_only_when_asked(tmp_path: Path) -> None:
    out = tmp_path / "one" / "x.mp3"
    out.parent.mkdir()
    arguments = ["loving-kindness", "--minutes", "2", "--voice", "hum", "--bed", "none", "--name", NAME, "--show-names"]
    assert cli.run(["render", *arguments, "-o", str(out)]) == 0

    with pytest.raises(OutputError, match="shows names"):
        building.build(out.parent)
    building.build(out.parent, show_names=True)

    assert NAME in _page(out.parent / "pages" / "x.html").text


def test_names_that_are_shown_for_once_go_with_the_next_building(tracks: Path) -> None:
    """And nameless pages are of those tracks alone in which nobody is named."""
    building.build(tracks, nameless=True, names_now=True)
    assert (tracks / "pages" / "p-001.html").is_file()

    assert building.rebuild(tracks)

    pages = {path.relative_to(tracks / "pages").as_posix() for path in (tracks / "pages").rglob("*.html")}
    assert pages == {"1-first/rest.html", "amor.html", "breath.html"}
    assert "p-001" not in (tracks / "index.html").read_text("utf-8")


def test_pages_go_when_no_track_is_left_for_them(tracks: Path) -> None:
    """Even where there are tracks, as long as none of them may be shown."""
    for path in [*tracks.glob("amor*"), *tracks.glob("breath*"), tracks / "1-first"]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    building.build(tracks, nameless=True, names_now=True)

    assert building.rebuild(tracks)

    assert not (tracks / "pages").exists()
    assert not (tracks / "index.html").exists()
    assert (tracks / "p-001.mp3").is_file()


def test_only_what_was_built_goes(tracks: Path) -> None:
    """Not an index that has become somebody's own, nor what lies elsewhere, whatever is written in the folder."""
    building.build(tracks)
    (tracks / "index.html").write_text("<p>mine", "utf-8")
    (tracks.parent / "mine.txt").write_text("mine", "utf-8")
    made = tracks / "pages" / "library.json"
    told = json.loads(made.read_text("utf-8"))
    made.write_text(json.dumps(told | {"files": [*told["files"], "../../mine.txt"]}), "utf-8")

    building.remove(tracks)

    assert not (tracks / "pages").exists()
    assert (tracks / "index.html").read_text("utf-8") == "<p>mine"
    assert (tracks.parent / "mine.txt").is_file()


def test_what_is_in_the_way_of_pages_is_told_without_an_option_that_there_is_not(tracks: Path) -> None:
    (tracks / "pages").write_text("mine", "utf-8")

    with pytest.raises(OutputError, match="is a file") as raised:
        building.build(tracks)

    assert "-o" not in raised.value.hint


def test_the_pages_speak_the_language_of_most_tracks_or_the_one_asked_for(tracks: Path) -> None:
    building.build(tracks)
    assert _page(tracks / "index.html").all("html")[0]["lang"] == "en"

    building.build(tracks, language="es")

    page = _page(tracks / "index.html")
    assert page.all("html")[0]["lang"] == "es"
    assert "5 pistas" in page.text
    assert "Lo que se dice" in _page(tracks / "pages" / "amor.html").text
    with pytest.raises(RequestError, match="xx"):
        building.build(tracks, language="xx")


def test_the_command_tells_what_it_built_and_what_not(tracks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tracks / "bad.mp3").write_bytes(b"no")
    capsys.readouterr()

    code = cli.run(["library", "build", str(tracks), "--title", "Ours <i>", "--json"])

    out, err = capsys.readouterr()
    assert code == 8
    assert json.loads(out)["count"] == 5
    assert "Left out: bad.mp3" in err
    assert "Ours <i>" in _page(tracks / "index.html").text


@pytest.mark.parametrize("made", [lambda path: None, lambda path: path.mkdir()])
def test_a_folder_without_tracks_is_refused(tmp_path: Path, made: object, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "empty"
    made(folder)  # type: ignore[operator]
    capsys.readouterr()

    assert cli.run(["library", "build", str(folder)]) == 7

    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 2
    assert not folder.exists() or not list(folder.iterdir())


def test_stopping_a_build_leaves_the_earlier_pages(tracks: Path) -> None:
    building.build(tracks)
    before = {path: path.read_bytes() for path in tracks.rglob("*") if path.is_file()}
    stop = f"""
import sys
from pathlib import Path
from mettavox.site import building
def heard(count):
    if count == 3:
        raise KeyboardInterrupt
try:
    building.build(Path({str(tracks)!r}), title="other", progress=heard)
except KeyboardInterrupt:
    sys.exit(130)
"""

    done = subprocess.run([sys.executable, "-c", stop], check=False, timeout=120)

    assert done.returncode == 130
    assert {path: path.read_bytes() for path in tracks.rglob("*") if path.is_file()} == before
