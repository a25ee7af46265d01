// The elementwise instructions of tile programs. Each has a function for elements in a row (every
// source either advances or stands) and, where two sources can differ in shape, one for rows of which
// some sources hold one number each. Included after vector_special.h.

INLINE vec one_where(vec_int mask) { return (vec)(mask & (vec_int)splat(1.0f)); }

INLINE vec load_source(const float *pointer, size_t step, size_t count) {
  return step == 0 ? LOAD(pointer) : load_part(pointer, count);
}

#define UNARY(name, expression)                                            \
  WIDE static void KERNEL(name)(const struct tile_call *call) {            \
    const float immediate = call->immediate;                               \
    const float *source = call->sources[0];                                \
    float *result = call->result;                                          \
    (void)immediate;                                                       \
    size_t i = 0;                                                          \
    for (; i + LANES <= call->count; i += LANES) {                         \
      vec a = LOAD(source + i);                                            \
      STORE(result + i, (expression));                                     \
    }                                                                      \
    if (i < call->count) {                                                 \
      vec a = load_part(source + i, call->count - i);                      \
      store_part(result + i, (expression), call->count - i);               \
    }                                                                      \
  }

/// One row of a function of two sources, of which one is a number held in a register.
#define ROW_LOOP(load_a, load_b, part_a, part_b, expression)              \
  for (size_t row = 0; row < call->rows; row++) {                          \
    const vec number = splat(numbers[row]);                                \
    size_t i = 0;                                                          \
    for (; i + LANES <= columns; i += LANES) {                             \
      vec a = load_a, b = load_b;                                          \
      STORE(result + i, (expression));                                     \
    }                                                                      \
    if (i < columns) {                                                     \
      vec a = part_a, b = part_b;                                          \
      store_part(result + i, (expression), columns - i);                   \
    }                                                                      \
    result += columns;                                                     \
    block += columns;                                                      \
  }

/// Two sources, the first or the second with one number for each row.
#define BINARY_ROWS(name, expression)                                      \
  WIDE static void KERNEL(name##_rows)(const struct tile_call *call) {     \
    const float immediate = call->immediate;                               \
    const size_t columns = call->count;                                    \
    const int first = call->row_values == 1;                               \
    const float *numbers = call->sources[first ? 0 : 1];                   \
    const float *block = call->sources[first ? 1 : 0];                     \
    float *result = call->result;                                          \
    (void)immediate;                                                       \
    if (first) {                                                           \
      ROW_LOOP(number, LOAD(block + i), number, load_part(block + i, columns - i), expression) \
    } else {                                                               \
      ROW_LOOP(LOAD(block + i), number, load_part(block + i, columns - i), number, expression) \
    }                                                                      \
  }

/// Three sources: line by line, with the numbers of the row spread over vectors in memory.
#define TERNARY_ROWS(name)                                                 \
  WIDE static void KERNEL(name##_rows)(const struct tile_call *call) {     \
    float spread[3][LANES];                                                \
    struct tile_call line = *call;                                         \
    for (int k = 0; k < 3; k++)                                            \
      if (call->row_values >> k & 1) {                                     \
        line.sources[k] = spread[k];                                       \
        line.steps[k] = 0;                                                 \
      }                                                                    \
    for (size_t row = 0; row < call->rows; row++) {                        \
      for (int k = 0; k < 3; k++) {                                        \
        if (call->row_values >> k & 1) {                                   \
          STORE(spread[k], splat(call->sources[k][row]));                  \
        } else if (call->steps[k] != 0) {                                  \
          line.sources[k] = call->sources[k] + row * call->count;          \
        }                                                                  \
      }                                                                    \
      line.result = call->result + row * call->count;                      \
      name##_line(&line);                                                  \
    }                                                                      \
  }

