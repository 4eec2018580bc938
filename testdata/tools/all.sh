#!/bin/sh
# Makes every fixture of real Keras again and says whether anything differs:
#     testdata/tools/all.sh .venv/bin/python [script …]
# The environment has the packages of requirements.txt. Without names it runs
# all scripts that make fixtures of Keras (half an hour on two cores). Numbers
# are compared by differences.py: other processors give other last bits.
set -e
python=$1
shift
here=$(dirname "$0")
[ $# -gt 0 ] || set -- $(cd "$here" && ls keras_*.py random_models.py | grep -v -e keras_common.py -e keras_layer_case.py)
for script; do
	echo "$script"
	TF_CPP_MIN_LOG_LEVEL=3 "$python" "$here/$script" >/dev/null
done
"$python" "$here/differences.py"
