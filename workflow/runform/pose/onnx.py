"""Sessions of ONNX Runtime, opened one way: one thread a run, the graphics card when there is one, faults in one line."""

from pathlib import Path

import onnxruntime

from runform.faults import InputError

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
ERRORS_ONLY = 3


def open_session(path: str | Path) -> onnxruntime.InferenceSession:
    """A session of the ONNX file at `path`; InputError when it is no whole ONNX model.

    A run computes in one thread, and several threads may run it at once: the sums do not depend on how many there are.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    providers = [name for name in (CUDA, CPU) if name in onnxruntime.get_available_providers()]
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=providers)
    except Exception as fault:  # ONNX Runtime's own exceptions share no base but Exception
        reason = str(fault).strip().split("\n")[0][:160]
        raise InputError(f"{path}: expected a whole ONNX model: {reason}") from fault
