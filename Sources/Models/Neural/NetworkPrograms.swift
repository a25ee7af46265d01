import Engine

/// The programs of a model, shared by all copies of it: they are built at the first fit, and every copy
/// loads its own values into their variables before it runs them.
///
/// Unchecked: a chain and everything in it stays on one thread, as `Program` demands.
final class NetworkPrograms<Programs>: @unchecked Sendable {
  private var built: Programs?

  func programs(_ build: () throws -> Programs) rethrows -> Programs {
    if let built { return built }
    let made = try build()
    built = made
    return made
  }
}
