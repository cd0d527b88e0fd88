"""Write the table of keys in config/README.md anew from the comments of config/config.yaml (`make
docs`).
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.files import write_text
from runform.settings import describe_settings

if __name__ == "__main__":
    config = Path(__file__).parents[2] / "config"
    table = describe_settings((config / "config.yaml").read_text(), without=("deficiencies",))
    readme = (config / "README.md").read_text()
    above = re.split(r"^\| key \| default", readme, flags=re.MULTILINE)[0]
    write_text(config / "README.md", above.rstrip() + "\n\n" + table)
