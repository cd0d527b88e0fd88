"""Simulated runners: exact motion, its ground truth, and the video drawn of it."""
