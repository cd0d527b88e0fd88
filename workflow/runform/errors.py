"""The two ways a thing can be wrong from outside: an input that must be mended, a clip that cannot
be had.
"""


class InputError(ValueError):
    """Somebody's input is wrong. The message is the one line they need: what, where, and what was
    expected.
    """


class Unavailable(Exception):
    """A clip cannot be had, for good (removed, private, nobody in view). The study goes on; the
    message is the reason.
    """
