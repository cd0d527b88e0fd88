"""Embeddings: the mirrored average, windows, the mean over frames, and the file."""

import numpy as np
import pytest
import torch

from runform.encoder.checkpoint import save_encoder
from runform.encoder.embed import embed_clips, embed_motions, represent_both
from runform.encoder.inputs import (
    encoder_films,
    encoder_input,
    interleave,
    interleaved_times_s,
    split_films,
)
from runform.errors import InputError
from runform.sequence import empty_sequence, save_sequence
from runform.skeleton import get_skeleton, mirrored

MIRROR = list(get_skeleton("h36m17").mirror)
VIEW = {"rate_fps": 30.0, "smooth_s": 0.25, "one_direction": False}
OTHERS = {"torch_threads": 1, "min_available": 0.0}


@pytest.fixture
def study(tmp_path, tiny, runner_sequence):
    """Three clips, one of them unavailable, and an encoder."""
    sequences = {
        "a": runner_sequence(60, 0),
        "gone": empty_sequence("video removed"),
        "b": runner_sequence(300, 1),
    }
    paths = {}
    for name, sequence in sequences.items():
        paths[name] = tmp_path / f"{name}.npz"
        save_sequence(sequence, paths[name])
    save_encoder(tiny, tmp_path / "encoder.safetensors")
    return sequences, paths, tmp_path / "encoder.safetensors"


def test_a_mirrored_runner_gives_the_mirrored_representation(tiny):
    batch = np.random.default_rng(0).normal(size=(2, 5, 17, 3)).astype(np.float32)
    np.testing.assert_allclose(
        represent_both(tiny, mirrored(batch)), represent_both(tiny, batch)[:, :, MIRROR], atol=1e-6
    )


def test_each_window_is_embedded_by_itself_and_put_back_where_it_was(tiny):
    rng = np.random.default_rng(0)
    motions = [rng.normal(size=(frames, 17, 3)).astype(np.float32) for frames in (40, 500, 0, 243)]
    embedded = embed_motions(tiny, motions, one_direction=False)
    assert [len(frames) for frames in embedded] == [40, 500, 0, 243]
    for start, end in ((0, 243), (243, 486), (486, 500)):
        alone = represent_both(tiny, motions[1][None, start:end])[0].reshape(end - start, -1)
        np.testing.assert_allclose(embedded[1][start:end], alone, atol=1e-6)


def test_the_file(study, tmp_path, tiny):
    sequences, paths, encoder = study
    embed_clips(encoder, paths, ["a", "gone"], tmp_path / "embeddings.npz", **VIEW, **OTHERS)
    with np.load(tmp_path / "embeddings.npz", allow_pickle=False) as file:
        assert file["clip"].tolist() == ["a", "gone", "b"]
        assert file["status"].tolist() == ["ok", "unavailable", "ok"]
        assert file["mean"].shape == (3, 17 * 8)
        assert file["mean"].dtype == np.float32
        assert np.isnan(file["mean"][1]).all()
        assert [name for name in file.files if name.startswith("frames:")] == ["frames:a"]
        assert file["frames:a"].dtype == np.float16
        motion = encoder_input(sequences["a"], 0.25, one_direction=False)
        with torch.inference_mode():
            plain, twin = (
                tiny.represent(torch.from_numpy(part[None].copy()))[0]
                for part in (motion, mirrored(motion))
            )
        expected = ((plain + twin[:, MIRROR]) / 2).numpy().reshape(60, -1)
        np.testing.assert_allclose(file["frames:a"], expected, atol=1e-3)
        np.testing.assert_allclose(file["mean"][0], expected.mean(axis=0), atol=1e-6)


def test_a_clip_of_60_frames_a_second_is_embedded_as_two_of_30_and_its_frames_stay_in_order(
    tmp_path, tiny, runner_sequence
):
    fast = runner_sequence(60, 0).replace(fps=60.0)
    save_sequence(fast, tmp_path / "fast.npz")
    save_encoder(tiny, tmp_path / "encoder.safetensors")
    embed_clips(
        tmp_path / "encoder.safetensors",
        {"a": tmp_path / "fast.npz"},
        ["a"],
        tmp_path / "e.npz",
        **VIEW,
        **OTHERS,
    )
    expected = interleave(
        [represent_both(tiny, film[None])[0] for film in encoder_films(fast, **VIEW)]
    ).reshape(60, -1)
    with np.load(tmp_path / "e.npz") as file:
        np.testing.assert_allclose(file["frames:a"], expected, atol=1e-3)


@pytest.mark.parametrize("fps", [24.0, 25.0, 29.97, 30.0, 50.0, 60.0])
def test_each_frame_has_the_time_at_which_the_encoder_sees_it(fps, tmp_path, tiny, runner_sequence):
    """A joint that moves by its time alone: interpolation must give back the time it is seen at."""
    sequence = runner_sequence(60, 0).replace(fps=fps)
    ramp = np.arange(60)[:, None, None] / fps
    xy = (sequence.xy[:1] + 100 * ramp).astype(np.float32)
    sequence = sequence.replace(xy=xy)
    frames = interleave(encoder_films(sequence, **VIEW))
    times_s = interleaved_times_s(sequence, len(frames), 30.0)
    resampled = interleave(split_films(np.concatenate([xy, xy[..., :1] * 0 + 1], -1), fps, 30.0))
    np.testing.assert_allclose((resampled[:, 0, 0] - xy[0, 0, 0]) / 100, times_s, atol=1e-4)

    save_sequence(sequence, tmp_path / "a.npz")
    save_encoder(tiny, tmp_path / "encoder.safetensors")
    poses, output = {"a": tmp_path / "a.npz"}, tmp_path / "e.npz"
    embed_clips(tmp_path / "encoder.safetensors", poses, ["a"], output, **VIEW, **OTHERS)
    with np.load(output) as file:
        np.testing.assert_array_equal(file["times_s:a"], times_s)
        assert len(file["frames:a"]) == len(times_s)
        assert times_s[-1] == pytest.approx(59 / fps, abs=1 / 30)


def test_slow_motion_has_true_times_at_any_rate(runner_sequence):
    slow = runner_sequence(60, 0).replace(capture_fps=120.0)
    for rate_fps in (0.0, 30.0):
        assert interleaved_times_s(slow, 60, rate_fps)[-1] == pytest.approx(59 / 120)


def test_the_same_bytes_again(study, tmp_path):
    _, paths, encoder = study
    for name in ("one.npz", "two.npz"):
        embed_clips(encoder, paths, ["a"], tmp_path / name, **VIEW, **OTHERS)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_nobody_anywhere(study, tmp_path):
    _, paths, encoder = study
    embed_clips(encoder, {"gone": paths["gone"]}, ["gone"], tmp_path / "e.npz", **VIEW, **OTHERS)
    with np.load(tmp_path / "e.npz") as file:
        assert np.isnan(file["mean"]).all()


def test_too_few_available_clips_are_not_embedded(study, tmp_path):
    _, paths, encoder = study
    with pytest.raises(InputError, match="2 of 3 clips are available: expected at least 90%"):
        embed_clips(
            encoder, paths, [], tmp_path / "e.npz", **VIEW, torch_threads=1, min_available=0.9
        )
    assert not (tmp_path / "e.npz").exists()
