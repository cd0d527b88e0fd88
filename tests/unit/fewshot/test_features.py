"""Features of clips, by hand: gait metrics, poses, framing, brightness, pooled embeddings."""

import av
import numpy as np
import pytest
import torch

from runform.encoder.checkpoint import save_encoder
from runform.encoder.dstformer import DSTformer, DSTformerConfig
from runform.encoder.embed import embed_clips
from runform.fewshot.features import (
    H36M,
    NUISANCE,
    brightness_of,
    contacts_s,
    curve_table,
    facing_of,
    load_poolings,
    mean_and_spread,
    metric_table,
    near_contact,
    nuisance,
    past_limit,
    pool_frames,
    stride_phase,
)
from runform.sequence import PoseSequence, save_sequence
from runform.skeleton import mirrored

GAIT = {
    "facing": -1,
    "metrics": {
        "trunk_lean_deg": {"value": 7.0, "left": None, "right": None, "sd": 0.5},
        "contact_time_ms": {"value": 250, "left": 240, "right": 262, "sd": None, "reason": ""},
        "pelvic_drop_deg": {"value": None, "reason": "needs a view from the rear or front"},
    },
    "events": {"left": {"ic_s": [1.0, 0.2, 1.8]}, "right": {"ic_s": [0.6, 1.4]}},
    "curves": {
        "knee_flexion_deg": {
            "left": {"mean": list(range(101))},
            "right": {"mean": [value + 2 for value in range(101)]},
        }
    },
}


def test_metrics_become_columns_with_gaps():
    names, table = metric_table([GAIT, None])
    assert names == ["contact_time_ms", "pelvic_drop_deg", "trunk_lean_deg"]
    assert table["value"][0] == pytest.approx([250, np.nan, 7], nan_ok=True)
    assert table["asymmetry"][0] == pytest.approx([22, np.nan, np.nan], nan_ok=True)
    assert table["sd"][0] == pytest.approx([np.nan, np.nan, 0.5], nan_ok=True)
    assert np.isnan(table["value"][1]).all()


def test_how_far_past_the_limit():
    def judged(position):
        return {"verdicts": [{"name": "lean", "position": position}]}

    assert past_limit([judged(-1.0), judged(2.5)], "lean") == pytest.approx([-1, 2.5])
    assert np.isnan(past_limit([None, judged(None), {"verdicts": []}], "lean")).all()


def test_curves_are_thinned_to_every_tenth():
    table = curve_table([GAIT, None])
    assert table.shape == (2, 11)
    assert table[0] == pytest.approx(np.arange(0, 101, 10) + 1)
    assert np.isnan(table[1]).all()


def test_nothing_measured_gives_no_columns():
    names, table = metric_table([None, {"status": "ok"}])
    assert names == [] and table["value"].shape == (2, 0)
    assert curve_table([None, None]).shape == (2, 0)


def test_facing_defaults_to_the_right():
    assert facing_of(GAIT) == -1
    assert [facing_of(gait) for gait in (None, {}, {"facing": None}, {"facing": 1})] == [1, 1, 1, 1]


def test_phase_runs_from_left_contact_to_left_contact():
    assert contacts_s(GAIT, "left").tolist() == [0.2, 1.0, 1.8]
    phase = stride_phase(GAIT, np.array([0.1, 0.2, 0.4, 0.6, 1.2, 1.9]))
    assert phase == pytest.approx([np.nan, 0, 0.25, 0.5, 0.25, np.nan], nan_ok=True)


def test_the_right_foot_stands_in_half_a_stride_later():
    one_left_contact = {"events": {"left": {"ic_s": [1.0]}, "right": {"ic_s": [0.6, 1.4]}}}
    assert stride_phase(one_left_contact, np.array([0.6, 0.8, 1.0, 1.2])) == pytest.approx(
        [0.5, 0.75, 0, 0.25]
    )
    assert np.isnan(stride_phase(None, np.arange(3.0))).all()


def test_window_around_contacts_of_either_foot():
    time_s = np.array([0.1, 0.16, 0.2, 0.26, 0.6, 0.64])
    assert near_contact(GAIT, time_s, 0.05).tolist() == [False, True, True, False, True, True]
    assert not near_contact(None, time_s, 0.05).any()


def sequence(xy, size=(640, 480), fps=30.0):
    box = np.concatenate([np.nanmin(xy, axis=1), np.nanmax(xy, axis=1)], axis=1).astype(np.float32)
    xy, score = xy.astype(np.float32), np.isfinite(xy).all(axis=-1).astype(np.float32)
    return PoseSequence(xy, score, box, xy, score, "h36m17", fps, float("nan"), size)


