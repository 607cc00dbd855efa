"""The operator at the desk: what a person sees on the map page and does there, by the page's lasting hooks."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect
from playwright.sync_api import TimeoutError as NeverHappened

SOON_MS = 30_000  # Patience with a busy machine; nothing here waits for its own sake.
expect.set_options(timeout=SOON_MS)
# The browser's remark, of no harm, when the cursor is in a field before the page's own autofocus was heard.
QUICKER_THAN_THE_PAGE = "Autofocus processing was blocked because a document already has a focused element."
_TOTAL = """() => [...document.querySelectorAll('.leaflet-cases-pane .cluster, .leaflet-cases-pane .case-mark')]
    .filter((node) => getComputedStyle(node.closest('.spot')).opacity !== '0')
    .reduce((sum, node) => sum + Number(node.dataset.count ?? 1), 0)"""


@dataclass
class Desk:
    """One page, and everything it asked for and complained about."""

    page: Page
    origin: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(SOON_MS)
        self.page.on("request", self._asked)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.text != QUICKER_THAN_THE_PAGE:
            self.complaints.append(f"{message.type}: {message.text}")

    # --- the page ---------------------------------------------------------------------------------------------------

    def open(self, path: str = "/") -> "Desk":
        """Open the page and wait until it is live and all cases are there."""
        self.page.goto(self.origin + path)
        self.expect_connection("live")
        expect(self.list_summary).to_contain_text(re.compile(r"\d"))
        return self

    def see(self, test_id: str) -> Locator:
        """A part of the page by its hook."""
        return self.page.get_by_test_id(test_id)

    def expect_connection(self, state: str) -> None:
        """The connection's sign shows `state`."""
        expect(self.see("connection")).to_have_attribute("data-state", state)

    def on_page(self, script: str) -> Any:
        """What a script in the page answers."""
        return self.page.evaluate(script)

    def eventually(self, script: str) -> None:
        """The page comes to answer truth to `script`."""
        self.page.wait_for_function(script, timeout=SOON_MS)

    # --- the list ---------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> Locator:
        """The rows of the list, in order."""
        return self.see("case-row")

    @property
    def list_summary(self) -> Locator:
        """How many cases the list holds, in words."""
        return self.page.locator("#list-summary")

    def row(self, number: str) -> Locator:
        """The row of one case."""
        return self.page.locator(f'#list [data-case="{number}"]')

    def numbers(self) -> list[str]:
        """The cases of the list, in order."""
        found: list[str] = self.on_page(
            "() => [...document.querySelectorAll('#list [data-case]')].map((row) => row.dataset.case)"
        )
        return found

    def expect_count(self, name: str, figure: int) -> None:
        """A figure in the header: open, overdue, day."""
        expect(self.see(f"count-{name}").locator("b")).to_have_text(str(figure))

    def expect_listed(self, figure: int) -> None:
        """The list says it holds so many cases."""
        expect(self.list_summary).to_have_text(re.compile(rf"(?<!\d){figure}(?!\d)"))

    # --- the map ----------------------------------------------------------------------------------------------------

    def mark(self, number: str) -> Locator:
        """The mark of one case on the map, outside of clusters."""
        return self.page.locator(f'.leaflet-cases-pane [data-case="{number}"]')

    def label(self, code: str) -> Locator:
        """A grid's label on the map."""
        return self.page.locator(f'.leaflet-labels-pane [data-code="{code}"]')

    def expect_on_map(self, figure: int) -> None:
        """The marks and the clusters' figures in view come to so many cases."""
        with suppress(
            NeverHappened
        ):  # Not looked at twice: the map may be moving, and a second look finds it between two states.
            self.page.wait_for_function(f"() => ({_TOTAL})() === {figure}")
            return
        assert self.on_map() == figure

    def on_map(self) -> int:
        """How many cases the marks and clusters in view come to."""
        return int(self.on_page(_TOTAL))

    # --- deeds ------------------------------------------------------------------------------------------------------

    def choose(self, number: str) -> Locator:
        """Click a case in the list; its card."""
        self.row(number).click()
        return self.card(number)

    def card(self, words: str) -> Locator:
        """The card, once it is filled and says `words`."""
        card = self.see("card")
        expect(card.locator(".card-head")).to_contain_text(words)
        expect(card.locator(".card-body section")).not_to_have_count(0)
        return card

    def press(self, action: str) -> None:
        """Press an action's button on the card, whether it lies among the first or not."""
        button, more = self.see(f"deed-{action}"), self.see("deed-more")
        expect(button.or_(more).first).to_be_visible()
        if not button.is_visible():
            more.click()
        button.click()

    def search(self, words: str) -> Locator:
        """Type into the search; its results."""
        self.see("search-input").fill(words)
        results = self.see("search-results")
        expect(results).to_be_visible()
        return results

    def expect_quiet(self, *, but: Callable[[str], bool] = lambda _: False) -> None:
        """Nothing was said in the console, and no request left the page's own origin."""
        assert [said for said in self.complaints if not but(said)] == []
        assert [url for url in self.requests if not url.startswith((f"{self.origin}/", "data:", "blob:"))] == []
