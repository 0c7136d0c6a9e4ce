"""Random edits of a file, each with what it must have done to the graph."""

import random
from collections.abc import Iterator
from pathlib import Path

from tests.ontology.additions import Edited
from tests.ontology.changes import Changes


def edits(path: Path, seed: int, count: int) -> Iterator[Edited]:
    """Random edits of a file as it is when each is drawn; every kind comes before one repeats."""
    rng = random.Random(seed)
    waiting: list[str] = []
    for number in range(count):
        terms = Changes(rng, path, number)
        for _ in range(2 * len(_KINDS)):
            waiting = waiting or rng.sample(_KINDS, len(_KINDS))
            found = getattr(terms, waiting.pop())()
            if found is not None:
                yield found
                break


_KINDS = """
create subclass expression equivalent disjoint subproperty chain domain range inverse
characteristic member fact denied same different label note link unlabel relabel removed replaced
rename rename delete deprecate restored
""".split()
