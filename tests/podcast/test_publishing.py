"""A podcast: episodes that stay what they are for ever, whatever becomes of the folder around them."""

import functools
import json
import os
import sys
import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from PIL import Image

from mettavox.errors import OutputError, RequestError, ScriptError
from mettavox.podcast import artwork, publishing
from mettavox.podcast.publishing import Published
from mettavox.site import building
from published_tracks import NAMES, channel, guids, items, of, remove, text, track

URL = "https://example.org/meditations"


DRAWN = functools.cache(artwork.draw)


@pytest.fixture(autouse=True)
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same title has the same picture, and it takes longer than all the rest."""
    monkeypatch.setattr(artwork, "draw", DRAWN)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three tracks, one of them in a folder of its own."""
    for path in ("a.mp3", "b c.mp3", "more/a.mp3"):
        track(tmp_path, path, title=f"Track {path}")
    return tmp_path


def publish(folder: Path, url: str = URL, **options: object) -> Published:
    return publishing.publish(folder, url, **options)  # type: ignore[arg-type]


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file that a run writes."""
    return {
        each.name: each.read_bytes()
        for each in folder.iterdir()
        if each.is_file() and not each.stem.startswith(("a", "b"))
    }


def item_texts(feed: Path) -> dict[str, str]:
    """The bytes of each episode by its title."""
    parts = feed.read_text("utf-8").split("<item>")[1:]
    return {part.split("<title>")[1].split("</title>")[0]: part.split("</item>")[0] for part in parts}


# --- what is in it ---


def test_every_track_is_an_episode(folder: Path) -> None:
    """With the address, the exact size and the type of its file, and all that lies beside it."""
    made = publish(folder)
    assert made.episodes == ("a.mp3", "b c.mp3", "more/a.mp3")
    found = {of(each, "enclosure", "url"): each for each in items(made.path)}
    assert set(found) == {f"{URL}/a.mp3", f"{URL}/b%20c.mp3", f"{URL}/more/a.mp3"}
    item = found[f"{URL}/b%20c.mp3"]
    assert text(item, "title") == "Track b c.mp3"
    assert int(of(item, "enclosure", "length")) == (folder / "b c.mp3").stat().st_size
    assert of(item, "enclosure", "type") == "audio/mpeg"
    assert text(item, "link") == f"{URL}/pages/b%20c.html"
    assert text(item, "itunes:duration") == "45"
    assert of(item, "itunes:image", "href") == f"{URL}/b%20c.jpg"
    captions = {each.attrib["type"]: each.attrib["url"] for each in item.findall("podcast:transcript", NAMES)}
    assert captions == {"text/vtt": f"{URL}/b%20c.vtt", "application/x-subrip": f"{URL}/b%20c.srt"}
    assert of(item, "podcast:chapters", "url") == f"{URL}/b%20c.chapters.json"
    assert [each.attrib["title"] for each in item.findall("psc:chapters/*", NAMES)] == ["Welcome", "Settle", "Close"]
    taste = item.find("podcast:soundbite", NAMES)
    assert taste is not None
    assert taste.text == "Settle"
    assert 15 <= float(taste.attrib["duration"]) <= 45
    notes = text(item, "description")
    assert notes.startswith("To sit for a minute.")
    assert "– Never use this while you drive" in notes
    assert "\n00:00:00 Welcome\n" in notes
    assert "synthetic" in notes


def test_an_address_alone_makes_a_show(folder: Path) -> None:
    """With all that directories ask for."""
    made = publish(folder)
    show = channel(made.path)
    assert of(show, "atom:link", "href") == made.url == f"{URL}/feed.xml"
    assert text(show, "title") == "Guided meditations"
    assert text(show, "description")
    assert text(show, "language") == "en"
    assert text(show, "link") == f"{URL}/"
    assert [each.attrib["text"] for each in show.iter(f"{{{NAMES['itunes']}}}category")] == [
        "Health & Fitness",
        "Mental Health",
    ]
    assert text(show, "itunes:explicit") == "false"
    assert text(show, "itunes:author") == "mettavox"
    assert text(show, "podcast:txt") == "true"
    picture = of(show, "itunes:image", "href")
    assert picture == f"{URL}/{made.artwork.name}"
    with Image.open(made.artwork) as opened:
        assert opened.size == (3000, 3000)


def test_a_description_is_taken(folder: Path) -> None:
    """From the folder itself, or from another file, which goes before it."""
    (folder / "podcast.toml").write_text('title = "Ours"\nlanguage = "en-GB"\nemail = "care@example.org"')
    assert publish(folder).title == "Ours"
    show = channel(folder / "feed.xml")
    assert (text(show, "language"), text(show, "podcast:locked")) == ("en-GB", "yes")
    other = folder / "other.toml"
    other.write_text('title = "Theirs"\n[[person]]\nname = "Ana"')
    assert publish(folder, described=other).title == "Theirs"
    assert text(channel(folder / "feed.xml"), "podcast:person") == "Ana"
    other.write_text("title = 5")
    before = bytes_of(folder)
    with pytest.raises(ScriptError, match="title"):
        publish(folder, described=other)
    assert bytes_of(folder) == before


def test_a_person_who_speaks_is_named_with_the_shows_people(tmp_path: Path) -> None:
    """What an episode says of people goes in the place of what the show says; and nothing there is synthetic."""
    table = {"id": "ana", "label": "Ana B.", "engine": "recorded", "hash": "0" * 64}
    track(tmp_path, "a.mp3", voice=table)
    (tmp_path / "podcast.toml").write_text('[[person]]\nname = "Bo"\nrole = "host"')
    (item,) = items(publish(tmp_path).path)
    found = [(each.text, each.attrib["role"]) for each in item.findall("podcast:person", NAMES)]
    assert found == [("Bo", "host"), ("Ana B.", "narrator")]
    assert item.findall("podcast:txt", NAMES) == channel(tmp_path / "feed.xml").findall("podcast:txt", NAMES) == []


def test_a_course_has_its_seasons(folder: Path) -> None:
    """A session is one, its tracks are numbered, and apps begin with the first; other tracks come after it."""
    course = {"title": "Care", "language": "en", "sessions": [
        {"title": "Begin <1>", "tracks": [{"file": "more/a.mp3"}, {"file": "b c.mp3"}]},
        {"title": "Go on", "tracks": [{"file": "none.mp3"}]},
    ]}  # fmt: skip
    (folder / "course.json").write_text(json.dumps(course))
    made = publish(folder)
    assert made.episodes == ("more/a.mp3", "b c.mp3", "a.mp3")
    show = channel(made.path)
    assert (text(show, "title"), text(show, "itunes:type")) == ("Care", "serial")
    other, second, first = items(made.path)
    assert of(first, "enclosure", "url") == f"{URL}/more/a.mp3"
    told = [(text(each, "itunes:season"), text(each, "itunes:episode")) for each in (first, second)]
    assert told == [("1", "1"), ("1", "2")]
    assert of(first, "podcast:season", "name") == "Begin <1>"
    assert other.find("itunes:season", NAMES) is None


@pytest.mark.parametrize(
    "title", ["x" * 4000, "<&]]>" * 800, "🧘🏽‍♀️" * 1000, "שלום " * 800], ids=["x", "xml", "emoji", "rtl"]
)
def test_a_title_of_any_length(tmp_path: Path, title: str) -> None:
    """It is cut to what apps take; the show notes begin with the whole, as far as there is room."""
    track(tmp_path, "a.mp3", title=title)
    (item,) = items(publish(tmp_path).path)
    shown = text(item, "title")
    assert len(shown) <= 255
    assert title.startswith(shown.removesuffix("…"))
    notes = text(item, "description")
    assert len(notes.encode()) <= 4000
    assert notes.startswith(title[:1000])
    assert "00:00:00 Welcome" in notes
    assert notes.endswith("Made with mettavox.")


# --- for ever ---


def test_nothing_new_changes_no_byte(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a file's time, so that nobody fetches it again."""
    publish(folder)
    before = {each: each.stat().st_mtime_ns for each in folder.iterdir()}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "4000000000")
    again = publish(folder)
    assert (again.new, again.changed, again.gone) == ((), (), ())
    assert {each: each.stat().st_mtime_ns for each in folder.iterdir()} == before


