#include "onednn_internal.h"

static int check_positive(const char *name, int64_t value) {
  if (value >= 1) return 0;
  return onednn_refuse("product: %s is %lld, not positive", name, (long long)value);
}

/// The shape of [batch, rows, columns] with the given strides, without the batch axis when no
/// operand has one. Strides along axes of extent one are free and become what the library expects.
static int matrix(shape *result, const char *name, int64_t batch, int64_t rows, int64_t columns,
                  int64_t batch_stride, int64_t row_stride, int64_t column_stride) {
  if (columns == 1) {
    column_stride = 1;
    if (rows == 1) row_stride = 1;
  } else if (rows == 1) {
    row_stride = column_stride == 1 ? columns : 1;
  }
  int by_rows = column_stride == 1 && row_stride >= columns;
  int by_columns = row_stride == 1 && column_stride >= rows;
  if ((!by_rows && !by_columns) || batch_stride < 0) {
    return onednn_refuse("product: %s of %lld × %lld has strides %lld and %lld in a batch of %lld",
                         name, (long long)rows, (long long)columns, (long long)row_stride,
                         (long long)column_stride, (long long)batch_stride);
  }
  if (batch == 1) {
    *result = (shape){2, {rows, columns}, {row_stride, column_stride}};
    return 0;
  }
  int64_t extent = by_rows ? rows * row_stride : columns * column_stride;
  *result = (shape){3,
                    {batch_stride == 0 ? 1 : batch, rows, columns},
                    {batch_stride == 0 ? extent : batch_stride, row_stride, column_stride}};
  return 0;
}

int onednn_create_product(const onednn_product *p, onednn_operation **operation) {
  *operation = NULL;
  TRY(check_positive("batch", p->batch));
  TRY(check_positive("m", p->m));
  TRY(check_positive("n", p->n));
  TRY(check_positive("k", p->k));
  if (p->batch > 1 && p->c_batch_stride == 0) {
    return onednn_refuse("product: the results of a batch share one matrix");
  }
  request request = {
      .precision = p->precision,
      .first_type = p->first_type,
      .second_type = p->second_type,
      .first_argument = DNNL_ARG_SRC,
      .second_argument = DNNL_ARG_WEIGHTS,
      .result_argument = DNNL_ARG_DST,
      .bias_argument = DNNL_ARG_BIAS,
      .packed = p->packed,
      .accumulate = p->accumulate,
      .activation = p->activation,
      .slope = p->activation_slope,
      .preferred = p->preferred,
      .first_order = ORDER_ANY_IF_REORDERED,
      .second_order = p->packed ? ORDER_ANY : ORDER_ANY_IF_REORDERED,
  };
  TRY(matrix(&request.first, "A", p->batch, p->m, p->k, p->a_batch_stride, p->a_row_stride,
             p->a_column_stride));
  TRY(matrix(&request.second, "B", p->batch, p->k, p->n, p->b_batch_stride, p->b_row_stride,
             p->b_column_stride));
  TRY(matrix(&request.result, "C", p->batch, p->m, p->n, p->c_batch_stride, p->c_row_stride, 1));
  if (p->bias) {
    request.bias = request.result.rank == 2 ? (shape){2, {1, p->n}, {p->n, 1}}
                                            : (shape){3, {1, 1, p->n}, {p->n, p->n, 1}};
  }
  return shim_operation_create(&request, operation);
}
