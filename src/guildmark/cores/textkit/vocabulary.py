"""Words that the classifier knows by heart; each list is short and says what it is for."""

import re

from guildmark.cores.textkit.tokens import stem


def word_set(listed: str) -> frozenset[str]:
    """Return the words of a list that is written as one line."""
    return frozenset(listed.split())


def stem_set(listed: str) -> frozenset[str]:
    """Return the stems of the words of a list that is written as one line."""
    return frozenset(map(stem, listed.split()))


FUNCTION_WORDS = word_set(
    "a about after all also among an and any are as at be been before being between both but by "
    "can could did do does during each either else etc every for from had has have he her his how "
    "if in into is it its may might must not of off on onto or other ought out over own per "
    "shall she should so some such than that the their them then there these they this those "
    "through thus to under until up upon via was we were what when where whether which while who "
    "whom whose why will with within would you your"
)
"""Words that bind others and by themselves name nothing."""
NEGATIONS = word_set("neither never no none nor not without")
"""Words that turn a sentence into its contrary."""
CONDITIONS = word_set("after before except if only unless until")
"""Words that widen or narrow when a duty holds."""
CONNECTIVES = frozenset(("and", "or"))
"""To exchange one for the other changes whether all or any are asked."""
NAMED_PARTS = re.compile(r"-(?:defined|identified|selected|specified)\b|\b(?:and|or)\b|/")
"""What in the name of a parameter tells of one thing more that is asked for."""
EXPLAINING = stem_set(
    "adequate adequately applicable appropriate appropriately associated certain corresponding "
    "current effective effectively ensure given identified internally involved necessary "
    "particular properly related relevant respective respectively selected specific "
    "specifically specified underlying various"
)
"""Words that point at what was meant already, or ask for what nobody can check ("effectively").

To add or drop them makes explicit or shortens.
"""
POINTING = word_set("above based below following listed")
"""Words that point at what stands beside them: layout."""
_SYNONYMS = (
    "acquire obtain procure",
    "alert inform notify",
    "allow enable permit",
    "apply employ use utilize",
    "assure confirm ensure verify",
    "ban forbid prohibit",
    "begin commence start",
    "correct rectify remedy",
    "delete erase",
    "demonstrate show",
    "employee personnel staff",
    "examine inspect",
    "finish complete",
    "furnish provide supply",
    "keep maintain retain",
    "isolation segregation separation",
    "people person individual",
    "boundary border perimeter",
)
_GROUP = {stem(word): group for group in _SYNONYMS for word in group.split()}


def are_synonyms(one: str, other: str) -> bool:
    """Whether two words in lower case say the same in the language of requirements."""
    group = _GROUP.get(stem(one))
    return group is not None and group == _GROUP.get(stem(other))