def test_a_new_track_is_a_new_episode(folder: Path) -> None:
    """The first one; the others keep their bytes."""
    publish(folder)
    before, dates = item_texts(folder / "feed.xml"), [text(each, "pubDate") for each in items(folder / "feed.xml")]
    track(folder, "aaa.mp3", title="New")
    made = publish(folder)
    assert made.new == ("aaa.mp3",)
    after = item_texts(folder / "feed.xml")
    assert after.pop("New")
    assert after == before
    found = items(folder / "feed.xml")
    assert text(found[0], "title") == "New"
    assert [text(each, "pubDate") for each in found[1:]] == dates
    when = [parsedate_to_datetime(text(each, "pubDate")) for each in found]
    assert when == sorted(set(when), reverse=True)


def test_a_changed_track_is_the_same_episode(folder: Path) -> None:
    """With its id and its date."""
    publish(folder)
    before = {text(each, "guid"): text(each, "pubDate") for each in items(folder / "feed.xml")}
    others = item_texts(folder / "feed.xml")
    track(folder, "a.mp3", title="Better")
    made = publish(folder)
    assert (made.new, made.changed) == ((), ("a.mp3",))
    assert {text(each, "guid"): text(each, "pubDate") for each in items(folder / "feed.xml")} == before
    after = item_texts(folder / "feed.xml")
    assert after.pop("Better")
    assert after == {title: each for title, each in others.items() if title != "Track a.mp3"}


