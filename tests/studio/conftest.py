"""A studio that answers for all tests of a file."""

from collections.abc import Iterator

import pytest
from studios import Studio, running


@pytest.fixture(autouse=True, scope="module")
def _small_covers(small_covers: None) -> None:
    """Every track of the studio has a cover, though none of these tests is about them."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running(tmp_path_factory.mktemp("studio")) as started:
        yield started
