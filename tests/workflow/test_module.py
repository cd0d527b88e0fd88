"""Another workflow uses this one as a module, with a prefix of its own."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).parents[2]

SNAKEFILE = """
configfile: "lab.yaml"

module running:
    snakefile: "{repository}/workflow/Snakefile"
    config: config["running"]
    prefix: "running"

use rule * from running as running_*

rule report:
    default_target: True
    input:
        "running/results/gait/ann.json",
        "running/results/runners/ann/overlay.mp4",
        "running/results/encoder/pretrained.safetensors",
    output:
        "report.txt"
    run:
        import json
        with open(input[0]) as file, open(output[0], "w") as out:
            print(json.load(file)["status"], file=out)
"""
MANIFEST = "clip\turl\tsets\trunner\tend_s\nann\tsimulated:seed=5\tlabelled\tann\t\n"
MANIFEST += "ben\tben.mp4\tcorpus\tben\t\n"
MANIFEST += "zoe\thttp://127.0.0.1:9/zoe.mp4\tcorpus\tzoe\t\n"  # where nothing answers


def test_a_workflow_of_ones_own_takes_a_clip_from_this_one(tmp_path, project):
    config = yaml.safe_load((REPOSITORY / "config/config.yaml").read_text())
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(repository=project.folder))
    config["acquire"]["download"]["allow_private_hosts"] = True
    config["acquire"]["connection"]["attempts"] = 1
    lab = {"running": config | {"manifest": "clips.tsv"}}
    (tmp_path / "lab.yaml").write_text(yaml.safe_dump(lab))
    (tmp_path / "clips.tsv").write_text(MANIFEST)
    shutil.copy(REPOSITORY / "docs/runner.jpg", tmp_path / "ben.mp4")  # a file, if no video
    command = [sys.executable, "-m", "snakemake", "--cores", "2"]
    done = subprocess.run(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert (tmp_path / "report.txt").read_text() == "ok\n"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == [
        ".snakemake",
        "project",
        "running",
    ]
    network = "running/results/weights/rtmpose-m-coco.onnx"
    # a local video is the user's own file: the prefix is not put before it
    dry = subprocess.run(
        [*command, "--dry-run", "-p", "running/results/clips/ben.mp4", network],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert "copy the local file ben.mp4" in dry.stdout
    # an unfinished download waits below the prefix too
    zoe = f"web-{hashlib.sha256(b'http://127.0.0.1:9/zoe.mp4').hexdigest()[:16]}"
    wanted = [*command, f"running/results/videos/{zoe}.mp4"]
    assert subprocess.run(wanted, cwd=tmp_path, capture_output=True).returncode == 1
    assert (tmp_path / "running/results/videos/.partial" / zoe).is_dir()
    assert not (tmp_path / "results").exists()
    # mmpose's environment stands below the prefix; the library is that of this workflow
    command = f"PYTHONPATH={project.folder}/workflow running/.venv-mmpose/bin/python "
    assert command in dry.stdout
