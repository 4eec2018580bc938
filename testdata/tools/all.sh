#!/bin/sh
# Makes every fixture again and says whether anything differs:
#     testdata/tools/all.sh .venv/bin/python [script …]
# The environment has the packages of requirements.txt. Without names it runs
# all scripts that make fixtures (half an hour on two cores);
# one whose packages are missing is skipped. The files of saved models hold the
# date: saving_h5.py and saving_keras.py make them, saving_*_check.py judge ours.
# Numbers are compared by differences.py: other processors give other last bits.
set -e
python=$1
shift
here=$(dirname "$0")
[ $# -gt 0 ] || set -- $(cd "$here" && ls keras_*.py image_*.py ops_*.py sequence_*.py random_models.py augment_ops.py conv_kernels.py hdf5_files.py \
	numpy_random.py python_format.py rnn_ops.py safetensors_files.py sklearn_splits.py tensorboard_events.py \
	text_chars.py text_extra.py text_hf.py text_pad.py text_tokenizer.py | grep -v -e keras_common.py -e keras_layer_case.py)
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
skipped=
for script; do
	echo "$script"
	if TF_CPP_MIN_LOG_LEVEL=3 "$python" "$here/$script" >/dev/null 2>"$errors"; then
		continue
	fi
	missing=$(sed -n "s/^ModuleNotFoundError: No module named '\(.*\)'.*/\1/p" "$errors")
	if [ -z "$missing" ]; then
		cat "$errors"
		exit 1
	fi
	echo "	skipped: $missing is not installed, see requirements.txt"
	skipped="$skipped $script"
done
"$python" "$here/differences.py"
[ -z "$skipped" ] || echo "not made again:$skipped"
