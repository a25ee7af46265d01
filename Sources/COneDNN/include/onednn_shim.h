/// Convolutions and matrix products by oneDNN, behind one interface for its versions 2 and 3.
///
/// An operation is created once for fixed shapes and then executed any number of times. It has two
/// operands, one result and an optional bias:
///
///     operation                     first                second               result
///     forward convolution           input  [N,H,W,C]     weights              output [N,P,Q,O]
///     backward data                 d output [N,P,Q,O]   weights              d input [N,H,W,C]
///     backward weights              input  [N,H,W,C]     d output [N,P,Q,O]   d weights
///     product                       A [batch,M,K]        B [batch,K,N]        C [batch,M,N]
///
/// Convolution weights are [O][KH][KW][C/groups] ("ohwi"); O counts the channels of all groups.
/// Backward data is also the forward pass of the transposed convolution. Arithmetic is in f32, or
/// on operands rounded to bf16 with sums in f32; results and biases are always f32. Where the
/// processor (or the limit set on the library) has no bf16 instructions, operands are rounded to
/// bf16 and multiplied in f32, so that precision means the same everywhere.
///
/// Buffers that an operation needs besides its operands are carved out of `scratch`, which the
/// caller owns: one block serves all operations that do not run at the same time. An operation
/// object may be used by one thread at a time; distinct operations by distinct threads.
///
/// Debian's oneDNN is built upon OpenMP. The shim sets OpenMP's thread count to one on every thread
/// that calls it; the environment need not set OMP_NUM_THREADS.
///
/// onednn_execute itself takes nothing from the heap, but the library's dnnl_primitive_execute does
/// and no setting avoids it: per primitive 5 to 16 blocks, together under 1 KB, which it frees
/// before it returns (a call costs 0.3 µs with all of that). Implementations named "gemm:jit" take
/// their packing buffers from the heap too, up to 8 MB: all products without AVX-512, and those with
/// gaps between rows.
///
/// Every function that returns `int` gives 0 (ONEDNN_SUCCESS) or a code of the library, whose
/// text is `onednn_status_text` and whose circumstances are `onednn_last_error`.
#ifndef OUROBOROS_ONEDNN_SHIM_H
#define OUROBOROS_ONEDNN_SHIM_H

#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

// -- Library ---------------------------------------------------------------------------

enum { ONEDNN_SUCCESS = 0 };

/// Instruction sets to which the library can be limited, narrowest first.
typedef enum {
  ONEDNN_ISA_SSE41 = 0,
  ONEDNN_ISA_AVX2 = 1,
  ONEDNN_ISA_AVX512 = 2,       // F, BW, VL, DQ
  ONEDNN_ISA_AVX512_BF16 = 3,
  ONEDNN_ISA_AMX = 4,
  ONEDNN_ISA_ANY = 5,          // whatever the processor has
} onednn_isa;

/// The text of a code, for example "unimplemented".
const char *onednn_status_text(int status);

/// The last failure of the calling thread: the call with its text and code, or what is wrong with a
/// description; "" when nothing failed yet. Valid until the thread's next call of the shim.
const char *onednn_last_error(void);

/// "2.6.3": the version of the library that is loaded.
const char *onednn_version(void);

/// The major version of the interface that the shim was compiled for: 2 or 3.
int onednn_interface_version(void);

/// How the library runs on the processor: "OpenMP", "TBB", "SYCL", "sequential", "threadpool".
const char *onednn_runtime(void);

/// Limits the library to an instruction set. Possible once and only before anything else is done
/// with the library; afterwards it fails with "runtime_error". The environment variables
/// ONEDNN_MAX_CPU_ISA and DNNL_MAX_CPU_ISA (AVX2, AVX512_CORE, …) do the same without code.
int onednn_limit_isa(onednn_isa isa);

/// The instruction set in use, as the library names it: "avx2", "avx512_core_bf16", …
const char *onednn_isa_name(void);

/// Whether bf16 products are computed by instructions rather than by rounding and f32.
int onednn_has_bf16(void);

// -- Descriptions ----------------------------------------------------------------------

typedef enum { ONEDNN_F32 = 0, ONEDNN_BF16 = 1 } onednn_type;

