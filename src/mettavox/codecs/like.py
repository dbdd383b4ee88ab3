"""An episode encoded once more, as it was: format, channels, rate and bit rate, with its tags and its cover.

Of MP3, FLAC, M4A, Opus, Vorbis and WAV, every tag stays as it lies in the file but for what tells of times. Where
another format is wanted, ffmpeg puts the tags into it as far as that has a place for them.
"""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mettavox.codec import Block, Encoder
from mettavox.codecs import ffmpeg, flackeep, id3keep, mp3, mp3rate, mp4, oggkeep, wavkeep
from mettavox.codecs.ffmpeg import Feed
from mettavox.codecs.probe import Facts
from mettavox.errors import CodecError
from mettavox.retime import Mark
from mettavox.units import stamp

SUFFIXES = {
    ".mp3": "mp3", ".m4a": "m4a", ".m4b": "m4a", ".mp4": "m4a", ".opus": "opus", ".ogg": "ogg", ".oga": "ogg",
    ".flac": "flac", ".wav": "wav", ".wave": "wav",
}  # fmt: skip
"""What a file is that ends so."""
ENDINGS = {
    "mp3": ".mp3",
    "m4a": ".m4a",
    "opus": ".opus",
    "ogg": ".ogg",
    "flac": ".flac",
    "wav": ".wav",
    "other": ".flac",
}
"""How a file of a kind ends; what cannot be written as it was becomes FLAC."""

