"""The studio's voices: heard, fetched with every care, tuned and removed; and only what is asked for uses a network."""

import io
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile
from studios import NAME, Answer, Studio, until

from mettavox import assets, tuning, voices
from mettavox.engines import table
from mettavox.voice import Voice
from recorded import hummed, keep
from test_voicestore import DATA, Server, left, profile, server

__all__ = ["profile", "server"]  # fixtures

Profile = Callable[..., Voice]
MARKUP = "<script>7</script>{{ 7*7 }}{% raw %}"


def events(answer: Answer) -> list[list[str]]:
    return [each.removeprefix("data: ").split("\t") for each in answer.text.strip().split("\n\n")]


def settled(studio: Studio, name: str) -> str:
    """The page of a voice, once nothing more becomes of it."""
    return until(lambda: studio.get(f"voices/{name}").text, lambda text: "data-events" not in text)


def frames(answer: Answer) -> int:
    assert answer.headers["content-type"] == "audio/wav", answer.text
    return int(soundfile.info(io.BytesIO(answer.body)).frames)


# --- looking and listening ---


def test_every_voice_is_there_with_its_terms_and_what_is_missing(studio: Studio) -> None:
    page = studio.get("voices").text
    cards = {re.search(r"voices/([\w-]+)", each)[1]: each for each in page.split('<li class="voice')[1:]}  # type: ignore[index]
    assert {"amy", "kokoro-heart", "system", "system-es"} <= set(cards)
    assert "hum" not in cards  # for tests
    assert "usual voice" in cards["system"] and "Hear it" in cards["system"]
    assert "Get it, 354 MB" in cards["kokoro-heart"] and "Hear it" not in cards["kokoro-heart"]
    assert "Not for commercial use" in cards["hfc"]
    assert "{{" not in page and "None" not in page
    for lang, words in (("es", "Voces en español"), ("en", "Spanish voices")):
        assert words in studio.get(f"voices?lang={lang}").text


def test_a_text_of_ones_own_is_heard_and_nothing_is_kept(studio: Studio, own_folders: Path) -> None:
    fields = {"text": f"{NAME} rests. All is well.", "voice": "hum"}
    usual = frames(studio.post("voices/hear", fields))
    slower = frames(studio.post("voices/hear", {**fields, "rate": "0.5", "pauses": "2"}))
    assert slower > usual * 1.3
    assert [each for each in own_folders.rglob("*") if each.is_file()] == []


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"text": ""}, {"text": MARKUP}, {"voice": MARKUP}, {"voice": ""}, {"voice": "../hum"}, {"voice": "hum\0"},
        {"voice": "/etc/passwd"}, {"voice": "amy"}, {"text": "x" * 5000}, {"rate": "nan"}, {"rate": "9e99"},
        {"pauses": MARKUP}, {"pitch": "50"},
    ],
)  # fmt: skip
def test_what_cannot_be_heard_is_told(studio: Studio, fields: dict[str, str]) -> None:
    fields = {"voice": "hum", "text": "x", **fields} if fields else {}
    as_page, as_json = studio.post("voices/hear", fields), studio.post("voices/hear", {**fields, "json": "1"})
    assert as_page.status == as_json.status == 422
    assert as_json.json()["message"]
    assert "<script>7" not in as_page.text and "Traceback" not in as_page.text
    assert "--" not in as_json.json()["message"]  # no option of a command line


def test_a_voice_that_is_recorded_says_its_own_lines_and_is_removed_with_care(studio: Studio) -> None:
    voice = keep("mine", {"May I rest.": hummed("May I rest.")})
    page = studio.get("voices/mine").text
    assert "<option>May I rest.</option>" in page
    assert frames(studio.post("voices/hear", {"voice": "mine", "text": "May I rest."})) > 10_000
    assert "nothing can bring them back" in studio.get("voices/mine/remove").text
    assert Path(voice.folder).exists()
    assert studio.post("voices/mine/remove").headers["location"].endswith("voices?done=removed")
    assert not Path(voice.folder).exists()
    assert studio.get("voices/mine").status == 404


# --- having it here ---


