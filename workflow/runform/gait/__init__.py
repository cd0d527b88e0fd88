"""Gait: from keypoints to events, metrics and deficiencies of one clip."""
