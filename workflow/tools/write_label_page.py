"""Write the page on which people label clips (`make label`): write_label_page.py results
config.yaml [another.yaml ...] [--manifest my.tsv] [--deficiencies overstriding,bouncing].
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.errors import InputError
from runform.manifest import read_manifest
from runform.present.label_page import choose_deficiencies, header_of, write_label_page
from runform.settings import read_config

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("configs", nargs="+", type=Path)
    parser.add_argument("--manifest")
    parser.add_argument("--deficiencies", default="")
    arguments = parser.parse_args()
    asked = [name for name in arguments.deficiencies.replace(",", " ").split() if name]
    page = arguments.results / "label.html"
    try:
        config = read_config(arguments.configs)
        manifest = arguments.manifest or config["manifest"]
        clips = read_manifest(manifest, tuple(config["deficiencies"]))
        chosen = choose_deficiencies(header_of(manifest), tuple(config["deficiencies"]), asked)
        about = {name: config["deficiencies"][name] for name in chosen}
        write_label_page(manifest, clips, about, arguments.results, page)
    except InputError as error:
        sys.exit(f"runform: {error}")
    print(f"\nOpen it in a browser: {page}")
