"""Master: what is the same in the tracks of many people, made and proved once.

Where a line has a person's words there is a blank, wide enough for any of those people. Everything else lies at the
same frames in all their tracks: clips, gains, MP3 frames, what was heard in them, pictures. A track is a master with
its blanks filled, and only the windows about these are encoded for it. A track of nobody else is one of a master too.
"""

import hashlib
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mettavox import __version__, backdrop, beside, blanks, chain, cover, heap, prepare, proof, record, shape
from mettavox.bed import Bed
from mettavox.beside import Texts
from mettavox.blanks import NotShared, Slots
from mettavox.clauses import Clause
from mettavox.codecs import assembly
from mettavox.codecs.assembly import Pieces, Plan
from mettavox.loudness import BINS_A_SECOND, TruePeak
from mettavox.mix import Mixer, Stem
from mettavox.proof import Proof, Quiet
from mettavox.reel import Kept, Reel, Sounds, read
from mettavox.script import Bell, Line
from mettavox.shape import Shaped
from mettavox.spoken import Part, Progress, Spoken
from mettavox.stem import Levelling, Weighed, energies, levelling
from mettavox.tally import Tally
from mettavox.timeline import Silence, Timeline
from mettavox.units import frames
from mettavox.verify import BLOCK_SECONDS, Ear, spoken_bins

VERSION = 4

# A bed that lies this far under the voice adds nothing to its peaks that the encoder's margin does not hold.
_LOUD_BED_LU = 18.0
_MOST_ROUNDS, _LOWEST_CEILING_DBTP = 4, -12.0
# What is said to everybody has to be this share of the speech, or it does not tell how loud the whole is.
_LEAST_SHARED = 0.5
# A name makes a track louder or softer by a tenth of this.
_FARTHEST_LU = 0.25

Clips = Mapping[Line, NDArray[np.int16]]


@dataclass(frozen=True, kw_only=True)
class Levels:
    """What makes a clip a part of the stem: the median of the lines' levels, and gain and ceiling.

    ``added_lu`` is how much louder the bed makes what is heard where there is speech.
    """

    median_lufs: float
    levelling: Levelling
    added_lu: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Heard:
    """What a decoder gave of the frames that are the same for everybody: as an Ear remembers it."""

    cells: Tally
    bins: Kept
    peak: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Master:
    """What tracks have in common; its timeline and its proof have blanks, which are as long as their slots.

    ``bins`` is the energy of the stem without what is said in the blanks. ``clauses`` say what each line says when.
    ``windows`` are the places of the windows in which a blank is heard, whose MP3 frames ``pieces`` has not, and
    ``near`` the clips that are heard there beside it.
    """

    timeline: Timeline
    levels: Levels
    bins: Kept
    proof: Proof
    clauses: Mapping[Line, tuple[Clause, ...]]
    covers: Mapping[int, bytes]
    pieces: Pieces
    windows: frozenset[int]
    near: Stem
    heard: Heard


# --- what it is known by ---


def key(part: Part, slots: Slots) -> str:
    """The name of the master of a part: the hash of everything that shapes it. Nothing of it is a person's."""
    return hashlib.sha256(repr((kind(part), sorted(slots.items()))).encode("ascii")).hexdigest()


def kind(part: Part) -> str:
    """What the masters of a part have in common, whatever their slots, hashed. Nothing of it is a person's."""
    prepared, request, rules = part.prepared, part.prepared.request, part.prepared.rules
    shown = sorted(
        (name, sorted(value) if isinstance(value, frozenset) else value) for name, value in vars(rules).items()
    )
    shaped_by = (
        VERSION,
        __version__,
        sorted(record.made_with(prepared).items()),
        prepared.script,
        shown,
        prepared.seconds,
        prepared.delivery,
        record.voice_hash(prepared.voice),
        prepared.fill and record.voice_hash(prepared.fill),
        (request.format, request.cover, request.duck, request.pause_guard, request.plain),
    )
    return hashlib.sha256(repr(shaped_by).encode("utf-8", "surrogatepass")).hexdigest()


