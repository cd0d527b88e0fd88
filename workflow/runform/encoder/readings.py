"""Form readings: linear maps from a clip's embedding to the metrics of form, how sure they are, and
a metric in which embeddings lie near each other where form is alike.

Fitted in closed form on simulated runners (`encoder.form_films` makes them), for every encoder by
itself. A reading needs no side view and no contacts. It has an error that is measured on runners
that the fit never saw, and a validity: how many of those lie further from the middle of the
simulated runners than the clip does.

Legend: N films, F numbers of an embedding, M metrics, Q directions of form, P of validity.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from runform.errors import InputError
from runform.files import written_aside
from runform.limits import SPEED

FORMAT, METADATA_KEY = "runform-readings-1", "runform"
# A metric's value over all steps, and the means of the side where it is larger and smaller: rules
# that judge the worse side read that.
PARTS = VALUE, LARGER, SMALLER = "value", "larger", "smaller"
MEAN, SPREAD = "mean", "mean_spread"
STRENGTHS = np.logspace(-5, 1, 13)  # of the ridge, in shares of the embedding's total variance
VALIDITY_DIRECTIONS = 24  # leading ones of the simulated embeddings; what lies outside is one more
NEIGHBOURS = 60  # unseen films of like view, length and frame rate that a reading's error is from
LEAST_SIGNAL = 0.1  # variance of a direction of form over that of its error, at least
ALLOWED = 2.0  # standard uncertainties of a difference; beyond them the two disagree
SHRINKAGE = 0.1  # of the covariance of errors, towards a multiple of the identity


@dataclass(frozen=True)
class Films:
    """Simulated films as an encoder sees them.

    mean, spread (N, F): mean and standard deviation over frames of the embedding.  metrics
    (N, M, 3): exact ones, in the order of `PARTS`.  runner (N,): who runs.  azimuth_deg (N,): of
    the camera, 90 from the left.  duration_s, fps (N,): of the film.
    """

    mean: np.ndarray
    spread: np.ndarray
    metrics: np.ndarray
    runner: np.ndarray
    azimuth_deg: np.ndarray
    duration_s: np.ndarray
    fps: np.ndarray

    def take(self, rows: np.ndarray) -> "Films":
        """Some of the films."""
        return Films(*(getattr(self, field.name)[rows] for field in fields(self)))

    def pooled(self, pooling: str) -> np.ndarray:
        """(N, F) or (N, 2 F) float64."""
        return pool(self.mean, self.spread, pooling)


@dataclass(frozen=True)
class Readings:
    """What `fit_readings` learned of one encoder; arrays are float64 in memory, float32 on disk.

    names: of the M metrics.  pooling: MEAN, or SPREAD where that reads better.  centre (F',):
    subtracted from a pooled embedding.
    weights (F', M, 3), offset (M, 3): of the readings, in the order of `PARTS`.
    side_on (F' + 1,): weights and offset of |sin| of the camera's azimuth.
    form (F', Q): directions of form, in units of what is not form.
    inside (F', P): directions of validity.  inside_middle, inside_scale (P + 1,): mean and standard
    deviation of the simulated films in them, the last of what lies outside.
    farther (N,): distances of the unseen films, rising.
    unseen_*: of films that no fit saw: readings and exact metrics (N, M, 3), form (N, Q), and the
    conditions (N, 3): side-on reading, log of the duration, log of the frame rate.
    azimuth_deg, duration_s, fps (N,): of the same films.
    """

    names: tuple[str, ...]
    pooling: str
    centre: np.ndarray
    weights: np.ndarray
    offset: np.ndarray
    side_on: np.ndarray
    form: np.ndarray
    inside: np.ndarray
    inside_middle: np.ndarray
    inside_scale: np.ndarray
    farther: np.ndarray
    unseen_readings: np.ndarray
    unseen_metrics: np.ndarray
    unseen_form: np.ndarray
    unseen_conditions: np.ndarray
    azimuth_deg: np.ndarray
    duration_s: np.ndarray
    fps: np.ndarray

    def read(self, pooled: np.ndarray) -> np.ndarray:
        """(N, M, 3) readings of pooled embeddings (N, F')."""
        return np.tensordot(pooled - self.centre, self.weights, axes=1) + self.offset

    def in_form_metric(self, pooled: np.ndarray) -> np.ndarray:
        """(N, Q) coordinates whose distances are about form alone."""
        return (pooled - self.centre) @ self.form

    def standard_uncertainty(
        self, pooled: np.ndarray, duration_s: np.ndarray, fps: np.ndarray
    ) -> np.ndarray:
        """(N, M, 3): root mean square error on the unseen films of most similar view, length and
        frame rate.
        """
        conditions = _conditions(self._side_on(pooled), duration_s, fps)
        spread = self.unseen_conditions.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        squared = (self.unseen_readings - self.unseen_metrics) ** 2
        near = [
            np.argsort((((self.unseen_conditions - one) / spread) ** 2).sum(axis=1), kind="stable")
            for one in conditions
        ]
        count = min(NEIGHBOURS, len(squared))
        return np.sqrt(np.stack([np.nanmean(squared[rows[:count]], axis=0) for rows in near]))

    def validity(self, pooled: np.ndarray) -> np.ndarray:
        """(N,) share of the unseen simulated films that lie at least as far out, 0 to 1."""
        distance = np.linalg.norm(
            (_inside(pooled - self.centre, self.inside) - self.inside_middle) / self.inside_scale,
            axis=1,
        )
        return 1 - np.searchsorted(self.farther, distance) / len(self.farther)

    def _side_on(self, pooled: np.ndarray) -> np.ndarray:
        return (pooled - self.centre) @ self.side_on[:-1] + self.side_on[-1]

    @property
    def spread(self) -> np.ndarray:
        """(M,) standard deviation of the metrics of the unseen films."""
        return np.nanstd(self.unseen_metrics[:, :, PARTS.index(VALUE)], axis=0)

    @property
    def errors(self) -> np.ndarray:
        """(N, M, 3) reading less exact metric, of the unseen films."""
        return self.unseen_readings - self.unseen_metrics


def pool(mean: np.ndarray, spread: np.ndarray, pooling: str) -> np.ndarray:
    """(N, F) mean, or (N, 2 F) mean and spread, of embeddings (N, F); float64."""
    parts = [mean] if pooling == MEAN else [mean, spread]
    return np.concatenate(parts, axis=1).astype(np.float64)


def fit_readings(
    names: tuple[str, ...], fitted: Films, chosen_on: Films, unseen: Films
) -> Readings:
    """Fit on `fitted`, choose pooling and strengths on `chosen_on`, measure on `unseen`; no runner
    is in two of them.

    The mean is taken unless mean and spread read better by more than 2 % of the error.
    """
    errors = {pooling: _tune(fitted, chosen_on, pooling) for pooling in (MEAN, SPREAD)}
    pooling = SPREAD if errors[SPREAD][0] < 0.98 * errors[MEAN][0] else MEAN
    both = _joined(fitted, chosen_on)
    X, Y = both.pooled(pooling), _targets(both)
    centre = X.mean(axis=0)
    strengths = errors[pooling][1]
    weights, offset = _ridge(X - centre, Y, strengths)
    metrics = len(names)
    inside = _leading_directions(X - centre, VALIDITY_DIRECTIONS)
    in_it = _inside(X - centre, inside)
    middle, scale = in_it.mean(axis=0), np.maximum(in_it.std(axis=0), 1e-9)
    V = unseen.pooled(pooling) - centre
    read = V @ weights + offset
    held_out = _held_out_readings(fitted, chosen_on, pooling, strengths)
    form = _form_directions(
        weights[:, : 3 * metrics : 3],
        held_out[:, : 3 * metrics : 3],
        chosen_on.metrics[:, :, 0].astype(float),
        np.array([name != SPEED for name in names]),
    )
    distance = np.linalg.norm((_inside(V, inside) - middle) / scale, axis=1)
    shape = (-1, metrics, len(PARTS))
    return Readings(
        names=names,
        pooling=pooling,
        centre=centre,
        weights=weights[:, :-1].reshape(shape),
        offset=offset[:-1].reshape(metrics, len(PARTS)),
        side_on=np.append(weights[:, -1], offset[-1]),
        form=form,
        inside=inside,
        inside_middle=middle,
        inside_scale=scale,
        farther=np.sort(distance),
        unseen_readings=read[:, :-1].reshape(shape),
        unseen_metrics=unseen.metrics.astype(float),
        unseen_form=V @ form,
        unseen_conditions=_conditions(read[:, -1], unseen.duration_s, unseen.fps),
        azimuth_deg=unseen.azimuth_deg.astype(float),
        duration_s=unseen.duration_s.astype(float),
        fps=unseen.fps.astype(float),
    )


def _held_out_readings(
    fitted: Films, chosen_on: Films, pooling: str, strengths: np.ndarray
) -> np.ndarray:
    """(N, 3 M + 1) readings of `chosen_on` by a fit on `fitted` alone."""
    X, V = fitted.pooled(pooling), chosen_on.pooled(pooling)
    centre = X.mean(axis=0)
    weights, offset = _ridge(X - centre, _targets(fitted), strengths)
    return (V - centre) @ weights + offset


def _joined(one: Films, other: Films) -> Films:
    return Films(
        *(
            np.concatenate([getattr(one, field.name), getattr(other, field.name)])
            for field in fields(Films)
        )
    )


def _targets(films: Films) -> np.ndarray:
    """(N, 3 M + 1): the metrics, and how far the camera is to the side."""
    side_on = np.abs(np.sin(np.radians(films.azimuth_deg)))
    return np.column_stack([films.metrics.reshape(len(films.metrics), -1), side_on])


def _conditions(side_on: np.ndarray, duration_s: np.ndarray, fps: np.ndarray) -> np.ndarray:
    return np.column_stack([np.clip(side_on, 0, 1), np.log(duration_s), np.log(fps)])


def _tune(fitted: Films, chosen_on: Films, pooling: str) -> tuple[float, np.ndarray]:
    """Mean over targets of the least error on `chosen_on`, as a share of the target's spread, and
    the strength of each target (3 M + 1,) that gives it.
    """
    X, Y = fitted.pooled(pooling), _targets(fitted)
    V, truth = chosen_on.pooled(pooling), _targets(chosen_on)
    centre = X.mean(axis=0)
    errors = []
    for strength in STRENGTHS:
        weights, offset = _ridge(X - centre, Y, np.full(Y.shape[1], strength))
        errors.append(np.mean(((V - centre) @ weights + offset - truth) ** 2, axis=0))
    errors = np.sqrt(np.array(errors)) / np.maximum(truth.std(axis=0), 1e-12)
    return float(errors.min(axis=0)[:-1].mean()), STRENGTHS[errors.argmin(axis=0)]


def _ridge(X: np.ndarray, Y: np.ndarray, strengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (F, K) and offset (K,) of a ridge regression from centred X (N, F) to Y (N, K).

    Each column has a strength of its own, a share of the total variance of X.

    Solved among the N films, which are fewer than the numbers of an embedding.
    """
    kernel = X @ X.T
    values, vectors = np.linalg.eigh(kernel)
    values = np.maximum(values, 0.0)
    middle = Y.mean(axis=0)
    turned = vectors.T @ (Y - middle)
    alphas = strengths * np.trace(kernel)
    solved = vectors @ (turned / (values[:, None] + alphas))
    return X.T @ solved, middle


def _leading_directions(X: np.ndarray, count: int) -> np.ndarray:
    """(F, count) principal directions of centred X (N, F), the largest first."""
    values, vectors = np.linalg.eigh(X @ X.T)
    order = np.argsort(values)[::-1][: min(count, len(X) - 1, X.shape[1])]
    directions = X.T @ vectors[:, order]
    return directions / np.maximum(np.linalg.norm(directions, axis=0), 1e-12)


def _inside(X: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """(N, P + 1): coordinates along `directions`, and the logarithm of what lies outside."""
    along = X @ directions
    left = np.maximum((X**2).sum(axis=1) - (along**2).sum(axis=1), 1e-12)
    return np.column_stack([along, np.log(left) / 2])


def _form_directions(
    weights: np.ndarray, read: np.ndarray, truth: np.ndarray, of_form: np.ndarray
) -> np.ndarray:
    """(F, Q) directions in which form differs most against all that is not form.

    weights (F, M): of the readings.  read, truth (N, M): readings of runners that were not fitted,
    and their exact metrics.  of_form (M,): which metrics are form. The readings hold what is linear
    in form (between-class scatter), their errors what body, camera and noise make of it (within):
    the generalised eigenvectors of the two covariances are those of a linear discriminant analysis
    over forms without classes. Each is scaled to a standard deviation of 1 within.
    """
    spread = np.where(truth.std(axis=0) > 0, truth.std(axis=0), 1.0)[of_form]
    read, truth = read[:, of_form] / spread, truth[:, of_form] / spread
    between, within = np.cov(read.T), np.cov((read - truth).T)
    level = np.trace(within) / len(within)
    within = (1 - SHRINKAGE) * within + SHRINKAGE * level * np.eye(len(within))
    root = np.linalg.cholesky(within)
    whitened = np.linalg.solve(root, np.linalg.solve(root, between).T)
    values, vectors = np.linalg.eigh((whitened + whitened.T) / 2)
    order = np.argsort(values)[::-1]
    kept = values[order] >= LEAST_SIGNAL
    kept[:2] = True  # a map needs two
    directions = weights[:, of_form] / spread @ np.linalg.solve(root.T, vectors[:, order[kept]])
    return directions * np.where(np.sign(directions[0]) < 0, -1.0, 1.0)


def save_readings(readings: Readings, path: str | Path) -> None:
    """Write as safetensors; names and pooling are its metadata."""
    arrays = {
        field.name: np.ascontiguousarray(getattr(readings, field.name), np.float32)
        for field in fields(Readings)
        if field.name not in ("names", "pooling")
    }
    metadata = {"format": FORMAT, "names": readings.names, "pooling": readings.pooling}
    with written_aside(path) as aside:
        save_file(arrays, aside, metadata={METADATA_KEY: json.dumps(metadata, sort_keys=True)})


def load_readings(path: str | Path) -> Readings:
    """Read what `save_readings` wrote; InputError in one line for anything else."""
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = json.loads((file.metadata() or {}).get(METADATA_KEY, "{}"))
            arrays = {name: file.get_tensor(name).astype(np.float64) for name in list(file.keys())}
        if metadata.get("format") == FORMAT:
            names = tuple(str(name) for name in metadata["names"])
            return Readings(names=names, pooling=str(metadata["pooling"]), **arrays)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file: expected readings of an encoder") from None
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: not readings of an encoder: {reason}") from None
    raise InputError(f"{path}: format {metadata.get('format')!r}: expected {FORMAT!r}")


def embeddings_of(path: str | Path) -> Mapping[str, tuple[np.ndarray, np.ndarray]]:
    """Clip -> mean and spread (F,) of an embeddings file, of the clips that have an embedding."""
    with np.load(path, allow_pickle=False) as file:
        rows = zip(file["clip"], file["mean"], file["spread"], strict=True)
        return {str(clip): (mean, spread) for clip, mean, spread in rows if np.isfinite(mean).all()}
