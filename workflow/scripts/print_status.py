"""How far the study of a config is (`make status`): print_status.py results config/config.yaml [another.yaml ...]."""

import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.faults import InputError
from runform.manifest import read_manifest
from runform.present.progress import describe_progress

if __name__ == "__main__":
    config = {}
    for file in sys.argv[2:]:
        config |= yaml.safe_load(Path(file).read_text())
    try:
        clips = read_manifest(config["manifest"], tuple(config["deficiencies"]))
    except InputError as fault:
        sys.exit(str(fault))
    print(describe_progress(sys.argv[1], {clip.clip: clip.source for clip in clips}))
