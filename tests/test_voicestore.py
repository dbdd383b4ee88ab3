"""Installing and removing voices: whole, checked, resumable, and nothing else on the disk changed.

The files come from a small server on this machine.
"""

import ast
import errno
import hashlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mettavox import __version__, assets, fetch, voices, voicestore
from mettavox.errors import MettavoxError, OutputError, RequestError, VoiceError
from mettavox.voice import Voice, VoiceFile, is_safe
from recorded import hummed, keep

SOURCES = Path(fetch.__file__).parent
NETWORK = {"socket", "http", "ssl", "ftplib", "smtplib", "xmlrpc", "asyncio", "socketserver", "requests", "httpx"}
DATA = {"model.onnx": bytes(range(256)) * 4096, "model.json": b'{"rate": 22050}'}


@dataclass
class Server:
    """What it serves, how it behaves, and what it was asked for."""

    files: dict[str, bytes] = field(default_factory=lambda: dict(DATA))
    ranges: bool = True
    status: int = 200
    cut_at: int | None = None
    says_length: bool = True
    redirect: str = ""
    content_range: str = ""
    stall: threading.Event | None = None
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    url: str = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *about: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        server: Server = self.server.settings  # type: ignore[attr-defined]
        wanted = self.headers.get("Range", "")
        server.asked.append((self.path, wanted, self.headers.get("User-Agent", "")))
        if server.redirect and not self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", server.redirect + self.path)
            self.end_headers()
            return
        data = server.files.get(self.path.split("/")[-1])
        if data is None or server.status >= 400:
            self.send_error(404 if data is None else server.status)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and server.ranges else 0
        if start >= len(data):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", server.content_range or f"bytes {start}-{len(data) - 1}/{len(data)}")
        body = data[start:]
        if server.says_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if server.stall is not None:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            server.stall.wait(30)
            return
        self.wfile.write(body[: server.cut_at])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on this machine, past any proxy."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    settings = Server(url=f"http://127.0.0.1:{http.server_port}")
    http.settings = settings  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield settings
    if settings.stall is not None:
        settings.stall.set()
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def profile(server: Server) -> Callable[..., Voice]:
    """``profile("mine")``: a voice of that name whose files the server has, as a profile of the user's own."""

    def make(name: str = "mine", *, store: str = "", base: str | None = None, paths: tuple[str, ...] = ()) -> Voice:
        own = assets.own_folder("voices")
        own.mkdir(parents=True, exist_ok=True)
        lines = [f'label = "{name}"', 'language = "en"', 'engine = "hum"', f'store = "{store or name}"']
        lines += ["[pace]", "per_line = 0.1", "per_syllable = 0.2"]
        for path in paths or tuple(DATA):
            data = DATA[path]
            lines += ["[[files]]", f'path = "{path}"', f"bytes = {len(data)}"]
            lines += [f'sha256 = "{hashlib.sha256(data).hexdigest()}"']
            root = server.url if base is None else base
            lines += [f'url = "{root}/{path}"'] if root else []
        (own / f"{name}.toml").write_text("\n".join(lines) + "\n", "utf-8")
        return voices.load(name)

    return make