# --- making it ---


def plan(part: Part, timeline: Timeline, bed: Bed | None) -> Plan | None:
    """How a track is assembled; None where all of it has to be encoded, or where that is less."""
    if part.prepared.request.format != "mp3":
        return None
    found = assembly.plan(mixer_of(part, timeline, {}, bed), timeline.frames, timeline.rate)
    return found if found is not None and found.is_worth_it else None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Levelled:
    """The clips that are for everybody as the stem has them, its energy, and what a track of them has to hold."""

    levels: Levels
    clips: Sounds[Line]
    bins: NDArray[np.float64]
    stem: Sounds[Line | Bell]
    mixer: Mixer
    proof: Proof


def _levelled(part: Part, said: Spoken, bed: Bed | None) -> _Levelled:
    """What was said to everybody, as loud as it is to be; those clips are let go of. Raises NotShared for too few.

    Where a loud bed adds to the voice's peaks, the voice is limited a little lower; and since such a bed may swell,
    what it adds to the loudness where there is speech is measured.
    """
    prepared, timeline = part.prepared, said.timeline
    _check_shared(timeline)
    shape.forget()
    heap.give_back()
    shared = (line for line in said.clips if not blanks.is_blank(line))
    by_length = sorted(shared, key=lambda line: said.clips.frames_at(line, timeline.rate))
    weighed, median = _weighed(prepared, said.clips, by_length)
    chain.forget()
    ceiling = prepared.delivery.ceiling_dbtp
    highest, added = _amplitude(ceiling), backdrop.added_lu(prepared)
    for _ in range(_MOST_ROUNDS):
        found = levelling(timeline, weighed, loudness_lufs=prepared.delivery.voice_lufs, ceiling_dbtp=ceiling)
        reel = Reel()
        clips = Sounds({line: reel.keep(each.finished(found, timeline.rate)) for line, each in weighed.items()})
        stem = stem_of(part, timeline, clips)
        mixer = mixer_of(part, timeline, stem, bed)
        wanted = proof.expected(
            timeline,
            stem,
            found.loudness_lufs,
            mixer.floor,
            highest_dbtp=prepared.delivery.highest_dbtp,
            added_lu=added,
        )
        if not _is_loud(prepared):
            break
        ear = _listened(mixer, timeline, wanted)
        added = ear.energies.integrated() - found.loudness_lufs
        over = _amplitude(ear.peak.dbtp) - highest
        if over <= 0:
            break
        ceiling = float(20 * np.log10(max(_amplitude(ceiling) - over, _amplitude(_LOWEST_CEILING_DBTP))))
    return _Levelled(
        levels=Levels(median_lufs=median, levelling=found, added_lu=added),
        clips=clips,
        bins=energies(timeline, weighed, found.gain, found.ceiling).bins,
        stem=stem,
        mixer=mixer,
        proof=replace(wanted, added_lu=added),
    )


def _weighed(
    prepared: prepare.Prepared, clips: MutableMapping[Line, Shaped], lines: Iterable[Line], median: float | None = None
) -> tuple[dict[Line, Weighed], float]:
    """The clips of these lines through the voice chain, each about as loud as ``median``, or as the one in the middle,
    and that. They are let go of one after the other; lines by length take the least time and memory.
    """
    plain, reel = prepared.request.plain, Reel()
    weighed = {}
    for line in lines:
        clip = clips.pop(line)
        smooth = clip if plain else chain.smooth(clip, prepared.delivery.treble_db)
        weighed[line] = Weighed(smooth, None if line.personal else reel)
    if plain:
        return weighed, 0.0
    heard = {line: each.speech_lufs for line, each in weighed.items()}
    middle = chain.median_lufs(heard.values()) if median is None else median
    for line, gain_db in chain.levelling_db(heard, middle).items():
        weighed[line].amplify(gain_db)
    return weighed, middle


