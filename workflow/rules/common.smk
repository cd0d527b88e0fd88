"""The checked config and manifest, what rules ask of them, and what the wildcards may be."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

from runform.provenance import code_hash
