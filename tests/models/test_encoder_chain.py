"""Encoders that stand in for one another."""

import numpy as np
import pytest

from ontopilot.errors import ConfigError, EngineFailed, ModelNotFound
from ontopilot.models import HashEncoder, Pool
from ontopilot.models.pool.encoders import EncoderChain
from tests.conformance.encoder import EncoderConformance

TEXTS = ("a kettle", "a router")


class Frail(HashEncoder):
    """The hashing encoder on an engine that may be gone."""

    def __init__(self, *, kind="frail", weights="hash-384"):
        super().__init__()
        self._kind, self._weights = kind, weights
        self.gone = None
        self.asked = 0
        self.closed = False

    @property
    def name(self):
        return f"{self._kind}:{self._weights}"

    def encode(self, texts):
        self.asked += 1
        if self.gone is not None:
            raise self.gone
        return super().encode(texts)

    def close(self):
        self.closed = True


@pytest.fixture
def frail():
    return Frail()


@pytest.fixture
def chain(frail):
    return EncoderChain((frail, Frail(kind="steady")))


class TestChain(EncoderConformance):
    @pytest.fixture
    def encoder(self, chain):
        return chain


def test_the_first_encodes_and_gives_its_name(chain, frail):
    assert chain.name == "frail:hash-384"
    assert np.array_equal(chain.encode(TEXTS), HashEncoder().encode(TEXTS))
    assert (frail.asked, chain.encoders[1].asked, chain.note) == (1, 0, "")


def test_the_next_stands_in_with_the_same_vectors_and_says_so(chain, frail):
    expected = chain.encode(TEXTS)
    frail.gone = EngineFailed("it fell over")
    assert np.array_equal(chain.encode(TEXTS), expected)
    assert chain.note == (
        "'steady:hash-384' encodes because 'frail:hash-384' could not (it fell over)"
    )
    frail.gone = None
    chain.encode(TEXTS)
    assert chain.note == ""


def test_one_that_is_gone_rests(chain, frail):
    frail.gone = ModelNotFound("not there")
    for _ in range(5):
        chain.encode(TEXTS)
    assert frail.asked == 1
    assert "resting after: not there" in chain.note


def test_when_none_works_all_reasons_are_told(chain):
    for encoder in chain.encoders:
        encoder.gone = EngineFailed(f"{encoder.name} fell over")
    with pytest.raises(EngineFailed, match=r"frail:hash-384 fell over.*steady:hash-384 fell over"):
        chain.encode(TEXTS)


def test_other_weights_cannot_stand_in(frail):
    with pytest.raises(ConfigError, match="'other:bert' cannot stand in for 'frail:hash-384'"):
        Pool(encoder=[frail, Frail(kind="other", weights="bert")])
    with pytest.raises(ConfigError, match=r"Pool\(encoder=\[\]\)"):
        Pool(encoder=[])


async def test_a_pool_describes_and_closes_them(frail):
    pool = Pool(encoder=[frail, Frail(kind="steady")])
    roles = {report.role: report.deployments[0].note for report in pool.describe()}
    assert roles["encoder"] == "frail:hash-384, then steady:hash-384"
    frail.gone = EngineFailed("it fell over")
    pool.small.nearness.encode(TEXTS)
    assert "it fell over" in pool.small.note
    await pool.aclose()
    assert frail.closed
