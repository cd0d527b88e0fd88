"""What an expert who sees exactly would say of a simulated runner: yes, no, or not asked.

The limits are those of the rules by which the gait stage judges its own measurements, so that a label is true form and neither the
severity that was drawn (runners of one severity differ) nor anything a camera made of it.
"""

import math

from runform.simulate.measures import Measure

YES, NO, NOT_ASKED = "yes", "no", ""


def form_label(measures: dict[str, Measure], rule: dict) -> str:
    """`yes` at or beyond the limit `flag` of `rule`, `no` on the safe side of `watch`, blank in between and without a measure.

    measures: exact ones by name (`runform.simulate.measures`).  rule: one entry of the config's table of deficiencies: metric,
    direction (`above` or `below`: where trouble lies), watch, flag, side (`worst`: the worse foot's mean, else that of all steps)
    and, where there is trouble on both sides, other_watch and other_flag.
    """
    measure, sign = measures[rule["metric"]], 1.0 if rule["direction"] == "above" else -1.0
    value = sign * measure.mean
    if rule["side"] == "worst":
        value = max(sign * measure.left, sign * measure.right)
    if math.isnan(value):
        return NOT_ASKED
    limits = [(value, sign * rule["watch"], sign * rule["flag"])]
    if rule.get("other_flag") is not None:
        limits.append((-value, -sign * rule["other_watch"], -sign * rule["other_flag"]))
    if any(trouble >= flag for trouble, _, flag in limits):
        return YES
    return NO if all(trouble <= watch for trouble, watch, _ in limits) else NOT_ASKED