def _check_shared(timeline: Timeline) -> None:
    spoken = [place for place in timeline.placements if isinstance(place.sound, Line)]
    shared = sum(place.frames for place in spoken if not blanks.is_blank(place.sound))
    if shared < _LEAST_SHARED * sum(place.frames for place in spoken):
        raise NotShared


def _is_loud(prepared: prepare.Prepared) -> bool:
    return prepared.delivery.bed != "none" and prepared.delivery.bed_under_lu < _LOUD_BED_LU


def _amplitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _listened(mixer: Mixer, timeline: Timeline, wanted: Proof) -> Ear:
    places = zip(wanted.sounds, timeline.placements, strict=True)
    spoken = replace(wanted, sounds=tuple(sound for sound, place in places if not blanks.is_blank(place.sound)))
    ear = Ear(timeline.frames, timeline.rate, spoken_bins(spoken))
    for block in mixer.blocks():
        ear.hear(block)
    return ear


def stem_of(part: Part, timeline: Timeline, clips: Sounds[Line]) -> Sounds[Line | Bell]:
    """The finished clips with what rings, and silence in the blanks that have none."""
    nothing = np.zeros(0, dtype=np.int16)
    stem: dict[Line | Bell, Kept] = {}
    for place in timeline.placements:
        if isinstance(place.sound, Bell):
            stem[place.sound] = backdrop.bell(part.prepared)
        else:
            stem[place.sound] = clips.kept.get(place.sound, nothing)
    return Sounds(stem)


def mixer_of(part: Part, timeline: Timeline, stem: Stem, bed: Bed | None) -> Mixer:
    """What mixes a stem with all that sounds beside it."""
    delivery = part.prepared.delivery
    return Mixer(
        timeline,
        stem,
        bed,
        fades=(delivery.fade_in_seconds, delivery.fade_out_seconds),
        duck_lu=backdrop.ducking_lu(part.prepared),
        tones_lufs=backdrop.tones_lufs(part.prepared),
        guard=part.prepared.request.pause_guard,
    )


def made(
    part: Part,
    said: Spoken,
    made_by: Plan,
    bed: Bed | None,
    progress: Progress,
    *,
    threads: int = 1,
    at_hand: bool = False,
) -> Master:
    """The master of a part, whose blanks are as wide as was said, encoded in so many threads.

    Its MP3 frames lie on a reel, or are ``at_hand`` where they are for many tracks. Raises NotShared or CodecError.
    """
    prepared, timeline, rate = part.prepared, said.timeline, part.prepared.rate
    found = _levelled(part, said, bed)
    heap.give_back()
    language = prepared.script.head.language
    clauses = {line: beside.said_when(line, clip, rate, language) for line, clip in found.clips.items()}
    open_places = [place for place in timeline.placements if blanks.is_blank(place.sound)]
    windows = assembly.touching(made_by, [(place.start, place.end) for place in open_places])
    kbps = prepared.delivery.bitrate_kbps
    pieces = assembly.encoded(
        found.mixer,
        made_by,
        timeline.frames,
        bitrate_kbps=kbps,
        threads=threads,
        without=windows,
        hear=lambda share: progress("encoding", share),
    )
    pieces = pieces if at_hand else pieces.wound()
    heap.give_back()
    heard = _heard(pieces, windows, found.proof, progress)
    texts = Texts(prepared=prepared, timeline=timeline, clauses={})
    heap.give_back()
    covers = {size: beside.picture(texts, size) for size in (cover.SMALL, cover.LARGE)}
    heap.give_back()
    return Master(
        timeline=timeline,
        levels=found.levels,
        bins=found.bins,
        proof=found.proof,
        clauses=clauses,
        covers=covers,
        pieces=pieces,
        windows=windows,
        near={
            place.sound: found.stem[place.sound]
            for place in timeline.placements
            if _is_near(place.start, place.end, pieces, windows)
        },
        heard=heard,
    )


