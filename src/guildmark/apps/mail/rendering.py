"""From a template and a context to a mail's subject, text and HTML."""

import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.template import Context, TemplateDoesNotExist, loader
from django.template.base import Template
from django.utils import timezone, translation

from guildmark.apps.institute import queries as institutes


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a mail says: one line, plain text, and HTML that says the same (or nothing)."""

    subject: str
    text: str
    html: str


def rendered(template: str, context: dict[str, Any], *, reader: Any = None) -> Rendered:
    """Render `mail/<template>` with the endings .subject, .txt and, if there is one, .html.

    In the language and time zone of the reader. Without .html the HTML stays empty, and the text
    is dressed up when it leaves.
    """
    with _as_read_by(reader):
        known = {"institute": institutes.institute(), "reader": reader, **context}
        subject = " ".join(_plain(f"mail/{template}.subject", known).split())
        text = _plain(f"mail/{template}.txt", known).strip()
        html = _html(template, {"subject": subject, **known})
    return Rendered(subject, text, html)


def dressed(subject: str, text: str, *, unsubscribe_url: str = "") -> str:
    """Give a plain text the look of the institute's mails; links become links."""
    institute = institutes.institute()
    return loader.render_to_string(
        "mail/dressed.html",
        {
            "institute": institute,
            "subject": subject.removeprefix(f"[{institute.name}] "),
            "paragraphs": [part for part in re.split(r"\n\s*\n", text.strip()) if part.strip()],
            "unsubscribe_url": unsubscribe_url,
        },
    )


def signed(text: str, *, unsubscribe_url: str = "") -> str:
    """Put the institute's name and address, and the way out, below a plain text."""
    institute = institutes.institute()
    lines = [text.strip(), "", "-- ", institute.name, institute.origin]
    if unsubscribe_url:
        lines += ["", str(translation.gettext("Unsubscribe:")), unsubscribe_url]
    return "\n".join(lines) + "\n"


def _html(template: str, context: dict[str, Any]) -> str:
    try:
        return loader.render_to_string(f"mail/{template}.html", context)
    except TemplateDoesNotExist:
        return ""


def _plain(name: str, context: dict[str, Any]) -> str:
    """Render plain text, in which nothing must be escaped for HTML."""
    wrapper = loader.get_template(name)
    template = cast("Template", cast("Any", wrapper).template)
    return str(template.render(Context(context, autoescape=False)))


def _as_read_by(reader: Any) -> ExitStack:
    stack = ExitStack()
    stack.enter_context(translation.override(getattr(reader, "language", "") or _language()))
    if zone := getattr(reader, "time_zone", ""):
        stack.enter_context(timezone.override(zone))
    return stack


def _language() -> str:
    return settings.LANGUAGE_CODE
