"""A finding: one place in a script where a rule does not hold."""

from dataclasses import dataclass

ERROR, WARNING, INFO = "E", "W", "I"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong, where, and what to write instead.

    ``line`` and ``column`` count from 1 in ``file``. ``branch`` names the choices with which it is heard, where
    the script's own choices do not show it; it is empty where they do.
    """

    rule: str
    severity: str
    line: int
    column: int
    message: str
    instead: str
    branch: str = ""
    file: str = ""
