#include "onednn_internal.h"

// -- Checks ----------------------------------------------------------------------------

static int check_positive(const char *name, int64_t value) {
  if (value >= 1) return 0;
  return onednn_refuse("convolution: %s is %lld, not positive", name, (long long)value);
}

static int check_axis(const char *axis, int64_t input, int64_t output, int64_t kernel,
                      int64_t stride, int64_t dilation, int64_t before, int64_t after) {
  int64_t room = input + before + after - ((kernel - 1) * dilation + 1);
  int64_t expected = room < 0 ? 0 : room / stride + 1;
  if (before >= 0 && after >= 0 && expected == output) return 0;
  return onednn_refuse(
      "convolution: %s: input %lld, kernel %lld, stride %lld, dilation %lld, padding %lld and %lld "
      "give an output of %lld, not %lld",
      axis, (long long)input, (long long)kernel, (long long)stride, (long long)dilation,
      (long long)before, (long long)after, (long long)expected, (long long)output);
}

static int check(const onednn_convolution *c) {
  TRY(check_positive("batch", c->batch));
  TRY(check_positive("input height", c->input_height));
  TRY(check_positive("input width", c->input_width));
  TRY(check_positive("input channels", c->input_channels));
  TRY(check_positive("output channels", c->output_channels));
  TRY(check_positive("kernel height", c->kernel_height));
  TRY(check_positive("kernel width", c->kernel_width));
  TRY(check_positive("stride height", c->stride_height));
  TRY(check_positive("stride width", c->stride_width));
  TRY(check_positive("dilation height", c->dilation_height));
  TRY(check_positive("dilation width", c->dilation_width));
  TRY(check_positive("groups", c->groups));
  TRY(check_axis("height", c->input_height, c->output_height, c->kernel_height, c->stride_height,
                 c->dilation_height, c->padding_top, c->padding_bottom));
  TRY(check_axis("width", c->input_width, c->output_width, c->kernel_width, c->stride_width,
                 c->dilation_width, c->padding_left, c->padding_right));
  if (c->input_channels % c->groups != 0 || c->output_channels % c->groups != 0) {
    return onednn_refuse("convolution: %lld groups divide not both %lld and %lld channels",
                         (long long)c->groups, (long long)c->input_channels,
                         (long long)c->output_channels);
  }
  if (c->direction != ONEDNN_FORWARD && c->activation != ONEDNN_IDENTITY) {
    return onednn_refuse("convolution: an activation belongs to the forward direction");
  }
  if (c->direction == ONEDNN_BACKWARD_DATA && c->bias) {
    return onednn_refuse("convolution: backward data has no bias");
  }
  if (c->direction == ONEDNN_BACKWARD_WEIGHTS && c->packed) {
    return onednn_refuse("convolution: backward weights takes no packed operand");
  }
  return 0;
}

// -- Shapes ----------------------------------------------------------------------------
// The library names axes in the order N, C, H, W and [G,] O, I, H, W whatever their strides.

static shape activations(int64_t batch, int64_t height, int64_t width, int64_t channels) {
  return (shape){
      .rank = 4,
      .extents = {batch, channels, height, width},
      .strides = {height * width * channels, 1, width * channels, channels},
  };
}

static shape weights(const onednn_convolution *c) {
  int64_t inputs = c->input_channels / c->groups, outputs = c->output_channels / c->groups;
  int64_t row = c->kernel_width * inputs, filter = c->kernel_height * row;
  if (c->groups == 1) {
    return (shape){
        .rank = 4,
        .extents = {outputs, inputs, c->kernel_height, c->kernel_width},
        .strides = {filter, 1, row, inputs},
    };
  }
  return (shape){
      .rank = 5,
      .extents = {c->groups, outputs, inputs, c->kernel_height, c->kernel_width},
      .strides = {outputs * filter, filter, 1, row, inputs},
  };
}

// -- Creation --------------------------------------------------------------------------

int onednn_create_convolution(const onednn_convolution *c, onednn_operation **operation) {
  *operation = NULL;
  TRY(check(c));
  shape input = activations(c->batch, c->input_height, c->input_width, c->input_channels);
  shape output = activations(c->batch, c->output_height, c->output_width, c->output_channels);
  request request = {
      .convolution = c,
      .precision = c->precision,
      .first_type = c->first_type,
      .second_type = c->second_type,
      .packed = c->packed,
      .activation = c->activation,
      .slope = c->activation_slope,
      .preferred = c->preferred,
  };
  if (c->bias) request.bias = (shape){1, {c->output_channels}, {1}};
  switch (c->direction) {
    case ONEDNN_FORWARD:
      request.first = input, request.first_argument = DNNL_ARG_SRC;
      request.second = weights(c), request.second_argument = DNNL_ARG_WEIGHTS;
      request.result = output, request.result_argument = DNNL_ARG_DST;
      request.bias_argument = DNNL_ARG_BIAS;
      request.second_order = ORDER_ANY;
      break;
    case ONEDNN_BACKWARD_DATA:
      request.first = output, request.first_argument = DNNL_ARG_DIFF_DST;
      request.second = weights(c), request.second_argument = DNNL_ARG_WEIGHTS;
      request.result = input, request.result_argument = DNNL_ARG_DIFF_SRC;
      request.second_order = ORDER_ANY;
      break;
    case ONEDNN_BACKWARD_WEIGHTS:
      request.first = input, request.first_argument = DNNL_ARG_SRC;
      request.second = output, request.second_argument = DNNL_ARG_DIFF_DST;
      request.result = weights(c), request.result_argument = DNNL_ARG_DIFF_WEIGHTS;
      request.bias_argument = DNNL_ARG_DIFF_BIAS;
      request.result_order = ORDER_ANY;
      break;
    default: return onednn_refuse("convolution: direction %d is unknown", (int)c->direction);
  }
  return shim_operation_create(&request, operation);
}
