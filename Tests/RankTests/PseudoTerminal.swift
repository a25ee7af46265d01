import Foundation
import ProgramSupport
import TestSupport

/// A terminal of a given size for a program to draw on.
final class PseudoTerminal {
  private let master: Int32
  private let slave: String

  // TIOCSPTLCK and TIOCGPTN: what unlockpt and ptsname, which the module map leaves out, call.
  private static let setLock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430

  init(columns: UInt16, rows: UInt16) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var isLocked: Int32 = 0
    var number: Int32 = 0
    guard master >= 0, ioctl(master, Self.setLock, &isLocked) == 0,
      ioctl(master, Self.getNumber, &number) == 0
    else { throw CocoaError(.fileReadUnknown) }
    slave = "/dev/pts/\(number)"
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(master, UInt(TIOCSWINSZ), &size) == 0 else { throw CocoaError(.fileReadUnknown) }
  }

  deinit { close(master) }

  /// Starts `ouroboros` with the terminal as its standard output.
  func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = Launch.ouroboros
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["TERM": "xterm"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    let output = FileHandle(
      fileDescriptor: open(slave, O_RDWR | O_NOCTTY | O_CLOEXEC), closeOnDealloc: true)
    process.standardOutput = output
    try process.run()
    return process
  }

  /// Everything that is drawn until the program ends.
  func read(untilEndOf process: Process, timeoutSeconds: Double) throws -> String {
    let deadline = ContinuousClock.now + .seconds(timeoutSeconds)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    while ContinuousClock.now < deadline {
      let wasRunning = process.isRunning
      let count = Foundation.read(master, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer.prefix(count)
      } else if !wasRunning {
        break
      } else {
        usleep(20_000)
      }
    }
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self)
  }
}
