"""A real server on a real database, and a real browser to visit it."""

import base64
import hmac
import json
import re
import struct
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from guildmark.site import demo
from tests.processes import (
    Environment,
    free_port,
    fresh_environment,
    guildmark,
    started,
    wait_until_ready,
)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
]
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PROGRAMME = Path(demo.__file__).parent / "psf.json"
SETUP = Path(__file__).parent / "people.py"
ENTERED: dict[str, int] = {}  # When a code of each secret was last used.
SESSIONS: dict[tuple[str, str], list[SetCookieParam]] = {}  # Cookies of who signed in before.
CREDENTIALS = Path(__file__).parent / "credentials.py"


@dataclass
class Server:
    """A running Guildmark: where it is, and where its mail and log arrive."""

    url: str
    environment: Environment
    mail: Path
    log: Path

    def mail_to(self, address: str) -> list[str]:
        """Return the mails that reached `address`, oldest first."""
        arrived = sorted(self.mail.glob("*"), key=lambda path: path.stat().st_mtime_ns)
        texts = [path.read_text(encoding="utf-8") for path in arrived if path.is_file()]
        return [
            text for text in texts if re.search(rf"^To:.*{re.escape(address)}", text, re.MULTILINE)
        ]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve an institute with its programme, a member, an administrator and an auditor."""
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    url = f"http://localhost:{port}"
    mail = folder / "mail"
    variables = {"GUILDMARK_MAIL_URL": f"file:{mail}", "GUILDMARK_ADMIN_PASSWORD": PASSWORD}
    with fresh_environment(folder, **variables) as environment:
        guildmark(
            environment, "init", "--no-input", "--name", "Example Institute", "--origin", url,
            "--admin-email", "admin@example.org", "--contact-email", "office@example.org",
        )  # fmt: skip
        guildmark(environment, "load-programme", str(PROGRAMME))
        guildmark(environment, "shell", "--verbosity", "0", "-c", SETUP.read_text("utf-8"))
        run = [sys.executable, "-m", "guildmark.site", "run", "--port", str(port)]
        log = folder / "server.log"
        with started(run, environment, log=log):
            wait_until_ready(f"{url}/health/ready")
            yield Server(url, environment, mail, log)


@pytest.fixture(scope="session")
def numbers(server: Server) -> dict[str, str]:
    """Award a credential for each answer, and return their ids."""
    printed = guildmark(
        server.environment, "shell", "--verbosity", "0", "-c", CREDENTIALS.read_text("utf-8")
    )
    found: dict[str, str] = json.loads(printed.strip().splitlines()[-1])
    return found


Launch = Callable[..., Browser]


@pytest.fixture(scope="session")
def launch() -> Iterator[Launch]:
    """Start Chromium with more flags than usual: `launch("--flag")`. Who starts it ends it."""
    program = next((path for path in CHROMIUM if Path(path).exists()), None)
    if program is None:
        pytest.skip("no Chromium here; on Debian: apt-get install chromium fonts-liberation")
    with sync_playwright() as playwright:
        yield lambda *more: playwright.chromium.launch(
            executable_path=program, args=[*FLAGS, *more]
        )


@pytest.fixture(scope="session")
def browser(launch: Launch) -> Iterator[Browser]:
    """Start Chromium once."""
    chromium = launch()
    yield chromium
    chromium.close()


@dataclass
class Visitor:
    """A person at a browser of their own; whatever the console complains about fails the test."""

    context: BrowserContext
    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def goto(self, path: str) -> Page:
        """Open a path of the site and wait for its fonts."""
        self.page.goto(f"{self.url}{path}")
        self.page.evaluate("document.fonts.ready.then(() => true)")
        return self.page

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Sign in by password through the page."""
        self.goto("/account/login/")
        self.page.get_by_label("E-mail address").first.fill(email)
        self.page.get_by_label("Password", exact=False).first.fill(password)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").first.click()

    def enter(self, email: str, secret: str = "") -> Page:
        """Come to the desk: by the sign-in page the first time, later by the session from then.

        A code of an authenticator app counts once in half a minute, so each sign-in less is time.
        """
        known = SESSIONS.get((self.url, email))
        if known is not None:
            self.context.add_cookies(known)
            self.goto("/desk/")
        else:
            self.sign_in(email)
            if secret:
                self.page.wait_for_url("**/2fa/authenticate/")
                self.enter_code(secret)
        self.page.wait_for_url("**/desk/")
        SESSIONS[self.url, email] = [
            {"name": each["name"], "value": each["value"], "url": self.url}
            for each in self.context.cookies()
        ]
        return self.page

    def enter_code(self, secret: str = SECRET) -> None:
        """Enter what an authenticator app shows (RFC 6238); a code counts once."""
        while (now := int(time.time()) // 30) == ENTERED.get(secret):
            self.page.wait_for_timeout(500)
        ENTERED[secret] = now
        counter = struct.pack(">Q", now)
        mac = hmac.digest(base64.b32decode(secret), counter, "sha1")
        start = mac[-1] & 0x0F
        number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
        self.page.get_by_label("code", exact=False).first.fill(f"{number % 1_000_000:06}")
        self.page.get_by_role("main").get_by_role("button").first.click()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Open as many separate browsers as a test needs: `visit()`, `visit(color_scheme="dark")`.

    `through` is a Chromium of its own, such as one with another camera.
    """
    visitors: list[Visitor] = []

    def opened(through: Browser = browser, **options: object) -> Visitor:
        context = through.new_context(**options)  # type: ignore[arg-type] # Playwright's options
        page = context.new_page()
        visitor = Visitor(context, page, server.url)
        page.on("console", lambda line: _note(visitor, line.type, line.text))
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitors.append(visitor)
        return visitor

    yield opened
    complaints = [text for visitor in visitors for text in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []


def _note(visitor: Visitor, kind: str, text: str) -> None:
    # A page that answers 403 or 404 on purpose is no fault of the page.
    if kind in ("error", "warning") and "the server responded with a status of 4" not in text:
        visitor.complaints.append(text)


def violations(page: Page) -> list[str]:
    """Return what axe has to say against the page, a line each."""
    results = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['help']}: {node['html'][:160]}"
        for fault in results
        for node in fault["nodes"]
    ]
