#!/bin/sh
# Make the virtual environment $1 from the pins beside this script, with the Python $2 or the first suitable one found.
# The copy of the pins inside says what it holds: it is written last, so an interrupted set-up is done again.
set -eu
venv=$1 asked=${2:-}
pins=$(dirname "$0")

suitable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' >/dev/null 2>&1
}

wanted() {
    cat "$pins/requirements.txt" "$pins/requirements-nodeps.txt"
}

if suitable "$venv/bin/python" && wanted | cmp -s - "$venv/pins.txt"; then
    touch "$venv/pins.txt"
    exit 0
fi

python=
for candidate in ${asked:-python3.11 python3.12 python3 python}; do
    if suitable "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "runform: ${asked:-no suitable Python found}: expected Python 3.11 or 3.12 with venv and pip; name one with PYTHON=/path/to/python3.11" >&2
    exit 1
fi

echo "runform: making $venv with $("$python" --version); this takes a few minutes, once"
"$python" -m venv --clear "$venv"
install="$venv/bin/python -m pip install --quiet --disable-pip-version-check"
$install --requirement "$pins/requirements.txt"
$install --no-deps --requirement "$pins/requirements-nodeps.txt"
wanted > "$venv/pins.txt"
