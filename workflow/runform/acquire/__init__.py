"""Acquire: from a web address or a local file to one evenly timed clip, or to the reason why there
is none.
"""
