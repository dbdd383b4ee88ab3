"""Voices: which there are, how each sounds, and having one here, tuned, or removed."""

import io
import math
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mettavox import assets, repertoire, sentences, tryout, tuning, voicestore
from mettavox.errors import MettavoxError, RequestError, VoiceError
from mettavox.handout import fill
from mettavox.rehearsal import Rehearsal
from mettavox.repertoire import Listed
from mettavox.studio import places, translated
from mettavox.studio.desk import Desk, Seen, form, lost, seen_next, sized
from mettavox.studio.installs import Installs
from mettavox.takes import ENGINE as RECORDED
from mettavox.voice import PAUSES

_ANY = "*"
_OWN_LINES = 50
_RATES = (0.5, 1.5)
"""How far the page's slider goes, as far as the engine does; beyond, nobody would meditate."""
_NATURAL = ((4.2, "very_natural"), (3.5, "natural"), (2.5, "clear"), (0.1, "plain"))


def routes(desk: Desk) -> list[Route]:
    """The list, each voice, what is heard of it, its installation, its tuning and its removal."""
    area = _Voices(desk)
    return [
        Route("/voices", area.all, methods=["GET"]),
        Route("/voices/hear", area.hear, methods=["POST"]),
        Route("/voices/{name}", area.voice, methods=["GET"]),
        Route("/voices/{name}/install", area.offer, methods=["GET"]),
        Route("/voices/{name}/install", area.install, methods=["POST"]),
        Route("/voices/{name}/progress", area.progress, methods=["GET"]),
        Route("/voices/{name}/cancel", area.cancel, methods=["POST"]),
        Route("/voices/{name}/remove", area.ask_removal, methods=["GET"]),
        Route("/voices/{name}/remove", area.remove, methods=["POST"]),
        Route("/voices/{name}/tune", area.tune, methods=["POST"]),
        Route("/voices/{name}/reset", area.reset, methods=["POST"]),
    ]


