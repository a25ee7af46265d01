// Steps, and how operands get to the primitive and its result to the caller.
#include "onednn_internal.h"

// -- Steps -----------------------------------------------------------------------------

int shim_memory_create(dnnl_memory_t *result, layout_view layout) {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  TRY(onednn_context(&engine, &stream));
  CHECK(dnnl_memory_create, result, layout, engine, DNNL_MEMORY_NONE);
  return 0;
}

int shim_memory_point(dnnl_memory_t memory, const void *data) {
  CHECK(dnnl_memory_set_data_handle, memory, (void *)data);
  return 0;
}

int shim_step_create(step *step, primitive_plan plan) {
  CHECK(dnnl_primitive_create, &step->primitive, plan);
  layout_view scratchpad = dnnl_primitive_desc_query_md(plan, dnnl_query_scratchpad_md, 0);
  step->scratchpad_bytes = scratchpad == NULL ? 0 : dnnl_memory_desc_get_size(scratchpad);
  if (step->scratchpad_bytes > 0) {
    TRY(shim_memory_create(&step->scratchpad, scratchpad));
    step->arguments[step->argument_count++] =
        (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, step->scratchpad};
  }
  return 0;
}

void shim_step_argument(step *step, int argument, dnnl_memory_t memory) {
  step->arguments[step->argument_count++] = (dnnl_exec_arg_t){argument, memory};
}

void shim_step_destroy(step *step) {
  if (step->primitive != NULL) dnnl_primitive_destroy(step->primitive);
  if (step->scratchpad != NULL) dnnl_memory_destroy(step->scratchpad);
}

int shim_step_execute(const step *step, dnnl_stream_t stream, char *scratch) {
  if (step->scratchpad != NULL) TRY(shim_memory_point(step->scratchpad, scratch));
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

const void *shim_operand_converted(const operand *operand, const void *data, char *scratch) {
  void *target = scratch + operand->converted_offset;
  switch (operand->conversion) {
    case CONVERT_NONE: return data;
    case CONVERT_ROUND: round_to_bf16(data, target, shim_shape_span(&operand->shape)); break;
    case CONVERT_WIDEN: widen_bf16(data, target, shim_shape_span(&operand->shape)); break;
  }
  return target;
}

// -- Operands --------------------------------------------------------------------------

/// The conversion of an operand of type `stored` that is multiplied as `used`, with the precision
/// of `precision`.
static conversion conversion_of(onednn_type stored, onednn_type used, onednn_type precision) {
  if (used == ONEDNN_BF16) return CONVERT_NONE;  // the library's reorder rounds
  if (stored == ONEDNN_BF16) return CONVERT_WIDEN;
  return precision == ONEDNN_BF16 ? CONVERT_ROUND : CONVERT_NONE;
}

int shim_operand_describe(operand *operand, const shape *shape, onednn_type stored,
                          onednn_type used, onednn_type precision) {
  operand->shape = *shape;
  operand->conversion = conversion_of(stored, used, precision);
  onednn_type plain = operand->conversion == CONVERT_NONE ? stored : ONEDNN_F32;
  return shim_layout_create(&operand->plain, shape, onednn_data_type(plain));
}

int shim_operand_prepare(operand *operand, primitive_plan plan, int argument, int is_result) {
  layout_view used = dnnl_primitive_desc_query_md(plan, dnnl_query_exec_arg_md, argument);
  if (used == NULL) return onednn_fail(dnnl_runtime_error, "dnnl_primitive_desc_query_md");
  operand->used_bytes = dnnl_memory_desc_get_size(used);
  TRY(shim_memory_create(&operand->used_memory, used));
  if (dnnl_memory_desc_equal(operand->plain, used)) return 0;
  TRY(shim_memory_create(&operand->plain_memory, operand->plain));
  primitive_plan reorder = NULL;
  TRY(is_result ? shim_plan_reorder(&reorder, used, operand->plain)
                : shim_plan_reorder(&reorder, operand->plain, used));
  int status = shim_step_create(&operand->reorder, reorder);
  dnnl_primitive_desc_destroy(reorder);
  TRY(status);
  dnnl_memory_t from = is_result ? operand->used_memory : operand->plain_memory;
  dnnl_memory_t to = is_result ? operand->plain_memory : operand->used_memory;
  shim_step_argument(&operand->reorder, DNNL_ARG_FROM, from);
  shim_step_argument(&operand->reorder, DNNL_ARG_TO, to);
  return 0;
}

int shim_operand_supply(const operand *operand, const void *data, dnnl_stream_t stream,
                        char *scratch) {
  const void *plain = shim_operand_converted(operand, data, scratch);
  if (operand->reorder.primitive == NULL) return shim_memory_point(operand->used_memory, plain);
  TRY(shim_memory_point(operand->plain_memory, plain));
  TRY(shim_memory_point(operand->used_memory, scratch + operand->used_offset));
  return shim_step_execute(&operand->reorder, stream, scratch);
}

void shim_operand_destroy(operand *operand) {
  shim_step_destroy(&operand->reorder);
  if (operand->plain_memory != NULL) dnnl_memory_destroy(operand->plain_memory);
  if (operand->used_memory != NULL) dnnl_memory_destroy(operand->used_memory);
  shim_layout_destroy(operand->plain);
}