def test_a_track_that_comes_back_is_the_same_episode(folder: Path) -> None:
    """While it is away, nothing of it is in the feed, nor its words in what is kept."""
    publish(folder)
    before = item_texts(folder / "feed.xml")
    remove(folder, "b c.mp3")
    made = publish(folder)
    assert made.gone == ("b c.mp3",)
    assert "b%20c" not in (folder / "feed.xml").read_text()
    assert "b c" not in (folder / "podcast.json").read_text()
    assert publish(folder).gone == ()
    track(folder, "b c.mp3", title="Track b c.mp3")
    assert publish(folder).new == ("b c.mp3",)
    assert item_texts(folder / "feed.xml") == before


def test_ids_outlive_the_address(folder: Path) -> None:
    """A show that moves stays the show that apps know."""
    first = publish(folder)
    before = guids(first.path)
    moved = publish(folder, "https://other.example/")
    assert moved.guid == first.guid == text(channel(moved.path), "podcast:guid")
    assert guids(moved.path) == before
    assert all(of(each, "enclosure", "url").startswith("https://other.example/") for each in items(moved.path))
    assert publish(folder, name="show.rss").guid == first.guid


def test_dates_are_apart_and_in_order(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last new track is published now; and later ones later, even when the clock was put back."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    publish(folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    track(folder, "z.mp3")
    publish(folder)
    when = [
        parsedate_to_datetime(text(each, "pubDate")).timestamp() - 1_800_000_000 for each in items(folder / "feed.xml")
    ]
    assert when == [1, 0, -1, -2]
    assert parsedate_to_datetime(text(channel(folder / "feed.xml"), "pubDate")) == datetime.fromtimestamp(
        1_800_000_001, UTC
    )


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In another folder, at the same time."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    made = []
    for name in ("one", "two"):
        track(tmp_path / name, "a.mp3")
        publish(tmp_path / name)
        made.append(bytes_of(tmp_path / name))
    assert made[0] == made[1]


def test_new_artwork_has_a_new_address(folder: Path) -> None:
    """Since apps and directories keep what they have of the old one."""
    first = publish(folder)
    Image.new("RGB", (1400, 1400)).save(folder / "mine.png")
    (folder / "podcast.toml").write_text('artwork = "mine.png"')
    own = publish(folder)
    assert own.artwork.read_bytes() == (folder / "mine.png").read_bytes()
    assert own.artwork.name != first.artwork.name
    assert of(channel(own.path), "itunes:image", "href") == f"{URL}/{own.artwork.name}"
    Image.new("RGB", (1400, 1400), "red").save(folder / "mine.png")
    assert publish(folder).artwork.name not in (own.artwork.name, first.artwork.name)
    (folder / "podcast.toml").unlink()
    first.artwork.write_bytes(b"damaged")
    assert publish(folder).artwork.name == first.artwork.name
    with Image.open(first.artwork) as picture:
        assert picture.size == (3000, 3000)


def test_two_runs_at_once_do_no_harm(folder: Path) -> None:
    """One after the other: whatever each finds, no id is given twice."""
    for number in range(4):
        track(folder, f"n{number}.mp3")
    errors = []

    def run() -> None:
        try:
            publish(folder)
        except Exception as error:  # told by the thread that waits
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []
    before = guids(folder / "feed.xml")
    assert len(set(before.values())) == 7
    assert publish(folder).new == ()
    assert guids(folder / "feed.xml") == before
    assert not list(folder.glob(".*"))


# --- what is kept of it ---


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: text.replace("a.mp3", "x.mp3"),
        lambda text: text.replace('"seal"', '"seel"'),
        lambda text: text.replace("2", "3", 1),
    ],
)
def test_damage_never_makes_new_ids(folder: Path, damage: object) -> None:
    """It is told, and nothing is written."""
    publish(folder)
    kept = folder / "podcast.json"
    kept.write_text(damage(kept.read_text("utf-8")), "utf-8")  # type: ignore[operator]
    before = bytes_of(folder)
    with pytest.raises(OutputError, match=r"podcast\.json.* is damaged") as raised:
        publish(folder)
    assert "from a copy" in raised.value.hint
    assert bytes_of(folder) == before


