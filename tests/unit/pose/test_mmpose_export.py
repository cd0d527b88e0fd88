"""Networks that mmpose's own environment exported, and checkpoints that are refused."""

import pytest
import torch
from one_line import answer

from runform.errors import InputError
from runform.pose.mmpose_export import load_checkpoint
from runform.pose.openmmlab import published
from runform.pose.rtmpose import RTMPose


@pytest.mark.parametrize("network", ["rtmpose-s-halpe26", "rtmpose-m-coco"])
def test_an_export_has_the_joints_of_its_skeleton(network, mmpose_reference):
    assert RTMPose(mmpose_reference / f"{network}.onnx").skeleton == published(network).skeleton


def test_weights_of_another_network_are_refused_in_one_line(tmp_path):
    path = tmp_path / "other.pth"
    torch.save({"state_dict": torch.nn.Linear(2, 3).state_dict()}, path)
    with pytest.raises(InputError) as error:
        load_checkpoint(torch.nn.Linear(2, 4), path)
    assert answer(error) == (
        f"{path}: weights of another model: 2 of 2 entries differ, the first: bias is (3,), "
        "expected (4,)"
    )


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


def test_a_damaged_checkpoint_is_refused(tmp_path):
    whole, path = tmp_path / "whole.pth", tmp_path / "cut.pth"
    torch.save(torch.nn.Linear(300, 300).state_dict(), whole)
    path.write_bytes(whole.read_bytes()[:100_000])
    with pytest.raises(InputError, match="not a checkpoint"):
        load_checkpoint(torch.nn.Linear(300, 300), path)
