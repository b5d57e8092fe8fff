"""The mail address of the environment chooses how mail leaves."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from pytest_django import Settings

from guildmark.apps.mail import transport
from tests.apps.mail.conftest import Sink

pytestmark = pytest.mark.once


def test_mail_goes_to_files_of_the_named_folder(settings: Settings, tmp_path: Path) -> None:
    settings.GUILDMARK_MAIL_URL = f"file:{tmp_path / 'mail'}"
    for number in range(2):
        transport.hand_over(EmailMultiAlternatives(f"{number}", "Text", "a@x.org", ["b@x.org"]))
    written = sorted((tmp_path / "mail").iterdir())
    assert len(written) == 2
    assert "To: b@x.org" in written[0].read_text()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 25, "", False, False)),
        ("smtp://m.example.org:587?tls=true", ("m.example.org", 587, "", True, False)),
        ("submission://u:p@m.example.org", ("m.example.org", 587, "u", True, False)),
        ("submission+ssl://u%40x:p@m.example.org", ("m.example.org", 465, "u@x", False, True)),
        ("smtp://u:p@m.example.org:465?ssl=true", ("m.example.org", 465, "u", False, True)),
    ],
)
def test_an_smtp_address_is_read_with_a_timeout(url: str, expected: tuple[object, ...]) -> None:
    options = transport.transport(url).options
    names = ("host", "port", "username", "use_tls", "use_ssl")
    assert tuple(options[name] for name in names) == expected
    assert options["timeout"] == transport.TIMEOUT


@pytest.mark.parametrize("url", ["", "carrier-pigeon:", "file:", "smtp://", "mail.example.org"])
def test_an_address_that_leads_nowhere_is_refused_with_the_choices(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"GUILDMARK_MAIL_URL.*smtp://"):
        transport.transport(url)


def test_the_probe_says_what_is_wrong_with_a_server(sink: Sink, settings: Settings) -> None:
    assert transport.probe() == ""
    settings.GUILDMARK_MAIL_URL = f"smtp://me:secret@127.0.0.1:{sink.port}"
    assert "SMTPNotSupportedError" in transport.probe()
    settings.GUILDMARK_MAIL_URL = "smtp://127.0.0.1:9"
    assert "ConnectionRefusedError" in transport.probe()
