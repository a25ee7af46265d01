"""Checks study.schema.json with an independent implementation of JSON Schema.

The snapshot itself is written by the test SchemaTests.isTheSnapshot when the environment variable
OUROBOROS_REGENERATE_GOLDEN is set; run this script afterwards and review the difference.
Last checked with Python 3.11, jsonschema 4.26.0.
"""
import copy
import json
import pathlib

import jsonschema

schema = json.loads(pathlib.Path(__file__).with_name("study.schema.json").read_text())
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
sound = {
    "study": "demo",
    "dataset": {"name": "gaussian", "dimension": 2},
    "model": "mixture",
    "loop": {"policy": "replace", "samples": 20},
    "generations": 5,
    "seeds": "0..<4",
    "metrics": ["moments"],
    "matrix": {"model.components": [1, 2]},
}
validator.validate(sound)
for key, value in [
    ("study", "../x"), ("dataset", "gausian"), ("model", {"name": "mixture", "components": 65}),
    ("loop", {"policy": "blend"}), ("generations", 0), ("seeds", 4), ("metrics", []),
    ("matrix", {"model.componets": [1]}), ("extra", 1),
]:
    wrong = copy.deepcopy(sound) | {key: value}
    assert not validator.is_valid(wrong), (key, value)
print("the schema is valid and tells sound from malformed")
