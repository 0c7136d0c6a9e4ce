"""What every encoder does, whatever the vectors mean."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ontopilot.models import Encoder

TEXTS = (
    "The kettle can be returned within 30 days.",
    "You may send the kettle back within 30 days.",
    "The router needs a firmware update.",
    "",
    "Wärmer als 100 °C? 水 🫖",
    "word " * 5000,
)


class EncoderConformance:
    """A subclass gives the encoder; one may serve all tests."""

    @pytest.fixture
    def encoder(self):
        raise NotImplementedError

    def test_it_is_an_encoder_with_a_name(self, encoder):
        assert isinstance(encoder, Encoder)
        assert encoder.name == encoder.name != ""

    def test_rows_are_unit_vectors_in_float32(self, encoder):
        vectors = encoder.encode(TEXTS)
        assert vectors.shape == (len(TEXTS), encoder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_no_texts_give_no_rows(self, encoder):
        assert encoder.encode([]).shape == (0, encoder.dimension)

    def test_a_row_does_not_depend_on_the_others_or_on_their_order(self, encoder):
        together = encoder.encode(TEXTS)
        alone = np.vstack([encoder.encode([text]) for text in TEXTS])
        backwards = encoder.encode(TEXTS[::-1])[::-1]
        np.testing.assert_allclose(together, alone, atol=1e-5)
        np.testing.assert_allclose(together, backwards, atol=1e-5)

    def test_texts_that_say_the_same_are_nearer(self, encoder):
        first, same, other = encoder.encode(TEXTS[:3])
        assert first @ same > first @ other

    def test_any_thread_may_encode(self, encoder):
        expected = encoder.encode(TEXTS[:3])
        with ThreadPoolExecutor(4) as threads:
            for vectors in threads.map(lambda _: encoder.encode(TEXTS[:3]), range(8)):
                np.testing.assert_allclose(vectors, expected, atol=1e-5)
