"""Kinds of mail: each context registers its own in `AppConfig.ready`."""

from guildmark.cores.slots import Slot

from .states import ACCOUNT, DECISION, DIGEST, FAREWELL, Kind

kinds: Slot[Kind] = Slot("kinds of mail")
kinds.register(ACCOUNT, name=ACCOUNT.name, order=-2)
kinds.register(DECISION, name=DECISION.name, order=-1)
kinds.register(FAREWELL, name=FAREWELL.name, order=98)
kinds.register(DIGEST, name=DIGEST.name, order=99)
