"""Few-shot study: which deficiencies a handful of labelled clips can predict, and how surely."""
