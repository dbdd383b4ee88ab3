"""Profile text: one value of a profile changed, and every comment where it was."""

import json
import re

_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^#\n]*?)"""


def with_value(text: str, header: str, key: str, value: str | int | float) -> str:
    """A TOML text in which ``key`` of a table has that value; the table's first lines if it was not there."""
    lines = text.splitlines(keepends=True)
    entry = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    headers = [place for place, line in enumerate(lines) if line.lstrip().startswith("[")]
    if header:
        start = next((place + 1 for place in headers if lines[place].split("#")[0].strip() == f"[{header}]"), None)
        if start is None:
            return f"{text.rstrip()}\n\n[{header}]\n{entry}\n"
    else:
        start = 0
    stop = next((place for place in headers if place >= start), len(lines))
    for place in range(start, stop):
        found = re.match(rf"\s*{re.escape(key)}\s*=\s*{_VALUE}(?P<rest>\s*(?:#.*)?\n?)$", lines[place])
        if found:
            lines[place] = f"{entry}{found['rest']}"
            return "".join(lines)
    if not header:  # after the values at the top, before the comments of the first table
        start = next((place + 1 for place in reversed(range(stop)) if re.match(r"\s*[\w-]+\s*=", lines[place])), start)
    lines.insert(start, f"{entry}\n")
    return "".join(lines)
