"""What a contribution is about: a requirement or a domain of an edition, or nothing yet written."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from guildmark.apps.standard import queries as standard


class TargetUnknown(ValueError):
    """A requirement, domain or edition was named that does not exist; the message says which."""


@dataclass(frozen=True, slots=True)
class Target:
    """Permanent keys and the edition in which they were read; all empty: nothing covers this.

    `label` is what people read, such as "PSF-2.3, edition 1.1".
    """

    framework: str = ""
    edition: str = ""
    domain: str = ""
    requirement: str = ""
    label: str = ""

    @property
    def key(self) -> str:
        """The permanent key of what is meant, or nothing."""
        return self.requirement or self.domain

    @property
    def is_nothing(self) -> bool:
        """Whether it is about something that no requirement and no domain covers."""
        return not self.key


def nothing_yet(framework: str = "", edition: str = "") -> Target:
    """Return the target of what no requirement covers."""
    return Target(framework=framework, edition=edition)


def target(framework: str, edition: str, word: str) -> Target:
    """Return the target that three words of an address name; `word` may be empty.

    `word` is the key or label of a requirement, or of a domain. Raises `TargetUnknown`.
    """
    row = _edition(framework, edition)
    if not word:
        return nothing_yet(framework, edition)
    if (found := standard.requirement(row, word)) is not None:
        where = {"label": found.label, "edition": row.number, "title": found.title}
        label = _("%(label)s %(title)s, edition %(edition)s") % where
        return Target(framework, row.number, found.domain.key, found.key, label)
    for each in standard.domains(row):
        if word.lower() in (each.key.lower(), each.label.lower()):
            where = {"label": each.label, "edition": row.number, "title": each.title}
            label = _("%(label)s %(title)s, edition %(edition)s") % where
            return Target(framework, row.number, each.key, "", label)
    raise TargetUnknown(
        _("Edition %(edition)s has no requirement and no domain “%(word)s”.")
        % {"edition": row.number, "word": word}
    )


def _edition(framework: str, number: str) -> standard.Edition:
    for each in standard.frameworks():
        if each.key == framework:
            for row in standard.editions(each):
                if row.number == number:
                    return row
    raise TargetUnknown(
        _("There is no edition %(number)s of “%(framework)s”.")
        % {"number": number, "framework": framework}
    )
