/// Vector kernels in C, compiled once per instruction set and chosen at run time.
///
/// Every kernel gives the same bits on every instruction set: all arithmetic is written out in
/// elementwise operations that IEEE 754 rounds correctly, and contraction to fused multiply-add is
/// off.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

// -- Instruction sets ------------------------------------------------------------------

/// The builds of the kernels, narrowest first.
enum {
  CKERNELS_BASELINE = 0,
  CKERNELS_AVX2 = 1,
  CKERNELS_AVX512 = 2,
  CKERNELS_ISA_COUNT = 3,
};

/// Whether this processor, and this build, can run the kernels of `isa`.
int ckernels_isa_supported(int isa);

/// The instruction set in use. A thread's first use of any kernel fixes it: the one that the environment
/// variable OUROBOROS_ISA (baseline, avx2, avx512) names, else the widest supported one. A value
/// of the variable that names no supported instruction set ends the process with a message;
/// programs check it beforehand with `ckernels_isa_from_environment`.
int ckernels_isa(void);

/// The name of the instruction set in use, for manifests.
const char *ckernels_isa_name(void);

/// The name of an instruction set, or NULL.
const char *ckernels_isa_name_of(int isa);

/// What OUROBOROS_ISA asks for: an instruction set, -1 when unset or empty, -2 when it names none.
int ckernels_isa_from_environment(void);

/// Switches the calling thread to `isa`, for comparisons of instruction sets. Returns 0, or -1 when it is not supported.
int ckernels_isa_select(int isa);

// -- Floating-point environment --------------------------------------------------------

/// Sets (on != 0) or clears flush-to-zero and denormals-are-zero on the calling thread; returns the
/// previous setting. Does nothing and returns 0 on architectures without these modes.
int ckernels_flush_denormals(int on);

/// Makes the allocator keep memory that is freed instead of giving it back to the kernel, which
/// would clear the pages anew for the next array of the same size. No effect without glibc.
void ckernels_keep_freed_memory(void);

// -- Random numbers: Philox 4×32-10 ----------------------------------------------------
//
// Block n of a key is philox(counter = (n low, n high, 0, 0), key) = words w0…w3. All fills start
// at the block `block` and consume whole blocks.

/// `blocks` blocks as 64-bit words: out[2i] = w0 | w1 << 32, out[2i + 1] = w2 | w3 << 32 of block
/// i.
void ckernels_random_bits(uint64_t key, uint64_t block, uint64_t *out, size_t blocks);

/// `count` numbers in [0, 1), multiples of 2⁻⁵³, two a block: the 64-bit words above, shifted by
/// 11.
void ckernels_random_uniforms(uint64_t key, uint64_t block, double *out, size_t count);

/// `count` numbers in [0, 1), multiples of 2⁻²⁴, four a block: the words w0…w3, shifted by 8.
void ckernels_random_uniforms_float(uint64_t key, uint64_t block, float *out, size_t count);

/// `count` numbers that are 1 with the given probability, else 0, four a block: whether the uniform
/// number of `ckernels_random_uniforms_float` is below `probability`.
void ckernels_random_bernoulli_float(
    uint64_t key, uint64_t block, float probability, float *out, size_t count);

/// `count` standard normal numbers, two a block: the Box–Muller map of its two 64-bit words.
void ckernels_random_normals(uint64_t key, uint64_t block, double *out, size_t count);

/// `count` standard normal numbers, four a block: the Box–Muller map of (w0, w1) and of (w2, w3).
void ckernels_random_normals_float(uint64_t key, uint64_t block, float *out, size_t count);

/// `count` exponential numbers of mean 1, two a block: −log((x + 1)·2⁻⁵³), x the word shifted by
/// 11.
void ckernels_random_exponentials(uint64_t key, uint64_t block, double *out, size_t count);

/// `rows` fills of `count` normal numbers each, row-major: row s is
/// `ckernels_random_normals(keys[s], block, …, count)`. Many short rows cost no more a number than
/// one long one.
void ckernels_random_normals_of_keys(
    const uint64_t *keys, size_t rows, uint64_t block, double *out, size_t count);

/// Folds `value` into `count` keys: out[i] = w0 | w1 << 32 of the block with the counter
/// (value low, value high, level, 2³² − 1) under keys[i]. `out` may be `keys`.
void ckernels_random_fold(
    const uint64_t *keys, size_t count, uint64_t value, uint32_t level, uint64_t *out);

/// The Box–Muller map by itself, on `pairs` pairs of words a = bits[2i], b = bits[2i + 1]:
/// u = ((a >> 11) + 1)·2⁻⁵³ in (0, 1], angle θ = (π/2)·(⌊b / 2⁶²⌋ + (b mod 2⁵²)·2⁻⁵² − ½),
/// out[2i] = √(−2 ln u)·cos θ, out[2i + 1] = √(−2 ln u)·sin θ. |out| ≤ 8.58.
void ckernels_box_muller(const uint64_t *bits, double *out, size_t pairs);

/// The map of the Float normals, on `pairs` pairs of words a = bits[2i], b = bits[2i + 1]:
/// u = (⌊a / 2⌋ | 1)·2⁻³¹ in (0, 1), angle θ = (π/2)·(⌊b / 2³⁰⌋ + s·2⁻³²), s the word b·4 mod 2³²
/// read as a signed number. |out| ≤ 6.56.
void ckernels_box_muller_float(const uint32_t *bits, float *out, size_t pairs);

#if defined(__cplusplus)
}
#endif
#endif
