/// Studies with a mistake in `matrix`, `zip` or `exclude`.
let badAxes: [BadStudy] = [
  BadStudy(
    "matrix path", edited(adding: "matrix: {model.componets: [1, 2]}"), "10:10",
    "did you mean 'model.components'"),
  BadStudy(
    "matrix path without a dot", edited(adding: "matrix: {modle: [mixture]}"), "10:10",
    "did you mean 'model'"),
  BadStudy(
    "matrix over seeds", edited(adding: "matrix: {seeds: [1, 2]}"), "10:10",
    "the same for all cells"),
  BadStudy(
    "matrix path in the air", edited(adding: "matrix: {a.b.c.d: [1]}"), "10:10",
    "names no parameter"),
  BadStudy(
    "matrix is a list", edited(adding: "matrix: [1]"), "10:9", "a mapping of paths to lists"),
  BadStudy(
    "matrix of a scalar", edited(adding: "matrix: {loop.bias: 0.5}"), "10:21",
    "a list of at least one value"),
  BadStudy(
    "matrix of nothing", edited(adding: "matrix: {loop.bias: []}"), "10:21",
    "a list of at least one value"),
  BadStudy(
    "matrix value", edited(adding: "matrix: {model.components: [1, 200]}"), "10:32", "found 200"),
  BadStudy(
    "matrix component",
    edited(adding: "matrix: {model: [mixture, {name: gaussian, estimater: biased}]}"), "10:44",
    "did you mean 'estimator'"),
  BadStudy(
    "option of another model",
    edited(adding: "matrix: {model: [mixture, gaussian], model.components: [1, 2]}"), "10:38",
    "unknown option 'components' in model 'gaussian'"),
  BadStudy(
    "zip lengths", edited(adding: "zip: {loop.bias: [0.5, 1], loop.samples: [1, 2, 3]}"), "10:28",
    "'loop.samples' has 3 values, 'loop.bias' has 2"),
  BadStudy(
    "in matrix and zip", edited(adding: "matrix: {loop.bias: [1]}\nzip: {loop.bias: [0.5]}"),
    "11:7", "both in matrix and in zip"),
  BadStudy(
    "everything excluded",
    edited(adding: "matrix: {loop.bias: [0.5, 1]}\nexclude: [{loop.bias: 0.5}, {loop.bias: 1.0}]"),
    "11:10", "every cell is excluded"),
  BadStudy(
    "nothing excluded",
    edited(adding: "matrix: {loop.bias: [0.5, 1]}\nexclude: [{loop.bias: 0.7}]"), "11:23",
    "no cell has 'loop.bias' = 0.7 (found 0.5, 1)"),
  BadStudy(
    "too much to exclude",
    edited(
      adding: "matrix: {loop.samples: [" + (1...4000).map(String.init).joined(separator: ", ")
        + "]}\nexclude: ["
        + Array(repeating: "{loop.samples: 1}", count: 1500).joined(separator: ", ") + "]"),
    "11:10", "are too many"),
  BadStudy(
    "exclude is a mapping", edited(adding: "exclude: {loop.bias: 1}"), "10:10", "a list of mappings"
  ),
  BadStudy(
    "exclude path", edited(adding: "exclude: [{loop.bais: 1}]"), "10:12", "did you mean 'loop.bias'"
  ),
  BadStudy(
    "colliding cells", edited(adding: "matrix: {loop.bias: [0.5, 1, 1.0]}"), "10:30",
    "cells 2 (loop.bias = 1) and 3 (loop.bias = 1.0) are the same"),
  BadStudy(
    "default collides",
    edited(adding: "matrix: {model: [mixture, {name: mixture, components: 2}]}"), "10:27",
    "are the same"),
  BadStudy(
    "too many cells",
    edited(
      adding: "matrix:\n"
        + ["dataset.dimension", "dataset.samples", "model.components", "loop.samples"].map {
          "  \($0): [" + (1...60).map(String.init).joined(separator: ", ") + "]\n"
        }.joined()), "11:3", "more than 100000 cells"),
]
