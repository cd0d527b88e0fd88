"""A checkpoint becomes ONNX in mmpose's own environment."""

import shutil


def environment_of(project, python) -> None:
    """Give `project` the environment of `python`: by links, and with pins of its own."""
    folder = project.folder / ".venv-mmpose"
    folder.mkdir()
    for part in python.parents[1].iterdir():
        if part.name == "pins.txt":
            shutil.copy(part, folder)
        else:
            (folder / part.name).symlink_to(part)


def test_a_checkpoint_becomes_onnx_and_another_network_s_is_one_line(
    project, mmpose_python, mmpose_reference
):
    environment_of(project, mmpose_python)
    weights = project.folder / "resources/weights"
    weights.mkdir(parents=True)
    shutil.copy(mmpose_reference / "rtmdet-nano.pth", weights)
    shutil.copy(mmpose_reference / "rtmdet-nano.pth", weights / "rtmpose-s-coco.pth")
    exported = project.folder / "results/weights"
    targets = ("results/weights/rtmdet-nano.onnx", "results/weights/rtmpose-s-coco.onnx")
    done = project.snakemake("--keep-going", *targets, check=False)
    assert done.returncode == 1
    assert [file.name for file in exported.iterdir()] == ["rtmdet-nano.onnx"]
    expected = (mmpose_reference / "rtmdet-nano.onnx").read_bytes()
    assert (exported / "rtmdet-nano.onnx").read_bytes() == expected
    (line,) = [line for line in done.stdout.split("\n") if line.startswith("runform: resources")]
    assert "rtmpose-s-coco.pth: weights of another model: " in line
    assert line.endswith("(log: results/logs/export_network/rtmpose-s-coco.log)")
    assert "Traceback" not in done.stdout and "Warning" not in done.stdout


def test_an_environment_that_cannot_be_made_is_one_line(project):
    project.edit("envs/mmpose/requirements.txt", "# Python 3.11 to 3.12", "# Python 3.11 to 3.10")
    done = project.snakemake(".venv-mmpose/pins.txt", check=False)
    assert done.returncode == 1
    assert (
        "runform: no suitable Python found: expected Python 3.11 to 3.10 with venv and pip; "
        "put one on the PATH (log: results/logs/make_mmpose_environment.log)"
    ) in done.stdout.split("\n")
    assert "Traceback" not in done.stdout
