"""The study at the published scale: its plan, and its one line where nothing can be fetched."""

import io

import torch

from runform.encoder.dstformer import DSTformer, DSTformerConfig

PAPER = ("--configfile", "config/paper.yaml")


def fill_manifest(project) -> None:
    """Two corpus clips, four labelled ones of four runners and a professional, all on the web."""
    file = project.folder / "config/paper_manifest.tsv"
    row = "{name}\thttps://videos.example/{name}.mp4\t{sets}\t{name}\t\t0\t4\t\t{label}\n"
    rows = [row.format(name=f"corpus{n}", sets="corpus", label="") for n in (1, 2)]
    rows += [
        row.format(name=f"runner{n}", sets="labelled", label="yes" if n % 2 else "no")
        for n in range(4)
    ]
    file.write_text(
        file.read_text() + "".join(rows) + row.format(name="pro", sets="professional", label="")
    )


def test_an_empty_manifest_is_one_line(project):
    done = project.snakemake("--dry-run", *PAPER, check=False)
    assert done.returncode == 1
    assert (
        done.stdout.strip().split("\n")[-1]
        == "config/paper_manifest.tsv:1: clip: '': expected at least one row"
    )


def test_the_plan(project):
    fill_manifest(project)
    jobs = project.jobs(*PAPER)
    expected = {
        "fetch_file": 3,
        "export_network": 1,
        "take_encoder": 1,
        "download_video": 7,
        "trim_clip": 7,
        "estimate_pose": 7,
        "measure_gait": 7,
        "finetune_encoder": 1,
        "embed_clips": 1,
        "score_few_shot": 1,
    }
    assert {name: jobs.get(name) for name in expected} == expected
    assert "simulate_video" not in jobs
    planned = project.jobs("results/tables/accuracy_by_feature_set.csv", *PAPER)
    assert {
        name: planned[name] for name in ("init_encoder", "finetune_variant", "embed_variant")
    } == {"init_encoder": 1, "finetune_variant": 1, "embed_variant": 4}


def test_weights_that_cannot_be_had_are_one_line(project):
    project.edit(
        "config/paper.yaml",
        "pretrained: MotionBERT-Lite",
        "pretrained: http://127.0.0.1:9/latest_epoch.bin",
    )
    fill_manifest(project)
    done = project.snakemake("results/encoder/pretrained.safetensors", *PAPER, check=False)
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.split("\n") if "cannot be fetched" in line]
    assert "http://127.0.0.1:9/latest_epoch.bin cannot be fetched (" in line
    assert (
        "or set encoder.pretrained: resources/encoders/runner-small.safetensors, which needs"
        " no download (log: " in line
    )
    assert "Traceback" not in done.stdout


def test_a_checkpoint_is_put_in_by_hand(project):
    """As the line of a failed download says: the file at its place, no network asked, and the study
    starts from it.
    """
    torch.manual_seed(3)
    model = DSTformer(DSTformerConfig(dim_feat=16, dim_rep=8, depth=1, num_heads=8, mlp_ratio=2))
    file = io.BytesIO()
    torch.save(
        {"model_pos": {f"module.{name}": value for name, value in model.state_dict().items()}}, file
    )
    place = project.folder / "resources/weights/MotionBERT-Lite.bin"
    place.parent.mkdir(parents=True)
    place.write_bytes(file.getvalue())
    fill_manifest(project)
    target = "results/encoder/pretrained.safetensors"
    assert project.jobs(target, *PAPER) == {"take_encoder": 1}
    project.snakemake(target, *PAPER)
    assert (project.folder / target).stat().st_size > 0


def test_a_start_that_is_not_there_is_one_line(project):
    done = project.snakemake(
        "--dry-run", "--config", "encoder={pretrained: MotionBert}", check=False
    )
    assert done.returncode == 1
    last = done.stdout.strip().split("\n")[-1]
    assert last.startswith(
        "encoder.pretrained: 'MotionBert': expected train, MotionBERT, MotionBERT-Lite"
    )