class _Voices:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._installs = Installs(lambda: desk.works.is_open)

    # --- looking and listening ---

    async def all(self, request: Request) -> Response:
        words = self._desk.words(request, "voices")
        listed = await run_in_threadpool(repertoire.every)
        groups: dict[str, list[dict[str, Any]]] = {}
        for each in listed:
            if each.voice.language != _ANY:
                card = self._shown(each, words)
                groups.setdefault(each.voice.language.split("-", maxsplit=1)[0], []).append(card)
        for cards in groups.values():
            cards.sort(key=lambda card: (not card["here"], -card["quality"], card["label"]))
        here = str(words["lang"])
        order = sorted(groups, key=lambda tag: (tag != here, tag != "en", tag))
        return self._desk.page(
            request,
            "voices",
            "voices.html",
            groups=[(tag, words["tongues"].get(tag, tag), _sample(tag), groups[tag]) for tag in order],
            done=request.query_params.get("done", ""),
        )

    async def hear(self, request: Request) -> Response:
        """The sound of a text in a voice, as it is or as it would be if it were tuned so."""
        fields = await form(request)
        try:
            sound = await run_in_threadpool(_heard, fields, self._desk.rehearsal)
        except MettavoxError as error:
            return self._told(request, error, as_json="json" in fields)
        return Response(sound, media_type="audio/wav", headers={"content-disposition": 'inline; filename="voice.wav"'})

    async def voice(self, request: Request) -> Response:
        now = self._installs.get(request.path_params["name"])
        install = replace(now) if now else None  # as it is before we look: it may be finished while we do
        listed = await run_in_threadpool(self._listed, request)
        if listed is None:
            return lost()
        words = self._desk.words(request, "voices")
        dials = await run_in_threadpool(_dials, listed)
        return self._desk.page(
            request,
            "voices",
            "voice.html",
            voice=self._shown(listed, words),
            licence=listed.voice.licence,
            install=install,
            came=sized(install.there if install else 0, words["lang"]),
            dials=dials,
            lines=await run_in_threadpool(_own_lines, listed),
            sample=_sample(listed.voice.language),
            bounds={"rate": _rate_bounds(dials), "pitch": tuning.PITCHES, "pauses": PAUSES},
            done=request.query_params.get("done", ""),
        )

    # --- having it here ---

    async def offer(self, request: Request) -> Response:
        """What an installation would bring, from where, and under which terms: nothing is fetched yet."""
        listed = await run_in_threadpool(self._listed, request)
        if listed is None or not listed.voice.files:
            return lost()
        return self._offered(request, listed)

    def _offered(self, request: Request, listed: Listed, *, source: str = "", wrong: tuple[str, ...] = ()) -> Response:
        words = self._desk.words(request, "voices")
        return self._desk.page(
            request,
            "voices",
            "voice-install.html",
            code=422 if wrong else 200,
            voice=self._shown(listed, words),
            licence=listed.voice.licence,
            hosts=voicestore.hosts(listed.voice),
            files=[(file.path, sized(file.bytes, words["lang"]), file.sha256) for file in listed.voice.files],
            free=sized(_free(), words["lang"]),
            source=source,
            wrong=wrong,
        )

    async def install(self, request: Request) -> Response:
        fields, listed = await form(request), await run_in_threadpool(self._listed, request)
        if listed is None or not listed.voice.files:
            return lost()
        source = None
        if "source" in fields:
            try:
                source = await run_in_threadpool(_source, fields["source"], listed)
            except MettavoxError as error:
                wrong = (error.message, error.hint)
                return self._offered(request, listed, source=fields["source"], wrong=wrong)
        elif not voicestore.hosts(listed.voice) or fields.get("sure") != "yes":
            return seen_next(request, f"voices/{listed.voice.id}/install")
        self._installs.add(listed.voice, source)
        return seen_next(request, f"voices/{listed.voice.id}")

    async def progress(self, request: Request) -> Response:
        """Events for the page of a voice: the state, the share, and how much is here, at every hundredth."""
        install = self._installs.get(request.path_params["name"])
        if install is None:
            return lost()
        words = self._desk.words(request, "voices")

        def told(seen: Seen) -> str:
            (state, share), lang = seen, words["lang"]
            come = fill(words["come"], there=sized(install.there, lang), whole=sized(install.bytes, lang))
            return f"{state}\t{share:.2f}\t{come}"

        return self._desk.followed(request, lambda seen, seconds: self._installs.wait(install, seen, seconds), told)

    async def cancel(self, request: Request) -> Response:
        install = self._installs.get(request.path_params["name"])
        if install is None:
            return seen_next(request, "voices")
        self._installs.cancel(install)
        return seen_next(request, f"voices/{install.voice.id}")

    async def ask_removal(self, request: Request) -> Response:
        """What would go; nothing goes yet."""
        listed = await run_in_threadpool(self._listed, request)
        if listed is None or not _is_removable(listed):
            return lost()
        return self._desk.page(
            request,
            "voices",
            "voice-remove.html",
            voice=self._shown(listed, self._desk.words(request, "voices")),
            others=await run_in_threadpool(voicestore.shared_with, listed.voice),
            lines=len(await run_in_threadpool(_own_lines, listed)),
        )

    async def remove(self, request: Request) -> Response:
        listed = await run_in_threadpool(self._listed, request)
        if listed is None or not _is_removable(listed):
            return lost()
        name, is_recorded = listed.voice.id, listed.voice.engine == RECORDED
        install = self._installs.get(name)
        if install is not None and not install.is_done:
            self._installs.cancel(install)
        try:
            await run_in_threadpool(voicestore.remove, name, profile=is_recorded, shared=True)
        except MettavoxError as error:
            return self._told(request, error)
        return seen_next(request, "voices?done=removed" if is_recorded else f"voices/{name}?done=removed")

    # --- tuning ---

    async def tune(self, request: Request) -> Response:
        fields, listed = await form(request), await run_in_threadpool(self._listed, request)
        if listed is None:
            return lost()
        try:
            wanted = await run_in_threadpool(_turns, fields, listed.voice.id)
            if wanted:
                await run_in_threadpool(lambda: tuning.tune(listed.voice.id, **wanted))
        except MettavoxError as error:
            return self._told(request, error)
        return seen_next(request, f"voices/{listed.voice.id}?done={'kept' if wanted else 'same'}")

    async def reset(self, request: Request) -> Response:
        listed = await run_in_threadpool(self._listed, request)
        if listed is None:
            return lost()
        try:
            await run_in_threadpool(tuning.reset, listed.voice.id)
        except MettavoxError as error:
            return self._told(request, error)
        return seen_next(request, f"voices/{listed.voice.id}?done=reset")

    # --- what the pages share ---

    def _listed(self, request: Request) -> Listed | None:
        try:
            return repertoire.one(request.path_params["name"])
        except VoiceError:
            return None

    def _told(self, request: Request, error: MettavoxError, *, as_json: bool = False) -> Response:
        """An error, of the page's sliders instead of options."""
        labels = self._desk.words(request, "voices")["dials"]
        if as_json:
            return self._desk.told_json(request, error, labels)
        return self._desk.refused(request, "voices", error, labels)

    def _shown(self, listed: Listed, words: Mapping[str, Any]) -> dict[str, Any]:
        """What a card and a page say of a voice, in words."""
        voice, install = listed.voice, self._installs.get(listed.voice.id)
        natural = next((words[name] for least, name in _NATURAL if voice.quality >= least), "")
        speed = listed.times_real_time
        return {
            "id": voice.id,
            "label": translated.said(voice.label, words["lang"]),
            "tongue": words["accents"].get(voice.language, voice.language),
            "gender": words["genders"].get(voice.gender, ""),
            "quality": voice.quality,
            "natural": natural,
            "speed": words["quick" if speed >= 8 else "steady" if speed >= 1.5 else "slow"] if speed else "",  # noqa: PLR2004
            "commercial": words["commercial"][voice.licence.commercial],
            "size": sized(listed.bytes, words["lang"]) if listed.bytes else "",
            "to_come": sized(listed.bytes_to_come, words["lang"]),
            "here": listed.is_here,
            "usual": listed.is_calm,
            "tuned": listed.is_tuned,
            "begun": listed.is_begun,
            "installing": install is not None and not install.is_done,
            "has_files": bool(voice.files),
            "files_here": bool(voice.files) and not listed.bytes_to_come,
            "recorded": voice.engine == RECORDED,
            "package": listed.package,
            "lack": listed.lack,
            "removable": _is_removable(listed),
        }


