import shutil
import tempfile

import pytest
from playwright.sync_api import sync_playwright

from running_koi import Koi

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pytest_addoption(parser):
    parser.addoption("--crashes", type=int, default=5, help="how often kill -9 is tried")
    parser.addoption("--password-cost", type=int, default=13, help="for the test of what time tells of a sign-in")


@pytest.fixture
def crashes(request):
    return request.config.getoption("--crashes")


@pytest.fixture
def password_cost(request):
    return request.config.getoption("--password-cost")


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
    """A running Koi with an empty database, in which passwords cost little time."""
    koi = start_koi("--password-cost", "10")
    yield koi
    assert koi.errors == []


@pytest.fixture(scope="module")
def chromium():
    assert CHROMIUM, "there is no Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        # Chromium has no sandbox of its own where it runs as root, as in a container.
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(chromium, koi):
    """Opens a page in a browser of its own; what the pages complained about fails the test at its end.

    `refused` are the statuses that the server may answer with, where a test is about a refusal.
    """
    contexts, complaints = [], []

    def open(path="/", refused=(), **options):
        contexts.append(chromium.new_context(**{"locale": "en-GB", **options}))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: is_complaint(message) and complaints.append(message.text))
        page.on("request", lambda request: request.url.startswith(koi.url) or complaints.append(request.url))
        page.on("response", lambda answer: is_refusal(answer, refused) and complaints.append(f"{answer.status} {answer.url}"))
        page.goto(koi.url + path)
        return page

    yield open
    for context in contexts:
        context.close()
    assert complaints == []


def is_complaint(message):
    """Chromium also notes every refusal of the server, which is looked at by its status."""
    return message.type in ("error", "warning") and not message.text.startswith("Failed to load resource")


def is_refusal(answer, expected):
    return answer.status >= 400 and answer.status not in expected
