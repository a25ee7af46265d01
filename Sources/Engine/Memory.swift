import CKernels

/// Makes the allocator keep what is freed. Generations allocate and free the same arrays; without this
/// each round trip above 128 KiB goes through the kernel, which clears the pages every time. Costs
/// nothing but the peak staying allocated.
public func keepFreedMemory() { ckernels_keep_freed_memory() }