typedef enum {
  ONEDNN_FORWARD = 0,
  ONEDNN_BACKWARD_DATA = 1,
  ONEDNN_BACKWARD_WEIGHTS = 2,
} onednn_direction;

typedef enum {
  ONEDNN_IDENTITY = 0,
  ONEDNN_RELU = 1,
  ONEDNN_LEAKY_RELU = 2,  // slope for negative values: activation_slope
} onednn_activation;

typedef struct {
  onednn_direction direction;
  int64_t batch;
  int64_t input_height, input_width, input_channels;
  int64_t output_height, output_width, output_channels;
  int64_t kernel_height, kernel_width;
  int64_t stride_height, stride_width;      // 1: every position
  int64_t dilation_height, dilation_width;  // 1: dense kernel
  int64_t padding_top, padding_left, padding_bottom, padding_right;
  int64_t groups;
  onednn_type precision;             // of the multiplications
  onednn_type first_type;            // of the operand in memory
  onednn_type second_type;
  int packed;                        // second comes from onednn_pack; not for backward weights
  int bias;                          // [O]: added forward; in backward weights the sum of d output
  onednn_activation activation;      // forward only, after the bias
  float activation_slope;
  const char *preferred;             // see below
} onednn_convolution;

/// Strides count elements. Of each operand one of row and column stride is 1; those of the result
/// are [c_row_stride, 1]. A batch stride of 0 uses one matrix for the whole batch.
typedef struct {
  int64_t batch, m, n, k;
  int64_t a_batch_stride, a_row_stride, a_column_stride;
  int64_t b_batch_stride, b_row_stride, b_column_stride;
  int64_t c_batch_stride, c_row_stride;
  onednn_type precision;
  onednn_type first_type;
  onednn_type second_type;
  int packed;                        // B is the result of onednn_pack
  int bias;                          // [N], added to each row
  int accumulate;                    // C += A·B instead of C = A·B
  onednn_activation activation;      // after accumulation and bias
  float activation_slope;
  const char *preferred;             // see below
} onednn_product;

// The library has several implementations and takes the first, in an order of its own, that accepts
// a description. `preferred` names a beginning ("jit", "brg", "x64:gemm"): the first whose name has
// it is taken, and the library's choice when there is none. NULL leaves the choice to the library.
// Where that is the wrong one on Zen 5 with oneDNN 2.6 and AVX-512: forward from one input channel
// ("jit" runs 1.1 to 1.6 times as fast), and f32 backward data to one input channel ("x64:gemm" runs
// 1.5 to 3 times as fast, yet at a sixth of the peak).

// -- Operations ------------------------------------------------------------------------

typedef struct onednn_operation onednn_operation;

/// Creates the operation of a description. On failure `*operation` is NULL. Costs milliseconds
/// (the library generates code); the library caches what it generated.
int onednn_create_convolution(const onednn_convolution *description, onednn_operation **operation);
int onednn_create_product(const onednn_product *description, onednn_operation **operation);

/// Accepts NULL.
void onednn_destroy(onednn_operation *operation);

/// Bytes that `scratch` must have in onednn_execute and onednn_pack.
size_t onednn_scratch_bytes(const onednn_operation *operation);

/// Bytes of the packed second operand; 0 when the description does not say `packed`.
size_t onednn_packed_bytes(const onednn_operation *operation);

/// The library's name of the implementation, for example "brg:avx512_core"; valid as long as the
/// operation. A name that starts with "ref" is the library's slow fallback.
const char *onednn_implementation(const onednn_operation *operation);

/// Puts the second operand into the format that the implementation wants. `packed` and `scratch`
/// are aligned to 64 bytes.
int onednn_pack(onednn_operation *operation, const void *second, void *packed, void *scratch);

/// Computes the result. `scratch` is aligned to 64 bytes, operands and result to their elements;
/// `bias` is NULL exactly when the description has none. Result and scratch overlap nothing else.
int onednn_execute(onednn_operation *operation, const void *first, const void *second,
                   float *result, float *bias, void *scratch);

#if defined(__cplusplus)
}
#endif
#endif
