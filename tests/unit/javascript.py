"""The pages' scripts, run by deno (which yt-dlp needs too) without a page."""

import json
import subprocess
import sys
from pathlib import Path

PAGES = Path(__file__).parents[2] / "resources/pages"
DENO = Path(sys.executable).with_name("deno")


def run_script(script: str, body: str, **values):
    """What the function body `body` returns, with `script` of resources/pages loaded and `values`
    as variables.
    """
    text = (PAGES / script).read_text(encoding="utf-8")
    program = (
        f"{text}\nconst given = {json.dumps(values)};\n"
        f"const result = (({{{', '.join(values)}}}) => {{ {body} }})(given);\n"
        "console.log(JSON.stringify(result ?? null));"
    )
    done = subprocess.run(
        [DENO, "run", "--no-lock", "--no-config", "--ext=js", "-"],
        input=program.encode("utf-8"), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)
