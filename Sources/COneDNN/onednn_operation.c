// Building, packing and executing of any operation.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onednn_internal.h"

enum { ALIGNMENT = 64 };

static size_t aligned(size_t bytes) { return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

static dnnl_data_type_t data_type(onednn_type type) {
  return type == ONEDNN_BF16 ? dnnl_bf16 : dnnl_f32;
}

// -- Steps -----------------------------------------------------------------------------

static int memory_create(dnnl_memory_t *result, layout_view layout) {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  TRY(onednn_context(&engine, &stream));
  CHECK(dnnl_memory_create, result, layout, engine, DNNL_MEMORY_NONE);
  return 0;
}

static int memory_point(dnnl_memory_t memory, const void *data) {
  CHECK(dnnl_memory_set_data_handle, memory, (void *)data);
  return 0;
}

/// Makes the primitive of a plan; its own arguments are added by the caller.
static int step_create(step *step, primitive_plan plan) {
  CHECK(dnnl_primitive_create, &step->primitive, plan);
  layout_view scratchpad = dnnl_primitive_desc_query_md(plan, dnnl_query_scratchpad_md, 0);
  step->scratchpad_bytes = scratchpad == NULL ? 0 : dnnl_memory_desc_get_size(scratchpad);
  if (step->scratchpad_bytes > 0) {
    TRY(memory_create(&step->scratchpad, scratchpad));
    step->arguments[step->argument_count++] =
        (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, step->scratchpad};
  }
  return 0;
}

static void step_argument(step *step, int argument, dnnl_memory_t memory) {
  step->arguments[step->argument_count++] = (dnnl_exec_arg_t){argument, memory};
}

static void step_destroy(step *step) {
  if (step->primitive != NULL) dnnl_primitive_destroy(step->primitive);
  if (step->scratchpad != NULL) dnnl_memory_destroy(step->scratchpad);
}

static int step_execute(const step *step, dnnl_stream_t stream, char *scratch) {
  if (step->scratchpad != NULL) TRY(memory_point(step->scratchpad, scratch));
  CHECK(dnnl_primitive_execute, step->primitive, stream, step->argument_count, step->arguments);
#if DNNL_CPU_RUNTIME == DNNL_RUNTIME_SYCL || DNNL_CPU_RUNTIME == DNNL_RUNTIME_THREADPOOL
  CHECK(dnnl_stream_wait, stream);  // the other runtimes have finished here
#endif
  return 0;
}

// -- Conversions -----------------------------------------------------------------------

// Rounds to the nearest bf16 number, ties to even; what is not a number stays so.
static void round_to_bf16(const uint32_t *restrict from, uint32_t *restrict to, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits = from[i];
    uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) & 0xffff0000u;
    int number = (bits & 0x7fffffffu) <= 0x7f800000u;
    to[i] = number ? rounded : (bits | 0x00400000u) & 0xffff0000u;
  }
}

static void widen_bf16(const uint16_t *restrict from, uint32_t *restrict to, int64_t count) {
  for (int64_t i = 0; i < count; i++) to[i] = (uint32_t)from[i] << 16;
}

static const void *converted(const operand *operand, const void *data, char *scratch) {
  void *target = scratch + operand->converted_offset;
  switch (operand->conversion) {
    case CONVERT_NONE: return data;
    case CONVERT_ROUND: round_to_bf16(data, target, shape_span(&operand->shape)); break;
    case CONVERT_WIDEN: widen_bf16(data, target, shape_span(&operand->shape)); break;
  }
  return target;
}

// -- Operands --------------------------------------------------------------------------

/// The conversion of an operand of type `stored` that is multiplied as `used` with the precision
/// of `precision`, and the type of its plain layout.
static conversion conversion_of(onednn_type stored, onednn_type used, onednn_type precision) {
  if (used == ONEDNN_BF16) return CONVERT_NONE;  // the library's reorder rounds
  if (stored == ONEDNN_BF16) return CONVERT_WIDEN;
  return precision == ONEDNN_BF16 ? CONVERT_ROUND : CONVERT_NONE;
}

static int operand_describe(operand *operand, const shape *shape, onednn_type stored,
                            onednn_type used, onednn_type precision) {
  operand->shape = *shape;
  operand->conversion = conversion_of(stored, used, precision);
  onednn_type plain = operand->conversion == CONVERT_NONE ? stored : ONEDNN_F32;
  return layout_create(&operand->plain, shape, data_type(plain));
}

