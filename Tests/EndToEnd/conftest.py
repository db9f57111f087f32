import tempfile

import pytest

from running_koi import Koi


def pytest_addoption(parser):
    parser.addoption("--crashes", type=int, default=5, help="how often kill -9 is tried")


@pytest.fixture
def crashes(request):
    return request.config.getoption("--crashes")


@pytest.fixture
def folder():
    """A data folder. Not pytest's own: the path of a Unix socket must be short."""
    with tempfile.TemporaryDirectory(prefix="koi-") as folder:
        yield folder


@pytest.fixture
def start_koi(folder):
    """Starts servers; whatever still runs at the end must stop with exit code 0 on SIGTERM."""
    started = []

    def start(*options, on=folder):
        started.append(Koi(on, *options))
        return started[-1].start()

    yield start
    codes = [koi.stop() for koi in started if koi.is_running]
    assert set(codes) <= {0}, started[-1].log


@pytest.fixture
def koi(start_koi):
    """A running Koi with an empty database."""
    koi = start_koi()
    yield koi
    assert " error: " not in koi.log
