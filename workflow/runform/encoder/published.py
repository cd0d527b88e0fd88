"""Where an encoder's first weights come from: trained here, a file at hand, or a file that
MotionBERT's authors publish.

It imports no torch, since the workflow asks while it is parsed.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from runform.errors import InputError

TRAIN = "train"
SHIPPED = "resources/encoders/runner-small.safetensors"
FOLDER = "resources/weights"
# The authors' mirror at the commit that the hashes belong to. Zhu et al. 2023; code Apache-2.0;
# trained on Human3.6M, among others.
_COMMIT = "370a9196aa3c89198b134c82476143b01c0fb32c"
_MIRROR = f"https://huggingface.co/walterzhu/MotionBERT/resolve/{_COMMIT}/checkpoint"
# Name: file, and its SHA-256, or blank where none is published: then the first download's is kept.
PUBLISHED = {
    "MotionBERT": (
        "pretrain/MB_release/latest_epoch.bin",
        "02a9ee017e5c9d688b5dd41e0055bddb75b6eee7f5eed326a8cdc6e5bf08eaf8",
    ),
    "MotionBERT-Lite": (
        "pretrain/MB_lite/latest_epoch.bin",
        "6a6ad0055c7ad50da083af0549a24c52ec1c21f89e440912645054d74be0a461",
    ),
    "MotionBERT-Lite-H36M": ("pose3d/FT_MB_lite_MB_ft_h36m_global_lite/best_epoch.bin", ""),
}


@dataclass(frozen=True)
class Start:
    """The file that training starts from, and for a download its address and expected SHA-256."""

    path: str
    url: str = ""
    sha256: str = ""


def is_own(pretrained: str) -> bool:
    """Whether `encoder.pretrained` names a file of the user's."""
    named = pretrained in (TRAIN, SHIPPED, *PUBLISHED)
    return not named and not pretrained.startswith(("https://", "http://"))


def find_start(pretrained: str, trained: str) -> Start:
    """What `encoder.pretrained` names: "train" (the file `trained`), a name of PUBLISHED, an
    http(s) address, or a file.

    InputError in one line for anything else.
    """
    if pretrained == TRAIN:
        return Start(trained)
    if pretrained in PUBLISHED:
        file, sha256 = PUBLISHED[pretrained]
        return Start(f"{FOLDER}/{pretrained}.bin", f"{_MIRROR}/{file}", sha256)
    if pretrained.startswith(("https://", "http://")):
        # a hash, since two addresses may end in the same name
        key = hashlib.sha256(pretrained.encode()).hexdigest()[:16]
        suffix = PurePosixPath(urlsplit(pretrained).path).suffix or ".bin"
        return Start(f"{FOLDER}/{key}{suffix}", pretrained)
    if not Path(pretrained).is_file():
        raise InputError(
            f"encoder.pretrained: {pretrained!r}: expected {', '.join((TRAIN, *PUBLISHED))}, "
            "an https:// address, or a file that exists"
        )
    return Start(pretrained)
