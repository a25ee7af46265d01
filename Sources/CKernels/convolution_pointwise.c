#include "convolution_parts.h"

// 1×1 convolutions with stride 1 are products over all pixels.

int convolution_is_pointwise(const ouroboros_convolution_t *x) {
  return x->kernel_height == 1 && x->kernel_width == 1 && x->stride_y == 1 && x->stride_x == 1 &&
         x->pad_top == 0 && x->pad_left == 0 && x->out_height == x->height && x->out_width == x->width &&
         x->groups == 1 && x->operands == OUROBOROS_OPERANDS_FLOAT;
}

static void run(struct product_task *task, struct arena *arena) {
  product_cut(task, 0);
  task->scratch_a = take(arena, product_scratch_a(task), sizeof(float));
  task->scratch_b = take(arena, product_scratch_b(task), sizeof(float));
  if (!arena->counting) product_run(task);
}

static struct product_task task_of(const struct product_table *table, const ouroboros_convolution_t *x,
                                   const float *a, const float *b, float *c) {
  return (struct product_task){.table = table, .a = a, .b = b, .c = c, .alpha = 1,
                               .accumulate = x->accumulate, .activation = x->activation, .slope = x->slope};
}

void convolution_forward_pointwise(const struct product_table *table, const ouroboros_convolution_t *x,
                                   const float *in, const float *weights, float *out, const float *bias,
                                   struct arena *arena) {
  struct product_task task = task_of(table, x, in, weights, out);
  task.m = x->batch * x->height * x->width;
  task.n = task.c_row = x->out_channels;
  task.k = task.a_row = task.b_column = x->channels;
  task.a_column = task.b_row = 1;
  task.bias = bias;
  run(&task, arena);
}

void convolution_backward_data_pointwise(const struct product_table *table,
                                         const ouroboros_convolution_t *x, const float *out,
                                         const float *weights, float *in, const float *bias,
                                         struct arena *arena) {
  struct product_task task = task_of(table, x, out, weights, in);
  task.m = x->batch * x->height * x->width;
  task.n = task.c_row = task.b_row = x->channels;
  task.k = task.a_row = x->out_channels;
  task.a_column = task.b_column = 1;
  task.bias = bias;
  run(&task, arena);
}

void convolution_backward_weights_pointwise(const struct product_table *table,
                                            const ouroboros_convolution_t *x, const float *in,
                                            const float *out, float *weights, struct arena *arena) {
  struct product_task task = task_of(table, x, out, in, weights);
  task.activation = OUROBOROS_ACTIVATION_NONE;
  task.m = task.a_column = x->out_channels;
  task.n = task.c_row = task.b_row = x->channels;
  task.k = x->batch * x->height * x->width;
  task.a_row = task.b_column = 1;
  run(&task, arena);
}