def test_a_feed_without_what_is_kept_is_no_new_one(folder: Path) -> None:
    """Somebody else's, or ours whose file was lost."""
    publish(folder)
    (folder / "podcast.json").unlink()
    with pytest.raises(OutputError, match=r"feed\.xml.* is there"):
        publish(folder)
    assert publish(folder, name="other.xml").new


def test_a_track_that_has_the_name_is_told(tmp_path: Path) -> None:
    """Its record would be where a feed keeps what it has published."""
    track(tmp_path, "podcast.mp3")
    before = (tmp_path / "podcast.json").read_bytes()
    with pytest.raises(OutputError, match="record of a track"):
        publish(tmp_path)
    assert (tmp_path / "podcast.json").read_bytes() == before


# --- what stays out of it ---


def test_a_person_stays_out(folder: Path) -> None:
    """With what is beside the track, and a track of which nobody can tell; until names are to be shown."""
    track(folder, "named.mp3", name="Zebedee")
    remove(folder, "a.mp3")
    track(folder, "a.mp3")
    (folder / "a.json").unlink()
    made = publish(folder)
    assert (made.named, made.unknown) == (("named.mp3",), ("a.mp3",))
    assert made.episodes == ("b c.mp3", "more/a.mp3")
    for path, content in bytes_of(folder).items():
        if path in ("feed.xml", "podcast.json"):
            assert b"named.mp3" not in content
            assert b"Zebedee" not in content
    shown = publish(folder, show_names=True)
    assert (shown.named, shown.unknown) == ((), ())
    assert set(shown.new) == {"named.mp3", "a.mp3"}
    hidden = publish(folder)
    assert set(hidden.gone) == {"named.mp3", "a.mp3"}
    assert "A quiet minute" not in (folder / "podcast.json").read_text()


def test_pages_are_of_the_episodes_alone(folder: Path) -> None:
    """What the feed leaves out has none, also when it was in it before; and they have the show's title of today."""
    track(folder, "named.mp3", name="Zebedee")
    publish(folder)
    assert not (folder / "pages" / "named.html").exists()
    publish(folder, show_names=True)
    assert (folder / "pages" / "named.html").is_file()
    (folder / "podcast.toml").write_text('title = "A later title"\n')
    publish(folder)
    assert not (folder / "pages" / "named.html").exists()
    index = (folder / "index.html").read_text("utf-8")
    assert "named" not in index
    assert "<h1>A later title</h1>" in index


