"""Render: one track from one request, spoken, laid, mixed, encoded, measured and only then named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path

import numpy as np

from mettavox import assets, backdrop, beside, chain, gate, output, proof, record
from mettavox.bed import Bed
from mettavox.beside import Texts, beside_path
from mettavox.codec import Block
from mettavox.codecs import assembly, decode, encode, id3
from mettavox.credits import year
from mettavox.framecache import FrameCache
from mettavox.mix import Mixer
from mettavox.output import Files
from mettavox.prepare import Prepared
from mettavox.proof import Proof
from mettavox.script import Bell, Line
from mettavox.shape import Shaped
from mettavox.spoken import Progress, Settings, Spoken, spoken
from mettavox.stem import VoiceStem, voice_stem
from mettavox.timeline import Placement, Timeline
from mettavox.verify import BLOCK_SECONDS, Measured, examined, verify

_STANDARD = Settings()

# A bed that lies this far under the voice adds nothing to its peaks that the encoder's margin does not hold.
_LOUD_BED_LU = 18.0
_MOST_ROUNDS, _LOWEST_CEILING_DBTP = 4, -12.0


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
    settings: Settings = _STANDARD,
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
    # Rather now than after the speaking.
    encode.check(prepared.request.format, rate=prepared.rate, bitrate_kbps=prepared.delivery.bitrate_kbps)
    settings = changed(settings, year=settings.year or year())
    with backdrop.bed(prepared) as bed:
        said = spoken(prepared, settings, progress)
        stem, mixer, wanted = _mixed(prepared, said, bed)
        texts = Texts.of(prepared, said.timeline, stem)
        with output.together(replace=replace) as files:
            _, scratch = files.open(path)
            with output.translated(path):
                _encode(texts, mixer, scratch, settings, progress)
            track = Track(
                timeline=said.timeline,
                measured=verify(decode.for_proof(scratch, wanted, lambda share: progress("checking", share)), wanted),
                note=said.note,
                beside=others,
                sha256=record.sha256(scratch),
            )
            if others:
                account = record.written(
                    texts,
                    wanted,
                    track.measured,
                    year=settings.year,
                    audio_sha256=track.sha256,
                    salt=salt,
                    show_names=settings.show_names,
                )
                _write_others(files, path, texts, account)
    return track


def beside_paths(path: Path, prepared: Prepared) -> tuple[Path, ...]:
    """The files beside a track at ``path``."""
    return tuple(beside_path(path, suffix) for suffix in beside.suffixes(prepared))


def _mixed(prepared: Prepared, said: Spoken, bed: Bed | None) -> tuple[VoiceStem, Mixer, Proof]:
    """The stem, the mixer, and what the track has to hold.

    Where a loud bed adds to the voice's peaks, the voice is limited a little lower; and since such a bed may swell,
    what it adds to the loudness where there is speech is measured.
    """
    clips = said.clips
    if not prepared.request.plain:
        clips = chain.processed(clips, treble_db=prepared.delivery.treble_db)
    ceiling = prepared.delivery.ceiling_dbtp
    if not _is_loud(prepared):
        return _mix(prepared, said.timeline, clips, ceiling, bed)
    highest = _amplitude(ceiling)
    for _ in range(_MOST_ROUNDS):
        stem, mixer, wanted = _mix(prepared, said.timeline, dict(clips), ceiling, bed)
        heard, _ = examined(blocks(mixer, said.timeline), changed(wanted, added_lu=0.0))
        over = _amplitude(heard.peak_dbtp) - highest
        if over <= 0:
            break
        ceiling = float(20 * np.log10(max(_amplitude(ceiling) - over, _amplitude(_LOWEST_CEILING_DBTP))))
    return stem, mixer, changed(wanted, added_lu=heard.voice_lufs - stem.loudness_lufs)


def _mix(
    prepared: Prepared, timeline: Timeline, clips: Mapping[Line, Shaped], ceiling_dbtp: float, bed: Bed | None
) -> tuple[VoiceStem, Mixer, Proof]:
    stem = _stem(prepared, timeline, clips, ceiling_dbtp)
    mixer = _mixer(prepared, timeline, stem, bed)
    wanted = proof.expected(
        timeline,
        stem,
        mixer.floor,
        highest_dbtp=prepared.delivery.highest_dbtp,
        added_lu=backdrop.added_lu(prepared),
    )
    return stem, mixer, wanted


def _is_loud(prepared: Prepared) -> bool:
    return prepared.delivery.bed != "none" and prepared.delivery.bed_under_lu < _LOUD_BED_LU


def _amplitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _stem(prepared: Prepared, timeline: Timeline, clips: Mapping[Line, Shaped], ceiling_dbtp: float) -> VoiceStem:
    stem = voice_stem(timeline, clips, loudness_lufs=prepared.delivery.voice_lufs, ceiling_dbtp=ceiling_dbtp)
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


def _is_private(place: Placement, settings: Settings) -> bool:
    return isinstance(place.sound, Line) and place.sound.personal and not settings.cache_names


def _encode(texts: Texts, mixer: Mixer, path: Path, settings: Settings, progress: Progress) -> None:
    tags = beside.tags(texts, year=settings.year, show_names=settings.show_names)
    cache = FrameCache(assets.cache_folder()) if settings.cache else None
    timeline, kbps = texts.timeline, texts.prepared.delivery.bitrate_kbps
    plan = assembly.plan(mixer, timeline.frames, timeline.rate) if texts.prepared.request.format == "mp3" else None
    if plan is not None and plan.is_worth_it:
        tag = id3.tag(tags, rate=timeline.rate, frames=timeline.frames)
        with path.open("w+b") as file:
            assembly.mp3(
                mixer,
                plan,
                timeline.frames,
                file,
                tag,
                bitrate_kbps=kbps,
                cache=cache,
                private=[(place.start, place.end) for place in timeline.placements if _is_private(place, settings)],
            )
        if cache is not None:
            cache.trim()
        progress("encoding", 1.0)
        return
    encode.track(
        texts.prepared.request.format,
        blocks(mixer, timeline),
        timeline.frames,
        path,
        tags,
        rate=timeline.rate,
        bitrate_kbps=kbps,
        hear=lambda share: progress("encoding", share),
    )


def _write_others(files: Files, path: Path, texts: Texts, account: str) -> None:
    for suffix, content in beside.contents(texts):
        files.write(beside_path(path, suffix), content)
    files.write(beside_path(path, record.SUFFIX), account)
