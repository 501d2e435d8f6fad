"""A ledger worth a page, and a browser to look at it."""

import os
import pathlib
import subprocess

import pytest
from playwright.sync_api import sync_playwright

# An item that a page has nowhere to break, and a message that would be markup if it were not quoted.
LONG = "s3a://bucket/" + "a-very-long-name-without-any-space" * 6
SCRIPT = """case $(head -1 "$TRANCHE_ITEMS_FILE") in
  */7) echo "cannot read LONG: <b>not bold</b>" >&2; exit 65 ;;
  */30) echo "again" >&2; exit 75 ;;
esac""".replace("LONG", LONG)


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """The folder with report.html of a job's campaign, and fresh.html of a job that never ran."""
    folder = tmp_path_factory.mktemp("pages")
    env = {**os.environ, "TRANCHE_DB": f"sqlite:{folder}/ledger.db"}

    def tranche(*args, status=0):
        result = subprocess.run([os.environ["TRANCHE_BINARY"], *args], cwd=folder, env=env, capture_output=True, text=True, timeout=120)
        assert result.returncode == status, result
        return result

    items = folder / "items"
    items.mkdir()
    for number in range(1, 41):
        (items / f"{number}").write_text("x" * (200 + number**2))
    tranche("register", "--table", "assets", "items")
    for job in ("a-job-with-a-name-that-takes-its-room-on-a-phone", "fresh"):
        tranche("job", "create", job, "--table", "assets", "--key", "id", "--item", "item", "--weight", "weight", "--max-count", "1",
                "--on-exit", "65=fail,*=retry")  # fmt: skip
    job = ("--job", "a-job-with-a-name-that-takes-its-room-on-a-phone")
    tranche("campaign", "create", "again", *job)
    tranche("run", *job, "--campaign", "again", "--iterations", "all", "--jobs", "2", "--", "sh", "-c", SCRIPT, status=65)
    tranche("report", *job, "--campaign", "again", "--html", "report.html")
    tranche("report", "--job", "fresh", "--html", "fresh.html")
    return folder


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        # In a container there is neither a user namespace for the sandbox nor a large /dev/shm.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=arguments)
        yield browser
        browser.close()


class Look:
    """A page as it is seen, with all that it asked for and complained of."""

    def __init__(self, chromium, path, width, height, scheme):
        self.context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.asked, self.told = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.told.append(message.text))
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.goto(f"file://{path}")
        if os.environ.get("TRANCHE_REPORTS"):
            name = f"browser-{path.stem}-{width}-{scheme}.png"
            self.page.screenshot(path=pathlib.Path(os.environ["TRANCHE_REPORTS"], name), full_page=True)


@pytest.fixture
def look(chromium, pages):
    """look(name, width, height, scheme) -> Look."""
    made = []

    def at(name, width, height, scheme="light"):
        made.append(Look(chromium, pages / name, width, height, scheme))
        return made[-1]

    yield at
    for one in made:
        one.context.close()