def test_pages_that_were_built_by_themselves_stay_as_they_were_asked_for(folder: Path) -> None:
    """With all tracks, and names no longer than the feed shows them."""
    track(folder, "named.mp3", name="Zebedee")
    building.build(folder, title="Ours")
    publish(folder, show_names=True)
    publish(folder)
    assert (folder / "pages" / "named.html").is_file()
    assert "<h1>Ours</h1>" in (folder / "index.html").read_text("utf-8")
    assert not building.asked(folder)["show_names"]


def test_a_file_that_is_no_feed_of_ours_is_not_written_over(folder: Path) -> None:
    """However it is called, and also after the first run."""
    publish(folder)
    (folder / "sitemap.xml").write_text("<urlset/>")
    with pytest.raises(OutputError, match="not the feed of this folder"):
        publish(folder, name="sitemap.xml")
    assert (folder / "sitemap.xml").read_text() == "<urlset/>"
    assert publish(folder).path == folder / "feed.xml"


def test_when_nothing_is_left_nothing_is_written(tmp_path: Path) -> None:
    """And why is told, in numbers."""
    with pytest.raises(RequestError, match="no track in that folder"):
        publish(tmp_path)
    track(tmp_path, "a.mp3", name="Zebedee")
    with pytest.raises(RequestError, match="1 with words of a person") as raised:
        publish(tmp_path)
    assert "--show-names" in raised.value.hint
    (tmp_path / "b.mp3").write_bytes(b"no sound")
    with pytest.raises(RequestError, match="1 that cannot be read"):
        publish(tmp_path)
    assert not (tmp_path / "feed.xml").exists()


def test_a_damaged_track_does_not_stop_the_others(folder: Path) -> None:
    """It is told, with why."""
    (folder / "a.mp3").write_bytes((folder / "a.mp3").read_bytes()[:1000])
    (folder / "more" / "a.json").write_text("{}")
    made = publish(folder)
    assert made.episodes == ("b c.mp3",)
    assert [each.file for each in made.damaged] == ["a.mp3", "more/a.mp3"]
    assert all(each.why for each in made.damaged)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
def test_a_name_that_is_no_text_is_told(folder: Path) -> None:
    """It could not be an address, and not be shown either."""
    for suffix in (".mp3", ".json"):
        (folder / f"a{suffix}").rename(folder / os.fsdecode(b"a\xff" + suffix.encode()))
    (told,) = publish(folder).damaged
    assert told.file == "a?.mp3"
    assert told.why


def test_private_stays_private(folder: Path) -> None:
    """Until somebody says otherwise: a feed that is listed once cannot be called back."""
    assert not publish(folder).private
    assert channel(folder / "feed.xml").find("itunes:block", NAMES) is None
    assert publish(folder, private=True).private
    assert publish(folder).private
    show = channel(folder / "feed.xml")
    assert (text(show, "itunes:block"), text(show, "podcast:block")) == ("yes", "yes")
    assert not publish(folder, private=False).private
    (folder / "podcast.toml").write_text("private = true")
    assert publish(folder).private


def test_what_a_person_should_know_is_told(folder: Path) -> None:
    """That an address is open, and that the artwork lacks letters."""
    (folder / "podcast.toml").write_text('title = "שלום"')
    notes = publish(folder, "http://example.org").notes
    assert ["encryption" in notes[0], "artwork" in notes[1], len(notes)] == [True, True, 2]
    assert (folder / "pages").is_dir()
    assert 'href="feed.xml"' in (folder / "index.html").read_text("utf-8")
    for item in ("a", "b c", "more/a"):
        page = folder / "pages" / f"{item}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("")
    (folder / "podcast.toml").unlink()
    assert publish(folder, "http://localhost:8000").notes == ()


@pytest.mark.parametrize(
    "name", ["", "feed", "../feed.xml", "a/feed.xml", ".feed.xml", "feed.json", "a\n.xml", "x" * 100 + ".xml"]
)
def test_a_feed_has_a_files_name(folder: Path, name: str) -> None:
    """And lies in the folder."""
    with pytest.raises(RequestError, match="not that of a file"):
        publish(folder, name=name)


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """It is told."""
    with pytest.raises(OutputError, match="There is no folder"):
        publish(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []
