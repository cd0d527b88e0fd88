"""Raw videos that are removed after their clips are cut, and what the next run does then."""

PREFIX = "clip\turl\tsets\tend_s\n"
FIRST, SECOND = "a\tsimulated:seed=1\tcorpus\t1\n", "b\tsimulated:seed=2\tcorpus\t1\n"
CLIPS = ("results/clips/a.mp4", "results/clips/b.mp4")


def test_raw_videos_go_and_only_a_new_window_fetches_its_own_again(project):
    project.edit("config/config.yaml", "keep_videos: true", "keep_videos: false")
    project.write("config/manifest.tsv", PREFIX + FIRST + SECOND)
    project.snakemake(*CLIPS)
    assert not list((project.folder / "results/videos").glob("*.mp4"))
    assert len(list((project.folder / "results/videos").glob("*.json"))) == 2
    assert project.jobs(*CLIPS) == {}
    project.write("config/manifest.tsv", PREFIX + FIRST.replace("\t1\n", "\t1.5\n") + SECOND)
    assert project.jobs(*CLIPS) == {"simulate_video": 1, "trim_clip": 1}
