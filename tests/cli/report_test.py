"""tranche report --html: one page whose numbers are the ledger's, and that needs nothing but itself."""

import html.parser
import os
import re
import stat

import pytest

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(html.parser.HTMLParser):
    """Figures by id, list entries by the id of their list, and every tag with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.figures, self.rows, self.tags, self.open = {}, {}, [], []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.tags.append((tag, named))
        if tag not in VOID:
            self.open.append((tag, named.get("id")))
        if "data-value" in named:
            self.figures[named["id"]] = float(named["data-value"])
        if "data-batch" in named:
            self.rows.setdefault(self.list_id(), []).append([int(named["data-batch"]), ""])

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        self.text += data
        if self.list_id() in self.rows:
            self.rows[self.list_id()][-1][1] += data

    def list_id(self):
        return next((id for tag, id in reversed(self.open) if tag == "ul"), None)

    def count(self, tag, **wanted):
        return sum(1 for name, named in self.tags
                   if name == tag and all(value in (named.get(key) or "").split() for key, value in wanted.items()))


@pytest.fixture
def report(world, tmp_path):
    def write(*options):
        path = tmp_path / "report.html"
        shown = world.ok("report", "--job", "flights", "--html", path, *options)
        assert (shown.stdout, shown.stderr) == ("", "")
        return Page(path.read_text(encoding="utf-8"))

    return write


def fail(world, message):
    batch = world.acquire()
    world.release(batch, "failed", "--exit-code", 3, "--message", message)
    return batch


def test_the_numbers_are_the_ledger_s(world, report):
    world.job("flights", "--max-attempts", 1, count=20)
    for _ in range(2):
        world.done()
    failed = fail(world, "disk full")
    world.acquire()
    batches = world.json("batches", "--job", "flights")
    done = [batch for batch in batches if batch["status"] == "succeeded"]
    backlog = world.json("backlog", "--job", "flights")
    page = report()
    figures = page.figures
    assert figures["assets"] == sum(batch["count"] for batch in done) == 8
    assert figures["weight"] == sum(batch["weight"] for batch in done)
    assert (figures["waiting"], figures["waiting-weight"]) == (backlog["count"], backlog["weight"])
    assert figures["batches"] == len(batches) == 4
    assert [figures[f"batches-{status}"] for status in ("succeeded", "exhausted", "processing")] == [2, 1, 1]
    assert (figures["attempts-succeeded"], figures["attempts-failed"]) == (2, 1)
    assert page.count("rect", **{"class": "succeeded"}) == 2 and page.count("path", **{"class": "dot"}) == 3
    # The one that goes on takes longer from one look to the next.
    slowest = world.json("batches", "--job", "flights", "--slowest")
    assert {id for id, _ in page.rows["slowest"]} == {b["batch_id"] for b in slowest}
    ended = [b["batch_id"] for b in slowest if b["status"] != "processing"]
    assert [id for id, _ in page.rows["slowest"] if id in ended] == ended
    ((id, said),) = page.rows["failures"]
    assert id == failed["batch_id"] and "disk full" in said and "keys 9 to 12" in said
    assert "40.0% of 20 assets" in page.text


def test_what_a_command_said_cannot_change_the_page(world, report):
    world.job()
    fail(world, '<script>alert("1")</script> & </pre><img src=x onerror=\'y\'>')
    page = report()
    assert page.count("script") == page.count("img") == 0
    assert '<script>alert("1")</script> & </pre><img src=x onerror=\'y\'>' in page.rows["failures"][0][1]


def test_the_page_needs_nothing_but_itself_and_fits_a_phone(world, report, tmp_path):
    world.job()
    world.done()
    page = report()
    assert {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe"} == set()
    assert [named for _, named in page.tags if {"src", "href", "xlink:href"} & set(named)] == []
    text = (tmp_path / "report.html").read_text()
    assert "url(" not in text and "@import" not in text and "http" not in re.sub('http-equiv', "", text)
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in page.tags
    assert "prefers-color-scheme: dark" in text


def test_a_job_never_run_has_a_page(world, report):
    world.job()
    page = report()
    assert page.figures["assets"] == 0 and page.figures["waiting"] == 10
    assert "No batch has been acquired yet." in page.text and page.count("svg") == 0


def test_a_campaign_has_a_page_of_its_own(world, report):
    world.job()
    world.done()
    world.ok("campaign", "create", "again", "--job", "flights", "--from", 1, "--to", 6)
    world.done("--campaign", "again")
    world.done("--campaign", "again")
    assert (report("--campaign", "again").figures["assets"], report("--campaign", "incremental").figures["assets"]) == (6, 4)
    page = report()
    assert page.figures["assets"] == 10 and "all windows, each counted by itself" in page.text and "% of" not in page.text
    assert report("--since", "2099-01-01T00:00:00Z").figures["batches"] == 0


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database does not matter
def test_of_many_batches_the_whole_time_is_shown_and_the_newest_one_by_one(world, report, tmp_path):
    world.job()
    world.done()
    timed = ("acquired_at", "released_at", "exhausted", "status")
    same = ", ".join(name for _, name, *_ in world.sql("PRAGMA table_info(tranche_batch)") if name not in ("id", *timed))
    world.sql(f"WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) "
              f"INSERT INTO tranche_batch (id, {same}, {', '.join(timed)}) SELECT i, {same}, acquired_at + i * 1000, "
              f"acquired_at + i * 1000 + iif(i = 7, 90000, 900), i = 5, iif(i = 5, 'failed', 'succeeded') FROM n, tranche_batch")
    page = report()
    text = (tmp_path / "report.html").read_text()
    assert "The newest 400 batches" in page.text and "one batch in 2 and the slowest" in page.text
    assert page.count("svg", **{"aria-label": "work"}) == 1
    # Long before the newest 400, and as likely as not between those that have a dot.
    assert page.count("rect", **{"class": "exhausted"}) == 1
    assert '"><title>batch 7, succeeded' in text[text.index("Durations against"):]
    assert page.figures["batches"] == 2500 and page.rows["slowest"][0][0] == 7


def test_a_split_batch_counts_by_its_halves(world, report):
    world.job("flights", "--on-exit", "*=split")
    fail(world, "poison")
    world.done()
    figures = report().figures
    assert (figures["batches"], figures["assets"], figures["attempts-split"]) == (2, 2, 1)


def test_the_file_is_replaced_in_one_step_and_refused_at_once(world, refused, tmp_path, report):
    world.job()
    report()
    assert [path.name for path in tmp_path.glob("*report*")] == ["report.html"]
    assert stat.S_IMODE(os.stat(tmp_path / "report.html").st_mode) == 0o644
    before = (tmp_path / "report.html").read_text()
    assert "job 'none' not found" in refused(world("report", "--job", "none", "--html", tmp_path / "report.html"), 125)
    assert (tmp_path / "report.html").read_text() == before
    line = refused(world("report", "--job", "flights", "--html", tmp_path / "no" / "report.html"), 125)
    assert "--html" in line and "No such file or directory" in line
    assert "--html FILE is required" in refused(world("report", "--job", "flights"), 2)
