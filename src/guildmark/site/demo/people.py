"""The people of the demo institute. Their passwords are public: they are for trying, only."""

from dataclasses import dataclass

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.queries import User
from guildmark.apps.accounts.states import Role

PASSWORD = "open-standard-demo"  # noqa: S105 - printed for everybody who tries the demo


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody one can sign in as; `secret` is the key of their authenticator app."""

    email: str
    name: str
    role: Role | None = None
    secret: str = ""

    @property
    def what(self) -> str:
        """The person's part in the demo."""
        return str(self.role.label) if self.role else "member"


ADMINISTRATOR = DemoPerson(
    "administrator@demo.example",
    "Ada Admin",
    Role.ADMINISTRATOR,
    "GUILDMARKDEMOADMINISTRATORAAAAAA",
)
EDITOR = DemoPerson(
    "editor@demo.example", "Edo Editor", Role.EDITOR, "GUILDMARKDEMOEDITOREDITOREDITORA"
)
REGISTRAR = DemoPerson(
    "registrar@demo.example",
    "Rea Registrar",
    Role.REGISTRAR,
    "GUILDMARKDEMOREGISTRARREGISTRARA",
)
SECOND_REGISTRAR = DemoPerson(
    "second@demo.example",
    "Sten Second",
    Role.REGISTRAR,
    "GUILDMARKDEMOSECONDSECONDSECONDA",
)
TRIAGER = DemoPerson(
    "triage@demo.example", "Tilda Triage", Role.TRIAGE, "GUILDMARKDEMOTRIAGETRIAGETRIAGEA"
)
DECIDER = DemoPerson(
    "decider@demo.example",
    "Dag Decider",
    Role.DECISION_MAKER,
    "GUILDMARKDEMODECIDERDECIDERDECID",
)
MEMBER = DemoPerson("member@demo.example", "Mira Member")
PEOPLE = (MEMBER, TRIAGER, DECIDER, EDITOR, REGISTRAR, SECOND_REGISTRAR, ADMINISTRATOR)


def by_email(email: str) -> User:
    """Return somebody whom the demo has made."""
    found = accounts.person_by_email(email)
    assert found is not None  # noqa: S101 - the demo has just made them.
    return found
