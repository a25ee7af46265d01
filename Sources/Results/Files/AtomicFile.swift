import Glibc

/// Publishes a file at once: readers see the old content or the new one, never a part, also after a
/// crash. Temporary file in the same directory → write → fsync → close → rename → fsync(directory).
///
/// - Throws: `ResultsError.io`; the old file is then untouched and the temporary one removed. A
///   failed fsync is never retried on the same file: call again, which writes a new one.
public func publishFile(_ bytes: [UInt8], at path: String) throws(ResultsError) {
  let (directory, name) = splitPath(path)
  let temporary = "\(directory)/\(temporaryName(for: name))"
  do throws(ResultsError) {
    var file = try SystemFile(temporary, O_WRONLY | O_CREAT | O_EXCL)
    try file.write(bytes)
    try file.sync()
    try file.close()
    try publishTemporary(temporary, as: path)
  } catch {
    unlink(temporary)
    throw error
  }
}

/// Renames a complete, synced temporary file into place and makes the rename durable. A symbolic
/// link at `path` is replaced, never followed.
func publishTemporary(_ temporary: String, as path: String) throws(ResultsError) {
  guard rename(temporary, path) == 0 else { throw ResultsError.system("rename to", path) }
  try syncDirectory(splitPath(path).directory)
}

/// Makes the entries of a directory durable.
func syncDirectory(_ path: String) throws(ResultsError) {
  let directory = try SystemFile(path, O_RDONLY | O_DIRECTORY)
  // Some file systems do not offer fsync of a directory; their renames are synchronous.
  guard fsync(directory.descriptor) == 0 || errno == EINVAL else {
    throw ResultsError.system("fsync", path)
  }
}

/// What the names of unfinished files begin with; such files may be deleted when no run is active.
let temporaryPrefix = ".ouroboros-"

/// A name that no other process and no earlier attempt of this one uses.
func temporaryName(for name: String) -> String {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return "\(temporaryPrefix)\(name)-\(getpid())-\(time.tv_sec)\(time.tv_nsec)"
}

/// The directory (`.` where there is none) and the last component of a path.
func splitPath(_ path: String) -> (directory: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let directory = path[..<slash]
  return (directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...]))
}
