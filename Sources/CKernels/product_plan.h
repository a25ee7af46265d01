// The way a product is computed, chosen from its description.
#ifndef PRODUCT_PLAN_H
#define PRODUCT_PLAN_H

#include "product_blocks.h"

enum product_way {
  /// Vectors along the columns of C.
  PRODUCT_STRAIGHT,
  /// Vectors along the rows of C: the transposed product of the transposed operands, in strips that are
  /// transposed when they are written.
  PRODUCT_TURNED,
  /// Vectors along the sum, for at most DOT_FEW columns or rows.
  PRODUCT_DOT_COLUMNS,
  PRODUCT_DOT_ROWS,
};

struct product_plan {
  enum product_way way;
  /// Straight: the product. Turned: a strip of the transposed product.
  struct product_task task;
  /// Floats of scratch: strips or sums, the right operand laid out whole, and the task's own two.
  long strip_floats, whole_floats, a_floats, b_floats;
};

/// `packed`: B is laid out before, so only the straight way is open.
struct product_plan product_plan(const struct product_table *table, const ouroboros_product_t *product,
                                 int packed);

/// One item of a batch; `ahead`: what the next one needs.
void product_item(const struct product_plan *plan, const ouroboros_product_t *product, const float *a,
                  const float *b, const float *packed, float *c, const float *bias, float *scratch,
                  const struct product_ahead *ahead);

#endif
