// The numeric kernels of one instruction set: everything, and the table of it.

#include "vector_float.h"
#include "vector_functions.h"
#include "vector_special.h"

#include "tile_elementwise.h"
#include "tile_reductions.h"

#include "tile_planes.h"

#include "optimiser_updates.h"

#define ENTRY(operation, name) [operation] = KERNEL(name)
#define ROWS_ENTRY(operation, name) [operation] = KERNEL(name##_rows)
#define SHAPED_ENTRIES(entry)                                  \
  entry(OUROBOROS_ADD, tile_add),                              \
  entry(OUROBOROS_SUBTRACT, tile_subtract),                    \
  entry(OUROBOROS_MULTIPLY, tile_multiply),                    \
  entry(OUROBOROS_DIVIDE, tile_divide),                        \
  entry(OUROBOROS_MAXIMUM, tile_maximum),                      \
  entry(OUROBOROS_MINIMUM, tile_minimum),                      \
  entry(OUROBOROS_POWER, tile_power),                          \
  entry(OUROBOROS_LESS, tile_less),                            \
  entry(OUROBOROS_LESS_EQUAL, tile_less_equal),                \
  entry(OUROBOROS_EQUAL, tile_equal),                          \
  entry(OUROBOROS_NOT_EQUAL, tile_not_equal),                  \
  entry(OUROBOROS_GREATER, tile_greater),                      \
  entry(OUROBOROS_GREATER_EQUAL, tile_greater_equal),          \
  entry(OUROBOROS_RELU_MASK, tile_relu_mask),                  \
  entry(OUROBOROS_LEAKY_RELU_MASK, tile_leaky_relu_mask),      \
  entry(OUROBOROS_SELECT, tile_select),                        \
  entry(OUROBOROS_MULTIPLY_ADD, tile_multiply_add)

const struct numeric_kernels KERNEL(numeric_kernels) = {
    .flat = {
        ENTRY(OUROBOROS_NEGATE, tile_negate),
        ENTRY(OUROBOROS_ABSOLUTE, tile_absolute),
        ENTRY(OUROBOROS_SIGN, tile_sign),
        ENTRY(OUROBOROS_EXP, tile_exp),
        ENTRY(OUROBOROS_LOG, tile_log),
        ENTRY(OUROBOROS_LOG1P, tile_log1p),
        ENTRY(OUROBOROS_SQRT, tile_sqrt),
        ENTRY(OUROBOROS_RSQRT, tile_rsqrt),
        ENTRY(OUROBOROS_RECIPROCAL, tile_reciprocal),
        ENTRY(OUROBOROS_TANH, tile_tanh),
        ENTRY(OUROBOROS_SIGMOID, tile_sigmoid),
        ENTRY(OUROBOROS_SOFTPLUS, tile_softplus),
        ENTRY(OUROBOROS_ERF, tile_erf),
        ENTRY(OUROBOROS_SIN, tile_sin),
        ENTRY(OUROBOROS_COS, tile_cos),
        ENTRY(OUROBOROS_FLOOR, tile_floor),
        ENTRY(OUROBOROS_SQUARE, tile_square),
        ENTRY(OUROBOROS_RELU, tile_relu),
        ENTRY(OUROBOROS_LEAKY_RELU, tile_leaky_relu),
        ENTRY(OUROBOROS_IS_NAN, tile_is_nan),
        SHAPED_ENTRIES(ENTRY),
    },
    .rows = {SHAPED_ENTRIES(ROWS_ENTRY)},
    .sum = KERNEL(sum),
    .maximum = KERNEL(maximum),
    .row_sums = KERNEL(row_sums),
    .row_maxima = KERNEL(row_maxima),
    .add_rows = KERNEL(add_rows),
    .raise_to_rows = KERNEL(raise_to_rows),
    .add_to_totals = KERNEL(add_to_totals),
    .load_plane = KERNEL(load_plane),
    .store_plane = KERNEL(store_plane),
    .transpose = KERNEL(transpose),
    .sgd = KERNEL(sgd),
    .rmsprop = KERNEL(rmsprop),
    .adam = KERNEL(adam),
    .moving_average = KERNEL(moving_average),
    .clip = KERNEL(clip),
    .scale = KERNEL(scale),
    .fill = KERNEL(fill),
    .add = KERNEL(add),
    .sum_of_squares = KERNEL(sum_of_squares),
    .all_finite = KERNEL(all_finite),
};
