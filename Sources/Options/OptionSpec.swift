/// A range of real numbers with open or closed ends, e.g. `(0, 1]`.
public struct RealRange: Sendable, Hashable {
  public let lower: Double
  public let upper: Double
  public let includesLower: Bool
  public let includesUpper: Bool

  public init(
    _ lower: Double, _ upper: Double, includesLower: Bool = true, includesUpper: Bool = true
  ) {
    self.lower = lower
    self.upper = upper
    self.includesLower = includesLower
    self.includesUpper = includesUpper
  }

  /// Every finite number.
  public static let any = RealRange(-.infinity, .infinity, includesLower: false, includesUpper: false)
  /// Numbers above zero.
  public static let positive = RealRange(0, .infinity, includesLower: false, includesUpper: false)
  /// Zero and above.
  public static let nonNegative = RealRange(0, .infinity, includesUpper: false)
  /// The closed unit interval.
  public static let unit = RealRange(0, 1)

  public func contains(_ value: Double) -> Bool {
    guard value.isFinite else { return false }
    let above = includesLower ? value >= lower : value > lower
    let below = includesUpper ? value <= upper : value < upper
    return above && below
  }
}

/// What an option accepts.
public indirect enum OptionKind: Sendable, Hashable {
  case integer(ClosedRange<Int>)
  case real(RealRange)
  case flag
  /// One of the listed names.
  case choice([String])
  /// Free text of at most `maximumLength` Unicode scalars.
  case text(maximumLength: Int)
  /// A file or directory name of the user's; relative names are relative to the study file.
  case path
  /// A list of values of one kind.
  case list(OptionKind)
  /// Either kind; the first that fits wins, e.g. a bandwidth that is a number or `scott`.
  case either(OptionKind, OptionKind)
}

/// One option, declared once: the decoder, the JSON Schema, the help and the documentation are made
/// from this value.
public struct OptionSpec: Sendable, Hashable {
  public let name: String
  public let kind: OptionKind
  /// The unit of the value where it has one, e.g. `samples`, `generations`.
  public let unit: String?
  /// The value used when the study file does not name the option; `nil` makes the option mandatory.
  public let defaultValue: OptionValue?
  /// One sentence for the researcher.
  public let help: String

  public init(
    _ name: String, _ kind: OptionKind, unit: String? = nil, default defaultValue: OptionValue?,
    help: String
  ) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.defaultValue = defaultValue
    self.help = help
  }
}