def _is_near(start: int, end: int, pieces: Pieces, windows: frozenset[int]) -> bool:
    return bool(assembly.touching(pieces.plan, [(start, end)]) & windows)


def _heard(pieces: Pieces, without: frozenset[int], wanted: Proof, progress: Progress) -> Heard:
    """What a decoder makes of all MP3 frames but those of some windows, each of them heard in its neighbourhood."""
    ear = Ear(wanted.frames, wanted.rate, spoken_bins(wanted))
    size, unit = BLOCK_SECONDS * wanted.rate, wanted.rate // BINS_A_SECOND
    between = Ear(assembly.turn(pieces, unit), wanted.rate, np.zeros_like(spoken_bins(wanted)))
    for _, block in assembly.heard_between(pieces, size=size, unit=unit):
        between.hear(block)
    ear.cells = Tally(len(ear.cells), between.cells.between(0, len(between.cells)))
    ear.peak = TruePeak(between.peak.highest)
    places = [place for place in range(len(pieces.windows)) if place not in without]
    for done, place in enumerate(places):
        progress("checking", done / len(places))
        _hear(ear, pieces, place, wanted)
    return Heard(cells=ear.cells, bins=ear.energies.bins, peak=ear.peak.highest)


def _hear(ear: Ear, pieces: Pieces, place: int, wanted: Proof) -> None:
    """Have an ear hear a window."""
    size, unit = BLOCK_SECONDS * wanted.rate, wanted.rate // BINS_A_SECOND
    for at, block in assembly.heard(pieces, place, wanted.frames, size=size, unit=unit):
        ear.hear(block, at)


# --- a track of it ---


@dataclass(frozen=True, kw_only=True, eq=False)
class Filled:
    """A master with one person's words in its blanks: what is heard when, the MP3 frames, and what they have to hold.

    ``ear`` has heard all of them.
    """

    timeline: Timeline
    clauses: Mapping[Line, tuple[Clause, ...]]
    pieces: Pieces
    proof: Proof
    ear: Ear


def filled(master: Master, part: Part, own: Mapping[Line, Shaped], bed: Bed | None) -> Filled:
    """The master with these clips in its blanks. Raises NotShared where they do not go into it, and CodecError."""
    laid, rate = master.timeline, master.timeline.rate
    clips, loudness = _finished(part, laid, master.levels, read(master.bins), own)
    heap.give_back()
    lengths = {blank: len(clip) for blank, clip in clips.items()}
    timeline = _with_lengths(laid, lengths, frames(part.prepared.rules.slack_seconds, rate))
    pieces = master.pieces
    stem: dict[Line | Bell, NDArray[np.int16]] = {**master.near}
    stem |= clips  # type: ignore[arg-type]
    mixer = mixer_of(part, laid, stem, bed)
    if master.windows:
        kbps = part.prepared.delivery.bitrate_kbps
        pieces = assembly.completed(pieces, mixer, laid.frames, master.windows, bitrate_kbps=kbps)
    wanted = _proof(master.proof, timeline, clips, mixer, loudness)
    return Filled(
        timeline=named(timeline, part),
        clauses=dict(master.clauses)
        | {
            part.line(blank): beside.said_when(part.line(blank), clip, rate, part.prepared.script.head.language)
            for blank, clip in clips.items()
        },
        pieces=pieces,
        proof=wanted,
        ear=_heard_all(master, pieces, wanted),
    )


def _finished(
    part: Part, timeline: Timeline, found: Levels, bins: NDArray[np.float64], own: Mapping[Line, Shaped]
) -> tuple[dict[Line, NDArray[np.int16]], float]:
    """What is said in the blanks, as loud as the lines that are for everybody, and how loud all are together.

    ``bins`` is the energy of the others. Raises NotShared where that is not as loud as it was to be.
    """
    by_length = sorted(own, key=lambda line: own[line].frames_at(timeline.rate))
    weighed, _ = _weighed(part.prepared, dict(own), by_length, found.median_lufs)
    made = found.levelling
    sums = energies(timeline, weighed, made.gain, made.ceiling)
    sums.bins += bins
    loudness = sums.integrated()
    if abs(loudness - made.loudness_lufs) > _FARTHEST_LU:
        raise NotShared
    return {blank: each.finished(made, timeline.rate) for blank, each in weighed.items()}, loudness