/// Prepares the memories of an operand, and its reorder where the plan reads another layout.
static int operand_prepare(operand *operand, primitive_plan plan, int argument, int is_result) {
  layout_view used = dnnl_primitive_desc_query_md(plan, dnnl_query_exec_arg_md, argument);
  if (used == NULL) return onednn_fail(dnnl_runtime_error, "dnnl_primitive_desc_query_md");
  operand->used_bytes = dnnl_memory_desc_get_size(used);
  TRY(memory_create(&operand->used_memory, used));
  if (dnnl_memory_desc_equal(operand->plain, used)) return 0;
  TRY(memory_create(&operand->plain_memory, operand->plain));
  primitive_plan reorder = NULL;
  TRY(is_result ? plan_reorder(&reorder, used, operand->plain)
                : plan_reorder(&reorder, operand->plain, used));
  int status = step_create(&operand->reorder, reorder);
  dnnl_primitive_desc_destroy(reorder);
  TRY(status);
  dnnl_memory_t from = is_result ? operand->used_memory : operand->plain_memory;
  dnnl_memory_t to = is_result ? operand->plain_memory : operand->used_memory;
  step_argument(&operand->reorder, DNNL_ARG_FROM, from);
  step_argument(&operand->reorder, DNNL_ARG_TO, to);
  return 0;
}

/// Points the memory that the primitive reads at the data, converted and reordered as needed.
static int operand_supply(const operand *operand, const void *data, dnnl_stream_t stream,
                          char *scratch) {
  const void *plain = converted(operand, data, scratch);
  if (operand->reorder.primitive == NULL) return memory_point(operand->used_memory, plain);
  TRY(memory_point(operand->plain_memory, plain));
  TRY(memory_point(operand->used_memory, scratch + operand->used_offset));
  return step_execute(&operand->reorder, stream, scratch);
}

static void operand_destroy(operand *operand) {
  step_destroy(&operand->reorder);
  if (operand->plain_memory != NULL) dnnl_memory_destroy(operand->plain_memory);
  if (operand->used_memory != NULL) dnnl_memory_destroy(operand->used_memory);
  layout_destroy(operand->plain);
}

// -- Building --------------------------------------------------------------------------

/// The layouts that the plan is asked for.
typedef struct {
  layout first, second, result;
} wishes;

static int wish(layout *layout, const operand *operand, onednn_type stored, onednn_type used,
                operand_order order) {
  int reordered = operand->conversion == CONVERT_NONE && stored != used;
  int any = order == ORDER_ANY || (order == ORDER_ANY_IF_REORDERED && reordered);
  return any ? layout_create_any(layout, &operand->shape, data_type(used))
             : layout_create(layout, &operand->shape, data_type(used));
}

static int plan_operation(primitive_plan *plan, onednn_operation *operation,
                          const request *request, onednn_type used, wishes *wishes,
                          dnnl_primitive_attr_t *attributes) {
  TRY(operand_describe(&operation->first, &request->first, request->first_type, used,
                       request->precision));
  TRY(operand_describe(&operation->second, &request->second, request->second_type, used,
                       request->precision));
  TRY(operand_describe(&operation->result, &request->result, ONEDNN_F32, ONEDNN_F32, ONEDNN_F32));
  TRY(wish(&wishes->first, &operation->first, request->first_type, used, request->first_order));
  TRY(wish(&wishes->second, &operation->second, request->second_type, used,
           request->second_order));
  TRY(wish(&wishes->result, &operation->result, ONEDNN_F32, ONEDNN_F32, request->result_order));
  if (request->bias.rank > 0) {
    TRY(layout_create(&operation->bias, &request->bias, dnnl_f32));
  }
  TRY(attributes_create(attributes, request->accumulate, request->activation, request->slope));
  plan_layouts layouts = {wishes->first, wishes->second, operation->bias, wishes->result};
  return request->convolution != NULL
             ? plan_convolution(plan, request->convolution, &layouts, *attributes,
                                request->preferred)
             : plan_product(plan, &layouts, *attributes, request->preferred);
}

static size_t largest(size_t a, size_t b) { return a > b ? a : b; }

/// Lays out the scratch block: the scratchpad of whichever step runs, then the operands' buffers.
static void arrange_scratch(onednn_operation *operation) {
  operand *operands[3] = {&operation->first, &operation->second, &operation->result};
  size_t offset = operation->main.scratchpad_bytes;
  for (int i = 0; i < 3; i++) offset = largest(offset, operands[i]->reorder.scratchpad_bytes);
  offset = aligned(offset);
  for (int i = 0; i < 3; i++) {
    if (operands[i]->conversion != CONVERT_NONE) {
      operands[i]->converted_offset = offset;
      offset += aligned((size_t)shape_span(&operands[i]->shape) * sizeof(float));
    }
    int elsewhere = i == 1 && operation->packed;
    if (operands[i]->reorder.primitive != NULL && !elsewhere) {
      operands[i]->used_offset = offset;
      offset += aligned(operands[i]->used_bytes);
    }
  }
  operation->scratch_bytes = offset;
}

