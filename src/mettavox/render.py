"""Render: one track from one request, spoken, laid, mixed, encoded, measured and only then named."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as changed
from itertools import chain
from pathlib import Path

from mettavox import backdrop, beside, blanks, gate, master, output, record
from mettavox import spoken as speaking
from mettavox.bed import Bed
from mettavox.bench import Bench
from mettavox.beside import Texts, beside_path
from mettavox.blanks import NotShared, Shared
from mettavox.clauses import Clause
from mettavox.codecs import assembly, decode, encode, id3
from mettavox.codecs.assembly import Plan
from mettavox.credits import year
from mettavox.ensemble import Ensemble
from mettavox.errors import SoundError
from mettavox.master import Filled, Master
from mettavox.output import Files
from mettavox.prepare import Prepared
from mettavox.proof import Proof
from mettavox.script import Line
from mettavox.spoken import Part, Progress, Settings, Spoken
from mettavox.tags import Tags
from mettavox.timeline import Timeline
from mettavox.verify import Measured, judged, passed, verify

_STANDARD = Settings()


@dataclass(frozen=True, kw_only=True)
class Track:
    """A finished track: its timeline, what was measured in it, the files beside it.

    ``note`` is what a person should be told of it, or nothing; ``sha256`` is the hash of the sound's file, and
    ``files`` are all its files by their names, each with its hash.
    """

    timeline: Timeline
    measured: Measured
    note: str = ""
    beside: tuple[Path, ...] = ()
    sha256: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def render(
    prepared: Prepared,
    path: Path,
    *,
    replace: bool = False,
    settings: Settings = _STANDARD,
    progress: Progress = lambda stage, share: None,
    salt: str = "",
    shared: Shared | None = None,
    bench: Bench | None = None,
) -> Track:
    """Make the track and leave it at ``path``, with the files beside it. When this fails, nothing is left.

    ``salt`` is that of an earlier record, where the track is made again; ``shared`` is what it has in common with the
    tracks of others, and ``bench`` what is kept from one track to the next. Raises ScriptError or RequestError for
    words that break a rule, EngineError, DurationError, CodecError, SoundError or OutputError.
    """
    if settings.lint:
        gate.admit(prepared)
    others = () if settings.only_audio else beside_paths(path, prepared)
    output.check(path, *others, replace=replace)
    # Rather now than after the speaking.
    encode.check(prepared.request.format, rate=prepared.rate, bitrate_kbps=prepared.delivery.bitrate_kbps)
    settings = changed(settings, year=settings.year or year())
    with contextlib.ExitStack() as until_the_end:
        bench = bench or until_the_end.enter_context(contextlib.closing(Bench(cache=settings.cache)))
        bed = until_the_end.enter_context(backdrop.bed(prepared))
        ensemble = bench.booth.ensemble(prepared, settings)
        made = _Maker(prepared, ensemble, bed, bench, progress, threads=settings.worker_count()).made(shared)
        bench.trim()
        heard = {place.sound for place in made.timeline.placements if isinstance(place.sound, Line)}
        texts = Texts(prepared=prepared, timeline=made.timeline, clauses=made.clauses, covers=made.covers)
        with output.together(replace=replace) as files:
            _, scratch = files.open(path)
            with output.translated(path):
                tags = beside.tags(texts, year=settings.year, show_names=settings.show_names)
                measured, sha256 = made.write(scratch, tags)
            written = {path.name: sha256}
            track = Track(
                timeline=made.timeline,
                measured=measured,
                note=ensemble.note(prepared.script, heard),
                beside=others,
                sha256=sha256,
                files=written,
            )
            if others:
                account = record.written(
                    texts,
                    made.proof,
                    track.measured,
                    year=settings.year,
                    audio_sha256=track.sha256,
                    audio_bytes=scratch.stat().st_size,
                    salt=salt,
                    show_names=settings.show_names,
                    shared=made.shared,
                )
                written |= _write_others(files, path, texts, account)
    return track


def prepare_master(prepared: Prepared, shared: Shared, *, settings: Settings, bench: Bench) -> bool:
    """Have the master of tracks that share these slots ready on the bench; whether there can be one.

    Raises what ``render`` does.
    """
    if settings.lint:
        gate.admit(prepared)
    with backdrop.bed(prepared) as bed:
        ensemble = bench.booth.ensemble(prepared, settings)
        part = Part.of(prepared, ensemble, slack_seconds=shared.slack_seconds)
        try:
            maker = _Maker(prepared, ensemble, bed, bench, lambda stage, share: None, threads=settings.worker_count())
            maker.master(part, shared)
        except NotShared:
            return False
    return True


def beside_paths(path: Path, prepared: Prepared) -> tuple[Path, ...]:
    """The files beside a track at ``path``."""
    return tuple(beside_path(path, suffix) for suffix in beside.suffixes(prepared))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Made:
    """A track before it is a file: what is heard when, what it has to hold, and how it is written.

    ``write`` leaves it at a path with its tags, and gives what was measured in it, and the SHA-256 of the file.
    """

    timeline: Timeline
    clauses: Mapping[Line, tuple[Clause, ...]]
    proof: Proof
    write: Callable[[Path, Tags], tuple[Measured, str]]
    covers: Mapping[int, bytes]
    shared: Shared | None = None


class _Maker:
    """Makes one track: of a master and what is its own, or, where that cannot be, of its own alone."""

    def __init__(
        self,
        prepared: Prepared,
        ensemble: Ensemble,
        bed: Bed | None,
        bench: Bench,
        progress: Progress,
        *,
        threads: int,
    ) -> None:
        self._prepared = prepared
        self._ensemble = ensemble
        self._bed = bed
        self._bench = bench
        self._progress = progress
        self._threads = threads

    def made(self, shared: Shared | None) -> _Made:
        """Of what it shares with others; else of slots of its own; else with all levels found from all its lines."""
        for each in [shared, None] if shared else [None]:
            part = Part.of(self._prepared, self._ensemble, slack_seconds=each.slack_seconds if each else 0.0)
            try:
                return self._of(part, each)
            except NotShared:
                pass
            except SoundError:
                if not part.own:
                    raise
        return self._of(Part.of(self._prepared, self._ensemble, undivided=True), None)

    def master(self, part: Part, shared: Shared) -> Master:
        """The master with these slots, from the bench or made now. Raises NotShared where there can be none."""
        known = self._bench.find(part, shared.slots, at_hand=True)
        if known is None:
            said = speaking.spoken(part, self._ensemble, self._progress, shared.slots)
            plan = master.plan(part, said.timeline, self._bed)
            if plan is None:
                raise NotShared
            known = self._new(part, said, plan, shared=True)
        return known

    def _known(self, part: Part) -> Master | None:
        """The master of an earlier track that nobody shares, with nothing laid or spoken but a person's words."""
        numbers = self._bench.blanks(part)
        if numbers is None:
            return None
        return self._bench.find(part, speaking.slots(part, self._ensemble, numbers))

    def _new(self, part: Part, said: Spoken, plan: Plan, *, shared: bool) -> Master:
        """The master of what was spoken, which is kept."""
        made = master.made(part, said, plan, self._bed, self._progress, threads=self._threads, at_hand=shared)
        self._bench.keep(part, said.slots, made, shared=shared)
        return made

    def _of(self, part: Part, shared: Shared | None) -> _Made:
        known = self._known(part) if shared is None else self.master(part, shared)
        if known is None:
            said = speaking.spoken(part, self._ensemble, self._progress)
            plan = master.plan(part, said.timeline, self._bed)
            if plan is None:
                return self._in_one_pass(part, said)
            known = self._bench.find(part, said.slots) or self._new(part, said, plan, shared=False)
        own = speaking.clips(part, self._ensemble, _blanks(known.timeline))
        filled = master.filled(known, part, own, self._bed)
        measured = passed(*judged(filled.ear, filled.proof))
        return _Made(
            timeline=filled.timeline,
            clauses=filled.clauses,
            proof=filled.proof,
            covers=known.covers,
            write=lambda path, tags: self._assembled(filled, measured, path, tags),
            shared=shared,
        )

    def _assembled(self, filled: Filled, measured: Measured, path: Path, tags: Tags) -> tuple[Measured, str]:
        timeline, kbps = filled.timeline, self._prepared.delivery.bitrate_kbps
        tag = id3.tag(tags, rate=timeline.rate, frames=timeline.frames)
        track = assembly.track(filled.pieces, timeline.frames, tag, bitrate_kbps=kbps)
        with path.open("wb") as file:
            written = assembly.write(track, file)
        told = decode.told_frames(path)
        if told != timeline.frames:
            raise SoundError(
                f"The finished track did not pass its check: it says that it has {told} frames.",
                hint="Nothing was delivered. Try again; if it stays so, please report it.",
            )
        with path.open("rb") as file:
            is_whole = assembly.is_in(track, file)
        if not is_whole:
            raise SoundError(
                "The finished track did not pass its check: the disk does not give back what was written.",
                hint="Nothing was delivered. Choose another folder with -o, and have the disk checked.",
            )
        return measured, written

    def _in_one_pass(self, part: Part, said: Spoken) -> _Made:
        own = {blank: said.clips.pop(blank) for blank in _blanks(said.timeline)}
        timeline, clips, wanted, mixer = master.whole(part, said, own, self._bed)
        rate, language = timeline.rate, self._prepared.script.head.language

        kind, kbps = self._prepared.request.format, self._prepared.delivery.bitrate_kbps

        def hear(share: float) -> None:
            self._progress("encoding", share)

        def write(path: Path, tags: Tags) -> tuple[Measured, str]:
            if kind == "mp3" and assembly.goes_in_stretches(rate):
                tag = id3.tag(tags, rate=rate, frames=timeline.frames)
                with path.open("w+b") as file:
                    assembly.in_stretches(
                        mixer, timeline.frames, file, tag, bitrate_kbps=kbps, threads=self._threads, hear=hear
                    )
            else:
                encode.track(kind, mixer.blocks(), timeline.frames, path, tags, rate=rate, bitrate_kbps=kbps, hear=hear)
            heard = decode.for_proof(path, wanted, lambda share: self._progress("checking", share))
            return verify(heard, wanted), record.sha256(path)

        clauses = {
            part.line(line): beside.said_when(part.line(line), clip, rate, language) for line, clip in clips.items()
        }
        return _Made(timeline=master.named(timeline, part), clauses=clauses, proof=wanted, covers={}, write=write)


def _blanks(timeline: Timeline) -> list[Line]:
    return list(dict.fromkeys(place.sound for place in timeline.placements if blanks.is_blank(place.sound)))  # type: ignore[misc]


def _write_others(files: Files, path: Path, texts: Texts, account: str) -> dict[str, str]:
    """Write what lies beside a track; gives the SHA-256 of each file by its name."""
    contents = chain(beside.contents(texts), [(record.SUFFIX, account)])
    places = ((beside_path(path, suffix), content) for suffix, content in contents)
    return {place.name: files.write(place, content) for place, content in places}
