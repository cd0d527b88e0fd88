"""mmengine behind one door, so that jobs which start at once can all import it.

mmengine imports yapf, and yapf pickles its grammar into the user's cache and gives that file its
name before the bytes are in it (https://github.com/google/yapf/issues/1164). The second of two
first imports then ends with EOFError, and after a kill at that moment every later one. Without a
cache yapf builds the grammar, in 15 ms.
"""

import importlib
import os
from unittest import mock

with mock.patch.dict(os.environ, XDG_CACHE_HOME=os.devnull):  # where no folder can be made
    importlib.import_module("yapf")

from mmengine.config import Config
from mmengine.dist import all_gather, all_reduce_dict, get_dist_info, is_distributed, master_only
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS, init_default_scope
from mmengine.runner import Runner

__all__ = [
    "OPTIM_WRAPPERS",
    "BaseModel",
    "Config",
    "Hook",
    "OptimWrapper",
    "Runner",
    "all_gather",
    "all_reduce_dict",
    "get_dist_info",
    "init_default_scope",
    "is_distributed",
    "master_only",
]
