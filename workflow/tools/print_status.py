"""How far the study of a config is (`make status`): print_status.py results config.yaml
[another.yaml ...] [--manifest my.tsv].
"""

import argparse
import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.errors import InputError
from runform.manifest import read_manifest
from runform.present.status import describe_progress

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results")
    parser.add_argument("configs", nargs="+", type=Path)
    parser.add_argument("--manifest")
    arguments = parser.parse_args()
    config = {}
    for file in arguments.configs:
        config |= yaml.safe_load(file.read_text())
    try:
        clips = read_manifest(
            arguments.manifest or config["manifest"], tuple(config["deficiencies"])
        )
    except InputError as error:
        sys.exit(str(error))
    print(describe_progress(arguments.results, {clip.clip: clip.source for clip in clips}))
