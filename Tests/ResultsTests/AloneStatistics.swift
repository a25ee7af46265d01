import Results

// Statistics of one cell by itself, with resamples of its own.

func summarise(
  cell: String, seeds: [Int], generations: Int, metrics: [String], values: [Double]
) -> [SummaryRow] {
  var resampling: BootstrapWeights?
  return summarise(
    cell: cell, seeds: seeds, generations: generations, metrics: metrics, values: values,
    resampling: &resampling)
}

func summarise(_ table: CellTable) -> [SummaryRow] {
  var resampling: BootstrapWeights?
  return summarise(table, resampling: &resampling)
}

func bootstrapMean(_ values: [Double]) -> Estimate {
  var resampling: BootstrapWeights?
  return bootstrapMean(values, resampling: &resampling)
}

extension Verdict {
  init?(_ table: CellTable, metric: String, risesInCollapse rises: Bool) {
    var resampling: BootstrapWeights?
    self.init(table, metric: metric, risesInCollapse: rises, resampling: &resampling)
  }
}
