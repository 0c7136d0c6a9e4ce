"""How often a caller may ask."""

import math
import time

from fastapi import HTTPException
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from ontopilot.errors import ConfigError
from ontopilot.orchestrator.serve.access.caller import Caller

RATE = "60/minute"
"""Turns of one key, one customer or one address, by default."""


class Rates:
    """Counts the turns of each caller in this process.

    Raises:
        ConfigError: the rate cannot be read.
    """

    def __init__(self, rate: str = RATE) -> None:
        try:
            self._rate = parse(rate)
        except ValueError:
            raise ConfigError(f"rate={rate!r}: write it as '60/minute' or '5/second'") from None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, caller: Caller) -> None:
        """Count a turn.

        Raises:
            HTTPException: 429, they asked too often.
        """
        if not caller.counted or self._limiter.hit(self._rate, caller.counted):
            return
        reset = self._limiter.get_window_stats(self._rate, caller.counted).reset_time
        after = str(max(1, math.ceil(reset - time.time())))
        detail = {
            "message": f"More than {self._rate}; ask again in {after} s.",
            "type": "rate_limit_error",
            "code": "rate_limit_exceeded",
        }
        raise HTTPException(429, detail, headers={"Retry-After": after})
