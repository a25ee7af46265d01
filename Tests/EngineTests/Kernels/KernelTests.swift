import Testing

/// The tests that switch the instruction set of the process, one after the other.
@Suite("Kernels", .serialized) enum KernelTests {}
