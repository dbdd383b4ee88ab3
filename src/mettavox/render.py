"""Render: one track from one request, spoken, laid, mixed, encoded, measured and only then named."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mettavox import backdrop, beside, chain, gate, output, proof, record
from mettavox.bed import Bed
from mettavox.beside import Texts, beside_path
from mettavox.codec import Block
from mettavox.codecs import decode, encode, ffmpeg
from mettavox.credits import year
from mettavox.mix import Mixer
from mettavox.output import Files
from mettavox.prepare import Prepared
from mettavox.proof import Proof
from mettavox.script import Bell, Line
from mettavox.shape import Shaped
from mettavox.spoken import Progress, Settings, spoken
from mettavox.stem import VoiceStem, voice_stem
from mettavox.tags import Tags
from mettavox.timeline import Timeline
from mettavox.verify import BLOCK_SECONDS, Measured, verify


@dataclass(frozen=True, kw_only=True)
class Track:
    """A finished track: its timeline, what was measured in it, the files beside it.

    ``note`` is what a person should be told of it, or nothing; ``sha256`` is the hash of the sound's file.
    """

    timeline: Timeline
    measured: Measured
    note: str = ""
    beside: tuple[Path, ...] = ()
    sha256: str = ""


def render(
    prepared: Prepared,
    path: Path,
    *,
    replace: bool = False,
    settings: Settings = Settings(),
    progress: Progress = lambda stage, share: None,
    salt: str = "",
) -> Track:
    """Make the track and leave it at ``path``, with the files beside it. When this fails, nothing is left.

    ``salt`` is that of an earlier record, where the track is made again. Raises ScriptError or RequestError for
    words that break a rule, EngineError, DurationError, CodecError, SoundError or OutputError.
    """
    if settings.lint:
        gate.admit(prepared)
    others = () if settings.only_audio else beside_paths(path, prepared)
    for each in (path, *others):
        output.check(each, replace=replace)
    ffmpeg.find()  # rather now than after the speaking
    with backdrop.bed(prepared) as bed:
        said = spoken(prepared, settings, progress)
        timeline = said.timeline
        stem = _stem(prepared, timeline, said.clips)
        mixer = _mixer(prepared, timeline, stem, bed)
        wanted = proof.expected(timeline, stem.clips, mixer.floor, prepared.delivery)
        texts = Texts.of(prepared, timeline, stem)
        with output.together(replace=replace) as files:
            file, scratch = files.open(path)
            _encode(prepared, mixer, timeline, file, scratch, _tags(texts, settings), progress)
            file.flush()
            measured = _verified(scratch, wanted, prepared.request.format, progress)
            digest = record.sha256(scratch)
            if others:
                _write_others(files, path, texts, wanted, measured, scratch, settings, salt)
    return Track(timeline=timeline, measured=measured, note=said.note, beside=others, sha256=digest)


def beside_paths(path: Path, prepared: Prepared) -> tuple[Path, ...]:
    """The files beside a track at ``path``."""
    return tuple(beside_path(path, suffix) for suffix in beside.suffixes(prepared))


def _stem(prepared: Prepared, timeline: Timeline, clips: dict[Line, Shaped]) -> VoiceStem:
    if not prepared.request.plain:
        clips = chain.processed(clips, treble_db=prepared.delivery.treble_db)
    stem = voice_stem(
        timeline,
        clips,
        loudness_lufs=prepared.delivery.voice_lufs,
        ceiling_dbtp=prepared.delivery.ceiling_dbtp,
    )
    if any(isinstance(place.sound, Bell) for place in timeline.placements):
        return VoiceStem(clips={**stem.clips, Bell(): backdrop.bell(prepared)}, loudness_lufs=stem.loudness_lufs)
    return stem


def _mixer(prepared: Prepared, timeline: Timeline, stem: VoiceStem, bed: Bed | None) -> Mixer:
    delivery = prepared.delivery
    return Mixer(
        timeline,
        stem.clips,
        bed,
        fades=(delivery.fade_in_seconds, delivery.fade_out_seconds),
        duck_lu=backdrop.ducking_lu(prepared),
        tones_lufs=backdrop.tones_lufs(prepared),
        guard=prepared.request.pause_guard,
    )


def blocks(mixer: Mixer, timeline: Timeline) -> Iterator[Block]:
    """The whole sound of a timeline, in its order."""
    size = timeline.rate * BLOCK_SECONDS
    for start in range(0, timeline.frames, size):
        yield mixer.between(start, min(start + size, timeline.frames))


def _encode(prepared, mixer, timeline, file, scratch, tags, progress):
    ...


def _verified(path: Path, wanted: Proof, kind: str, progress: Progress) -> Measured:
    size = BLOCK_SECONDS * wanted.rate

    def heard() -> Iterator[Block]:
        for place, block in enumerate(decode.blocks(path, size)):
            progress("checking", min(1.0, place * size / wanted.frames))
            yield block

    return verify(heard(), wanted)


def _tags(texts: Texts, settings: Settings) -> Tags:
    return beside.tags(texts, year=settings.year, show_names=settings.show_names)


def _write_others(
    files: Files,
    path: Path,
    texts: Texts,
    wanted: Proof,
    measured: Measured,
    scratch: Path,
    settings: Settings,
    salt: str,
) -> None:
    written = []
    for suffix, content in beside.contents(texts):
        files.write(beside_path(path, suffix), content)
        written.append(suffix)
    files.write(
        beside_path(path, record.SUFFIX),
        record.written(
            texts.prepared,
            texts.timeline,
            wanted,
            measured,
            texts.clauses,
            title=texts.title,
            year=settings.year or year(),
            audio=scratch,
            suffixes=written,
            salt=salt,
            show_names=settings.show_names,
        ),
    )
