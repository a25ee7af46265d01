// The calls that differ between the C interfaces of oneDNN 2 and 3.
#include <stdlib.h>
#include <string.h>

#include "onednn_internal.h"

int64_t shim_shape_span(const shape *shape) {
  int64_t span = 1;
  for (int i = 0; i < shape->rank; i++) span += (shape->extents[i] - 1) * shape->strides[i];
  return span;
}

// -- Layouts ---------------------------------------------------------------------------

#if DNNL_VERSION_MAJOR >= 3

int shim_layout_create(layout *result, const shape *shape, dnnl_data_type_t type) {
  CHECK(dnnl_memory_desc_create_with_strides, result, shape->rank, shape->extents, type,
        shape->strides);
  return 0;
}

int shim_layout_create_any(layout *result, const shape *shape, dnnl_data_type_t type) {
  CHECK(dnnl_memory_desc_create_with_tag, result, shape->rank, shape->extents, type,
        dnnl_format_tag_any);
  return 0;
}

void shim_layout_destroy(layout layout) {
  if (layout != NULL) dnnl_memory_desc_destroy(layout);
}

#else

static int layout_allocate(layout *result) {
  *result = malloc(sizeof **result);
  return *result != NULL ? 0 : onednn_fail(dnnl_out_of_memory, "malloc");
}

int shim_layout_create(layout *result, const shape *shape, dnnl_data_type_t type) {
  TRY(layout_allocate(result));
  CHECK(dnnl_memory_desc_init_by_strides, *result, shape->rank, shape->extents, type,
        shape->strides);
  return 0;
}

int shim_layout_create_any(layout *result, const shape *shape, dnnl_data_type_t type) {
  TRY(layout_allocate(result));
  CHECK(dnnl_memory_desc_init_by_tag, *result, shape->rank, shape->extents, type,
        dnnl_format_tag_any);
  return 0;
}

void shim_layout_destroy(layout layout) { free(layout); }

#endif

// -- Attributes ------------------------------------------------------------------------

static int append_post_ops(dnnl_post_ops_t operations, int accumulate, onednn_activation activation,
                           float slope) {
#if DNNL_VERSION_MAJOR >= 3
  if (accumulate) {
    CHECK(dnnl_post_ops_append_sum, operations, 1.0f, 0, dnnl_data_type_undef);
  }
  if (activation != ONEDNN_IDENTITY) {
    CHECK(dnnl_post_ops_append_eltwise, operations, dnnl_eltwise_relu, slope, 0.0f);
  }
#else
  if (accumulate) CHECK(dnnl_post_ops_append_sum, operations, 1.0f);
  if (activation != ONEDNN_IDENTITY) {
    CHECK(dnnl_post_ops_append_eltwise, operations, 1.0f, dnnl_eltwise_relu, slope, 0.0f);
  }
#endif
  return 0;
}

static int set_post_ops(dnnl_primitive_attr_t attributes, int accumulate,
                        onednn_activation activation, float slope) {
  dnnl_post_ops_t operations;
  CHECK(dnnl_post_ops_create, &operations);
  int status = append_post_ops(operations, accumulate, activation, slope);
  if (status == 0) {
    status = dnnl_primitive_attr_set_post_ops(attributes, operations);
    if (status != 0) onednn_fail(status, "dnnl_primitive_attr_set_post_ops");
  }
  dnnl_post_ops_destroy(operations);
  return status;
}

int shim_attributes_create(dnnl_primitive_attr_t *result, int accumulate,
                           onednn_activation activation, float slope) {
  CHECK(dnnl_primitive_attr_create, result);
  CHECK(dnnl_primitive_attr_set_scratchpad_mode, *result, dnnl_scratchpad_mode_user);
  // The environment could otherwise ask for bf16 inside f32 products.
  CHECK(dnnl_primitive_attr_set_fpmath_mode, *result, dnnl_fpmath_mode_strict);
  if (accumulate || activation != ONEDNN_IDENTITY) {
    TRY(set_post_ops(*result, accumulate, activation, activation == ONEDNN_RELU ? 0 : slope));
  }
  return 0;
}

