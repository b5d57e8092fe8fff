"""Telling the sentences of the core for credentials in the language of whoever reads them."""

from django.utils.translation import gettext

from guildmark.cores.vc.sentences import Sentence


def translated(sentence: Sentence) -> str:
    """Return a sentence in the active language, and so every sentence inside it."""
    parts = {
        name: translated(part) if isinstance(part, Sentence) else part
        for name, part in sentence.parts
    }
    text = gettext(sentence.text) % parts
    return f"{sentence.where}: {text}" if sentence.where else text
