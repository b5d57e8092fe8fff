"""Whatever changes what a verifier is told, the answer that is ready changes with it.

This hangs on the models, not on the services, so that none of them can forget it. Only what is
written past `save`, such as many rows at once, has to see to it on its own.
"""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from . import ready_answers
from .models import Credential, StateChange


@receiver(post_save, sender=Credential, dispatch_uid="credentials:ready-answer")
def credential_saved(instance: Credential, **_: Any) -> None:
    """Write the answer about a credential anew."""
    ready_answers.write([instance.key])


@receiver(post_save, sender=StateChange, dispatch_uid="credentials:ready-answer")
def state_changed(instance: StateChange, **_: Any) -> None:
    """Write the answer anew with the cause and the moment of the last change."""
    ready_answers.write([instance.credential.key])
