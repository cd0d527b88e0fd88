"""The encoder stage: a motion encoder trained on running, and the embedding of each clip."""
