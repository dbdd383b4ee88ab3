"""A studio that answers for all tests of a file."""

from collections.abc import Iterator

import pytest
from studios import Studio, running


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running(tmp_path_factory.mktemp("studio")) as started:
        yield started
