import Engine

/// The programs of a model, shared by all copies of it: they are built at the first use, and again for
/// another exchange or other options; every copy loads its own values into their variables before it
/// runs them.
///
/// Unchecked: a chain and everything in it stays on one thread, as `Program` demands.
final class NetworkPrograms<Programs>: @unchecked Sendable {
  private struct Built {
    let programs: Programs
    let exchange: any ShardExchange
    let options: ProgramOptions

    func fits(_ context: TrainingContext) -> Bool {
      // All exchanges within one process are alike.
      let isAlike =
        exchange === context.exchange
        || exchange is LocalShards && context.exchange is LocalShards
          && exchange.shards == context.exchange.shards
      return isAlike && options.precision == context.options.precision
        && options.isFusing == context.options.isFusing && options.library == context.options.library
    }
  }

  private var built: Built?

  func programs(
    for context: TrainingContext, _ build: () throws -> Programs
  ) rethrows -> Programs {
    if let built, built.fits(context) { return built.programs }
    let made = try build()
    built = Built(programs: made, exchange: context.exchange, options: context.options)
    return made
  }

  /// Those that are there, whatever they were built for.
  func programs(_ build: () throws -> Programs) rethrows -> Programs {
    if let built { return built.programs }
    return try programs(for: TrainingContext(), build)
  }
}
