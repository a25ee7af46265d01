/// Appends blocks to one rank's segment file. One writer per file.
///
/// A block is committed once its line, newline included, is in the file: after `flush` it survives
/// the death of the process, after `sync` that of the machine.
public final class SegmentWriter {
  private let file: AppendFile
  /// Lines are handed to the operating system when this many bytes have gathered.
  private let threshold: Int

  /// Opens or creates a segment and cuts off a torn last line.
  ///
  /// - Throws: `ResultsError.refused` for a symbolic link, `.io`.
  public init(path: String, threshold: Int = 1 << 20) throws(ResultsError) {
    file = try AppendFile(path: path)
    self.threshold = threshold
  }

  public var path: String { file.path }
  /// Bytes of an incomplete last line that were cut off on opening.
  public var tornBytes: Int { file.tornBytes }
  /// Bytes in the file; blocks still in memory are not counted.
  public var size: Int { file.size }

  /// Adds a block; it reaches the file with the next `flush` or when a megabyte has gathered.
  ///
  /// - Throws: `ResultsError.io` (exit code 74, e.g. a full disk), `.condemned`.
  public func append(_ block: ChainBlock) throws(ResultsError) {
    LineEncoder.append(block, to: &file.buffer)
    if file.buffer.count >= threshold { try file.flush() }
  }

  /// Hands all blocks to the operating system. After an I/O error the blocks are still held and the
  /// file ends with its last complete line; flushing again is allowed.
  public func flush() throws(ResultsError) { try file.flush() }

  /// Flushes and waits for the disk. An fsync that fails is final: every later call throws.
  public func sync() throws(ResultsError) { try file.sync() }
}
