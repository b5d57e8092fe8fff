"""Kinds of mail: each context registers its own in `AppConfig.ready`."""

from guildmark.cores.slots import Slot

from .states import ACCOUNT, DIGEST, Kind

kinds: Slot[Kind] = Slot("kinds of mail")
kinds.register(ACCOUNT, name=ACCOUNT.name, order=-1)
kinds.register(DIGEST, name=DIGEST.name, order=99)