static int prepare(onednn_operation *operation, const request *request, primitive_plan plan) {
  snprintf(operation->implementation, sizeof operation->implementation, "%s", plan_name(plan));
  TRY(operand_prepare(&operation->first, plan, request->first_argument, 0));
  TRY(operand_prepare(&operation->second, plan, request->second_argument, 0));
  TRY(operand_prepare(&operation->result, plan, request->result_argument, 1));
  TRY(step_create(&operation->main, plan));
  step_argument(&operation->main, request->first_argument, operation->first.used_memory);
  step_argument(&operation->main, request->second_argument, operation->second.used_memory);
  step_argument(&operation->main, request->result_argument, operation->result.used_memory);
  if (operation->bias != NULL) {
    TRY(memory_create(&operation->bias_memory, operation->bias));
    step_argument(&operation->main, request->bias_argument, operation->bias_memory);
  }
  operation->packed = request->packed;
  arrange_scratch(operation);
  return 0;
}

/// Builds the operation with operands of type `used`.
static int build(const request *request, onednn_type used, onednn_operation **result) {
  onednn_operation *operation = calloc(1, sizeof *operation);
  if (operation == NULL) return onednn_fail(dnnl_out_of_memory, "calloc");
  primitive_plan plan = NULL;
  wishes wishes = {NULL, NULL, NULL};
  dnnl_primitive_attr_t attributes = NULL;
  int status = plan_operation(&plan, operation, request, used, &wishes, &attributes);
  if (status == 0) status = prepare(operation, request, plan);
  if (plan != NULL) dnnl_primitive_desc_destroy(plan);
  if (attributes != NULL) dnnl_primitive_attr_destroy(attributes);
  layout_destroy(wishes.first);
  layout_destroy(wishes.second);
  layout_destroy(wishes.result);
  if (status != 0) {
    onednn_destroy(operation);
    return status;
  }
  *result = operation;
  return 0;
}

int operation_create(const request *request, onednn_operation **result) {
  *result = NULL;
  // Without the instructions the library emulates them, slower than f32.
  if (request->precision != ONEDNN_BF16 || !onednn_has_bf16()) {
    return build(request, ONEDNN_F32, result);
  }
  // The library's reference code, and its refusal, both mean that nobody wrote this case for bf16:
  // rounded operands in f32 give the same numbers faster.
  int status = build(request, ONEDNN_BF16, result);
  if (status == 0 && strncmp((*result)->implementation, "ref", 3) != 0) return 0;
  if (status != 0 && status != dnnl_unimplemented) return status;
  onednn_destroy(*result);
  *result = NULL;
  return build(request, ONEDNN_F32, result);
}

void onednn_destroy(onednn_operation *operation) {
  if (operation == NULL) return;
  step_destroy(&operation->main);
  operand_destroy(&operation->first);
  operand_destroy(&operation->second);
  operand_destroy(&operation->result);
  if (operation->bias_memory != NULL) dnnl_memory_destroy(operation->bias_memory);
  layout_destroy(operation->bias);
  free(operation);
}

// -- Queries ---------------------------------------------------------------------------

size_t onednn_scratch_bytes(const onednn_operation *operation) { return operation->scratch_bytes; }

size_t onednn_packed_bytes(const onednn_operation *operation) {
  return operation->packed ? operation->second.used_bytes : 0;
}

const char *onednn_implementation(const onednn_operation *operation) {
  return operation->implementation;
}

// -- Execution -------------------------------------------------------------------------

int onednn_pack(onednn_operation *operation, const void *second, void *packed, void *scratch) {
  if (!operation->packed) return onednn_refuse("onednn_pack: the operation takes plain operands");
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  TRY(onednn_context(&engine, &stream));
  const operand *operand = &operation->second;
  const void *plain = converted(operand, second, scratch);
  if (operand->reorder.primitive == NULL) {
    memcpy(packed, plain, operand->used_bytes);
    return 0;
  }
  TRY(memory_point(operand->plain_memory, plain));
  TRY(memory_point(operand->used_memory, packed));
  return step_execute(&operand->reorder, stream, scratch);
}

int onednn_execute(onednn_operation *operation, const void *first, const void *second,
                   float *result, float *bias, void *scratch) {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  TRY(onednn_context(&engine, &stream));
  if ((bias != NULL) != (operation->bias_memory != NULL)) {
    return onednn_refuse("onednn_execute: a bias was %s, the operation has %s",
                         bias != NULL ? "given" : "not given",
                         operation->bias_memory != NULL ? "one" : "none");
  }
  TRY(operand_supply(&operation->first, first, stream, scratch));
  if (operation->packed) {
    TRY(memory_point(operation->second.used_memory, second));
  } else {
    TRY(operand_supply(&operation->second, second, stream, scratch));
  }
  if (bias != NULL) TRY(memory_point(operation->bias_memory, bias));
  const operand *out = &operation->result;
  int direct = out->reorder.primitive == NULL;
  TRY(memory_point(out->used_memory, direct ? (void *)result : (char *)scratch + out->used_offset));
  TRY(step_execute(&operation->main, stream, scratch));
  if (direct) return 0;
  TRY(memory_point(out->plain_memory, result));
  return step_execute(&out->reorder, stream, scratch);
}
