"""What an index holds, and what making or opening it took."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that is not in the index, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an index holds and what it took to make or open it.

    `embedded` passages were encoded now, `reused` ones had stored vectors; `left_out` past
    interactions did not end well; `redacted` counts the places where personal data was replaced,
    `foreign` those where orders to whoever answers or the words of others were left out;
    `note` says why a stored index was made again, or is "".
    """

    passages: int
    interactions: int = 0
    reused: int = 0
    embedded: int = 0
    seconds: float = 0.0
    skipped: tuple[Skipped, ...] = ()
    left_out: int = 0
    redacted: int = 0
    foreign: int = 0
    note: str = ""
