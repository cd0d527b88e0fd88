"""The benchmark's study: its config and manifest are accepted, and what it would run is what it
promises.
"""


def test_what_the_benchmark_would_run(project):
    jobs = project.jobs("--configfile", "config/benchmark.yaml")
    clips = len((project.folder / "config/benchmark_manifest.tsv").read_text().splitlines()) - 1
    assert jobs["simulate_video"] == jobs["estimate_pose"] == jobs["measure_gait"] == clips > 300
    figures = {"plot_feature_sets", "plot_learning_curve", "plot_prediction_sets"}
    assert {name: jobs[name] for name in figures | {"score_feature_sets"}} == dict.fromkeys(
        figures | {"score_feature_sets"}, 1
    )
    assert jobs["embed_variant"] == 3 and "write_runner_report" not in jobs
