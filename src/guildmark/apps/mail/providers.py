"""What mail knows about a person, and what it does when an account is closed."""

from datetime import datetime
from typing import Any

from . import queries, services
from .states import FAREWELL


def personal_data(person: Any) -> dict[str, Any]:
    """List the mails to a person that are still kept, and their choices."""
    return {
        "preferences": {name: each.value for name, each in queries.frequencies(person).items()},
        "messages": [
            {
                "kind": message.kind,
                "to": message.recipient,
                "subject": message.subject,
                "text": message.text,
                "state": message.state,
                "written_at": message.created_at.isoformat(),
                "sent_at": message.sent_at.isoformat() if message.sent_at else None,
            }
            for message in queries.messages_to(person)
        ],
    }


def close_account(person: Any, at: datetime) -> None:
    """Stop what has not left, erase the person's addresses from what has, and send a last mail.

    The last mail tells the owner of the address, in case somebody else closed the account. Its row
    does not name the person, and forgets the address once the mail has left.
    """
    services.erase_mail_of(person)
    services.send(
        kind=FAREWELL.name,
        to=str(person.email),
        template="account_closed",
        context={"decided_at": at},
        at=at,
    )
