"""What every fault owes its reader."""


def answer(caught):
    """The one line of the fault."""
    (line,) = str(caught.value).split("\n")
    assert line.isprintable()
    return line