// -- Plans -----------------------------------------------------------------------------

/// What the library calls a convolution's strides, dilations (0: dense) and paddings.
typedef struct {
  dnnl_dims_t strides, dilations, before, after;
} window;

static window window_of(const onednn_convolution *c) {
  return (window){
      .strides = {c->stride_height, c->stride_width},
      .dilations = {c->dilation_height - 1, c->dilation_width - 1},
      .before = {c->padding_top, c->padding_left},
      .after = {c->padding_bottom, c->padding_right},
  };
}

const char *shim_plan_name(primitive_plan plan) {
  const char *name = "";
  int status = dnnl_primitive_desc_query(plan, dnnl_query_impl_info_str, 0, (void *)&name);
  return status == 0 ? name : "";
}

static int is_preferred(primitive_plan plan, const char *preferred) {
  return strncmp(shim_plan_name(plan), preferred, strlen(preferred)) == 0;
}

#if DNNL_VERSION_MAJOR >= 3

// The hint that backward primitives take is not looked at by those of the processor's convolutions.
static int create_convolution(primitive_plan *result, const onednn_convolution *convolution,
                              const plan_layouts *layouts, const_dnnl_primitive_attr_t attributes,
                              dnnl_engine_t engine) {
  window w = window_of(convolution);
  switch (convolution->direction) {
    case ONEDNN_FORWARD:
      CHECK(dnnl_convolution_forward_primitive_desc_create, result, engine, dnnl_forward_training,
            dnnl_convolution_direct, layouts->first, layouts->second, layouts->bias,
            layouts->result, w.strides, w.dilations, w.before, w.after, attributes);
      break;
    case ONEDNN_BACKWARD_DATA:
      CHECK(dnnl_convolution_backward_data_primitive_desc_create, result, engine,
            dnnl_convolution_direct, layouts->result, layouts->second, layouts->first, w.strides,
            w.dilations, w.before, w.after, NULL, attributes);
      break;
    case ONEDNN_BACKWARD_WEIGHTS:
      CHECK(dnnl_convolution_backward_weights_primitive_desc_create, result, engine,
            dnnl_convolution_direct, layouts->first, layouts->result, layouts->bias,
            layouts->second, w.strides, w.dilations, w.before, w.after, NULL, attributes);
      break;
  }
  return 0;
}

/// Moves the plan on to a preferred implementation. Returns 0 when there is none: the plan is then
/// at its end and of no use.
static int advance(primitive_plan plan, const char *preferred) {
  while (!is_preferred(plan, preferred)) {
    if (dnnl_primitive_desc_next_impl(plan) != dnnl_success) return 0;
  }
  return 1;
}

int shim_plan_convolution(primitive_plan *result, const onednn_convolution *convolution,
                          const plan_layouts *layouts, const_dnnl_primitive_attr_t attributes,
                          const char *preferred) {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  TRY(onednn_context(&engine, &stream));
  TRY(create_convolution(result, convolution, layouts, attributes, engine));
  if (preferred == NULL || advance(*result, preferred)) return 0;
  dnnl_primitive_desc_destroy(*result);
  *result = NULL;
  return create_convolution(result, convolution, layouts, attributes, engine);
}

static int create_product(primitive_plan *result, const plan_layouts *layouts,
                          const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine) {
  CHECK(dnnl_matmul_primitive_desc_create, result, engine, layouts->first, layouts->second,
        layouts->bias, layouts->result, attributes);
  return 0;
}

int shim_plan_product(primitive_plan *result, const plan_layouts *layouts,
                      const_dnnl_primitive_attr_t attributes, const char *preferred) {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  TRY(onednn_context(&engine, &stream));
  TRY(create_product(result, layouts, attributes, engine));
  if (preferred == NULL || advance(*result, preferred)) return 0;
  dnnl_primitive_desc_destroy(*result);
  *result = NULL;
  return create_product(result, layouts, attributes, engine);
}

