"""Many tracks in a real browser: a table is dropped, put right, heard, made, and its library opened."""

from pathlib import Path
from typing import Any

import pytest
from browsing import NARROW, Visit, look
from studios import NAME, running

from mettavox import manifest

ROSTER = (
    "code,script,minutes,voice,bed,cover,name,say\n"
    f"p-1,grounding,1,hum,none,none,{NAME},so-RAI-da\n"
    "p 2,grounding,1,hum,none,none,,\n"
    "p-3,groundin,1,hum,none,none,,\n"
    "p-4,grounding,900,hum,none,none,Ana,\n"
)
_DROPPED = """(text) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([text], 'Zoraida and others.csv', {type: 'text/csv'}));
  const place = document.getElementById('drop');
  place.dispatchEvent(new DragEvent('dragenter', {dataTransfer: dropped, bubbles: true, cancelable: true}));
  place.dispatchEvent(new DragEvent('drop', {dataTransfer: dropped, bubbles: true, cancelable: true}));
}"""


def _drop(visit: Visit, roster: str) -> None:
    visit.page.evaluate(_DROPPED, roster)
    visit.page.wait_for_url("**/many/*")
    visit.until("!document.getElementById('listening').hidden")


def _write(visit: Visit, cell: str, text: str) -> None:
    """As a hand does, and then the answer is there."""
    with visit.page.expect_response("**/cells"):
        visit.page.locator(f"#c-{cell}").fill(text)
    visit.until(f"document.getElementById('c-{cell}').dataset.saved === {text!r}")


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["sample", "every"])
def test_a_table_becomes_a_library_that_is_heard(browser: Any, tmp_path: Path, every: bool) -> None:
    """With axe on three of its pages, or on each in all four ways."""
    with running(tmp_path) as studio, Visit(browser, studio, "many", viewport=NARROW) as visit:

        def seen(name: str, *, usual: bool = False) -> None:
            if usual or every:
                look(visit.page, name, every=every)

        seen("many-empty")
        _drop(visit, ROSTER)
        seen("many-wrong", usual=True)
        _put_right(visit)
        _hear(visit)
        seen("many-right")
        _begin_and_stop(visit)
        seen("many-stopped")
        _go_on(visit)
        seen("many-made", usual=True)
        _report(visit)
        _build(visit)
        seen("many-library", usual=True)
        _open(visit)


def _put_right(visit: Visit) -> None:
    page = visit.page
    invalid = page.locator(".sheet [aria-invalid=true]")
    assert invalid.evaluate_all("all => all.map((each) => each.id)") == ["c-3-0", "c-4-1", "c-5-2"]
    problems = page.locator("#problems li")
    assert problems.count() == 3
    problems.nth(1).get_by_role("link").press("Enter")
    assert page.evaluate("document.activeElement.id") == "c-4-1"
    _write(visit, "3-0", "p-2")
    _write(visit, "4-1", "grounding")
    _write(visit, "5-2", "1")
    visit.until("document.querySelectorAll('.sheet [aria-invalid]').length === 0")
    assert "Every row can be made" in page.locator("#problems").inner_text()


def _hear(visit: Visit) -> None:
    page = visit.page
    assert "so-RAI-da" in page.locator("#s-2-6").inner_text()
    with page.expect_response("**/hear") as answer:
        page.get_by_role("button", name="Hear row 2, name").click()
    assert answer.value.headers["content-type"] == "audio/wav"
    page.get_by_role("button", name="Hear all names").click()
    visit.until("document.getElementById('names-sound').duration > 1")
    assert page.locator("#names-heard button").count() == 2


def _begin_and_stop(visit: Visit) -> None:
    """With processes of its own, as it is at home; what is finished stays, and nobody works there any more."""
    page = visit.page
    page.get_by_label("Name of the library").fill("Spring")
    page.get_by_label("Name of the library").press("Tab")
    visit.until("document.getElementById('there').textContent === 'It will be new.'")
    page.get_by_role("button", name="Make 4 tracks").click()
    visit.until("!!document.querySelector('tr[data-state=working], tr[data-state=made]')")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Go on").wait_for()
    folder = visit.studio.output / "Spring"
    assert not manifest.is_in_use(folder)
    assert {entry.state for entry in manifest.read(folder)} <= {"making", "made"}


def _go_on(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Go on").click()
    visit.until(
        "document.querySelectorAll('tr[data-state=made], tr[data-state=kept]').length === 4"
        " && !document.getElementById('progress')"
    )
    page.get_by_role("button", name="Play p-3").click()
    visit.until("document.getElementById('sound').duration === 60")


def _report(visit: Visit) -> None:
    with visit.page.expect_popup() as opened:
        visit.page.get_by_role("link", name="Report").click()
    report = opened.value.locator("body")
    assert "4 made" in report.inner_text() or " kept" in report.inner_text()
    assert report.evaluate("(body) => getComputedStyle(body).maxWidth") == "960px"  # its own style


def _build(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("link", name="Library, its pages").click()
    page.get_by_role("button", name="Build the pages").click()
    page.get_by_text("The pages are built").wait_for()


def _open(visit: Visit) -> None:
    """The library's own pages, whose script and styles are within them."""
    page = visit.page
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the library").click()
    pages = opened.value
    pages.locator("#search").fill("ground")
    pages.locator("#tracks a").first.click()
    pages.wait_for_url("**/pages/p-*.html")
    pages.locator(".chapters button").nth(1).click()
    for _ in range(100):
        if pages.evaluate("document.getElementById('sound').currentTime") > 1:
            break
        pages.wait_for_timeout(50)
    else:
        raise AssertionError("nothing is heard")
    assert NAME not in pages.url
    # The player for others would have the studio's key in its address.
    assert visit.studio.key not in pages.locator("#snippet").input_value()
    assert pages.locator("#embed").is_hidden()
