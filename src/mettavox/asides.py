"""Asides: what captions and transcripts say in brackets, in each language, of what is not spoken."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Asides:
    """The asides of one language, with words in braces to be filled."""

    bell: str
    quiet: str
    times: str
    second: str
    seconds: str
    minute: str
    minutes: str
    both: str
    name: str

    def length(self, seconds: float) -> str:
        """A length in words, to the second: “47 seconds”, “2 minutes 5 seconds”."""
        minutes, rest = divmod(round(seconds), 60)
        parts = [self._count(self.minute, self.minutes, minutes)] if minutes else []
        parts += [self._count(self.second, self.seconds, rest)] if rest or not minutes else []
        return self.both.join(parts)

    def _count(self, one: str, many: str, number: int) -> str:
        return (one if number == 1 else many).replace("{count}", str(number))

    def quiet_for(self, seconds: float) -> str:
        """That nothing is said for so long."""
        return f"({self.quiet.replace('{length}', self.length(seconds))})"

    def repeated(self, times: int, seconds: float) -> str:
        """That the words before are said so many times in all, over so long."""
        return f"({self.times.replace('{count}', str(times)).replace('{length}', self.length(seconds))})"


_ASIDES = {
    "en": Asides(
        bell="(bell)",
        quiet="quiet, {length}",
        times="{count} times, in {length}",
        second="1 second",
        seconds="{count} seconds",
        minute="1 minute",
        minutes="{count} minutes",
        both=" ",
        name="[name]",
    ),
    "es": Asides(
        bell="(campana)",
        quiet="silencio, {length}",
        times="{count} veces, en {length}",
        second="1 segundo",
        seconds="{count} segundos",
        minute="1 minuto",
        minutes="{count} minutos",
        both=" y ",
        name="[nombre]",
    ),
}
# Signs alone, for a language whose words nobody has given: better than words of another one.
_SIGNS = Asides(
    bell="(♪)",
    quiet="… {length}",
    times="{count} ×, {length}",
    second="1 s",
    seconds="{count} s",
    minute="1 min",
    minutes="{count} min",
    both=" ",
    name="[…]",
)
OWN_WORDS = "[…]"
"""In the place of words that a person wrote, in any language."""


def of(language: str) -> Asides:
    """The asides of a BCP 47 language; signs for one that has no words here."""
    return _ASIDES.get(language.split("-", maxsplit=1)[0].lower(), _SIGNS)
