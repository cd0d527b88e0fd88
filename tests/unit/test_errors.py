from runform.errors import one_line


def test_line_ends_and_control_characters_become_spaces():
    assert one_line("a\nb\t\x1b[31m  c ") == "a b [31m c"


def test_long_text_is_cut():
    assert one_line("abcdef", 6) == "abcdef"
    assert one_line("abcdefg", 6) == "abcde…"
