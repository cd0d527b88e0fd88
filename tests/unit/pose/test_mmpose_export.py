import re

import pytest
import torch

from runform.errors import InputError
from runform.pose.mmpose_export import (
    _CONFIGS,
    MODELS,
    _package,
    build,
    checkpoint_url,
    export_rtmpose,
    load_checkpoint,
    published,
)
from runform.pose.rtmpose import RTMPose


def test_every_model_has_a_config_and_a_checkpoint_in_the_wheel():
    for model, entry in MODELS.items():
        assert (_package() / _CONFIGS / entry.index).with_name(f"{entry.name}.py").is_file()
        url = checkpoint_url(model)
        assert re.fullmatch(r"https://download\.openmmlab\.com/\S+-[0-9a-f]{8}_\d{8}\.pth", url)
        assert f"rtmpose-{model.split('-')[1]}_" in url


def test_the_published_study_s_network():
    assert published("rtmpose-m-coco").name == "rtmpose-m_8xb256-420e_coco-256x192"
    assert checkpoint_url("rtmpose-m-coco").endswith(
        "rtmpose-m_simcc-coco_pt-aic-coco_420e-256x192-d8dd5ca4_20230127.pth"
    )


def test_an_unknown_model_names_the_known_ones():
    with pytest.raises(
        InputError,
        match=r"'rtmpose-xxl': expected blazepose or one of rtmpose-s-coco, .*rtmpose-m-halpe26",
    ):
        checkpoint_url("rtmpose-xxl")


def test_weights_of_another_model_are_refused_in_one_line(checkpoint, tmp_path):
    with pytest.raises(
        InputError, match=r"weights of another model: .* entries differ, the first: .* expected "
    ) as fault:
        export_rtmpose("rtmpose-s-halpe26", checkpoint, tmp_path / "out.onnx")
    assert "\n" not in str(fault.value) and list(tmp_path.iterdir()) == []


class Malicious:
    def __reduce__(self):
        return (print, ("this code must never run",))


@pytest.mark.parametrize(
    "content", [{"state_dict": {"a": Malicious()}}, {"state_dict": {"a": "text"}}, [1, 2]]
)
def test_a_checkpoint_that_needs_its_code_run_is_refused(content, tmp_path, capsys):
    path = tmp_path / "bad.pth"
    torch.save(content, path)
    with pytest.raises(
        InputError, match="not a checkpoint that can be opened without running its code"
    ) as fault:
        load_checkpoint(torch.nn.Linear(1, 1), path)
    assert "\n" not in str(fault.value) and "must never run" not in capsys.readouterr().out


def test_a_damaged_checkpoint_is_refused(checkpoint, tmp_path):
    path = tmp_path / "cut.pth"
    path.write_bytes(checkpoint.read_bytes()[:100_000])
    with pytest.raises(InputError, match="not a checkpoint"):
        load_checkpoint(torch.nn.Linear(1, 1), path)


def test_halpe26_has_the_joints_of_its_skeleton(tmp_path):
    path = tmp_path / "small.pth"
    torch.save(build("rtmpose-s-halpe26").state_dict(), path)  # a plain state dict is read too
    export_rtmpose("rtmpose-s-halpe26", path, tmp_path / "small.onnx")
    assert (
        RTMPose(tmp_path / "small.onnx").skeleton
        == published("rtmpose-s-halpe26").skeleton
        == "halpe26"
    )
