/// Studies with a mistake in a key or value.
let badValues: [BadStudy] = [
  BadStudy("unknown key", edited(7, "generation: 5"), "7:1", "did you mean 'generations'"),
  BadStudy(
    "unknown key far from all", edited(adding: "qqqq: 1"), "10:1",
    "unknown key 'qqqq' (valid: study"),
  BadStudy("unknown loop key", edited(6, "  sampels: 20"), "6:3", "did you mean 'samples'"),
  BadStudy("case matters", edited(7, "Generations: 5"), "7:1", "did you mean 'generations'"),
  BadStudy("missing study", edited(1, "# none"), "2:1", "'study' is missing"),
  BadStudy("missing data set", edited(2, "# none"), "1:1", "'dataset' is missing"),
  BadStudy("missing model", edited(3, "# none"), "1:1", "'model' is missing"),
  BadStudy("missing policy", edited(5, "  bias: 0.5"), "5:3", "'policy' is missing"),
  BadStudy("missing generations", edited(7, "# none"), "1:1", "'generations' is missing"),
  BadStudy("missing seeds", edited(8, "# none"), "1:1", "'seeds' is missing"),
  BadStudy("missing metrics", edited(9, "# none"), "1:1", "'metrics' is missing"),
  BadStudy(
    "name with a path", edited(1, "study: ../../etc/passwd"), "1:8", "beginning with a letter"),
  BadStudy("absolute name", edited(1, "study: /tmp/x"), "1:8", "beginning with a letter"),
  BadStudy("name with a newline", edited(1, "study: \"a\\nb\""), "1:8", "found text \"a\\nb\""),
  BadStudy("name with a NUL", edited(1, "study: \"a\\0b\""), "1:8", "\\u0000"),
  BadStudy(
    "long name", edited(1, "study: " + String(repeating: "a", count: 300)), "1:8", "at most 64"),
  BadStudy("emoji name", edited(1, "study: collapse🔥"), "1:8", "at most 64 letters"),
  BadStudy("option name", edited(1, "study: -rf"), "1:8", "beginning with a letter"),
  BadStudy("dot name", edited(1, "study: .."), "1:8", "beginning with a letter"),
  BadStudy("number name", edited(1, "study: 12"), "1:8", "found 12"),
  BadStudy("empty name", edited(1, "study:"), "1:7", "found nothing"),
  BadStudy("unknown data set", edited(2, "dataset: gausian"), "2:10", "did you mean 'gaussian'"),
  BadStudy("unknown model", edited(3, "model: {name: mixtur}"), "3:15", "did you mean 'mixture'"),
  BadStudy("unknown policy", edited(5, "  policy: replcae"), "5:11", "did you mean 'replace'"),
  BadStudy(
    "unknown metric", edited(9, "metrics: [moments, moment]"), "9:20", "did you mean 'moments'"),
  BadStudy(
    "unknown corrector", edited(adding: "").replacing("  samples: 20", with: "  corrector: shrnk"),
    "6:14", "did you mean 'shrink'"),
  BadStudy(
    "unknown option", edited(3, "model: {name: mixture, componnts: 3}"), "3:24",
    "did you mean 'components'"),
  BadStudy(
    "option out of range", edited(3, "model: {name: mixture, components: 65}"), "3:36",
    "from 1 to 64 (components), found 65"),
  BadStudy(
    "option of the wrong type", edited(3, "model: {name: mixture, components: two}"), "3:36",
    "found text \"two\""),
  BadStudy(
    "real for an integer", edited(3, "model: {name: mixture, components: 2.0}"), "3:36", "found 2.0"
  ),
  BadStudy(
    "YAML 1.1 flag", edited(3, "model: {name: mixture, shared: no}"), "3:32",
    "expected true or false, found text \"no\""),
  BadStudy(
    "infinity", edited(3, "model: {name: mixture, tolerance: .inf}"), "3:35",
    "a real number in (0, ∞)"),
  BadStudy(
    "not a number", edited(3, "model: {name: mixture, tolerance: .nan}"), "3:35",
    "a real number in (0, ∞)"),
  BadStudy(
    "overflowing real", edited(3, "model: {name: mixture, tolerance: 1e999}"), "3:35",
    "a real number in (0, ∞)"),
  BadStudy(
    "misspelt choice", edited(3, "model: {name: mixture, bandwidth: scot}"), "3:35",
    "did you mean 'scott'"),
  BadStudy(
    "text too long", edited(3, "model: {name: mixture, label: abcdefghij}"), "3:31",
    "at most 8 characters"),
  BadStudy(
    "element of a list", edited(2, "dataset: {name: gaussian, mean: [0, 1, x]}"), "2:40",
    "expected a real number, found text \"x\""),
  BadStudy(
    "mandatory option", edited(2, "dataset: table"), "2:10",
    "option 'file' of data set 'table' is missing"),
  BadStudy(
    "component without a name", edited(3, "model: {components: 3}"), "3:8", "'name' is missing"),
  BadStudy("component is a list", edited(3, "model: [mixture]"), "3:8", "found a list"),
  BadStudy("component is nothing", edited(3, "model:"), "3:7", "found nothing"),
  BadStudy(
    "metrics is a name", edited(9, "metrics: moments"), "9:10", "a list of at least one metric"),
  BadStudy("no metrics", edited(9, "metrics: []"), "9:10", "a list of at least one metric"),
  BadStudy("metric twice", edited(9, "metrics: [moments, {name: moments}]"), "9:20", "given twice"),
  BadStudy(
    "loop is a list",
    edited(4, "loop: []").replacing("  policy: replace\n  samples: 20\n", with: ""), "4:7",
    "loop: expected a mapping"),
  BadStudy(
    "no generations", edited(7, "generations: 0"), "7:14",
    "from 1 to 1000000 (generations), found 0"),
  BadStudy("generations as text", edited(7, "generations: ten"), "7:14", "found text \"ten\""),
  BadStudy("seeds as a count", edited(8, "seeds: 8"), "8:8", "for 8 seeds write 0..<8"),
  BadStudy("empty seed range", edited(8, "seeds: 4..<4"), "8:8", "found none"),
  BadStudy("reversed seed range", edited(8, "seeds: 9...3"), "8:8", "found none"),
  BadStudy("negative seed range", edited(8, "seeds: -1..<4"), "8:8", "a range such as 0..<8"),
  BadStudy("too many seeds", edited(8, "seeds: 0..<9000000000"), "8:8", "found 9000000000"),
  BadStudy("seed twice", edited(8, "seeds: [0, 1, 0]"), "8:15", "0 is given twice"),
  BadStudy("negative seed", edited(8, "seeds: [0, -1]"), "8:12", "found -1"),
  BadStudy("no seeds", edited(8, "seeds: []"), "8:8", "at least one seed"),
  BadStudy("negative study seed", edited(adding: "seed: -3"), "10:7", "found -3"),
  BadStudy("no samples", edited(6, "  samples: 0"), "6:12", "found 0"),
  BadStudy(
    "sample list too short", edited(6, "  samples: [5, 5, 5]"), "6:12", "at least 4 entries"),
  BadStudy("sample word", edited(6, "  samples: sam"), "6:12", "did you mean 'same'"),
  BadStudy("bias too large", edited(6, "  bias: 1.5"), "6:9", "(0, 1], found 1.5"),
  BadStudy("bias zero", edited(6, "  bias: 0"), "6:9", "(0, 1], found 0"),
  BadStudy("bad start", edited(6, "  start: colt"), "6:10", "did you mean 'cold'"),
  BadStudy("real negative", edited(6, "  real: -1"), "6:9", "found -1"),
  BadStudy(
    "keep beyond the end", edited(adding: "keep: {samples: [0, 5]}"), "10:21",
    "from 0 to 4 or 'last', found 5"),
  BadStudy("keep word", edited(adding: "keep: {samples: [lost]}"), "10:18", "did you mean 'last'"),
  BadStudy(
    "keep model", edited(adding: "keep: {model: [last]}"), "10:8", "did you mean 'models'"),
  BadStudy(
    "keep models beyond the end", edited(adding: "keep: {models: [last, 7]}"), "10:23",
    "'keep.models': expected a generation from 0 to 4 or 'last', found 7"),
  BadStudy(
    "reproducible", edited(adding: "resources: {reproducible: maybe}"), "10:27", "true or false"),
  BadStudy(
    "clock", edited(3, "model: {name: network, most_seconds: 60}"), "3:38",
    "expected 0, or resources: {reproducible: false}"),
  BadStudy(
    "clock in a matrix",
    edited(3, "model: {name: network}", adding: "matrix: {model.most_seconds: [0, 60]}"), "10:34",
    "ends by the clock"),
  BadStudy(
    "more ranks than shards", edited(adding: "resources: {shards: 4, ranks_per_chain: 5}"), "10:41",
    "at most as many ranks as shards"),
  BadStudy(
    "precision", edited(adding: "resources: {precision: f64}"), "10:24", "one of f32, bf16"),
  BadStudy("notes as a list", edited(adding: "notes: [a]"), "10:8", "text of at most 20000"),
  BadStudy(
    "unknown preset", edited(adding: "preset: collapse-or-thrive/gausian"), "10:9",
    "did you mean 'collapse-or-thrive/gaussian'"),
]
