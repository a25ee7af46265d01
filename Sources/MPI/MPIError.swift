internal import CMPI
import Foundation

/// A call of the MPI library that did not return `MPI_SUCCESS`.
///
/// MPI 4.0, section 9.4: a code is the library's own, its class is one of the standard's.
public struct MPIError: Error, Sendable, CustomStringConvertible {
  /// The routine, for example `MPI_Recv`.
  public let call: String
  /// The code returned.
  public let code: Int32
  /// The standard's class of the code, for example `MPI_ERR_TRUNCATE`.
  public let errorClass: Int32
  /// The library's words for the code.
  public let text: String
  /// This process's rank in the world; nil before MPI is started.
  public let rank: Int?

  public var description: String {
    let place = rank.map { " on rank \($0)" } ?? ""
    return "\(call) failed\(place): \(text) (code \(code), class \(errorClass))"
  }

  /// Whether a message was longer than the buffer meant for it.
  public var isTruncation: Bool { errorClass == MPI_ERR_TRUNCATE }

  init(call: String, code: Int32) {
    self.call = call
    self.code = code
    var errorClass: Int32 = MPI_ERR_UNKNOWN
    self.errorClass = cmpi_error_class(code, &errorClass) == MPI_SUCCESS ? errorClass : code
    self.text =
      libraryText(capacity: Int(MPI_MAX_ERROR_STRING)) {
        cmpi_error_string(code, $0, $1)
      } ?? "no text for this code"
    self.rank = worldRank()
  }
}

/// The one place that looks at the return codes of MPI.
///
/// - Throws: `MPIError` for any code but `MPI_SUCCESS`.
@inline(__always)
func check(_ code: Int32, _ call: StaticString) throws(MPIError) {
  if code != MPI_SUCCESS { throw MPIError(call: "\(call)", code: code) }
}

/// A text that the library writes into a buffer of the caller, or nil where it declines.
func libraryText(
  capacity: Int, _ fill: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<Int32>) -> Int32
) -> String? {
  var length: Int32 = 0
  return withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity + 1) { buffer in
    guard let base = buffer.baseAddress, fill(base, &length) == MPI_SUCCESS else { return nil }
    // Some of the library's lengths count the terminating zero.
    let bytes = UnsafeRawBufferPointer(start: base, count: Int(length)).prefix { $0 != 0 }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
  }
}

/// The rank in the world, or nil where MPI is not running.
func worldRank() -> Int? {
  var started: Int32 = 0
  var rank: Int32 = 0
  guard cmpi_initialized(&started) == MPI_SUCCESS, started != 0,
    cmpi_comm_rank(cmpi_comm_world(), &rank) == MPI_SUCCESS
  else { return nil }
  return Int(rank)
}
