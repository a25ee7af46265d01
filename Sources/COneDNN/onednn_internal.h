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
#define CHECK(call, ...)                                                   \
  do {                                                                     \
    int check_status = (int)call(__VA_ARGS__);                             \
    if (check_status != 0) return onednn_fail(check_status, #call);        \
  } while (0)

/// The same for functions of the shim, which have recorded their error.
#define TRY(expression)                          \
  do {                                           \
    int try_status = (expression);               \
    if (try_status != 0) return try_status;      \
  } while (0)

// -- Library ---------------------------------------------------------------------------

/// The processor's engine and its one stream; also limits the calling thread to one OpenMP thread.
HIDDEN int onednn_context(dnnl_engine_t *engine, dnnl_stream_t *stream);

/// Limits OpenMP regions that the calling thread opens to itself.
HIDDEN void onednn_use_one_thread(void);

// -- Layouts of arrays in memory -------------------------------------------------------

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t layout;              // owned
typedef const_dnnl_memory_desc_t layout_view;   // borrowed
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
HIDDEN int layout_create(layout *result, const shape *shape, dnnl_data_type_t type);

/// A layout that leaves the order of the elements to the library.
HIDDEN int layout_create_any(layout *result, const shape *shape, dnnl_data_type_t type);

/// Accepts NULL.
HIDDEN void layout_destroy(layout layout);

/// Elements from the first to the last of the array, gaps included.
HIDDEN int64_t shape_span(const shape *shape);

// -- Plans of primitives ---------------------------------------------------------------

/// The layouts between which a primitive computes; `bias` may be NULL.
typedef struct {
  layout_view first, second, bias, result;
} plan_layouts;

/// Attributes: scratchpad from the caller, full precision, sum, activation.
HIDDEN int attributes_create(dnnl_primitive_attr_t *result, int accumulate,
                             onednn_activation activation, float slope);

/// Plans by the first implementation whose name begins with `preferred`, which may be NULL.
HIDDEN int plan_convolution(primitive_plan *result, const onednn_convolution *convolution,
                            const plan_layouts *layouts, const_dnnl_primitive_attr_t attributes,
                            const char *preferred);
HIDDEN int plan_product(primitive_plan *result, const plan_layouts *layouts,
                        const_dnnl_primitive_attr_t attributes, const char *preferred);

/// The library's name of the implementation that was planned, "" when it has none.
HIDDEN const char *plan_name(primitive_plan plan);
HIDDEN int plan_reorder(primitive_plan *result, layout_view from, layout_view to);

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
  dnnl_memory_t plain_memory;   // only with a reorder
  dnnl_memory_t used_memory;
  step reorder;                 // from plain to used; of the result from used to plain
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
  const onednn_convolution *convolution;  // NULL: a product
  shape first, second, result, bias;      // bias.rank 0: none
  int first_argument, second_argument, result_argument, bias_argument;  // DNNL_ARG_…
  onednn_type precision, first_type, second_type;
  int packed, accumulate;
  operand_order first_order, second_order, result_order;
  onednn_activation activation;
  float slope;
  const char *preferred;
} request;

HIDDEN int operation_create(const request *request, onednn_operation **result);

#endif
