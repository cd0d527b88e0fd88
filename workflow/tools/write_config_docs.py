"""Write the comments of config/config.yaml and the tables in config/README.md from the schema
(`make docs`).
"""

import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.files import write_text
from runform.settings import commented_config, rule_table, settings_table

TOP = """\
# The included study: simulated runners, BlazePose, a small encoder. It runs anywhere and downloads
# nothing. Another study states only what differs from here. The comments are written by `make docs`
# from workflow/schemas/config.schema.yaml.

"""

RULES = """
## Deficiencies

Below `deficiencies`, each entry is the rule behind a verdict. Its name is that of the manifest's
column of labels. A config of your own states only the keys that differ.

"""

if __name__ == "__main__":
    root = Path(__file__).parents[2]
    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text())
    config = root / "config/config.yaml"
    values = yaml.safe_load(config.read_text())
    write_text(config, TOP + commented_config(values, schema) + "\n")
    readme = root / "config/README.md"
    above, head, _ = readme.read_text().partition("## The config\n\n")
    rules = schema["properties"]["deficiencies"]
    tables = settings_table(schema) + RULES + rule_table(rules["additionalProperties"])
    write_text(readme, above + head + tables)
