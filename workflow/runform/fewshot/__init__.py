"""Few-shot stage: what can be told about a deficiency from a handful of labelled clips, and how
sure that is.
"""
