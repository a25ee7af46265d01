import Testing

/// The kernels on each instruction set against plain loops.
@Suite("Kernels") enum KernelTests {}
