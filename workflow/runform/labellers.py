"""What several people say of one clip: a manifest column for each labeller and deficiency.

`overstriding@AB` holds what the labeller AB says of overstriding: yes, no, unsure or blank. The
column `overstriding` itself is what the study uses; where it is blank, the labellers decide.
"""

import re
from collections.abc import Iterable, Mapping

YES, NO, UNSURE = "yes", "no", "unsure"
OPINIONS = (YES, NO, UNSURE)
# Labeller -> what she says of one clip and one deficiency.
Opinions = dict[str, str]

_INITIALS = re.compile(r"[A-Z][A-Z0-9]{0,7}")


def labeller_of(column: str, deficiencies: Iterable[str]) -> tuple[str, str] | None:
    """Deficiency and initials of a labeller's column; None for any other column."""
    deficiency, _, initials = column.rpartition("@")
    is_one = deficiency in deficiencies and _INITIALS.fullmatch(initials)
    return (deficiency, initials) if is_one else None


def opinions_in(
    row: Mapping[str, str], deficiencies: Iterable[str]
) -> tuple[dict[str, Opinions], dict[str, str]]:
    """Deficiency -> labeller -> opinion of one row, and the cells that are none: column -> text."""
    opinions: dict[str, Opinions] = {}
    wrong = {}
    for column, text in row.items():
        if not text or (named := labeller_of(column, deficiencies)) is None:
            continue
        if text in OPINIONS:
            opinions.setdefault(named[0], {})[named[1]] = text
        else:
            wrong[column] = text
    return opinions, wrong


def agreed_label(opinions: Opinions) -> bool | None:
    """Whether a clip shows the deficiency: what all labellers say who said yes or no.

    None where they disagree, or where nobody decided: such a clip has no label until somebody
    fills the deficiency's own column.
    """
    decided = {text for text in opinions.values() if text in (YES, NO)}
    return decided == {YES} if len(decided) == 1 else None


def disagree(opinions: Opinions) -> bool:
    """Whether one labeller says yes and another no."""
    return {YES, NO} <= set(opinions.values())
