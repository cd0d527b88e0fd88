from runform.files import write_json, write_text
from runform.present.status import describe_progress, failures, stage_counts, timings
from runform.sequence import empty_sequence, save_sequence

SOURCES = {"a": "sim-1", "b": "web-2", "c": "web-2", "d": "web-3"}
FAILED = "Traceback (most recent call last):\n  File x\nValueError: no such joint\n"


def results_of(tmp_path):
    """Nobody is in view in b and c, of one video; the download of d failed."""
    for source in ("sim-1", "web-2"):
        write_json(tmp_path / f"videos/{source}.json", {"status": "ok"})
    for clip in ("a", "b"):
        write_json(tmp_path / f"clips/{clip}.json", {"status": "ok"})
    save_sequence(empty_sequence("no runner in view"), tmp_path / "pose/b.npz")
    write_text(tmp_path / "logs/download_video/web-3.log", FAILED)
    write_text(tmp_path / "logs/trim_clip/a.log", "INFO fine\n")
    for name, seconds in (("a", "2.5"), ("b", "0.5")):
        write_text(tmp_path / f"benchmarks/trim_clip/{name}.tsv", f"s\tmax_rss\n{seconds}\t100\n")
    write_text(tmp_path / "benchmarks/embed_clips.tsv", "s\tmax_rss\n9\t100\n")
    return tmp_path


def test_clips_by_stage(tmp_path):
    rows = {row.pop("stage"): row for row in stage_counts(results_of(tmp_path), SOURCES)}
    assert rows == {
        "video": {"done": 3, "unavailable": 0, "failed": 1, "left": 0},
        "clip": {"done": 2, "unavailable": 0, "failed": 0, "left": 2},
        "pose": {"done": 0, "unavailable": 1, "failed": 0, "left": 3},
        "gait": {"done": 0, "unavailable": 0, "failed": 0, "left": 4},
    }


def test_a_clip_without_video_waits_for_none(tmp_path):
    write_json(tmp_path / "clips/k.json", {"status": "ok"})
    rows = {row.pop("stage"): row for row in stage_counts(tmp_path, {"k": ""})}
    assert set(rows["video"].values()) == {0} and rows["clip"]["done"] == 1


def test_a_failed_job_is_named_with_the_last_line_of_its_log(tmp_path):
    results = results_of(tmp_path)
    assert failures(results) == [
        (str(results / "logs/download_video/web-3.log"), "ValueError: no such joint")
    ]


def test_a_job_that_succeeded_after_all_has_not_failed(tmp_path):
    results = results_of(tmp_path)
    write_text(results / "benchmarks/download_video/web-3.tsv", "s\n3\n")
    assert failures(results) == []


def test_the_slowest_rule_comes_first(tmp_path):
    embed, trim = timings(results_of(tmp_path))
    assert (embed.rule, embed.jobs, embed.total_s) == ("embed_clips", 1, 9)
    assert (trim.rule, trim.jobs, trim.total_s, trim.slowest_s, trim.slowest) == (
        "trim_clip",
        2,
        3,
        2.5,
        "a",
    )


def test_before_the_first_run_everything_is_left(tmp_path):
    text = describe_progress(tmp_path, SOURCES)
    assert text.splitlines()[2].split() == ["video", "0", "0", "0", "4"]
    assert "Failed" not in text
