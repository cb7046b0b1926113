"""What journeys do with a real browser: sign in, watch pages change by themselves, note what goes wrong in them."""

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, Request, Response

from tests.fixtures.portal import Portal
from tests.waiting import wait_until

# Page scripts may not be evaluated from text under our policy: what is looked for is part of the script we send.
OBSERVE = """() => {
  const test = () => { try { return Boolean(%s); } catch { return false; } };
  window.seenAt ??= {};
  window.seenAt[%r] = null;
  let observer = null;
  const look = () => {
    if (window.seenAt[%r] !== null || !test()) return;
    observer?.disconnect();
    const at = performance.timeOrigin + performance.now();
    window.seenAt[%r] = {at, painted: null};
    requestAnimationFrame(() => setTimeout(() => {
      window.seenAt[%r].painted = performance.timeOrigin + performance.now();
    }));
  };
  observer = new MutationObserver(look);
  observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  look();
}"""
RECORD_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


def sign_in(page: Page, portal: Portal, username: str = "operator", password: str = "") -> None:
    page.goto(f"{portal.url}/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password or portal.password)
    page.click("main button, form[method=post] button")
    page.wait_for_url(lambda url: "/login" not in url)


def until(page: Page, expression: str, timeout: float = 15, what: str = "") -> None:
    """Wait until a JavaScript expression is true in the page."""
    test = f"() => {{ try {{ return Boolean({expression}); }} catch {{ return false; }} }}"
    wait_until(lambda: page.evaluate(test), timeout=timeout, what=f"{what or expression} ({page.url})")


def until_live(page: Page, timeout: float = 20) -> None:
    """Wait until the page says that it follows the stream."""
    until(page, "document.querySelector('[data-live-badge]')?.dataset.live === 'live'", timeout, "the badge says Live")


def until_streaming(page: Page, timeout: float = 20) -> None:
    """Wait until the page follows the stream, though nobody may read the fleet that it shows."""
    word = "document.querySelector('[data-live-word]')?.textContent.startsWith('Live')"
    until(page, word, timeout, "the badge says Live, or Live with late facts")


def watch(page: Page, name: str, expression: str) -> None:
    """Note the moment at which `expression` becomes true through a change of the document."""
    page.evaluate(OBSERVE % (expression, name, name, name, name))


def seen_at(page: Page, name: str, timeout: float = 15) -> float:
    """Seconds since 1970 at which what was watched for had been painted. Browser and database share a clock here."""

    def painted() -> float:
        found = page.evaluate(f"() => window.seenAt?.[{name!r}]")
        assert found, "not seen yet"
        return float(found["painted"] or 0)

    return wait_until(painted, timeout=timeout, what=f"{name} on {page.url}") / 1000


@dataclass
class Troubles:
    """What went wrong in a page since it was opened: console errors, exceptions, failed requests, dialogs."""

    page: Page
    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(RECORD_VIOLATIONS)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.found.append(f"exception: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.on("dialog", lambda dialog: (self.found.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.found.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left
            self.found.append(f"failed: {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.found.append(f"{response.status}: {response.url}")

    def all(self) -> list[str]:
        """Everything so far, violations of the content security policy too."""
        return self.found + [f"policy: {text}" for text in self.page.evaluate("() => window.violations ?? []")]
