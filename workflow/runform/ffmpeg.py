"""Which ffmpeg program does the encoding and decoding."""

import shutil

from runform.faults import InputError


def ffmpeg_program() -> str:
    """Path of the system's `ffmpeg` where there is one, else of the one that imageio-ffmpeg's wheel carries.

    InputError when there is neither.
    """
    system = shutil.which("ffmpeg")
    if system:
        return system
    import imageio_ffmpeg  # only here: a machine with its own ffmpeg may lack the wheel

    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        raise InputError("ffmpeg: no such program: expected one on PATH, or the wheel imageio-ffmpeg with its own") from None