#else

/// The first preferred implementation, or NULL.
static primitive_plan find_preferred(const_dnnl_op_desc_t operation,
                                     const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine,
                                     const char *preferred) {
  dnnl_primitive_desc_iterator_t iterator = NULL;
  if (dnnl_primitive_desc_iterator_create(&iterator, operation, attributes, engine, NULL) != 0) {
    return NULL;
  }
  primitive_plan found = NULL;
  do {
    found = dnnl_primitive_desc_iterator_fetch(iterator);
    if (found != NULL && is_preferred(found, preferred)) break;
    if (found != NULL) dnnl_primitive_desc_destroy(found);
    found = NULL;
  } while (dnnl_primitive_desc_iterator_next(iterator) == dnnl_success);
  dnnl_primitive_desc_iterator_destroy(iterator);
  return found;
}

static int plan_of(primitive_plan *result, const_dnnl_op_desc_t operation,
                   const_dnnl_primitive_attr_t attributes, const char *preferred) {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  TRY(onednn_context(&engine, &stream));
  if (preferred != NULL) {
    // An iterator of version 2.6 that meets a cached primitive does not move on
    // (primitive_iterator.hpp, operator++), so that it has to work without the cache.
    int capacity = 0;
    CHECK(dnnl_get_primitive_cache_capacity, &capacity);
    CHECK(dnnl_set_primitive_cache_capacity, 0);
    *result = find_preferred(operation, attributes, engine, preferred);
    CHECK(dnnl_set_primitive_cache_capacity, capacity);
    if (*result != NULL) return 0;
  }
  CHECK(dnnl_primitive_desc_create, result, operation, attributes, engine, NULL);
  return 0;
}

int shim_plan_convolution(primitive_plan *result, const onednn_convolution *convolution,
                          const plan_layouts *layouts, const_dnnl_primitive_attr_t attributes,
                          const char *preferred) {
  dnnl_convolution_desc_t operation;
  window w = window_of(convolution);
  switch (convolution->direction) {
    case ONEDNN_FORWARD:
      CHECK(dnnl_dilated_convolution_forward_desc_init, &operation, dnnl_forward_training,
            dnnl_convolution_direct, layouts->first, layouts->second, layouts->bias,
            layouts->result, w.strides, w.dilations, w.before, w.after);
      break;
    case ONEDNN_BACKWARD_DATA:
      CHECK(dnnl_dilated_convolution_backward_data_desc_init, &operation, dnnl_convolution_direct,
            layouts->result, layouts->second, layouts->first, w.strides, w.dilations, w.before,
            w.after);
      break;
    case ONEDNN_BACKWARD_WEIGHTS:
      CHECK(dnnl_dilated_convolution_backward_weights_desc_init, &operation,
            dnnl_convolution_direct, layouts->first, layouts->result, layouts->bias,
            layouts->second, w.strides, w.dilations, w.before, w.after);
      break;
  }
  return plan_of(result, &operation, attributes, preferred);
}

int shim_plan_product(primitive_plan *result, const plan_layouts *layouts,
                      const_dnnl_primitive_attr_t attributes, const char *preferred) {
  dnnl_matmul_desc_t operation;
  CHECK(dnnl_matmul_desc_init, &operation, layouts->first, layouts->second, layouts->bias,
        layouts->result);
  return plan_of(result, &operation, attributes, preferred);
}

#endif

int shim_plan_reorder(primitive_plan *result, layout_view from, layout_view to) {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  TRY(onednn_context(&engine, &stream));
  dnnl_primitive_attr_t attributes = NULL;
  int status = shim_attributes_create(&attributes, 0, ONEDNN_IDENTITY, 0);
  if (status == 0) {
    status = dnnl_reorder_primitive_desc_create(result, from, engine, to, engine, attributes);
    if (status != 0) onednn_fail(status, "dnnl_reorder_primitive_desc_create");
  }
  if (attributes != NULL) dnnl_primitive_attr_destroy(attributes);
  return status;
}
