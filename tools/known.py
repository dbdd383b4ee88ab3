"""Note scripts of others, so that the lint can say where ours come too near to them (COPY-01).

    python3 tools/known.py en someone-elses-script.txt …

adds the hashes of every eight words in a row to scripts/en/shared/known.txt. Only hashes are kept, and
never the text: keep the files elsewhere. Runs of words that are nothing but kind wishes are left out, since
those are common heritage.
"""

import argparse
import re
from pathlib import Path

from mettavox import phrasebook
from mettavox.lint import copied

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
NOTES = """\
# Runs of eight words in published scripts of others, as hashes: the first 16 hexadecimal digits of the
# sha256 of the words in small letters with single spaces. tools/known.py makes them; no text is kept.
"""
# More words that wishes are made of, in whatever order they come.
WISHES = {
    "en": "may i you he she they we all beings be is am are and of in from with at as my your our their myself "
    "yourself this that safe protected well healthy strong happy peaceful peace ease free suffering harm "
    "danger joy joyful love loving kind kindness live lives life accept content filled held mind body "
    "heart everywhere have experience",
    "es": "que yo tú él ella nosotros todos todas los las seres sea seas seamos sean esté estés estemos estén "
    "viva vivas vivan con en de a y la el mi tu su salud salvo feliz felices paz calma bienestar libre "
    "libres dolor sufrimiento facilidad seguro segura mente cuerpo corazón tenga tengas tengan amor "
    "bondad sano sana",
}


def main() -> None:
    """Read the files and write the hashes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("language")
    parser.add_argument("files", nargs="+", type=Path)
    chosen = parser.parse_args()
    target = SCRIPTS / chosen.language / "shared" / "known.txt"
    ours = wish_words(chosen.language)
    hashes = set(copied.known(chosen.language, SCRIPTS))
    for file in chosen.files:
        hashes |= of_text(file.read_text("utf-8"), ours)
    target.write_text(NOTES + "\n".join(sorted(hashes)) + "\n", "utf-8")
    print(f"{target.relative_to(SCRIPTS.parent)}: {len(hashes)} runs")


def of_text(text: str, wishes: frozenset[str]) -> set[str]:
    """The hashes of a text; a blank line ends a run."""
    found: set[str] = set()
    for part in re.split(r"\n\s*\n", text):
        runs = (run for _, run in copied.shingles(copied.normal(part)))
        found |= {copied.hashed(run) for run in runs if not wishes.issuperset(run)}
    return found


def wish_words(language: str) -> frozenset[str]:
    """The words of the language's own wishes, and those that wishes are made of elsewhere."""
    own = [text for wish in phrasebook.load(language).wishes for text in wish.values()]
    return frozenset(copied.normal(" ".join([*own, WISHES.get(language, "")])))


if __name__ == "__main__":
    main()
