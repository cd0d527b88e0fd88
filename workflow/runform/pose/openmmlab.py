"""The networks that OpenMMLab published and this project can use: configs, checkpoints, skeletons.

Facts alone: neither torch nor mmpose is needed to read them. The configs lie in mmpose 1.3.2's
wheel, below the two folders named here; RTMPose's addresses are those of the wheel's model index.
Each address carries the first digits of the checkpoint's SHA-256.
"""

from dataclasses import dataclass

from runform.errors import InputError

_POSE_CONFIGS, _DETECTOR_CONFIGS = (
    ".mim/configs/body_2d_keypoint/rtmpose",
    ".mim/demo/mmdetection_cfg",
)
_CHECKPOINTS = "https://download.openmmlab.com/mmpose/v1/projects"


@dataclass(frozen=True)
class Published:
    """One trained network: its config inside mmpose's package, the address of its checkpoint, and
    the skeleton of its joints ("" for a person detector).
    """

    config: str
    checkpoint_url: str
    skeleton: str = ""


def _coco(size: str, ending: str) -> Published:
    return Published(
        f"{_POSE_CONFIGS}/coco/rtmpose-{size}_8xb256-420e_coco-256x192.py",
        f"{_CHECKPOINTS}/rtmposev1/rtmpose-{size}_simcc-coco_pt-aic-coco_420e-256x192-{ending}.pth",
        "coco17",
    )


def _halpe26(size: str, batch: str, ending: str) -> Published:
    return Published(
        f"{_POSE_CONFIGS}/body8/rtmpose-{size}_{batch}-700e_body8-halpe26-256x192.py",
        f"{_CHECKPOINTS}/rtmposev1/"
        f"rtmpose-{size}_simcc-body7_pt-body7-halpe26_700e-256x192-{ending}.pth",
        "halpe26",
    )


# `rtmpose-m-coco` is the published study's network; the halpe26 ones have feet.
MODELS = {
    "rtmpose-s-coco": _coco("s", "8edcf0d7_20230127"),
    "rtmpose-s-halpe26": _halpe26("s", "8xb1024", "7f134165_20230605"),
    "rtmpose-m-coco": _coco("m", "d8dd5ca4_20230127"),
    "rtmpose-m-halpe26": _halpe26("m", "8xb512", "4d3e73dd_20230605"),
    "rtmpose-l-coco": _coco("l", "1352a4d2_20230127"),
    "rtmpose-l-halpe26": _halpe26("l", "8xb512", "2abb7558_20230605"),
}

# RTMDet trained on people alone; no model index of the wheels lists them.
DETECTORS = {
    f"rtmdet-{size}": Published(
        f"{_DETECTOR_CONFIGS}/rtmdet_{size}_{side}-8xb32_coco-person.py",
        f"{_CHECKPOINTS}/rtmpose/rtmdet_{size}_8xb32-100e_coco-obj365-person-{digits}.pth",
    )
    for size, side, digits in (("nano", 320, "05d8511e"), ("m", 640, "235e8209"))
}


def published(network: str) -> Published:
    """What OpenMMLab published under `network`, such as "rtmpose-m-halpe26" or "rtmdet-nano";
    InputError for an unknown one.
    """
    networks = MODELS | DETECTORS
    if network not in networks:
        raise InputError(f"{network!r}: expected a network of OpenMMLab: {', '.join(networks)}")
    return networks[network]
