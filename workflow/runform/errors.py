"""The two kinds of error that come from outside, and their one-line messages."""


class InputError(ValueError):
    """An input must be corrected. The message is one line: what, where, and what was expected."""


class Unavailable(Exception):
    """A clip cannot be had, for good (removed, private, no runner in view).

    The study goes on without it; the message is the reason.
    """


def one_line(text: str, limit: int = 300) -> str:
    """`text` on one line, without control characters, cut at `limit` characters."""
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"
