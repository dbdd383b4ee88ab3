"""Places: which folders a person may name on a page, and which nobody may."""

import stat
import sys
import threading
from pathlib import Path

import pytest

import mettavox
from mettavox import assets
from mettavox.errors import MettavoxError, OutputError, RequestError
from mettavox.studio import places
from mettavox.studio.preferences import Chosen, Preferences

FORBIDDEN = (
    "", "   ", "output", "./output", "../output", "~other/x", "~/../x", "/tmp/../etc", "/", "/etc", "/etc/cron.d",
    "/usr/share", "/var/lib/x", "/dev/shm", "/proc/self", "/bin", "/sys", "/run/user", "~/.ssh", "~/.config/x",
    "~/a/.b/c", "/tmp/.x", "/tmp/a\0b", "/tmp/a\nb", "/tmp/\u202e", "x" * 2000, "/" + "x" * 2000, "~/" + "ñ" * 200,
)  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="paths of Linux and macOS")
@pytest.mark.parametrize("text", FORBIDDEN)
def test_no_folder_of_the_system_a_hidden_one_or_half_a_path(text: str) -> None:
    for ask in (places.for_tracks, places.to_read):
        with pytest.raises(RequestError) as refused:
            ask(text)
        assert refused.value.hint


def test_no_folder_of_the_program() -> None:
    for folder in (Path(mettavox.__file__).parent, Path(str(assets.bundled("voices"))), assets.own_folder("voices"),
                   assets.cache_folder() / "clips", assets.state_folder(), Path(sys.prefix) / "x"):  # fmt: skip
        with pytest.raises(RequestError):
            places.for_tracks(str(folder))
        assert not (folder / "output").exists()


def test_links_count_as_what_they_lead_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    for name in ("link", "link/x", "round"):
        with pytest.raises(MettavoxError):
            places.for_tracks(str(tmp_path / name))


def test_a_good_folder_is_made_and_can_be_written(tmp_path: Path, own_folders: Path) -> None:
    made = places.for_tracks(f"  {tmp_path / 'My tracks' / 'ñ'} ")
    assert made.is_dir()
    assert list(made.iterdir()) == []
    assert places.for_tracks("~/Meditations") == (own_folders / "Meditations").resolve()
    assert places.to_read("~/Meditations").is_dir()
    with pytest.raises(RequestError, match="whole home"):
        places.for_tracks("~")
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(OutputError, match="is a file"):
        places.for_tracks(str(tmp_path / "file"))
    with pytest.raises(OutputError, match="cannot be written"):
        places.for_tracks(str(tmp_path / "file" / "inside"))
    with pytest.raises(RequestError, match="no folder"):
        places.to_read(str(tmp_path / "nowhere"))


def test_what_was_chosen_is_kept_and_what_is_damaged_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "own" / "studio.json"
    first = Preferences(path)
    assert (first.output, first.chosen.language) == (Path("output"), "")
    first.choose(output=tmp_path)
    first.choose(language="es")
    assert stat.S_ISREG(path.stat().st_mode)
    again = Preferences(path)
    assert (again.output, again.chosen.language) == (tmp_path, "es")
    assert Preferences(path, tmp_path / "fixed").output == tmp_path / "fixed"
    # Two tabs at once: none of both is lost.
    for count in range(20):
        wanted = [{"output": tmp_path / str(count)}, {"language": ("es", "en")[count % 2]}]
        at_once = [threading.Thread(target=first.choose, kwargs=values) for values in wanted]
        for thread in at_once:
            thread.start()
        for thread in at_once:
            thread.join()
        assert Preferences(path).chosen == Chosen(output=tmp_path / str(count), language=("es", "en")[count % 2])
    for text in ("", "{", "[]", "null", '{"output": 7, "language": {}}', '{"output": "half/x", "language": "xx"}'):
        path.write_text(text, "utf-8")
        assert (Preferences(path).output, Preferences(path).chosen.language) == (Path("output"), "")
    blocked = Preferences(tmp_path / "own" / "studio.json" / "deeper.json")
    with pytest.raises(OutputError, match="cannot be kept"):
        blocked.choose(language="en")
    assert blocked.chosen.language == "en"
