/// What the files of the shim share. The differences between the interfaces of oneDNN 2 and 3 are
/// confined to onednn_versions.c and the types below.
#ifndef OUROBOROS_ONEDNN_INTERNAL_H
#define OUROBOROS_ONEDNN_INTERNAL_H

#include <oneapi/dnnl/dnnl.h>

#include "include/onednn_shim.h"

#define HIDDEN __attribute__((visibility("hidden")))

// -- Errors ----------------------------------------------------------------------------

/// Records "call: text (code)" for onednn_last_error and returns the code.
HIDDEN int onednn_fail(int status, const char *call);

/// Records a message about a description and returns dnnl_invalid_arguments.
HIDDEN int onednn_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// Returns from the enclosing function when a call of the library fails.
#define CHECK(call, ...)                                            \
  do {                                                              \
    int check_status = (int)call(__VA_ARGS__);                      \
    if (check_status != 0) return onednn_fail(check_status, #call); \
  } while (0)

/// The same for functions of the shim, which have recorded their error.
#define TRY(expression)                     \
  do {                                      \
    int try_status = (expression);          \
    if (try_status != 0) return try_status; \
  } while (0)

// -- Library ---------------------------------------------------------------------------

/// The processor's engine and its one stream; also limits the calling thread to one OpenMP thread.
HIDDEN int onednn_context(dnnl_engine_t *engine, dnnl_stream_t *stream);

/// Limits OpenMP regions that the calling thread opens to itself.
HIDDEN void onednn_use_one_thread(void);

// -- Layouts of arrays in memory -------------------------------------------------------

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t layout;             // owned
typedef const_dnnl_memory_desc_t layout_view;  // borrowed
typedef dnnl_primitive_desc_t primitive_plan;
#else
typedef dnnl_memory_desc_t *layout;
typedef const dnnl_memory_desc_t *layout_view;
typedef dnnl_primitive_desc_t primitive_plan;
#endif

/// An array's extents, and its strides in elements.
typedef struct {
  int rank;
  dnnl_dims_t extents;
  dnnl_dims_t strides;
} shape;

/// The layout of a shape with its strides.
HIDDEN int shim_layout_create(layout *result, const shape *shape, dnnl_data_type_t type);

/// A layout that leaves the order of the elements to the library.
HIDDEN int shim_layout_create_any(layout *result, const shape *shape, dnnl_data_type_t type);

static inline dnnl_data_type_t onednn_data_type(onednn_type type) {
  return type == ONEDNN_BF16 ? dnnl_bf16 : dnnl_f32;
}

/// Accepts NULL.
HIDDEN void shim_layout_destroy(layout layout);

/// Elements from the first to the last of the array, gaps included.
HIDDEN int64_t shim_shape_span(const shape *shape);

// -- Plans of primitives ---------------------------------------------------------------

/// The layouts between which a primitive computes; `bias` may be NULL.
typedef struct {
  layout_view first, second, bias, result;
} plan_layouts;

/// Attributes: scratchpad from the caller, full precision, sum, activation.
HIDDEN int shim_attributes_create(dnnl_primitive_attr_t *result, int accumulate,
                                  onednn_activation activation, float slope);

/// Plans by the first implementation whose name begins with `preferred`, which may be NULL.
HIDDEN int shim_plan_convolution(primitive_plan *result, const onednn_convolution *convolution,
                                 const plan_layouts *layouts,
                                 const_dnnl_primitive_attr_t attributes, const char *preferred);
HIDDEN int shim_plan_product(primitive_plan *result, const plan_layouts *layouts,
                             const_dnnl_primitive_attr_t attributes, const char *preferred);

/// The library's name of the implementation that was planned, "" when it has none.
HIDDEN const char *shim_plan_name(primitive_plan plan);
HIDDEN int shim_plan_reorder(primitive_plan *result, layout_view from, layout_view to);

// -- Operations ------------------------------------------------------------------------

/// A primitive with its arguments, made once; only the data pointers of the memories change.
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_memory_t scratchpad;
  size_t scratchpad_bytes;
  int argument_count;
  dnnl_exec_arg_t arguments[5];
} step;

/// How an operand gets from the caller's memory to the type that the primitive multiplies.
typedef enum {
  CONVERT_NONE,   // as it is, or by the library's reorder
  CONVERT_ROUND,  // f32 to f32 that holds a bf16 number
  CONVERT_WIDEN,  // bf16 to f32
} conversion;

/// An operand or the result: the caller's array, and what the primitive reads or writes.
typedef struct {
  shape shape;
  layout plain;
  dnnl_memory_t plain_memory;  // only with a reorder
  dnnl_memory_t used_memory;
  step reorder;  // from plain to used; of the result from used to plain
  conversion conversion;
  size_t converted_offset, used_offset;  // within scratch
  size_t used_bytes;
} operand;

struct onednn_operation {
  operand first, second, result;
  layout bias;
  dnnl_memory_t bias_memory;
  step main;
  int packed;
  size_t scratch_bytes;
  char implementation[96];
};

/// Who decides on the order in memory of what the primitive reads or writes.
typedef enum {
  ORDER_PLAIN,             // as the caller's array
  ORDER_ANY_IF_REORDERED,  // the library, when another type makes a copy of it anyhow
  ORDER_ANY,               // the library
} operand_order;

/// What a description asks for, in the terms that all operations share.
typedef struct {
  const onednn_convolution *convolution;                                // NULL: a product
  shape first, second, result, bias;                                    // bias.rank 0: none
  int first_argument, second_argument, result_argument, bias_argument;  // DNNL_ARG_…
  onednn_type precision, first_type, second_type;
  int packed, accumulate;
  operand_order first_order, second_order, result_order;
  onednn_activation activation;
  float slope;
  const char *preferred;
} request;

HIDDEN int shim_memory_create(dnnl_memory_t *result, layout_view layout);
HIDDEN int shim_memory_point(dnnl_memory_t memory, const void *data);

/// Makes the primitive of a plan; arguments other than the scratchpad are added by the caller.
HIDDEN int shim_step_create(step *step, primitive_plan plan);
HIDDEN void shim_step_argument(step *step, int argument, dnnl_memory_t memory);
HIDDEN void shim_step_destroy(step *step);
HIDDEN int shim_step_execute(const step *step, dnnl_stream_t stream, char *scratch);

/// Sets the shape, the conversion and the plain layout of an operand that the caller stores as
/// `stored` and the primitive multiplies as `used`, with the precision of `precision`.
HIDDEN int shim_operand_describe(operand *operand, const shape *shape, onednn_type stored,
                                 onednn_type used, onednn_type precision);

/// Prepares the memories of an operand, and its reorder where the plan wants another layout.
HIDDEN int shim_operand_prepare(operand *operand, primitive_plan plan, int argument, int is_result);

/// The data in the type of the plain layout: themselves, or converted in `scratch`.
HIDDEN const void *shim_operand_converted(const operand *operand, const void *data, char *scratch);

/// Points the memory that the primitive reads at the data, converted and reordered as needed.
HIDDEN int shim_operand_supply(const operand *operand, const void *data, dnnl_stream_t stream,
                               char *scratch);
HIDDEN void shim_operand_destroy(operand *operand);

HIDDEN int shim_operation_create(const request *request, onednn_operation **result);

#endif