def test_nothing_is_fetched_before_it_was_said_what_and_from_where(
    studio: Studio, profile: Profile, server: Server
) -> None:
    profile()
    assert "Get it, 1.0 MB" in studio.get("voices/mine").text
    offer = studio.get("voices/mine/install").text
    assert "127.0.0.1" in offer and "1.0 MB" in offer and "only thing in the studio that uses the internet" in offer
    assert studio.post("voices/mine/install").headers["location"].endswith("/voices/mine/install")
    assert server.asked == []
    assert studio.post("voices/mine/install", {"sure": "yes"}).headers["location"].endswith("/voices/mine")
    assert "mine is here and can speak" in settled(studio, "mine")
    assert not voices.missing(voices.load("mine"))
    assert events(studio.get("voices/mine/progress"))[-1] == ["made", "1.00", "1.0 MB of 1.0 MB are here"]
    assert frames(studio.post("voices/hear", {"voice": "mine", "text": "May I rest."})) > 10_000


def test_one_that_is_stopped_keeps_what_came_and_goes_on(studio: Studio, profile: Profile, server: Server) -> None:
    voice = profile()
    server.stall = threading.Event()
    studio.post("voices/mine/install", {"sure": "yes"})
    studio.post("voices/mine/install", {"sure": "yes"})  # from another tab
    part = Path(voice.folder) / "model.onnx.part"
    until(lambda: part.exists() and part.stat().st_size, lambda size: size > 100_000)
    assert "data-events" in studio.get("voices/mine").text
    assert "On its way" in studio.get("voices").text
    assert studio.post("voices/mine/cancel").status == 303
    page = studio.get("voices/mine").text
    assert "data-events" not in page and "goes on from there" in page
    server.stall.set()
    server.stall = None
    until(threading.enumerate, lambda threads: "installs" not in {each.name for each in threads})
    assert left(voice) == {"model.onnx.part"}
    studio.post("voices/mine/install", {"sure": "yes"})
    assert "is here" in settled(studio, "mine")
    assert [wanted for path, wanted, _ in server.asked if path.endswith("model.onnx")] == ["", "bytes=524288-"]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"status": 503}, "answered 503"),
        ({"cut_at": 1000}, "cut short"),
        ({"files": {name: bytes(len(data)) for name, data in DATA.items()}}, "not the file that is pinned"),
        ({"redirect": "http://example.org"}, "not safe"),
    ],
)
def test_what_goes_wrong_on_the_way_is_told_kindly(
    studio: Studio, profile: Profile, server: Server, how: dict[str, Any], words: str
) -> None:
    voice = profile()
    vars(server).update(how)
    studio.post("voices/mine/install", {"sure": "yes"})
    page = settled(studio, "mine")
    assert words in page and "Try again later" in page
    assert not set(left(voice)) & set(DATA)
    assert events(studio.get("voices/mine/progress"))[-1][0] == "failed"


def test_a_disk_that_refuses_is_told(studio: Studio, profile: Profile) -> None:
    Path(profile().folder).write_text("a file")
    studio.post("voices/mine/install", {"sure": "yes"})
    assert "Free some space" in settled(studio, "mine")


def test_from_a_folder_only_the_right_files_are_taken(studio: Studio, profile: Profile, own_folders: Path) -> None:
    voice, folder = profile(base=""), own_folders / "Downloads"
    folder.mkdir()
    assert "no address on the internet is known" in studio.get("voices/mine/install").text
    assert studio.post("voices/mine/install", {"sure": "yes"}).headers["location"].endswith("/install")
    (folder / "model.onnx").write_bytes(DATA["model.onnx"])
    lacking = studio.post("voices/mine/install", {"source": "~/Downloads"})
    assert lacking.status == 422
    assert "has no model.json" in lacking.text and 'value="~/Downloads"' in lacking.text
    (folder / "model.json").write_bytes(b"x" * len(DATA["model.json"]))
    studio.post("voices/mine/install", {"source": "~/Downloads"})
    assert "not the file that is pinned" in settled(studio, "mine")
    (folder / "model.json").write_bytes(DATA["model.json"])
    studio.post("voices/mine/install", {"source": "~/Downloads"})
    assert "is here" in settled(studio, "mine")
    assert left(voice) == set(DATA)


@pytest.mark.parametrize(
    "source",
    ["", "Downloads", "../x", "~/../../etc", "/etc", "/proc/self", "/dev", "~/.ssh", "~/a\0b", MARKUP, "x" * 9999],
)
def test_no_path_leads_elsewhere(studio: Studio, profile: Profile, source: str) -> None:
    profile(base="")
    answer = studio.post("voices/mine/install", {"source": source})
    assert answer.status == 422
    assert "<script>7" not in answer.text and "root:" not in answer.text