def _is_removable(listed: Listed) -> bool:
    """Whether anything of it lies here that can be removed."""
    some = listed.bytes_to_come < listed.bytes or listed.is_begun
    return some or (listed.voice.engine == RECORDED and voicestore.own_profile(listed.voice.id) is not None)


def _heard(fields: Mapping[str, str], rehearsal: Rehearsal) -> bytes:
    name = fields.get("voice", "")
    if not assets.is_plain(name):
        raise VoiceError("There is no such voice.", hint="Load the page anew.")
    file = io.BytesIO()
    tryout.speak(tryout.prepare(fields.get("text", ""), name, **_turns(fields, name)), file, rehearsal)
    return file.getvalue()


def _turns(fields: Mapping[str, str], name: str) -> dict[str, Any]:
    """The values of the sliders that are not where the voice stands. Raises RequestError for what is no number."""
    now = tuning.dials(name)
    turns: dict[str, Any] = {}
    for key in ("rate", "pitch", "pauses"):
        if fields.get(key, "").strip():
            try:
                value = float(fields[key])
            except ValueError:
                value = math.nan
            if not math.isfinite(value):
                raise RequestError(f"--{key} is a number.", hint="Load the page anew.")
            if value != getattr(now, key):
                turns[key] = round(value) if key == "pitch" else value
    return turns


def _dials(listed: Listed) -> tuning.Dials | None:
    return tuning.dials(listed.voice.id) if listed.is_here else None


def _rate_bounds(dials: tuning.Dials | None) -> tuple[float, float]:
    """In steps of a twentieth, within what the engine can do."""
    if dials is None:
        return 1.0, 1.0
    lowest, highest = max(dials.rates[0], _RATES[0]), min(dials.rates[1], _RATES[1])
    return math.ceil(lowest * 20 - 1e-6) / 20, math.floor(highest * 20 + 1e-6) / 20


def _own_lines(listed: Listed) -> tuple[str, ...]:
    try:
        return tryout.own_lines(listed.voice.id, _OWN_LINES)
    except MettavoxError:
        return ()


def _sample(language: str) -> str:
    """What a voice is heard with, unless the person writes something else."""
    try:
        found = sentences.load(language).sentences
    except VoiceError:
        return ""
    return " ".join((found[0], found[-1]))


def _source(text: str, listed: Listed) -> Path:
    """The folder with a voice's files. Only files with their names are opened, and only those with the pinned SHA-256
    are kept."""
    folder = places.to_read(text)
    voicestore.check_source(listed.voice, folder)
    return folder


def _free() -> int:
    folder = assets.own_folder("voices")
    nearest = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    try:
        return shutil.disk_usage(nearest).free
    except OSError:
        return 0
