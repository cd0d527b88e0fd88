"""How much each further example is worth: balanced accuracy from 1, 2, 3, 5 and 9 runners a class.

Legend: N clips.
"""

from collections.abc import Sequence

import numpy as np

from runform.fewshot.arms import Arm
from runform.fewshot.protocol import TEST_SET, try_test_set
from runform.fewshot.statistics import balanced_accuracy

HELD_OUT = "held_out_examples"


def learning_rows(
    arm: Arm,
    runners: np.ndarray,
    labels: np.ndarray,
    examples: np.ndarray,
    test: np.ndarray,
    sizes: Sequence[int],
    draws: int,
    estimator,
    seed: int,
) -> list[dict]:
    """One row per size: mean, spread and 95 % range over `draws` draws of so many runners a class from `examples`.

    arm, runners, labels: of all N clips.  examples, test: rows; without test rows the examples not drawn are tested.
    estimator: of `runform.fewshot.protocol.make_estimator`. Sizes that leave a class without a runner to draw or to test are
    left out; where all examples are drawn there is one draw to make.
    """
    rng = np.random.default_rng(seed)
    pools = [_runners_of(runners, labels, examples, label) for label in (True, False)]
    spare = 0 if len(test) else 1
    rows = []
    for size in sizes:
        if size + spare > min(map(len, pools)):
            continue
        count = 1 if all(len(pool) == size for pool in pools) else draws
        scores, tested = [], []
        for _ in range(count):
            drawn = np.concatenate([rng.choice(pool, size, replace=False) for pool in pools])
            train = examples[np.isin(runners[examples], drawn)]
            held_out = test if len(test) else examples[~np.isin(runners[examples], drawn)]
            outcome = try_test_set(arm, train, held_out, runners, runners, labels, estimator)
            scores.append(balanced_accuracy(outcome.labels, outcome.right))
            tested.append(len(held_out))
        rows.append(_row(size, scores, tested, TEST_SET if len(test) else HELD_OUT))
    return rows


def _runners_of(runners, labels, examples, label) -> np.ndarray:
    """Runners whose examples all carry `label`, sorted."""
    mine = set(runners[examples[labels[examples] == label]])
    others = set(runners[examples[labels[examples] != label]])
    return np.array(sorted(mine - others), dtype=str)


def _row(size, scores, tested, protocol) -> dict:
    low, high = np.percentile(scores, [2.5, 97.5])
    spread = {"sd": float(np.std(scores)), "low": float(low), "high": float(high)}
    return {
        "protocol": protocol,
        "examples_per_class": size,
        "draws": len(scores),
        "n_test": int(np.median(tested)),
        "balanced_accuracy": float(np.mean(scores)),
        **spread,
    }
