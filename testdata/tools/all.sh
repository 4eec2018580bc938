#!/bin/sh
# Makes every fixture of real Keras again and says whether anything differs:
#     testdata/tools/all.sh .venv/bin/python [script …]
# The environment has the packages of requirements.txt. Without names it runs
# all keras_*.py that make fixtures (about twenty minutes on two cores).
set -e
python=$1
shift
here=$(dirname "$0")
[ $# -gt 0 ] || set -- $(cd "$here" && ls keras_*.py random_models.py | grep -v -e keras_common.py -e keras_layer_case.py)
for script; do
	echo "$script"
	TF_CPP_MIN_LOG_LEVEL=3 "$python" "$here/$script" >/dev/null
done
git -C "$here" diff --stat --exit-code -- ..
left=$(git -C "$here" ls-files --others --exclude-standard -- ../keras)
[ -z "$left" ] || { echo "new files: $left"; exit 1; }
echo "no fixture differs"
