#!/bin/sh
# Write the hashed requirements files that plain pip installs, out of uv.lock, into the folder named.
set -eu
export UV_PYTHON_DOWNLOADS=never
to=${1:?a folder}
export_group() { uv --no-config export --quiet --locked --no-header --no-annotate --no-emit-project "$@"; }
export_group --no-default-groups >"$to/requirements.txt"
export_group --group dev >"$to/requirements-dev.txt"
export_group --only-group node >"$to/requirements-node.txt"
