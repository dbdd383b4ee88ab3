"""Splice: the whole way, proved on the sound and on what other programs read of it."""

import base64
import json
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from imageio_ffmpeg import get_ffmpeg_exe
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, CHAP, COMM, CTOC, ID3, SYLT, TIT2, TLEN, TXXX, WXXX, CTOCFlags

from mettavox import cli
from mettavox.errors import OutputError, RequestError
from mettavox.splicing import splice
from mettavox.splicing.splice import Wish
from oracles import complaints_of_mp3val, lengths_by_ffmpeg, metered
from talk import RATE, steady, talk

SECONDS, AT, INSERT = 14.0, 8, 6.0
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8 + b"\xff\xd9"
GIF, PNG = (
    base64.b64decode(text)
    for text in (
        "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=",
    )
)
"""A pixel each."""
TITLE = "Folge 12 – «Schlaf» & 🌙"


@dataclass(frozen=True, kw_only=True)
class Format:
    """How an episode is made, and how near its sound comes back: by correlation, and in dB."""

    name: str
    arguments: tuple[str, ...]
    bitrate_kbps: int = 0
    alike: float = 0.97
    rate: int = RATE


FORMATS = (
    Format(name="stereo.mp3", arguments=("-b:a", "128k"), bitrate_kbps=128),
    Format(name="mono.mp3", arguments=("-ac", "1", "-ar", "22050", "-b:a", "48k"), bitrate_kbps=48, rate=22_050),
    Format(name="varying.mp3", arguments=("-q:a", "5", "-ar", "48000"), rate=48_000),
    Format(name="aac.m4a", arguments=("-c:a", "aac", "-b:a", "112k"), bitrate_kbps=112),
    Format(name="voice.opus", arguments=("-c:a", "libopus", "-b:a", "64k", "-ar", "48000"), alike=0.9, rate=48_000),
    Format(name="vorbis.ogg", arguments=("-c:a", "libvorbis", "-q:a", "4")),
    Format(name="deep.flac", arguments=("-sample_fmt", "s32", "-bits_per_raw_sample", "24"), alike=1.0),
    Format(name="plain.wav", arguments=("-c:a", "pcm_s16le"), alike=1.0),
)
IN_CI = ("mono.mp3", "plain.wav")
"""The others are heard when the long tests are, and their tags are looked at below."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Talk, tags for it, and a track with a voice 6 dB louder over a soft noise."""
    folder = tmp_path_factory.mktemp("splice")
    soundfile.write(str(folder / "talk.wav"), talk(SECONDS) + steady(SECONDS, level=0.0005), RATE, subtype="FLOAT")
    told = [";FFMETADATA1", f"title={TITLE}", "artist=Anna", "comment=made by hand"]
    for start, end, title in ((0, 3000, "Intro"), (3000, 14_000, "Talk")):
        told += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={end}", f"title={title}"]
    (folder / "told.txt").write_text("\n".join([*told, ""]), encoding="utf-8")
    insert = talk(INSERT, rate=48_000, seed=5, pitch=190.0, level=0.2)
    insert[: 48_000 * 2 // 5] = 0
    soundfile.write(str(folder / "track.flac"), insert + steady(INSERT, rate=48_000, level=0.0005), 48_000)
    return folder


def episode(folder: Path, name: str) -> Path:
    """The talk as an episode of that format, made once."""
    path = folder / name
    if not path.exists():
        (form,) = (each for each in FORMATS if each.name == name)
        inputs = ["-i", folder / "talk.wav", "-f", "ffmetadata", "-i", folder / "told.txt"]
        mapped = ["-map", "0:a", "-map_metadata", "1", *form.arguments]
        subprocess.run([get_ffmpeg_exe(), "-v", "error", *inputs, *mapped, path], check=True)
    if name in ("voice.opus", "deep.flac"):  # ffmpeg does not write their chapters
        tags = mutagen.File(path)
        for place, (time, title) in enumerate((("00:00:00.000", "Intro"), ("00:00:03.000", "Talk"))):
            tags[f"CHAPTER{place:03d}"], tags[f"CHAPTER{place:03d}NAME"] = time, title
        tags.save()
    return path


def decoded(path: Path) -> np.ndarray:
    raw = subprocess.run(
        [get_ffmpeg_exe(), "-v", "error", "-i", path, "-ac", "1", "-f", "f32le", "-"], capture_output=True, check=True
    ).stdout
    return np.frombuffer(raw, dtype="<f4")


@pytest.mark.parametrize(
    "form",
    [pytest.param(form, marks=[] if form.name in IN_CI else pytest.mark.soak, id=form.name) for form in FORMATS],
)
def test_an_episode_of_any_format_stays_what_it_is(folder: Path, tmp_path: Path, form: Format) -> None:
    """Length to the frame, the host as it was before and after, the track as loud as the host, tags and chapters."""
    host = episode(folder, form.name)
    done = splice.splice(host, folder / "track.flac", Wish(at=Fraction(AT)), tmp_path / form.name)
    before, after = decoded(host), decoded(done.path)
    first, second = (round(seconds * form.rate) for seconds in done.crossfades)
    leave, back = round(done.left * form.rate), round(done.back * form.rate)
    insert = round(INSERT * form.rate)
    assert len(after) == done.frames == len(before) + insert - first - second
    assert (round(done.start * form.rate), back) == (leave - first, leave - first + insert - second)
    for mine, theirs in (
        (after[: leave - first], before[: leave - first]),
        (after[back + second :], before[leave + second :]),
    ):
        if form.alike == 1.0:
            assert np.array_equal(mine, theirs)
        likeness = float(mine @ theirs / np.sqrt((mine @ mine) * (theirs @ theirs)))
        assert likeness >= form.alike - 1e-6
        assert 10 * np.log10((mine @ mine) / (theirs @ theirs)) == pytest.approx(0, abs=0.25)
    assert done.inside_lufs == pytest.approx(done.host_lufs, abs=0.5)
    assert done.target.rate == form.rate
    tags = mutagen.File(done.path)
    assert getattr(tags.info, "sample_rate", 48_000) == form.rate
    if form.bitrate_kbps:
        assert tags.info.bitrate / 1000 == pytest.approx(form.bitrate_kbps, rel=0.1)
    if form.name != "plain.wav":
        assert TITLE in str(tags.tags.pprint())
        assert "made by hand" in str(tags.tags.pprint())
    if form.name.endswith(".mp3"):
        assert complaints_of_mp3val(done.path) == []
    own = chapters(host) or [(0, TITLE)]
    inserted = [(round(done.start * 1000), "Meditation"), (round(done.back * 1000), own[-1][1])]
    assert chapters(done.path) == own + inserted


def chapters(path: Path) -> list[tuple[int, str]]:
    """As mutagen or ffmpeg lists them; from an MP3, ffmpeg takes off what its decoder drops."""
    if path.suffix == ".mp3":
        return sorted((each.start_time, each.sub_frames["TIT2"].text[0]) for each in ID3(path).getall("CHAP"))
    said = subprocess.run(
        [get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "ffmetadata", "-"], capture_output=True, check=True
    ).stdout.decode()
    found = []
    for part in said.split("[CHAPTER]\n")[1:]:
        fields = dict(line.split("=", 1) for line in part.splitlines() if "=" in line)
        above, under = map(int, fields["TIMEBASE"].split("/"))
        found.append((round(int(fields["START"]) * 1000 * above / under), fields["title"]))
    return found


# --- how it sounds ---


def wav(path: Path, sound: np.ndarray, rate: int = RATE) -> Path:
    soundfile.write(str(path), sound, rate, subtype="PCM_24")
    return path


def test_its_voice_is_as_loud_as_the_host_by_another_meter(tmp_path: Path) -> None:
    """ffmpeg measures both; the track's record is not there, and its bell, far louder, is no voice."""
    host = wav(tmp_path / "host.wav", np.concatenate([steady(4.0, level=0.1), talk(14.0)]))
    voice = talk(8.0, seed=7, pitch=200.0, level=0.25)
    time = np.arange(5 * RATE) / RATE
    bell = (0.5 * np.sin(2 * np.pi * 500 * time) * np.exp(-time / 1.5)).astype(np.float32)[:, None]
    track = wav(tmp_path / "track.wav", np.concatenate([np.repeat(bell, 2, axis=1), voice]))
    done = splice.splice(host, track, Wish(at=Fraction(12)))
    assert done.path == tmp_path / "host-spliced.wav"
    sound = soundfile.read(str(done.path), dtype="float32")[0]
    inside = metered(sound[round((done.start + 5) * RATE) : round((done.back) * RATE)], RATE).lufs
    outside = metered(sound[round(4.2 * RATE) : round(done.start * RATE)], RATE).lufs
    assert inside == pytest.approx(outside, abs=0.5)


def test_steady_sounds_pass_into_each_other_without_a_dip_or_a_bump(tmp_path: Path) -> None:
    """Crossfades of 2 s at the very place that was wished, and each 100 ms within 1 dB of the others."""
    host, track = wav(tmp_path / "host.wav", steady(12.0)), wav(tmp_path / "track.wav", steady(8.0, seed=3, level=0.02))
    done = splice.splice(host, track, Wish(at=Fraction(6)))
    assert (done.left, done.crossfades) == (6.0, (2.0, 2.0))
    assert done.frames == (12 + 8 - 2 * 2) * RATE
    sound = soundfile.read(str(done.path))[0]
    tenths = 10 * np.log10(np.square(sound).reshape(-1, RATE // 10 * 2).mean(axis=1))
    assert np.abs(tenths - np.median(tenths)).max() < 1


def test_words_are_not_lost_and_do_not_meet(tmp_path: Path) -> None:
    """The seam lies in the pause nearest to the wish; around it every word of the host is as loud as ever."""
    sound = talk(14.0)
    words = np.flatnonzero(np.abs(sound[: 8 * RATE, 0]) > 0.01)
    wish = Fraction(int(words[np.diff(words).argmax() + 1]) + RATE // 10, RATE)
    host = wav(tmp_path / "host.wav", sound)
    track = np.concatenate(
        [np.zeros((RATE, 2), np.float32), talk(4.0, seed=9, pitch=210.0), np.zeros((RATE, 2), np.float32)]
    )
    done = splice.splice(host, wav(tmp_path / "track.wav", track), Wish(at=wish))
    result = soundfile.read(str(done.path), dtype="float32")[0]
    leave, end = (round(each * RATE) for each in (done.left, done.start + 6.0))
    loud = np.flatnonzero(np.abs(sound[:leave, 0]) > 0.1)[-1]
    assert 0.1 < done.left - loud / RATE < 0.9
    assert np.allclose(result[: loud + 1], sound[: loud + 1], atol=1e-6)
    assert np.allclose(result[-(len(sound) - leave) :][RATE // 2 :], sound[leave:][RATE // 2 :], atol=1e-6)
    heard = leave + np.flatnonzero(np.abs(result[leave:end, 0]) > 0.02)[0]
    assert (heard - loud) / RATE > 0.7, "a breath before the first word of the track"
    assert not done.notes


def test_a_track_that_has_to_be_louder_is_limited(tmp_path: Path) -> None:
    """Its peaks stay under the true peak of podcasts; those of the host are left as they are."""
    host = wav(tmp_path / "host.wav", talk(14.0, level=0.28))
    spiky = talk(8.0, seed=4, pitch=90.0, level=0.05)
    click = 0.28 * np.sin(2 * np.pi * 1000 * np.arange(441) / RATE).astype(np.float32)[:, None]
    for at in range(RATE, 7 * RATE, RATE // 3):
        spiky[at : at + 441] += click
    done = splice.splice(host, wav(tmp_path / "track.wav", spiky), Wish(at=Fraction(7)))
    assert 0 < done.limited_db <= 6
    sound = soundfile.read(str(done.path), dtype="float32")[0]
    assert metered(sound[round((done.start + 2) * RATE) : round((done.back - 1) * RATE)], RATE).dbtp <= -1.9


# --- what belongs to it ---


def test_the_tag_of_an_mp3_stays_to_the_byte(folder: Path, tmp_path: Path) -> None:
    """Every frame that tells no time; what a chapter has besides its title; the length is that of the result."""
    host = tmp_path / "host.mp3"
    host.write_bytes(episode(folder, "stereo.mp3").read_bytes())
    tag = ID3(host)
    tag.add(APIC(encoding=3, mime="image/jpeg", type=3, desc="cover", data=JPEG))
    tag.add(TXXX(encoding=3, desc="Podcast", text="x = ÿ"))
    tag.add(COMM(encoding=3, lang="deu", desc="", text="Notiz"))
    tag.add(TLEN(encoding=0, text="14000"))
    tag.add(SYLT(encoding=3, lang="deu", format=2, type=1, desc="", text=[("Hallo", 100)]))
    tag.delall("CHAP")
    tag.delall("CTOC")
    link = WXXX(encoding=3, desc="more", url="https://example.org/1")
    tag.add(CHAP(element_id="a", start_time=0, end_time=3000, sub_frames=[TIT2(encoding=3, text="Intro")]))
    tag.add(
        CHAP(element_id="b", start_time=3000, end_time=14_000, sub_frames=[TIT2(encoding=3, text="Gespräch"), link])
    )
    tag.add(CTOC(element_id="toc", flags=CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED, child_element_ids=["a", "b"],
                 sub_frames=[TIT2(encoding=3, text="Kapitel")]))  # fmt: skip
    tag.save(host, v2_version=4)
    before = ID3(host)
    done = splice.splice(host, folder / "track.flac", Wish(at=Fraction(AT), title="Atem & Ruhe"), tmp_path / "o.mp3")
    after = ID3(done.path)
    assert {key for key in before if not key.startswith(("CHAP", "CTOC", "TLEN", "SYLT"))} == {
        key for key in after if not key.startswith(("CHAP", "CTOC", "TLEN"))
    }
    for key in ("APIC:cover", "TXXX:Podcast", "COMM::deu", "TIT2", "TPE1"):
        assert after[key] == before[key]
    assert after["TLEN"].text == [str(round(done.seconds * 1000))]
    (contents,) = after.getall("CTOC")
    assert contents.sub_frames["TIT2"].text == ["Kapitel"]
    listed = [after[f"CHAP:{name}"] for name in contents.child_element_ids]
    assert [each.sub_frames["TIT2"].text[0] for each in listed] == ["Intro", "Gespräch", "Atem & Ruhe", "Gespräch"]
    assert [each.start_time for each in listed][1:] == [each.end_time for each in listed][:-1]
    assert [("WXXX:more" in each.sub_frames) for each in listed] == [False, True, False, True]
    assert any("SYLT" in note for note in done.notes)


@pytest.mark.parametrize("name", ["aac.m4a", "voice.opus", pytest.param("deep.flac", marks=pytest.mark.soak)])
def test_a_cover_and_tags_of_ones_own_stay(folder: Path, tmp_path: Path, name: str) -> None:
    """Whatever they are called, however often they are there, and however large."""
    host = tmp_path / name
    host.write_bytes(episode(folder, name).read_bytes())
    tags = mutagen.File(host)
    if name.endswith("m4a"):
        tags["covr"] = [mutagen.mp4.MP4Cover(JPEG * 60, imageformat=mutagen.mp4.MP4Cover.FORMAT_JPEG)]
        tags["----:com.example:Guest"] = [b"Ben", b"Chris"]
        tags["----:com.apple.iTunes:iTunSMPB"] = [b" 00000000 00000840"]
    else:
        tags["guest"] = ["Ben", "Chris"]
        tags["metadata_block_picture"] = ["A" * 150_000]
    tags.save()
    done = splice.splice(host, folder / "track.flac", Wish(at=Fraction(AT)), tmp_path / f"o-{name}")
    before, after = dict(mutagen.File(host).tags), dict(mutagen.File(done.path).tags)
    gone = {key for key in before if "iTunSMPB" in key or key.lower().startswith("chapter")}
    assert {key: value for key, value in before.items() if key not in gone} == {
        key: value for key, value in after.items() if not key.lower().startswith("chapter")
    }
    assert lengths_by_ffmpeg([done.path]) == [done.frames]


def test_what_lies_beside_the_episode_goes_along(folder: Path, tmp_path: Path) -> None:
    """Podcast chapters with all that is in them, and captions of both kinds with the track's in between."""
    host, track = tmp_path / "host.flac", tmp_path / "track.flac"
    host.write_bytes(episode(folder, "deep.flac").read_bytes())
    track.write_bytes((folder / "track.flac").read_bytes())
    (tmp_path / "host.vtt").write_text(
        "WEBVTT\n\n00:01.000 --> 00:05.000\n<v Anna>Hello.\n\n00:12.000 --> 00:13.000\nBye.\n"
    )
    (tmp_path / "host.srt").write_text("1\n00:00:01,000 --> 00:00:05,000\nHello.\n\n")
    (tmp_path / "track.vtt").write_text("WEBVTT\n\n00:02.000 --> 00:03.000\n<v Calm>Rest, Maya.\n")
    table = {"version": "1.2.0", "author": "Anna", "chapters": [
        {"startTime": 0, "title": "Intro", "img": "https://example.org/i.jpg"},
        {"startTime": 12.5, "endTime": 14, "toc": False},
    ]}  # fmt: skip
    (tmp_path / "host.chapters.json").write_text(json.dumps(table))
    done = splice.splice(host, track, Wish(at=Fraction(AT)), tmp_path / "o.flac")
    assert [path.name for path in done.beside] == ["o.vtt", "o.srt", "o.chapters.json"]
    after = json.loads((tmp_path / "o.chapters.json").read_text())
    shift = done.back - done.resumed
    assert after["author"] == "Anna"
    assert [chapter["startTime"] for chapter in after["chapters"]] == pytest.approx(
        [0, done.start, done.back, 12.5 + shift], abs=0.002
    )
    assert after["chapters"][2]["img"] == "https://example.org/i.jpg"
    assert after["chapters"][3]["toc"] is False
    said = (tmp_path / "o.vtt").read_text()
    assert said.index("Hello.") < said.index("<v Calm>Rest, Maya.") < said.index("Bye.")
    assert "Rest, Maya." in (tmp_path / "o.srt").read_text()
    assert b"Maya" not in done.path.read_bytes()


def test_a_track_of_ours_is_known_by_its_record(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its chapter has the practice's title, and its voice is heard where the record says that it speaks."""
    monkeypatch.chdir(tmp_path)
    words = ["render", "loving-kindness", "--minutes", "1", "--voice", "hum", "--name", "Maya", "--show-names"]
    assert cli.run([*words, "--format", "wav", "-o", "Maya.wav"]) == 0
    host = tmp_path / "host.wav"
    host.write_bytes(episode(folder, "plain.wav").read_bytes())
    (tmp_path / "host.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:05.000\nHello.\n")
    done = splice.splice(host, Path("Maya.wav"), Wish(at=Fraction(AT)))
    assert done.title == "Loving-kindness"
    assert done.track_lufs == pytest.approx(-16, abs=0.5)
    assert done.inside_lufs == pytest.approx(done.host_lufs, abs=0.2)
    assert "Maya" in (tmp_path / "host-spliced.vtt").read_text()
    assert b"Maya" not in done.path.read_bytes()
    assert "Maya" not in " ".join(title for _, title in chapters(done.path))


# --- where ---


def test_a_part_is_replaced_and_a_chapter_is_found(folder: Path, tmp_path: Path) -> None:
    """The part is gone; at the start of the episode there is one seam alone."""
    host, track = episode(folder, "deep.flac"), folder / "track.flac"
    away = splice.splice(
        host, track, Wish(instead=splice.stretch("0:04-0:10"), crossfade=Fraction(1)), tmp_path / "a.flac"
    )
    assert away.resumed - away.left == pytest.approx(6, abs=1)
    assert away.seconds == pytest.approx(SECONDS + INSERT - 2 - (away.resumed - away.left), abs=0.001)
    first = splice.splice(host, track, Wish(chapter="intro"), tmp_path / "b.flac")
    assert (first.start, first.crossfades[0]) == (0.0, 0.0)
    assert [title for _, title in chapters(first.path)] == ["Meditation", "Intro", "Talk"]


@pytest.mark.parametrize("at_end", [False, True])
def test_nothing_is_lost_at_the_start_and_at_the_end(tmp_path: Path, *, at_end: bool) -> None:
    """Even where the episode begins and ends in the middle of a word, and a pause is near."""
    sound = talk(12.0)
    loud = np.flatnonzero(np.abs(sound[:, 0]) > 0.1)
    sound = sound[loud[0] : loud[-1]]
    track = wav(tmp_path / "track.wav", talk(6.0, seed=9, pitch=210.0))
    host = wav(tmp_path / "host.wav", sound)
    done = splice.splice(host, track, Wish(at=Fraction(len(sound) * 100 // RATE, 100) if at_end else Fraction(0)))
    kept = len(sound) // (RATE // 100) * (RATE // 100) if at_end else len(sound)  # to 10 ms
    assert done.frames == kept + 6 * RATE - round(sum(done.crossfades) * RATE)
    assert done.resumed == pytest.approx(len(sound) / RATE if at_end else 0)
    assert done.left == pytest.approx(kept / RATE if at_end else 0)


def test_the_voice_in_the_middle_of_a_surround_track_is_heard(tmp_path: Path) -> None:
    """As films have it: front left, front right, and the voice in the third channel."""
    host = wav(tmp_path / "host.wav", talk(12.0))
    surround = np.zeros((6 * RATE, 6), dtype=np.float32)
    surround[:, 2] = talk(6.0, seed=9, pitch=210.0)[:, 0]
    soundfile.write(str(tmp_path / "track.wav"), surround, RATE, format="WAVEX", subtype="PCM_24")
    done = splice.splice(host, tmp_path / "track.wav", Wish(at=Fraction(6)))
    assert done.inside_lufs == pytest.approx(done.host_lufs, abs=0.5)


@pytest.mark.parametrize(("host", "track"), [(0.1, 6.0), (12.0, 0.01)])
def test_what_is_too_short_is_told(tmp_path: Path, host: float, track: float) -> None:
    made = wav(tmp_path / "host.wav", talk(12.0)[RATE:][: round(host * RATE)])
    with pytest.raises(RequestError, match="too short"):
        splice.splice(made, wav(tmp_path / "track.wav", steady(track)), Wish(at=Fraction(0)), tmp_path / "o.wav")
    assert not (tmp_path / "o.wav").exists()


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(at=Fraction(15)), "The episode ends at 0:14, before 0:15."),
        (Wish(instead=(Fraction(2), Fraction(900))), "The episode ends at 0:14, before 15:00."),
        (Wish(at=Fraction(13), crossfade=Fraction(2)), "no room for a crossfade of 2 s"),
        (Wish(at=Fraction(7), crossfade=Fraction(4)), "The track lasts 0:06, and the two crossfades 8 s."),
    ],
)
def test_a_place_that_there_is_not_leaves_nothing(folder: Path, tmp_path: Path, wish: Wish, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        splice.splice(episode(folder, "plain.wav"), folder / "track.flac", wish, tmp_path / "o.wav")
    assert list(tmp_path.iterdir()) == []


def test_silence_is_no_track(folder: Path, tmp_path: Path) -> None:
    silence = wav(tmp_path / "silence.wav", np.zeros((4 * RATE, 2)))
    with pytest.raises(RequestError, match="The track is silent"):
        splice.splice(episode(folder, "plain.wav"), silence, Wish(at=Fraction(7)))


def test_what_it_is_made_from_is_never_written_over(folder: Path, tmp_path: Path) -> None:
    """Not the episode, by whatever name, nor what lies beside it, even where files may be replaced."""
    host = tmp_path / "host.wav"
    host.write_bytes(episode(folder, "plain.wav").read_bytes())
    (tmp_path / "host.srt").write_text("1\n00:00:01,000 --> 00:00:05,000\nHello.\n\n")
    (tmp_path / "link.wav").symlink_to(host)
    for other in ("host.wav", "link.wav", "host.mp3"):
        with pytest.raises(OutputError, match="would take the place of what it is made from"):
            splice.splice(host, folder / "track.flac", Wish(at=Fraction(7)), tmp_path / other, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["host.srt", "host.wav", "link.wav"]
    track = tmp_path / "track.flac"
    track.write_bytes((folder / "track.flac").read_bytes())
    (tmp_path / "track.srt").write_text("1\n00:00:01,000 --> 00:00:05,000\nBreathe.\n\n")
    with pytest.raises(OutputError, match="would take the place of what it is made from"):
        splice.splice(host, track, Wish(at=Fraction(7)), tmp_path / "track.wav", force=True)
    assert "Breathe" in (tmp_path / "track.srt").read_text()


def test_another_ending_is_another_format(folder: Path, tmp_path: Path) -> None:
    """A master as WAV becomes an MP3 in one encoding, with its title and chapters."""
    done = splice.splice(episode(folder, "deep.flac"), folder / "track.flac", Wish(at=Fraction(AT)), tmp_path / "o.mp3")
    assert ID3(done.path)["TIT2"].text == [TITLE]
    assert done.target.told == "MP3, 128 kbit/s, 44100 Hz, stereo"
    assert len(chapters(done.path)) == 4
    assert lengths_by_ffmpeg([done.path]) == [done.frames]


@pytest.mark.parametrize(("cover", "kept"), [(GIF, False), (PNG, True)], ids=["gif", "png"])
def test_a_cover_that_another_format_cannot_have_is_left_out(tmp_path: Path, cover: bytes, *, kept: bool) -> None:
    """An M4A has no GIF; that is told, and is no reason to have nothing."""
    host = tmp_path / "host.flac"
    soundfile.write(str(host), talk(8.0), RATE)
    tags, picture = FLAC(host), Picture()
    picture.data, picture.type = cover, 3
    picture.mime = "image/png" if kept else "image/gif"
    tags.add_picture(picture)
    tags.save()
    track = wav(tmp_path / "track.wav", talk(4.0, seed=9, pitch=210.0))
    done = splice.splice(host, track, Wish(at=Fraction(4)), tmp_path / "o.m4a")
    assert mutagen.File(done.path).get("covr", []) == ([cover] if kept else [])
    assert ("cover is left out" in " ".join(done.notes)) is not kept