def running(frames=40):
    rng = np.random.default_rng(0)
    figure = rng.normal(size=(17, 2)) * 30 + 200
    figure[H36M.index("neck")] = figure[H36M.index("root")] + [0, -80]
    swing = rng.normal(size=(17, 2)) * 5
    swing[[H36M.index("neck"), H36M.index("root")]] = 0
    return figure + np.sin(np.arange(frames))[:, None, None] * swing


def test_mean_and_spread_by_hand():
    xy = np.zeros((2, 17, 2))
    xy[:, H36M.index("neck")] = [0, -50]
    xy[0, H36M.index("right_ankle")], xy[1, H36M.index("right_ankle")] = [100, 100], [0, 100]
    features = mean_and_spread(sequence(xy), 1).reshape(2, 17, 2)
    assert features[0, H36M.index("neck")] == pytest.approx([0, -1])
    assert features[0, H36M.index("right_ankle")] == pytest.approx([1, 2])  # torso lengths of 50 px
    assert features[1, H36M.index("right_ankle")] == pytest.approx([1, 0])


def test_position_size_and_direction_do_not_show():
    xy = running()
    plain = mean_and_spread(sequence(xy), 1)
    assert mean_and_spread(sequence(3 * xy + [500, 20]), 1) == pytest.approx(plain, abs=1e-4)
    assert mean_and_spread(sequence(mirrored(xy) + np.array([900, 0])), -1) == pytest.approx(
        plain, abs=1e-4
    )


def test_joints_never_visible_are_gaps():
    xy = running()
    xy[:, H36M.index("left_wrist")] = np.nan
    xy[3, H36M.index("right_wrist")] = np.nan
    features = mean_and_spread(sequence(xy), 1).reshape(2, 17, 2)
    assert np.isnan(features[:, H36M.index("left_wrist")]).all()
    assert np.isfinite(np.delete(features, H36M.index("left_wrist"), axis=1)).all()


def test_nuisance_by_hand():
    xy = np.full((30, 17, 2), [100.0, 120.0])
    xy[:, H36M.index("neck")] = [100, 60]
    xy[:, H36M.index("left_ankle")] = [200, 360]
    xy[20:, :, 0] += 64
    named = dict(zip(NUISANCE, nuisance(sequence(xy), 100.0, 20.0), strict=True))
    assert named["height"] == pytest.approx(300 / 480)
    assert named["centre_x"] == pytest.approx(150 / 640)
    assert named["centre_y"] == pytest.approx(210 / 480)
    assert named["travel_x"] == pytest.approx(64 / 640)
    assert (named["frames"], named["duration_s"], named["fps"]) == (30, 1, 30)
    assert named["aspect"] == pytest.approx(4 / 3)
    assert (named["brightness"], named["contrast"]) == (100, 20)
    without_video = nuisance(sequence(xy))
    assert without_video.tolist() == [named[name] for name in NUISANCE[:-2]]


def test_limbs_moving_inside_the_box_change_no_nuisance():
    calm = np.full((40, 17, 2), [100.0, 100.0])
    calm[:, H36M.index("head")], calm[:, H36M.index("left_ankle")] = [10, 10], [200, 300]
    wild = calm.copy()
    wild[:, H36M.index("left_wrist")] = np.array([90, 100]) + 40 * np.sin(np.arange(40))[:, None]
    wild[:, H36M.index("right_knee")] = np.array([90, 150]) + 60 * np.cos(np.arange(40))[:, None]
    assert nuisance(sequence(calm), 1, 1) == pytest.approx(nuisance(sequence(wild), 1, 1))


@pytest.mark.filterwarnings("ignore:All-NaN slice")
def test_nuisance_of_a_runner_never_visible_is_a_gap():
    named = dict(zip(NUISANCE, nuisance(sequence(np.full((9, 17, 2), np.nan)), 1, 1), strict=True))
    assert np.isnan([named[name] for name in NUISANCE[:4]]).all() and named["frames"] == 9


def write_video(path, grey_levels):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 64, 48, "yuv420p", 4_000_000
        for grey in grey_levels:
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def test_mean_and_spread_of_grey(tmp_path):
    write_video(tmp_path / "even.mp4", [120] * 40)
    assert brightness_of(tmp_path / "even.mp4") == pytest.approx((120, 0), abs=3)
    write_video(tmp_path / "flash.mp4", ([60] * 15 + [180] * 15) * 2)
    mean, spread = brightness_of(tmp_path / "flash.mp4", every=15, samples=4)
    assert mean == pytest.approx(120, abs=3) and spread == pytest.approx(60, abs=3)


def test_no_video_is_a_gap(tmp_path):
    (tmp_path / "empty.mp4").write_bytes(b"")
    assert np.isnan(brightness_of(tmp_path / "empty.mp4")).all()


FRAMES = np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 1.0], [6.0, 5.0]])


