"""How far the study of a config is (`make status`): print_status.py results config.yaml
[another.yaml ...] [--manifest my.tsv].
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.errors import InputError
from runform.manifest import read_manifest
from runform.present.status import describe_progress
from runform.settings import read_config

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results")
    parser.add_argument("configs", nargs="+", type=Path)
    parser.add_argument("--manifest")
    arguments = parser.parse_args()
    try:
        config = read_config(arguments.configs)
        clips = read_manifest(
            arguments.manifest or config["manifest"], tuple(config["deficiencies"])
        )
    except InputError as error:
        sys.exit(str(error))
    print(describe_progress(arguments.results, {clip.clip: clip.source for clip in clips}))
