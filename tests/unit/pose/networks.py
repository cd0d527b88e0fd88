"""RTMPose as mmpose builds it, with seeded random weights."""

import torch

from runform.pose.mmpose_export import build


def random_network(model: str):
    """The network `model` of mmpose with seeded weights and batch statistics that are not just
    zeros and ones.
    """
    torch.manual_seed(0)
    network = build(model)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network