def test_poolings_by_hand():
    phase, contact = np.array([0.0, 0.25, 0.6, np.nan]), np.array([False, True, False, True])
    pooled = pool_frames(FRAMES, phase, contact, bins=4)
    assert pooled["mean_spread"] == pytest.approx([3, 2, np.sqrt(5), np.sqrt(3)])
    # One frame each in the first three quarters; the last quarter has none and takes the mean of
    # all frames.
    assert pooled["phase"] == pytest.approx([0, 1, 2, 1, 4, 1, 3, 2])
    assert pooled["contact"] == pytest.approx([4, 3])


def test_without_contacts_it_is_the_mean():
    pooled = pool_frames(FRAMES, np.full(4, np.nan), np.zeros(4, bool), bins=2)
    assert pooled["phase"] == pytest.approx([3, 2, 3, 2])
    assert pooled["contact"] == pytest.approx([3, 2])


def write_embeddings(path, frames_of):
    np.savez(
        path,
        clip=np.array(["a", "b", "gone"]),
        status=np.array(["ok", "ok", "unavailable"]),
        mean=np.array([[3, 2], [1, 1], [np.nan, np.nan]], np.float32),
        **{f"frames:{clip}": FRAMES.astype(np.float16) for clip in frames_of},
        **{f"times_s:{clip}": np.arange(4) / 10 for clip in frames_of},
    )


def test_a_file_gives_all_poolings_and_gaps_where_a_clip_has_none(tmp_path):
    write_embeddings(tmp_path / "e.npz", ["a", "b"])
    gaits = {"a": {"events": {"left": {"ic_s": [0.0, 0.4]}}}}
    parts = load_poolings(tmp_path / "e.npz", ["b", "gone", "a"], gaits, 2, 0.05)
    assert {name: part.shape for name, part in parts.items()} == {
        "mean": (3, 2),
        "mean_spread": (3, 4),
        "phase": (3, 4),
        "contact": (3, 2),
    }
    assert all(
        np.isnan(part[1]).all() and np.isfinite(part[[0, 2]]).all() for part in parts.values()
    )
    assert parts["phase"][2] == pytest.approx([1, 1, 5, 3])
    assert parts["contact"][2] == pytest.approx([0, 1])


@pytest.mark.parametrize(
    ("fps", "rate_fps", "near"), [(25.0, 30.0, [35, 36, 37]), (50.0, 60.0, [70, 71, 72, 73, 74])]
)
def test_frames_are_pooled_by_the_time_at_which_the_encoder_sees_them(
    fps, rate_fps, near, tmp_path
):
    """Films have 30 frames a second, or twice that: a contact at 1.2 s lies at frame 36, or 72."""
    torch.manual_seed(0)
    encoder = DSTformer(DSTformerConfig(dim_feat=16, dim_rep=8, depth=1, num_heads=2, mlp_ratio=2))
    save_encoder(encoder, tmp_path / "encoder.safetensors")
    clip = sequence(running(round(2 * fps)), fps=fps)
    save_sequence(clip, tmp_path / "a.npz")
    view = {"rate_fps": 30.0, "smooth_s": 0.25, "one_direction": True}
    embed_clips(
        tmp_path / "encoder.safetensors", {"a": tmp_path / "a.npz"}, ["a"], tmp_path / "e.npz",
        **view, torch_threads=1, min_available=0.0,
    )  # fmt: skip
    gaits = {"a": {"events": {"left": {"ic_s": [0.61, 1.21, 1.81]}, "right": {"ic_s": [1.2]}}}}
    only = {"a": {"events": {"right": {"ic_s": [1.2]}}}}
    with np.load(tmp_path / "e.npz") as file:
        frames = file["frames:a"].astype(float)
    contact = load_poolings(tmp_path / "e.npz", ["a"], only, 2, 0.0401)["contact"][0]
    np.testing.assert_allclose(contact, frames[near].mean(axis=0))
    phase = load_poolings(tmp_path / "e.npz", ["a"], gaits, 2, 0.05)["phase"][0].reshape(2, -1)
    times_s = np.arange(len(frames)) / rate_fps
    within = (times_s > 0.61) & (times_s < 1.81)
    first_half = within & ((times_s - 0.61) % 0.6 < 0.3)
    np.testing.assert_allclose(phase[0], frames[first_half].mean(axis=0))


def test_without_the_frames_of_every_clip_only_the_mean_is_pooled(tmp_path):
    write_embeddings(tmp_path / "e.npz", ["a"])
    assert list(load_poolings(tmp_path / "e.npz", ["a", "b"], {}, 2, 0.05)) == ["mean"]


def test_a_file_without_these_clips_gives_no_pooling(tmp_path):
    write_embeddings(tmp_path / "e.npz", [])
    assert load_poolings(tmp_path / "e.npz", ["gone", "other"], {}, 2, 0.05) == {}