def whole(
    part: Part, said: Spoken, own: Mapping[Line, Shaped], bed: Bed | None
) -> tuple[Timeline, Clips, Proof, Mixer]:
    """A track that is not assembled: its timeline with its blanks, all clips, what it has to hold, and its sound.

    Raises NotShared as a master does, and where a loud bed leaves no room for lines that are not heard with it first.
    """
    timeline = said.timeline
    if own and _is_loud(part.prepared):
        raise NotShared
    found = _levelled(part, said, bed)
    clips, loudness = _finished(part, timeline, found.levels, found.bins, own)
    mixer = mixer_of(part, timeline, Sounds({**found.stem.kept, **clips}), bed)  # type: ignore[dict-item]
    return timeline, Sounds({**found.clips.kept, **clips}), _proof(found.proof, timeline, clips, mixer, loudness), mixer


def _with_lengths(timeline: Timeline, lengths: Mapping[Line, int], slack: int) -> Timeline:
    """The timeline with the true length of what is in each blank: the pause after it begins where it ends.

    Raises NotShared where something is longer than its blank, or so many frames shorter: its pause would be too long.
    """
    ends: dict[int, int] = {}
    placements = []
    for place in timeline.placements:
        length = lengths.get(place.sound, place.frames) if isinstance(place.sound, Line) else place.frames
        if not 0 <= place.frames - length <= slack:
            raise NotShared
        ends[place.end] = place.frames - length
        placements.append(place if length == place.frames else replace(place, frames=length))
    silences = (_sooner(quiet, ends.pop(quiet.start, 0)) for quiet in timeline.silences)
    return replace(timeline, placements=tuple(placements), silences=tuple(silences))


def _sooner(quiet: Silence, more: int) -> Silence:
    """The silence that begins so many frames before."""
    if not more:
        return quiet
    return replace(
        quiet,
        start=quiet.start - more,
        frames=quiet.frames + more,
        shortest=quiet.shortest + more,
        longest=quiet.longest + more,
    )


def named(timeline: Timeline, part: Part) -> Timeline:
    """The timeline with what is said in each blank."""
    placements = (
        replace(place, sound=part.line(place.sound)) if blanks.is_blank(place.sound) else place  # type: ignore[arg-type]
        for place in timeline.placements
    )
    return replace(timeline, placements=tuple(placements))


def _proof(wanted: Proof, timeline: Timeline, clips: Clips, mixer: Mixer, loudness: float) -> Proof:
    """The proof of what is for everybody, with what is in the blanks."""
    sounds = tuple(
        replace(sound, frames=place.frames, levels=proof.levels(place, clips[place.sound], wanted.cell))
        if isinstance(place.sound, Line) and place.sound in clips
        else sound
        for sound, place in zip(wanted.sounds, timeline.placements, strict=True)
    )
    quiets = tuple(
        known
        if known.start == quiet.start
        else Quiet(start=quiet.start, frames=quiet.frames, floor=mixer.floor(quiet.start, quiet.start + quiet.frames))
        for known, quiet in zip(wanted.quiets, timeline.silences, strict=True)
    )
    return replace(wanted, sounds=sounds, quiets=quiets, voice_lufs=loudness)


def _heard_all(master: Master, pieces: Pieces, wanted: Proof) -> Ear:
    ear = Ear(wanted.frames, wanted.rate, spoken_bins(wanted))
    ear.cells = master.heard.cells.copy()
    ear.energies.bins[:] = read(master.heard.bins)
    ear.peak = TruePeak(master.heard.peak)
    for place in sorted(master.windows):
        _hear(ear, pieces, place, wanted)
    ear.frames = wanted.frames  # how long it is, a decoder tells of the file
    return ear