def test_a_link_to_a_folder_of_the_system_is_none_to_read(studio: Studio, profile: Profile, own_folders: Path) -> None:
    profile(base="")
    (own_folders / "mine").symlink_to("/etc")
    assert studio.post("voices/mine/install", {"source": "~/mine"}).status == 422


def test_what_an_engine_needs_is_told(studio: Studio, profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = profile()
    Path(voice.folder).mkdir()
    for name, data in DATA.items():
        (Path(voice.folder) / name).write_bytes(data)
    monkeypatch.setattr(table, "lacks", lambda engine: "'mettavox[onnx]'")
    page = studio.get("voices/mine").text
    assert "pip install &#39;mettavox[onnx]&#39;" in page and "Keep it so" not in page


def test_a_voice_is_removed_once_that_was_confirmed(studio: Studio, profile: Profile) -> None:
    voice, other = profile("mine", store="shed"), profile("other", store="shed")
    studio.post("voices/mine/install", {"sure": "yes"})
    settled(studio, "mine")
    asked = studio.get("voices/mine/remove").text
    assert "other" in asked and left(voice) == set(DATA)
    assert studio.post("voices/mine/remove").headers["location"].endswith("voices/mine?done=removed")
    assert not Path(other.folder).exists()
    assert "It was removed" in studio.get("voices/mine?done=removed").text
    assert studio.post("voices/mine/remove").status == 404
    assert studio.get("voices/system/remove").status == 404


# --- tuning ---


def test_a_voice_is_tuned_kept_and_as_it_came_again(studio: Studio) -> None:
    assert studio.post("voices/hum/tune", {"rate": "0.8", "pauses": "1.5"}).headers["location"].endswith("done=kept")
    assert (tuning.dials("hum").rate, tuning.dials("hum").pauses) == (0.8, 1.5)
    page = studio.get("voices/hum?done=kept").text
    assert "set by you" in page and "From now on it speaks so" in page
    again = studio.post("voices/hum/tune", {"rate": "0.8", "pauses": "1.5", "text": "x", "voice": "hum"})
    assert again.headers["location"].endswith("done=same")
    assert studio.post("voices/hum/reset").headers["location"].endswith("done=reset")
    assert not (assets.own_folder("voices") / "hum.toml").exists()
    assert "was not tuned" in studio.post("voices/hum/reset").text


@pytest.mark.parametrize(
    "fields", [{"rate": "3"}, {"pauses": "0"}, {"rate": MARKUP}, {"pitch": "20"}, {"pauses": "-inf"}]
)
def test_what_cannot_be_kept_changes_nothing(studio: Studio, fields: dict[str, str]) -> None:
    refused = studio.post("voices/hum/tune", fields)
    assert refused.status == 422
    assert "<script>7" not in refused.text
    assert not (assets.own_folder("voices") / "hum.toml").exists()


def test_a_name_that_is_none_has_no_page_and_markup_in_a_profile_is_text(studio: Studio, profile: Profile) -> None:
    for name in ("nobody", "..", "..%2f..%2fetc%2fpasswd", "hum%00", "calm", "%3Cscript%3E"):
        for path in (f"voices/{name}", f"voices/{name}/install", f"voices/{name}/remove"):
            assert studio.get(path).status == 404, path
        for path in ("install", "remove", "tune", "reset"):
            assert studio.post(f"voices/{name}/{path}").status == 404
    profile()
    path = assets.own_folder("voices") / "mine.toml"
    path.write_text(path.read_text("utf-8").replace('label = "mine"', f'label = "{MARKUP}"'), "utf-8")
    for page in (studio.get("voices"), studio.get("voices/mine"), studio.get("voices/mine/install")):
        assert "&lt;script&gt;7" in page.text and "<script>7" not in page.text and "{{ 7*7 }}" in page.text


def test_both_languages_have_the_same_words() -> None:
    from mettavox.studio import wording

    def keys(table: Any) -> Any:
        return {key: keys(value) for key, value in table.items()} if isinstance(table, dict) else type(table)

    for area in ("voices", "settings"):
        english, spanish = (dict(wording.words(tag, area)) for tag in wording.LANGUAGES)
        assert keys(english) == keys(spanish)
        places = [{key: str(value).count("{") for key, value in table.items()} for table in (english, spanish)]
        assert places[0] == places[1]
