"""Simulated runners: exact motion, its ground truth, and its video."""