_USUAL_KBPS = {("mp3", 1): 96, ("mp3", 2): 128, ("m4a", 1): 64, ("m4a", 2): 96, ("opus", 1): 48, ("opus", 2): 64}
_OPUS_KBPS = (6, 255)
_USUAL_OGG_KBPS = 128
_RATES = {
    "mp3": (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
    "opus": (48_000,),
    "m4a": (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000),
    "ogg": (8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000),
}
# LAME's presets multiply the sound by this up to a bit rate (``scale`` in its presets.c), and by nothing beyond;
# measured from 32 to 320 kbit/s, mono and stereo, also of a mean bit rate. Where the quality is set, by nothing.
_LAME_SCALES = ((176, 0.95), (208, 0.97), (240, 0.98))
# Vorbis' nominal bit rates of -q 0 to 10 in stereo at 44.1 kHz (libvorbis, setup_44.h).
_VORBIS_KBPS = (64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 500)
_CD_RATE = 44_100
_FILLER = "FILLER"
_VENDOR = b"ffmpeg"
_LANGUAGE = re.compile(r"[a-z]{3}")
_AAC_FRAMES, _BYTES_A_PACKET, _BYTES_A_SECOND, _BYTES_A_CHAPTER, _BYTES_AT_LEAST = 1024, 4, 8, 400, 16_384
_MOVE_BYTES = 1 << 20
_WITH_COVER = ("mp3", "m4a", "flac")
_COVER = ("-map", "1:v?", "-c:v", "copy", "-disposition:v", "attached_pic")
_MOST_CHAPTERS = {"mp3": 255, "m4a": 255, "opus": 999, "ogg": 999, "flac": 999, "wav": 9999}
_CHAPTER_NAMES = re.compile(rb"CHAPTER\d{3}(NAME|URL)?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Target:
    """How the result is encoded: ``arguments`` are ffmpeg's, ``gain_db`` what the encoder makes of the level.

    ``told`` says in words what it is, and ``notes`` what is not as it was. ``cover`` says whether the cover goes over
    into another format.
    """

    kind: str
    rate: int
    channels: int
    arguments: tuple[str, ...]
    told: str
    gain_db: float = 0.0
    notes: tuple[str, ...] = ()
    cover: bool = False


def target(path: Path, facts: Facts, kind: str) -> Target:
    """What comes as near as it can to the episode in the file, as a file of that ``kind``.

    Raises CodecError for more than two channels, and when ffmpeg lacks an encoder.
    """
    if not facts.channels:
        raise CodecError(
            f"“{path.name}” has more than two channels.",
            hint="Give the episode in mono or stereo, as podcasts have it.",
        )
    same = kind == facts.kind
    rate = facts.rate if same else _rate(kind, facts.rate)
    notes = [] if same else [f"The result is {ENDINGS[kind][1:].upper()}, which the episode is not."]
    if facts.moving:
        notes.append("The episode has moving pictures; the result has its sound alone.")
    if rate != facts.rate:
        notes.append(f"The result has {rate} Hz, the episode {facts.rate}.")
    arguments, told, gain_db, more = _ENCODINGS[kind](path, facts, same)
    name = "stereo" if facts.channels > 1 else "mono"
    cover = not same and kind in _WITH_COVER and not facts.moving
    if cover and not _takes_cover(path, kind, [*arguments], rate):
        cover = False
        notes.append("The episode's cover is left out: the result cannot have one of its kind.")
    return Target(
        kind=kind,
        rate=rate,
        channels=facts.channels,
        arguments=tuple(arguments),
        told=f"{told}, {rate} Hz, {name}",
        gain_db=gain_db,
        notes=(*notes, *more),
        cover=cover,
    )


_Encoding = tuple[list[str], str, float, list[str]]


def _takes_cover(path: Path, kind: str, arguments: list[str], rate: int) -> bool:
    """Whether a file of that kind can have the episode's cover: tried with a moment of silence, since ffmpeg would tell
    only when all is encoded."""
    with tempfile.TemporaryDirectory(prefix="mettavox-") as folder:
        trial = [*_reading(path), "-map", "0:a", *_COVER, *arguments, *(["-f", "ipod"] if kind == "m4a" else [])]
        feed = Feed([*trial, "-y", f"file:{Path(folder) / 'trial'}"], rate=rate, samples="f32le", channels=1)
        try:
            feed.write_pcm(bytes(rate // 10 * 4))
            feed.finish()
        except CodecError:
            feed.abandon()
            return False
        return True


def _reading(path: Path) -> list[str]:
    return ["-protocol_whitelist", "file,pipe", "-i", f"file:{path.absolute()}"]


def _rate(kind: str, rate: int) -> int:
    """The nearest rate that the kind can have, the higher one of two."""
    return min(_RATES.get(kind, (rate,)), key=lambda each: (abs(each - rate), -each))


def _mp3(path: Path, facts: Facts, same: bool) -> _Encoding:
    ffmpeg.check_encoder("libmp3lame")
    coded = (mp3rate.coded(path) if same else None) or mp3rate.Coded(
        kbps=facts.bitrate_kbps if same and facts.bitrate_kbps else _USUAL_KBPS["mp3", facts.channels]
    )
    frames = ["-c:a", "libmp3lame", "-f", "mp3", "-write_xing", "1", "-id3v2_version", "0" if same else "3"]
    scale = next((scale for most, scale in _LAME_SCALES if coded.kbps < most), 1.0)
    gain_db = {0.95: -0.446, 0.97: -0.265, 0.98: -0.175}.get(scale, 0.0)
    if not coded.varies:
        return [*frames, "-b:a", f"{coded.kbps}k"], f"MP3, {coded.kbps} kbit/s", gain_db, []
    if coded.quality is None:
        told = f"MP3, {coded.kbps} kbit/s on average"
        note = f"The episode's bit rate varies about {coded.kbps} kbit/s, and so does that of the result."
        return [*frames, "-abr", "1", "-b:a", f"{coded.kbps}k"], told, gain_db, [note]
    note = f"The episode's bit rate varies (LAME's quality {coded.quality}), and so does that of the result."
    return [*frames, "-q:a", str(coded.quality)], f"MP3, variable bit rate {coded.quality}", 0.0, [note]


def _m4a(path: Path, facts: Facts, same: bool) -> _Encoding:
    if same and facts.codec == "alac":
        ffmpeg.check_encoder("alac")
        return ["-c:a", "alac", "-sample_fmt", "s32p" if facts.bits > 16 else "s16p"], "Apple Lossless", 0.0, []  # noqa: PLR2004
    ffmpeg.check_encoder("aac")
    kbps = facts.bitrate_kbps if same and facts.bitrate_kbps else _USUAL_KBPS["m4a", facts.channels]
    notes = ["The episode is HE-AAC; the result is plain AAC of the same bit rate."] if same and facts.efficient else []
    return ["-c:a", "aac", "-b:a", f"{kbps}k"], f"AAC, {kbps} kbit/s", 0.0, notes


def _opus(path: Path, facts: Facts, same: bool) -> _Encoding:
    ffmpeg.check_encoder("libopus")
    kbps = _USUAL_KBPS["opus", facts.channels]
    if same and facts.seconds:  # it says nowhere what it was encoded with
        kbps = round((path.stat().st_size - oggkeep.size(path, "opus")) * 8 / 1000 / facts.seconds)
    kbps = min(max(kbps, _OPUS_KBPS[0]), _OPUS_KBPS[1] * facts.channels)
    return ["-c:a", "libopus", "-b:a", f"{kbps}k", "-f", "opus"], f"Opus, {kbps} kbit/s", 0.0, []


def _ogg(path: Path, facts: Facts, same: bool) -> _Encoding:
    ffmpeg.check_encoder("libvorbis")
    kbps = facts.bitrate_kbps if same and facts.bitrate_kbps else _USUAL_OGG_KBPS * facts.channels // 2
    stereo = kbps * 2 / facts.channels * _CD_RATE / facts.rate
    quality = min(range(len(_VORBIS_KBPS)), key=lambda each: abs(_VORBIS_KBPS[each] - stereo))
    return ["-c:a", "libvorbis", "-q:a", str(quality), "-f", "ogg"], f"Vorbis, about {kbps} kbit/s", 0.0, []


def _flac(path: Path, facts: Facts, same: bool) -> _Encoding:
    bits = 24 if facts.bits > 16 or facts.codec in ("pcm_f32le", "pcm_s24le", "pcm_s32le") else 16  # noqa: PLR2004
    samples = ["-sample_fmt", "s16"] if bits == 16 else ["-sample_fmt", "s32", "-bits_per_raw_sample", "24"]  # noqa: PLR2004
    return ["-c:a", "flac", *samples, "-f", "flac"], f"FLAC, {bits} bit", 0.0, []


def _wav(path: Path, facts: Facts, same: bool) -> _Encoding:
    codec = facts.codec if same else ("pcm_s24le" if facts.bits > 16 else "pcm_s16le")  # noqa: PLR2004
    return ["-c:a", codec, "-f", "wav"], f"WAV, {codec[5:7]} bit{' float' if codec[4] == 'f' else ''}", 0.0, []


_ENCODINGS = {"mp3": _mp3, "m4a": _m4a, "opus": _opus, "ogg": _ogg, "flac": _flac, "wav": _wav}


def encoder(host: Path, facts: Facts, wanted: Target, path: Path, chapters: Sequence[Mark], *, frames: int) -> Encoder:
    """An Encoder into ``path``, which is written anew, with the tags of ``host`` and those chapters.

    Raises CodecError, also for more chapters than the format can hold.
    """
    most = _MOST_CHAPTERS[wanted.kind]
    if len(chapters) > most:
        raise CodecError(
            f"The result would have {len(chapters)} chapters, and {most} is the most.",
            hint="Take some out of the episode first.",
        )
    if wanted.kind == "wav" and facts.kind == "wav":
        kept = wavkeep.read(host)
        return wavkeep.WavLike(
            path, kept, facts.codec, frames=frames, channels=wanted.channels, rate=wanted.rate, chapters=chapters
        )
    return _Like(host, facts, wanted, path, chapters=chapters, frames=frames)


class _Like:
    """An Encoder that ffmpeg does the work for; the tags are put in where it has ended."""

    def __init__(
        self, host: Path, facts: Facts, wanted: Target, path: Path, *, chapters: Sequence[Mark], frames: int
    ) -> None:
        self.gain_db = wanted.gain_db
        self._host, self._wanted, self._path, self._chapters = host, wanted, path, chapters
        self._same = facts.kind == wanted.kind
        if not self._same:  # what they have besides is of another format
            self._chapters = [replace(mark, payload=None) for mark in chapters]
        self._frames = frames
        # Its files hold the tags of the episode: the folder is its owner's alone.
        self._folder = tempfile.TemporaryDirectory(prefix="mettavox-")
        try:
            arguments = [
                *(self._kept(frames) if self._same else self._converted()),
                *self._language(facts), *wanted.arguments,
                "-fflags", "+bitexact", "-flags", "+bitexact", "-y", f"file:{path.absolute()}",
            ]  # fmt: skip
            self._feed = Feed(arguments, rate=wanted.rate, samples="f32le", channels=wanted.channels)
        except BaseException:
            self._folder.cleanup()
            raise

    def _language(self, facts: Facts) -> list[str]:
        """The language of the sound, where a format has a place of its own for it."""
        if self._wanted.kind != "m4a" or not _LANGUAGE.fullmatch(facts.language):
            return []
        return ["-metadata:s:a:0", f"language={facts.language}"]

    def _kept(self, frames: int) -> list[str]:
        """The arguments for a file of the same kind: its tags come in afterwards, and have their room."""
        kind, chapters = self._wanted.kind, self._chapters
        if kind == "m4a":
            tags = mp4.tag_list(self._host)
            room = _BYTES_AT_LEAST + len(tags) + _BYTES_A_CHAPTER * len(chapters)
            room += sum(3 * len(mark.title.encode("utf-8")) for mark in chapters)
            room += _BYTES_A_PACKET * (frames // _AAC_FRAMES) + _BYTES_A_SECOND * (frames // self._wanted.rate)
            told = self._told({"title": "x"}, chapters)
            layout = ["-movie_timescale", str(self._wanted.rate), "-moov_size", str(room), "-f", "ipod"]
            return [*told, "-map", "0:a", "-map_metadata", "1", "-map_chapters", "1", *layout]
        if kind in ("opus", "ogg"):
            filler = self._told({_FILLER: "x" * self._filler_bytes()}, ())
            return [*filler, "-map", "0:a", "-map_metadata", "1", "-map_chapters", "-1"]
        return ["-map", "0:a", "-map_metadata", "-1"]

    def _converted(self) -> list[str]:
        """The arguments for a file of another kind: ffmpeg reads the episode's tags and cover itself."""
        told = self._told({}, self._chapters)
        kind = self._wanted.kind
        arguments = [
            *_reading(self._host), *told, "-map", "0:a", *(_COVER if self._wanted.cover else []),
            "-map_metadata", "1", "-map_metadata:s:a", "1:s:a:0", "-map_chapters", "2",
        ]  # fmt: skip
        return arguments if kind != "m4a" else [*arguments, "-movie_timescale", str(self._wanted.rate), "-f", "ipod"]

    def _told(self, tags: dict[str, str], chapters: Sequence[Mark]) -> list[str]:
        lines = [";FFMETADATA1", *(f"{name}={_escaped(value)}" for name, value in tags.items())]
        for mark in chapters:
            lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={mark.start}", f"END={mark.end}"]
            lines.append(f"title={_escaped(mark.title)}")
        told = Path(self._folder.name) / "tags.txt"
        told.write_text("\n".join([*lines, ""]), encoding="utf-8", newline="\n")
        return ["-f", "ffmetadata", "-i", str(told)]

    def _pairs(self) -> oggkeep.Pairs:
        kind = self._wanted.kind
        before = flackeep.comments(flackeep.blocks(self._host)[0])[1] if kind == "flac" else []
        before = before or (oggkeep.comments(self._host, kind) if kind != "flac" else [])
        pairs = [(name, value) for name, value in before if not _CHAPTER_NAMES.fullmatch(name)]
        for place, mark in enumerate(self._chapters):
            pairs.append((b"CHAPTER%03d" % place, stamp(mark.start).encode("ascii")))
            pairs.append((b"CHAPTER%03dNAME" % place, mark.title.encode("utf-8")))
        return pairs

    def _filler_bytes(self) -> int:
        """How long the value of one comment has to be for ffmpeg's comments to be as long as the episode's."""
        kind = self._wanted.kind
        encoder = f"Lavc {self._wanted.arguments[1]}".encode("ascii")
        with_nothing = oggkeep.needed(_VENDOR, [(b"encoder", encoder), (_FILLER.encode("ascii"), b"")], kind)
        return max(1, oggkeep.needed(_VENDOR, self._pairs(), kind) - with_nothing)

    def write(self, block: Block) -> None:
        """Take the next frames, shape ``(frames, channels)``. Raises CodecError."""
        self._feed.write_pcm(block.astype("<f4").tobytes())

    def finish(self) -> None:
        """Wait until ffmpeg has ended, and put the tags in. Raises CodecError, or OSError for what the disk refuses."""
        self._feed.finish()
        self._folder.cleanup()
        if self._wanted.kind == "mp3":
            self._put_id3()
        elif self._same:
            self._put_tags()

    def _put_id3(self) -> None:
        """The episode's tag, or what ffmpeg made of the tags of another format, with the chapters."""
        with self._path.open("r+b") as file:
            made = id3keep.read(file)
            mp3.tell_length(file, self._frames, made.size)
        kept = made
        if self._same:
            with self._host.open("rb") as file:
                kept = id3keep.read(file)
        length_ms = round(self._frames * 1000 / self._wanted.rate)
        replace_head(self._path, made.size, id3keep.written(kept, self._chapters, length_ms=length_ms))
        if self._same:
            with self._path.open("ab") as file:
                file.write(id3keep.tail(self._host))

    def _put_tags(self) -> None:
        kind = self._wanted.kind
        if kind == "m4a":
            mp4.put_tag_list(self._path, mp4.tag_list(self._host))
        elif kind == "flac":
            made, start = flackeep.blocks(self._path)
            head = flackeep.written(made[0][1], flackeep.blocks(self._host)[0], self._pairs())
            replace_head(self._path, start, head)
        else:
            oggkeep.replace(self._path, kind, self._pairs())

    def abandon(self) -> None:
        """End ffmpeg at once."""
        self._feed.abandon()
        self._folder.cleanup()


def replace_head(path: Path, before: int, head: bytes) -> None:
    """Put ``head`` in the place of the first ``before`` bytes of a file; what follows moves, a part at a time."""
    by = len(head) - before
    with path.open("r+b") as file:
        end = file.seek(0, 2)
        starts = range(before, end, _MOVE_BYTES)
        for start in reversed(starts) if by > 0 else starts:
            file.seek(start)
            data = file.read(min(_MOVE_BYTES, end - start))
            file.seek(start + by)
            file.write(data)
        file.truncate(end + by)
        file.seek(0)
        file.write(head)


def _escaped(text: str) -> str:
    return re.sub(r"([=;#\\\n])", r"\\\1", text)