#define BINARY(name, expression)                                           \
  INLINE void name##_line(const struct tile_call *call) {                  \
    const float immediate = call->immediate;                               \
    const float *first = call->sources[0], *second = call->sources[1];     \
    float *result = call->result;                                          \
    size_t rest = call->count;                                             \
    (void)immediate;                                                       \
    for (; rest >= LANES; rest -= LANES) {                                 \
      vec a = LOAD(first), b = LOAD(second);                               \
      STORE(result, (expression));                                         \
      first += call->steps[0];                                             \
      second += call->steps[1];                                            \
      result += LANES;                                                     \
    }                                                                      \
    if (rest > 0) {                                                        \
      vec a = load_source(first, call->steps[0], rest);                    \
      vec b = load_source(second, call->steps[1], rest);                   \
      store_part(result, (expression), rest);                              \
    }                                                                      \
  }                                                                        \
  WIDE static void KERNEL(name)(const struct tile_call *call) {            \
    const struct tile_call own = *call;                                    \
    name##_line(&own);                                                     \
  }                                                                        \
  BINARY_ROWS(name, expression)

#define TERNARY(name, expression)                                          \
  INLINE void name##_line(const struct tile_call *call) {                  \
    const float *first = call->sources[0], *second = call->sources[1];     \
    const float *third = call->sources[2];                                 \
    float *result = call->result;                                          \
    size_t rest = call->count;                                             \
    for (; rest >= LANES; rest -= LANES) {                                 \
      vec a = LOAD(first), b = LOAD(second), c = LOAD(third);              \
      STORE(result, (expression));                                         \
      first += call->steps[0];                                             \
      second += call->steps[1];                                            \
      third += call->steps[2];                                             \
      result += LANES;                                                     \
    }                                                                      \
    if (rest > 0) {                                                        \
      vec a = load_source(first, call->steps[0], rest);                    \
      vec b = load_source(second, call->steps[1], rest);                   \
      vec c = load_source(third, call->steps[2], rest);                    \
      store_part(result, (expression), rest);                              \
    }                                                                      \
  }                                                                        \
  WIDE static void KERNEL(name)(const struct tile_call *call) {            \
    const struct tile_call own = *call;                                    \
    name##_line(&own);                                                     \
  }                                                                        \
  TERNARY_ROWS(name)

UNARY(tile_negate, -a)
UNARY(tile_absolute, absolute(a))
UNARY(tile_sign, choose(a != a, a, one_where(a > 0.0f) - one_where(a < 0.0f)))
UNARY(tile_exp, exponential(a))
UNARY(tile_log, logarithm(a))
UNARY(tile_log1p, logarithm_of_one_plus(a))
UNARY(tile_sqrt, root(a))
UNARY(tile_rsqrt, 1.0f / root(a))
UNARY(tile_reciprocal, 1.0f / a)
UNARY(tile_tanh, hyperbolic_tangent(a))
UNARY(tile_sigmoid, sigmoid(a))
UNARY(tile_softplus, softplus(a))
UNARY(tile_erf, error_function(a))
UNARY(tile_sin, sine(a))
UNARY(tile_cos, cosine(a))
UNARY(tile_floor, floor_of(a))
UNARY(tile_square, a * a)
UNARY(tile_relu, at_least(a, 0.0f))
UNARY(tile_leaky_relu, choose(a > 0.0f, a, a * immediate))
UNARY(tile_is_nan, one_where(a != a))
BINARY(tile_add, a + b)
BINARY(tile_subtract, a - b)
BINARY(tile_multiply, a * b)
BINARY(tile_divide, a / b)
BINARY(tile_maximum, maximum(a, b))
BINARY(tile_minimum, minimum(a, b))
BINARY(tile_power, power(a, b))
BINARY(tile_less, one_where(a < b))
BINARY(tile_less_equal, one_where(a <= b))
BINARY(tile_equal, one_where(a == b))
BINARY(tile_not_equal, one_where(a != b))
BINARY(tile_greater, one_where(a > b))
BINARY(tile_greater_equal, one_where(a >= b))
BINARY(tile_relu_mask, choose(a > 0.0f, b, (vec){0}))
BINARY(tile_leaky_relu_mask, choose(a > 0.0f, b, b * immediate))
TERNARY(tile_select, choose(a != 0.0f, b, c))
TERNARY(tile_multiply_add, a * b + c)
