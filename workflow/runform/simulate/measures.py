"""Exact measures of a simulated runner, step by step."""


def measure_runner(body, style, steps, time_s, joints_at) -> dict:
    return {}