def left(voice: Voice) -> set[str]:
    """The names of what lies in the voice's folder."""
    folder = Path(voice.folder)
    return {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()


def assert_installed(voice: Voice) -> None:
    assert left(voice) == {file.path for file in voice.files}
    for file in voice.files:
        assert (Path(voice.folder) / file.path).read_bytes() == DATA[file.path]
    assert not voices.missing(voice)


def begun(voice: Voice, path: str, data: bytes) -> Path:
    """A part of a file from an earlier run."""
    folder = Path(voice.folder)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{path}.part"
    unfinished.write_bytes(data)
    return unfinished


def refused(voice: Voice, *words: str, kind: type[MettavoxError] = VoiceError) -> MettavoxError:
    """The error that installing raises; it has one sentence, and a hint."""
    with pytest.raises(kind) as caught:
        voicestore.install(voice)
    for word in words:
        assert word in caught.value.message
    assert caught.value.hint
    return caught.value


def test_a_voice_is_downloaded_and_whole(server: Server, profile: Callable[..., Voice]) -> None:
    """Every file under its name, nothing beside them, and the server knows who asked."""
    voice = profile()
    heard: list[tuple[str, int]] = []
    fetched = voicestore.install(voice, hear=lambda file, there: heard.append((file.path, there)))
    assert fetched == list(voice.files)
    assert_installed(voice)
    assert {agent for _, _, agent in server.asked} == {f"mettavox/{__version__}"}
    assert heard[0] == ("model.onnx", 0)
    assert ("model.onnx", len(DATA["model.onnx"])) in heard


def test_what_is_there_is_not_downloaded_again(server: Server, profile: Callable[..., Voice]) -> None:
    """Unless it is asked for, or it is not the file that is pinned."""
    voice = profile()
    voicestore.install(voice)
    asked = len(server.asked)
    assert voicestore.install(voice) == []
    assert len(server.asked) == asked
    (Path(voice.folder) / "model.json").write_bytes(b'{"rate": 99999}')
    assert [file.path for file in voicestore.install(voice)] == ["model.json"]
    assert len(voicestore.install(voice, force=True)) == 2
    assert_installed(voice)


@pytest.mark.parametrize("share", [1, 1000, 500_000, len(DATA["model.onnx"])])
def test_an_interrupted_download_goes_on(server: Server, profile: Callable[..., Voice], share: int) -> None:
    """From where it was; nothing is asked for when all of it came."""
    voice = profile()
    begun(voice, "model.onnx", DATA["model.onnx"][:share])
    voicestore.install(voice)
    assert_installed(voice)
    ranges = [wanted for path, wanted, _ in server.asked if path.endswith(".onnx")]
    assert ranges == ([] if share == len(DATA["model.onnx"]) else [f"bytes={share}-"])


def test_a_server_without_ranges_starts_again(server: Server, profile: Callable[..., Voice]) -> None:
    """The part is written over."""
    server.ranges = False
    voice = profile()
    begun(voice, "model.onnx", b"something else")
    voicestore.install(voice)
    assert_installed(voice)


def test_a_part_that_is_too_long_is_thrown_away(server: Server, profile: Callable[..., Voice]) -> None:
    """It can only be of another file."""
    voice = profile()
    begun(voice, "model.onnx", DATA["model.onnx"] + b"x")
    voicestore.install(voice)
    assert_installed(voice)


def test_a_server_that_goes_on_from_elsewhere_is_asked_again(server: Server, profile: Callable[..., Voice]) -> None:
    """A wrong Content-Range would put the wrong bytes in the middle."""
    server.content_range = "bytes 0-5/6"
    voice = profile()
    begun(voice, "model.onnx", DATA["model.onnx"][:1000])
    voicestore.install(voice)
    assert_installed(voice)
    assert [wanted for path, wanted, _ in server.asked if path.endswith(".onnx")] == ["bytes=1000-", ""]


def test_a_server_that_refuses_the_range_is_asked_for_all(server: Server, profile: Callable[..., Voice]) -> None:
    """416: its file is shorter than the part; then it is told that the size is wrong."""
    voice = profile()
    server.files["model.onnx"] = b"short"
    begun(voice, "model.onnx", DATA["model.onnx"][:1000])
    error = refused(voice, "model.onnx", "5 bytes", "1,048,576")
    assert "--from" in error.hint
    assert left(voice) == set()


def test_a_download_that_is_cut_short_says_so_and_goes_on_next_time(
    server: Server, profile: Callable[..., Voice]
) -> None:
    """What came stays as a part."""
    server.cut_at = 300_000
    voice = profile()
    error = refused(voice, "model.onnx", "300,000 of 1,048,576")
    assert "goes on" in error.hint
    assert left(voice) == {"model.onnx.part"}
    server.cut_at = None
    voicestore.install(voice)
    assert_installed(voice)
    assert "bytes=300000-" in [wanted for _, wanted, _ in server.asked]


def test_a_file_that_is_not_the_pinned_one_is_removed(server: Server, profile: Callable[..., Voice]) -> None:
    """And both hashes are told."""
    voice = profile()
    server.files["model.onnx"] = bytes(len(DATA["model.onnx"]))
    found = hashlib.sha256(server.files["model.onnx"]).hexdigest()[:12]
    refused(voice, "model.onnx", found, voice.files[0].sha256[:12])
    assert left(voice) == set()


@pytest.mark.parametrize("says_length", [True, False])
@pytest.mark.parametrize("more", [b"x", b"x" * 200_000])
def test_a_file_of_another_size_is_refused(
    server: Server, profile: Callable[..., Voice], says_length: bool, more: bytes
) -> None:
    """Before it is downloaded where the server says how long it is, and as soon as it is too long where not."""
    server.says_length = says_length
    server.files["model.onnx"] = DATA["model.onnx"] + more
    voice = profile()
    refused(voice, "model.onnx", "1,048,576 are expected")
    assert left(voice) == set()


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_what_the_server_answers_is_told(server: Server, profile: Callable[..., Voice], status: int) -> None:
    """By its number."""
    server.status = status
    error = refused(profile(), f"127.0.0.1 answered {status}", "model.onnx")
    assert "--from" in error.hint


def test_no_network_is_told(profile: Callable[..., Voice]) -> None:
    """With another way to get the files."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        voice = profile(base=f"http://127.0.0.1:{free.getsockname()[1]}")
    error = refused(voice, "127.0.0.1 could not be reached")
    assert "--from FOLDER" in error.hint
    assert left(voice) == set()


def test_a_name_that_nobody_knows_is_told(profile: Callable[..., Voice], monkeypatch: pytest.MonkeyPatch) -> None:
    """No network at all looks like that."""

    def unknown(*asked: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("no_proxy", "*")
    refused(profile(base="https://voices.example"), "voices.example could not be reached: Name or service not known")


def test_a_server_that_says_nothing_is_given_up(
    server: Server, profile: Callable[..., Voice], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some time; what came stays."""
    monkeypatch.setattr(fetch, "PATIENCE_SECONDS", 0.2)
    server.stall = threading.Event()
    voice = profile()
    refused(voice, "127.0.0.1 said nothing for 0.2 s")
    assert left(voice) == {"model.onnx.part"}


def test_an_answer_that_is_no_http_is_told(profile: Callable[..., Voice]) -> None:
    """Something else listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            taken, _ = listening.accept()
            with taken:
                taken.recv(1000)
                taken.sendall(b"220 hello\r\n")

        threading.Thread(target=answer, daemon=True).start()
        refused(profile(base=f"http://127.0.0.1:{listening.getsockname()[1]}"), "makes no sense")


def test_a_redirect_is_followed(server: Server, profile: Callable[..., Voice]) -> None:
    """Large files lie elsewhere."""
    server.redirect = f"{server.url}/moved"
    voice = profile()
    voicestore.install(voice)
    assert_installed(voice)


@pytest.mark.parametrize("to", ["http://voices.example", "ftp://127.0.0.1", "https://[", "file:///etc"])
def test_a_redirect_to_where_anyone_could_change_it_is_not_followed(
    server: Server, profile: Callable[..., Voice], to: str
) -> None:
    """Whatever the hash would say."""
    server.redirect = to
    voice = profile()
    refused(voice, {"file:///etc": "answered 302", "https://[": "makes no sense"}.get(to, "not safe"))
    assert left(voice) == set()


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://voices.example/a", True),
        ("http://127.0.0.1:8000/a", True),
        ("http://localhost/a", True),
        ("http://voices.example/a", False),
        ("http://127.0.0.1.example/a", False),
        ("http://127.0.0.1@voices.example/a", False),
        ("https:///a", False),
        ("https://[/a", False),
        ("ftp://127.0.0.1/a", False),
        ("file:///etc/passwd", False),
    ],
)
def test_an_address_is_https_or_on_this_machine(url: str, safe: bool) -> None:
    """A profile with another is refused."""
    assert is_safe(url) == safe
    if not safe:
        with pytest.raises(VoiceError, match="does not begin with https"):
            VoiceFile(path="a", bytes=1, sha256="0" * 64, url=url)


def test_without_an_address_the_files_to_copy_are_named(profile: Callable[..., Voice]) -> None:
    """And the way to give them."""
    error = refused(profile(base=""), "No address is pinned for mine. Copy its files here and use --from FOLDER")
    assert "model.onnx, model.json" in error.hint


@pytest.mark.parametrize("inside", ["", "mine", "shed"])
def test_files_are_copied_from_a_folder(tmp_path: Path, profile: Callable[..., Voice], inside: str) -> None:
    """That holds them, or a folder with the voice's or its store's name that does."""
    (tmp_path / "usb" / inside).mkdir(parents=True)
    for name, data in DATA.items():
        (tmp_path / "usb" / inside / name).write_bytes(data)
    voice = profile(store="shed", base="")
    voicestore.install(voice, tmp_path / "usb")
    assert_installed(voice)
    assert voicestore.install(voice, tmp_path / "usb") == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "has no model.onnx"),
        ({"model.onnx": DATA["model.onnx"]}, "has no model.json"),
        ({**DATA, "model.onnx": b"short"}, "5 bytes where 1,048,576"),
        ({**DATA, "model.onnx": bytes(len(DATA["model.onnx"]))}, "is not the file that is pinned"),
    ],
)
def test_a_folder_with_other_files_is_refused(
    tmp_path: Path, profile: Callable[..., Voice], content: dict[str, bytes], words: str
) -> None:
    """They are checked as if they had been downloaded."""
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    voice = profile(base="")
    with pytest.raises(VoiceError, match=words):
        voicestore.install(voice, tmp_path)
    assert left(voice) == set()


def test_a_folder_that_is_none_is_refused(tmp_path: Path, profile: Callable[..., Voice]) -> None:
    """As a slip of the command line."""
    with pytest.raises(RequestError, match="is not a folder") as caught:
        voicestore.install(profile(), tmp_path / "nowhere")
    assert "model.onnx" in caught.value.hint


@pytest.mark.parametrize("name", ["system", "hum", "samantha"])
def test_a_voice_without_files_needs_no_installation(name: str) -> None:
    """And the hint says how to use it, or why that cannot be."""
    error = refused(voices.load(name), "needs no installation")
    assert ("--voice" in error.hint) == (name != "samantha" or sys.platform == "darwin")


def test_calm_is_no_voice_to_install() -> None:
    """It is whichever is best."""
    with pytest.raises(VoiceError, match="no voice of its own"):
        voicestore.voice("calm")


def test_too_little_room_is_said_before_the_download(
    server: Server, profile: Callable[..., Voice], monkeypatch: pytest.MonkeyPatch
) -> None:
    """How much is needed, and how much there is."""
    usage = type("Usage", (), {"free": 500_000})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    voice = profile()
    refused(voice, "1 MB are needed", kind=OutputError)
    assert server.asked == []
    begun(voice, "model.onnx", DATA["model.onnx"][:900_000])
    voicestore.install(voice)  # most of it is there
    assert_installed(voice)


def test_a_full_disk_keeps_what_came(
    server: Server, profile: Callable[..., Voice], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says what to do."""

    def full(*about: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    voice = profile()
    monkeypatch.setattr(fetch, "_pour", full)
    error = refused(voice, "the disk is full", kind=OutputError)
    assert "Free some space" in error.hint
    assert voices.missing(voice)


def test_a_folder_that_cannot_be_written_is_told(profile: Callable[..., Voice]) -> None:
    """By its path."""
    voice = profile()
    Path(voice.folder).write_text("a file is in the way")
    refused(voice, "mine", "cannot be written", kind=OutputError)


def test_two_at_once_do_no_harm(server: Server, profile: Callable[..., Voice]) -> None:
    """The second waits, and finds the files there."""
    voice = profile()
    program = (
        "from mettavox import voices, voicestore\n"
        "print(len(voicestore.install(voices.load('mine'))))"
    )  # fmt: skip
    runs = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [run.communicate(timeout=60) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], said
    assert sorted(int(out) for out, _ in said) == [0, 0, 2]
    assert_installed(voice)
    assert len(server.asked) == 2


def test_an_installed_voice_can_be_removed(profile: Callable[..., Voice]) -> None:
    """With its folder, but not its profile."""
    voice = profile()
    voicestore.install(voice)
    removed = voicestore.remove("mine")
    assert {path.name for path in removed.files} == set(DATA)
    assert removed.profile is None
    assert not Path(voice.folder).exists()
    assert voicestore.remove("mine").files == ()
    assert voices.load("mine") == voice


def test_what_a_download_left_is_removed(profile: Callable[..., Voice]) -> None:
    """Parts, too; and what is not the voice's stays."""
    voice = profile()
    begun(voice, "model.onnx", b"abc")
    (Path(voice.folder) / "notes.txt").write_text("mine")
    assert [path.name for path in voicestore.remove("mine").files] == ["model.onnx.part"]
    assert left(voice) == {"notes.txt"}


def test_files_that_others_need_are_removed_only_when_told(profile: Callable[..., Voice]) -> None:
    """The refusal names them; a voice that is not whole, or needs other files, is none of them."""
    one, other = profile("one", store="shed"), profile("other", store="shed")
    profile("elsewhere")
    profile("half", store="shed", paths=("model.json",))
    voicestore.install(one)
    with pytest.raises(RequestError, match="half, other need the same files") as caught:
        voicestore.remove("one")
    assert "remove one --yes" in caught.value.hint
    assert_installed(other)
    voicestore.remove("one", shared=True)
    assert voices.missing(other)


def test_a_profile_of_one_s_own_is_removed_when_asked(profile: Callable[..., Voice]) -> None:
    """A profile that came with mettavox never is."""
    profile("system")
    removed = voicestore.remove("system", profile=True)
    assert removed.profile == assets.own_folder("voices") / "system.toml"
    assert voices.load("system").label == "System"
    with pytest.raises(VoiceError, match="no profile of your own"):
        voicestore.remove("system", profile=True)


def test_a_broken_profile_of_one_s_own_can_be_removed(profile: Callable[..., Voice]) -> None:
    """Though nothing else can be done with it."""
    profile("mine")
    (assets.own_folder("voices") / "mine.toml").write_text("label =")
    with pytest.raises(VoiceError):
        voicestore.remove("mine")
    voicestore.remove("mine", profile=True)
    assert "mine" not in voices.names()


def test_recordings_are_removed_only_when_told(own_folders: Path) -> None:
    """Nothing can fetch them again."""
    voice = keep("mine", {"May you be safe.": hummed("May you be safe.")})
    folder = Path(voice.folder)
    with pytest.raises(RequestError, match="recorded voice") as caught:
        voicestore.remove("mine", profile=True)
    assert caught.value.hint.endswith("mettavox voices remove mine --profile --yes")
    assert len(list(folder.iterdir())) == 2
    removed = voicestore.remove("mine", profile=True, shared=True)
    assert len(removed.files) == 2
    assert not folder.exists()
    assert "mine" not in voices.names()


@pytest.mark.parametrize("name", ["../mine", "/etc/passwd", "", ".", "mine/../mine"])
def test_a_name_never_leads_out_of_the_folder(profile: Callable[..., Voice], name: str) -> None:
    """It is none of a voice."""
    profile("mine")
    for profile_too in (True, False):
        with pytest.raises(VoiceError):
            voicestore.remove(name, profile=profile_too)


def test_links_are_never_followed(tmp_path: Path, profile: Callable[..., Voice]) -> None:
    """A link to a file goes, the file stays; a folder that is a link is left alone."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name, data in DATA.items():
        (elsewhere / name).write_bytes(data)
    voice = profile()
    folder = Path(voice.folder)
    folder.mkdir()
    for name in DATA:
        (folder / name).symlink_to(elsewhere / name)
    voicestore.remove("mine")
    assert not folder.exists()
    folder.symlink_to(elsewhere)
    with pytest.raises(OutputError, match="link to elsewhere"):
        voicestore.remove("mine")
    assert {entry.name for entry in elsewhere.iterdir()} == set(DATA)


def test_nothing_else_uses_the_network() -> None:
    """Of all modules, fetch alone imports what can, what asks a cluster, and servers of pages, which ask nobody.

    Fetch is used by the voice store alone.
    """
    using, fetching = set(), set()
    for path in SOURCES.rglob("*.py"):
        for name in imported(path):
            if name.split(".")[0] in NETWORK or (name.startswith("urllib.") and "parse" not in name):
                using.add(path.relative_to(SOURCES).as_posix())
            if name.startswith("mettavox.fetch."):
                fetching |= {f"{path.name}: {name.removeprefix('mettavox.fetch.')}"}
            if name == "mettavox.fetch":
                fetching |= {f"{path.name}: fetch"}
    assert using == {"fetch.py", "cluster.py", "site/serving.py", "studio/desk.py", "studio/server.py"}
    assert fetching == {"voicestore.py: fetch", "voicestore.py: on_disk", "tuning.py: on_disk"}


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, and every name from it, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
