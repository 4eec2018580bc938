"""testdata/python/format.json: what Python's format(value, spec) gives, for the file name templates of ModelCheckpoint."""

import json
import pathlib

FLOATS = [0.0, 1.0, -1.0, 0.5, 2.5, 0.123456, 123.456, -0.00012345, 1e-7, 1e16, 12345678.9, 99999.95, 0.1 + 0.2, float("nan"), float("inf"), float("-inf")]
WHOLE = [0, 1, 7, 12, 123, 1234567]
FLOAT_SPECS = ["", ".2f", ".0f", "8.3f", "08.3f", "<8.3f|", ">8.2e", "^9.1f", "+.2f", " .2f", "*>10.4f", ".3e", ".3E", "g", ".3g", ".3G", ".3", ".1", ".8", "10", "010", "%", ".1%", ",.2f", ",", "e", "F"]
WHOLE_SPECS = ["", "d", "02d", "4", "04", ">4", "<4d", "^5", "+d", ",", "0=6d", ".2f", "e", "%"]


def main():
    rows = []
    for values, specs in ((FLOATS, FLOAT_SPECS), (WHOLE, WHOLE_SPECS)):
        for spec in specs:
            for v in values:
                try:
                    text = format(v, spec)
                except ValueError:
                    text = None  # an error
                rows.append({"value": repr(v), "whole": isinstance(v, int), "spec": spec, "text": text})
    path = pathlib.Path(__file__).parent.parent / "python" / "format.json"
    path.parent.mkdir(exist_ok=True)
    with open(path, "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")


if __name__ == "__main__":
    main()
