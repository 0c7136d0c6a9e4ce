"""Building a snapshot without the pauses of the garbage collector."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the cyclic garbage collector rest while millions of objects are built that all stay.

    It would walk over them again and again: half of the time that a large ontology takes to load.
    What no longer has a reference is freed all the same. The collector belongs to the process:
    where two threads load at once, the first that is done may wake it for both.
    """
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()
