// Building, packing and executing of any operation.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onednn_internal.h"

enum { ALIGNMENT = 64 };

static size_t aligned(size_t bytes) { return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

// -- Building --------------------------------------------------------------------------

/// The layouts that the plan is asked for.
typedef struct {
  layout first, second, result;
} wishes;

static int wish(layout *layout, const operand *operand, onednn_type stored, onednn_type used,
                operand_order order) {
  int reordered = operand->conversion == CONVERT_NONE && stored != used;
  int any = order == ORDER_ANY || (order == ORDER_ANY_IF_REORDERED && reordered);
  return any ? shim_layout_create_any(layout, &operand->shape, onednn_data_type(used))
             : shim_layout_create(layout, &operand->shape, onednn_data_type(used));
}

static int plan_operation(primitive_plan *plan, onednn_operation *operation, const request *request,
                          onednn_type used, wishes *wishes, dnnl_primitive_attr_t *attributes) {
  TRY(shim_operand_describe(&operation->first, &request->first, request->first_type, used,
                            request->precision));
  TRY(shim_operand_describe(&operation->second, &request->second, request->second_type, used,
                            request->precision));
  TRY(shim_operand_describe(&operation->result, &request->result, ONEDNN_F32, ONEDNN_F32,
                            ONEDNN_F32));
  TRY(wish(&wishes->first, &operation->first, request->first_type, used, request->first_order));
  TRY(wish(&wishes->second, &operation->second, request->second_type, used, request->second_order));
  TRY(wish(&wishes->result, &operation->result, ONEDNN_F32, ONEDNN_F32, request->result_order));
  if (request->bias.rank > 0) {
    TRY(shim_layout_create(&operation->bias, &request->bias, dnnl_f32));
  }
  TRY(shim_attributes_create(attributes, request->accumulate, request->activation, request->slope));
  plan_layouts layouts = {wishes->first, wishes->second, operation->bias, wishes->result};
  return request->convolution != NULL
             ? shim_plan_convolution(plan, request->convolution, &layouts, *attributes,
                                     request->preferred)
             : shim_plan_product(plan, &layouts, *attributes, request->preferred);
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
      offset += aligned((size_t)shim_shape_span(&operands[i]->shape) * sizeof(float));
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
  snprintf(operation->implementation, sizeof operation->implementation, "%s", shim_plan_name(plan));
  TRY(shim_operand_prepare(&operation->first, plan, request->first_argument, 0));
  TRY(shim_operand_prepare(&operation->second, plan, request->second_argument, 0));
  TRY(shim_operand_prepare(&operation->result, plan, request->result_argument, 1));
  TRY(shim_step_create(&operation->main, plan));
  shim_step_argument(&operation->main, request->first_argument, operation->first.used_memory);
  shim_step_argument(&operation->main, request->second_argument, operation->second.used_memory);
  shim_step_argument(&operation->main, request->result_argument, operation->result.used_memory);
  if (operation->bias != NULL) {
    TRY(shim_memory_create(&operation->bias_memory, operation->bias));
    shim_step_argument(&operation->main, request->bias_argument, operation->bias_memory);
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
  shim_layout_destroy(wishes.first);
  shim_layout_destroy(wishes.second);
  shim_layout_destroy(wishes.result);
  if (status != 0) {
    onednn_destroy(operation);
    return status;
  }
  *result = operation;
  return 0;
}

int shim_operation_create(const request *request, onednn_operation **result) {
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
  shim_step_destroy(&operation->main);
  shim_operand_destroy(&operation->first);
  shim_operand_destroy(&operation->second);
  shim_operand_destroy(&operation->result);
  if (operation->bias_memory != NULL) dnnl_memory_destroy(operation->bias_memory);
  shim_layout_destroy(operation->bias);
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
  const void *plain = shim_operand_converted(operand, second, scratch);
  if (operand->reorder.primitive == NULL) {
    memcpy(packed, plain, operand->used_bytes);
    return 0;
  }
  TRY(shim_memory_point(operand->plain_memory, plain));
  TRY(shim_memory_point(operand->used_memory, packed));
  return shim_step_execute(&operand->reorder, stream, scratch);
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
  TRY(shim_operand_supply(&operation->first, first, stream, scratch));
  if (operation->packed) {
    TRY(shim_memory_point(operation->second.used_memory, second));
  } else {
    TRY(shim_operand_supply(&operation->second, second, stream, scratch));
  }
  if (bias != NULL) TRY(shim_memory_point(operation->bias_memory, bias));
  const operand *out = &operation->result;
  int direct = out->reorder.primitive == NULL;
  void *target = direct ? (void *)result : (char *)scratch + out->used_offset;
  TRY(shim_memory_point(out->used_memory, target));
  TRY(shim_step_execute(&operation->main, stream, scratch));
  if (direct) return 0;
  TRY(shim_memory_point(out->plain_memory, result));
  return shim_step_execute(&out->reorder, stream, scratch);
}
