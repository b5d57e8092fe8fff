"""Why something can't be done to a contribution, and the checks that services share."""

from django.utils.translation import gettext as _


class ContributionRefused(ValueError):
    """What was asked for can't be done; the message says why and what to do.

    `field` names the field of a form that it is about, or is empty.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def cleaned(text: str, *, field: str, most: int, needed: str = "") -> str:
    """Return a text without blanks around it. Raises `ContributionRefused` where it is unfit.

    `needed` is the sentence for a text that must not be empty.
    """
    found = text.replace("\r\n", "\n").strip()
    if needed and not found:
        raise ContributionRefused(needed, field=field)
    if "\0" in found:
        raise ContributionRefused(_("Remove the characters that can't be shown."), field=field)
    if len(found) > most:
        raise ContributionRefused(
            _("This has %(length)s characters; at most %(most)s are kept. Shorten it.")
            % {"length": len(found), "most": most},
            field=field,
        )
    return found


def one_line(text: str, *, field: str, most: int, needed: str = "") -> str:
    """Return a text in one line. Raises `ContributionRefused` where it is unfit."""
    return cleaned(" ".join(text.split()), field=field, most=most, needed=needed)
