// Checks every operation of the oneDNN shim against sums in double, whichever version of the library
// it was built with. Prints one line per failed case and the worst one; exits 1 when any failed.
//
//     usage: onednn_test [sse41|avx2|avx512|bf16|amx|any]
//
// With ONEDNN_TEST_VERBOSE set, the implementation that each case got.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onednn_shim.h"

static int failures = 0, cases = 0, references = 0;
static double worst = 0;  // largest error / bound

// -- Numbers ---------------------------------------------------------------------------

static uint32_t state = 1;

static float uniform(void) {  // in [-1, 1); xorshift32 (Marsaglia 2003)
  state ^= state << 13, state ^= state >> 17, state ^= state << 5;
  return (float)(int32_t)state / 2147483648.0f;
}

static float bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  bits = (bits + 0x7fffu + ((bits >> 16) & 1u)) & 0xffff0000u;
  memcpy(&value, &bits, 4);
  return value;
}

static void *allocate(size_t bytes) {
  void *block = aligned_alloc(64, (bytes + 127) / 64 * 64);
  if (block == NULL) exit(2);
  return block;
}

static float *random_array(int64_t count) {
  float *array = allocate((size_t)count * sizeof(float));
  for (int64_t i = 0; i < count; i++) array[i] = uniform();
  return array;
}

/// What the operation reads: the numbers themselves, or their bf16 halves.
static void *stored(const float *values, int64_t count, onednn_type type) {
  if (type == ONEDNN_F32) {
    float *copy = allocate((size_t)count * sizeof(float));
    memcpy(copy, values, (size_t)count * sizeof(float));
    return copy;
  }
  uint16_t *halves = allocate((size_t)count * sizeof(uint16_t));
  for (int64_t i = 0; i < count; i++) {
    float rounded = bf16(values[i]);
    uint32_t bits;
    memcpy(&bits, &rounded, 4);
    halves[i] = (uint16_t)(bits >> 16);
  }
  return halves;
}

static double operand(float value, onednn_type precision, onednn_type type) {
  return precision == ONEDNN_BF16 || type == ONEDNN_BF16 ? bf16(value) : value;
}

static double activate(double value, onednn_activation activation, float slope) {
  if (value >= 0 || activation == ONEDNN_IDENTITY) return value;
  return activation == ONEDNN_RELU ? 0 : value * slope;
}

// -- Comparison ------------------------------------------------------------------------

/// The error of a float sum grows with the sum of absolute terms (Higham 2002, section 4.2).
static void compare(const char *name, const char *what, const float *actual, const double *expected,
                    const double *absolute, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    double bound = 3e-6 * absolute[i] + 1e-6;
    double ratio = fabs(actual[i] - expected[i]) / bound;
    if (ratio > worst) worst = ratio;
    if (!(ratio <= 1)) {
      printf("FAIL %s: %s[%lld] is %.9g, expected %.9g\n", name, what, (long long)i, actual[i],
             expected[i]);
      failures++;
      return;
    }
  }
}

static int require(int status, const char *name) {
  if (status == ONEDNN_SUCCESS) return 1;
  printf("FAIL %s: %s\n", name, onednn_last_error());
  failures++;
  return 0;
}

/// Packs when asked, executes as often as said, frees. Returns whether there is a result.
static int perform(onednn_operation *operation, const char *name, int packed, int executions,
                   const void *first, const void *second, float *result, float *bias) {
  void *scratch = allocate(onednn_scratch_bytes(operation));
  void *weights = packed ? allocate(onednn_packed_bytes(operation)) : NULL;
  int done = !packed || require(onednn_pack(operation, second, weights, scratch), name);
  for (int i = 0; done && i < executions; i++) {
    done = require(
        onednn_execute(operation, first, packed ? weights : second, result, bias, scratch), name);
  }
  const char *implementation = onednn_implementation(operation);
  if (getenv("ONEDNN_TEST_VERBOSE") != NULL) printf("%s: %s\n", implementation, name);
  if (strncmp(implementation, "ref", 3) == 0) references++;
  free(weights);
  free(scratch);
  return done;
}

// -- Convolutions ----------------------------------------------------------------------

static void reference(const onednn_convolution *c, const float *input, const float *weights,
                      const float *output, double *sums, double *absolute, double *bias) {
  int64_t I = c->input_channels / c->groups, O = c->output_channels / c->groups;
  onednn_type p = c->precision;
  for (int64_t n = 0; n < c->batch; n++)
  for (int64_t h = 0; h < c->output_height; h++)
  for (int64_t w = 0; w < c->output_width; w++)
  for (int64_t o = 0; o < c->output_channels; o++) {
    int64_t y = ((n * c->output_height + h) * c->output_width + w) * c->output_channels + o;
    if (c->direction == ONEDNN_BACKWARD_WEIGHTS && bias != NULL) bias[o] += operand(output[y], p, c->second_type);
    for (int64_t u = 0; u < c->kernel_height; u++)
    for (int64_t v = 0; v < c->kernel_width; v++) {
      int64_t row = h * c->stride_height - c->padding_top + u * c->dilation_height;
      int64_t column = w * c->stride_width - c->padding_left + v * c->dilation_width;
      if (row < 0 || row >= c->input_height || column < 0 || column >= c->input_width) continue;
      for (int64_t i = 0; i < I; i++) {
        int64_t x = ((n * c->input_height + row) * c->input_width + column) * c->input_channels +
                    o / O * I + i;
        int64_t k = ((o * c->kernel_height + u) * c->kernel_width + v) * I + i;
        double term;
        int64_t at;
        switch (c->direction) {
          case ONEDNN_FORWARD:
            term = operand(input[x], p, c->first_type) * operand(weights[k], p, c->second_type);
            at = y;
            break;
          case ONEDNN_BACKWARD_DATA:
            term = operand(output[y], p, c->first_type) * operand(weights[k], p, c->second_type);
            at = x;
            break;
          default:
            term = operand(input[x], p, c->first_type) * operand(output[y], p, c->second_type);
            at = k;
        }
        sums[at] += term;
        absolute[at] += fabs(term);
      }
    }
  }
}

static void check_convolution(onednn_convolution c) {
  char name[200];
  snprintf(name, sizeof name,
           "convolution direction %d %lld×%lld×%lld×%lld → %lld×%lld×%lld kernel %lld×%lld groups "
           "%lld dilation %lld %s packed %d bias %d types %d %d",
           (int)c.direction, (long long)c.batch, (long long)c.input_height, (long long)c.input_width,
           (long long)c.input_channels, (long long)c.output_height, (long long)c.output_width,
           (long long)c.output_channels, (long long)c.kernel_height, (long long)c.kernel_width,
           (long long)c.groups, (long long)c.dilation_height,
           c.precision == ONEDNN_BF16 ? "bf16" : "f32", c.packed, c.bias, (int)c.first_type,
           (int)c.second_type);
  cases++;
  int64_t inputs = c.batch * c.input_height * c.input_width * c.input_channels;
  int64_t outputs = c.batch * c.output_height * c.output_width * c.output_channels;
  int64_t parameters =
      c.output_channels * c.kernel_height * c.kernel_width * c.input_channels / c.groups;
  float *input = random_array(inputs), *weights = random_array(parameters),
        *output = random_array(outputs), *bias = random_array(c.output_channels);
  int64_t counts[3] = {outputs, inputs, parameters};
  int64_t count = counts[c.direction];
  const float *firsts[3] = {input, output, input}, *seconds[3] = {weights, weights, output};
  int64_t first_counts[3] = {inputs, outputs, inputs};
  int64_t second_counts[3] = {parameters, parameters, outputs};
  double *expected = calloc((size_t)count, sizeof(double)),
         *absolute = calloc((size_t)count, sizeof(double)),
         *bias_sums = calloc((size_t)c.output_channels, sizeof(double));
  reference(&c, input, weights, output, expected, absolute, c.bias ? bias_sums : NULL);
  if (c.direction == ONEDNN_FORWARD) {
    for (int64_t i = 0; i < count; i++) {
      if (c.bias) expected[i] += bias[i % c.output_channels];
      expected[i] = activate(expected[i], c.activation, c.activation_slope);
    }
  }
  float *result = allocate((size_t)count * sizeof(float));
  memset(result, 0xff, (size_t)count * sizeof(float));
  void *first = stored(firsts[c.direction], first_counts[c.direction], c.first_type);
  void *second = stored(seconds[c.direction], second_counts[c.direction], c.second_type);
  onednn_operation *operation = NULL;
  if (require(onednn_create_convolution(&c, &operation), name) &&
      perform(operation, name, c.packed, 2, first, second, result, c.bias ? bias : NULL)) {
    compare(name, "result", result, expected, absolute, count);
    if (c.direction == ONEDNN_BACKWARD_WEIGHTS && c.bias) {
      double *bound = calloc((size_t)c.output_channels, sizeof(double));
      for (int64_t o = 0; o < c.output_channels; o++) bound[o] = (double)outputs / c.output_channels;
      compare(name, "bias", bias, bias_sums, bound, c.output_channels);
      free(bound);
    }
  }
  onednn_destroy(operation);
  free(input), free(weights), free(output), free(bias), free(expected), free(absolute);
  free(bias_sums), free(result), free(first), free(second);
}

static int64_t extent(int64_t input, int64_t kernel, int64_t stride, int64_t dilation,
                      int64_t before, int64_t after) {
  return (input + before + after - (kernel - 1) * dilation - 1) / stride + 1;
}

static void check_convolutions(void) {
  // batch, h, w, c, o, kernel h, w, stride h, w, dilation h, w, top, left, bottom, right, groups
  static const int64_t table[][16] = {
      {2, 28, 28, 1, 64, 4, 4, 2, 2, 1, 1, 1, 1, 1, 1, 1},    // critic, first
      {2, 14, 14, 64, 128, 4, 4, 2, 2, 1, 1, 1, 1, 1, 1, 1},  // critic, second
      {2, 9, 9, 32, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},     // residual block
      {1, 9, 9, 1, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
      {2, 7, 7, 64, 10, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1},     // dense
      {2, 11, 8, 5, 7, 3, 2, 2, 1, 1, 1, 1, 0, 0, 2, 1},      // all sizes odd, asymmetric padding
      {1, 13, 12, 6, 4, 3, 3, 1, 1, 2, 3, 2, 0, 1, 3, 1},     // dilated
      {2, 10, 9, 8, 12, 3, 3, 1, 2, 1, 1, 1, 1, 1, 1, 4},     // grouped
      {2, 8, 8, 32, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 2},     // grouped, full vectors
      {1, 9, 9, 16, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 16},    // depthwise
      {1, 9, 7, 6, 12, 3, 3, 2, 2, 2, 1, 2, 1, 3, 0, 3},      // all at once
  };
  for (size_t row = 0; row < sizeof table / sizeof table[0]; row++)
  for (int direction = 0; direction < 3; direction++)
  for (int variant = 0; variant < 4; variant++) {  // f32, f32 packed, bf16, bf16 packed
    const int64_t *t = table[row];
    int packed = variant % 2;
    onednn_convolution c = {
        .direction = (onednn_direction)direction, .batch = t[0], .input_height = t[1],
        .input_width = t[2], .input_channels = t[3], .output_channels = t[4],
        .output_height = extent(t[1], t[5], t[7], t[9], t[11], t[13]),
        .output_width = extent(t[2], t[6], t[8], t[10], t[12], t[14]),
        .kernel_height = t[5], .kernel_width = t[6], .stride_height = t[7], .stride_width = t[8],
        .dilation_height = t[9], .dilation_width = t[10], .padding_top = t[11],
        .padding_left = t[12], .padding_bottom = t[13], .padding_right = t[14], .groups = t[15],
        .precision = variant / 2 == 1 ? ONEDNN_BF16 : ONEDNN_F32,
        .packed = packed && direction != ONEDNN_BACKWARD_WEIGHTS,
        .bias = packed && direction != ONEDNN_BACKWARD_DATA,
        .activation = direction != ONEDNN_FORWARD ? ONEDNN_IDENTITY
                      : variant == 1 ? ONEDNN_LEAKY_RELU : variant == 3 ? ONEDNN_RELU
                                                                        : ONEDNN_IDENTITY,
        .activation_slope = 0.2f,
    };
    check_convolution(c);
    if (variant == 2) {  // the same numbers, already stored in halves
      c.first_type = ONEDNN_BF16;
      check_convolution(c);
      c.second_type = ONEDNN_BF16;
      check_convolution(c);
    }
  }
}

// -- Products --------------------------------------------------------------------------

static void check_product(int64_t batch, int64_t m, int64_t n, int64_t k, int a_transposed,
                          int b_transposed, int shared_b, int gap, onednn_type precision,
                          onednn_type stored_type, int packed, int bias, int accumulate,
                          onednn_activation activation) {
  char name[200];
  snprintf(name, sizeof name,
           "product %lld of %lld×%lld×%lld transposed %d %d shared %d gap %d %s stored %d packed %d "
           "bias %d accumulate %d activation %d",
           (long long)batch, (long long)m, (long long)n, (long long)k, a_transposed, b_transposed,
           shared_b, gap, precision == ONEDNN_BF16 ? "bf16" : "f32", (int)stored_type, packed, bias,
           accumulate, (int)activation);
  cases++;
  int64_t a_width = (a_transposed ? m : k) + gap, b_width = (b_transposed ? k : n) + gap;
  int64_t a_size = (a_transposed ? k : m) * a_width, b_size = (b_transposed ? n : k) * b_width;
  int64_t c_width = n + gap, c_size = m * c_width;
  onednn_product p = {
      .batch = batch, .m = m, .n = n, .k = k,
      .a_batch_stride = a_size, .a_row_stride = a_transposed ? 1 : a_width,
      .a_column_stride = a_transposed ? a_width : 1,
      .b_batch_stride = shared_b ? 0 : b_size, .b_row_stride = b_transposed ? 1 : b_width,
      .b_column_stride = b_transposed ? b_width : 1,
      .c_batch_stride = c_size, .c_row_stride = c_width,
      .precision = precision, .first_type = stored_type, .second_type = stored_type,
      .packed = packed, .bias = bias, .accumulate = accumulate, .activation = activation,
      .activation_slope = 0.2f,
  };
  float *a = random_array(batch * a_size), *b = random_array(batch * b_size);
  float *result = random_array(batch * c_size), *biases = random_array(n);
  double *expected = calloc((size_t)(batch * c_size), sizeof(double)),
         *absolute = calloc((size_t)(batch * c_size), sizeof(double));
  for (int64_t z = 0; z < batch; z++)
  for (int64_t i = 0; i < m; i++)
  for (int64_t j = 0; j < c_width; j++) {
    int64_t at = z * c_size + i * c_width + j;
    if (j >= n) {
      expected[at] = result[at];  // gaps stay as they are
      continue;
    }
    double sum = 0;
    for (int64_t l = 0; l < k; l++) {
      double x = operand(a[z * a_size + i * p.a_row_stride + l * p.a_column_stride], precision,
                         stored_type);
      double y = operand(b[z * p.b_batch_stride + l * p.b_row_stride + j * p.b_column_stride],
                         precision, stored_type);
      sum += x * y;
      absolute[at] += fabs(x * y);
    }
    if (bias) sum += biases[j];
    if (accumulate) sum += result[at];
    expected[at] = activate(sum, activation, p.activation_slope);
  }
  void *first = stored(a, batch * a_size, stored_type);
  void *second = stored(b, batch * b_size, stored_type);
  onednn_operation *operation = NULL;
  if (require(onednn_create_product(&p, &operation), name) &&
      perform(operation, name, packed, accumulate ? 1 : 2, first, second, result,
              bias ? biases : NULL)) {
    compare(name, "result", result, expected, absolute, batch * c_size);
  }
  onednn_destroy(operation);
  free(a), free(b), free(result), free(biases), free(expected), free(absolute);
  free(first), free(second);
}

static void check_products(void) {
  static const int64_t sizes[][3] = {{1, 1, 1}, {1, 40, 7}, {37, 1, 19}, {5, 3, 1},
                                     {64, 48, 96}, {33, 65, 130}, {128, 40, 784}};
  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
  for (int transposed = 0; transposed < 4; transposed++)
  for (int precision = 0; precision < 2; precision++)
  for (int packed = 0; packed < 2; packed++) {
    const int64_t *z = sizes[s];
    onednn_type type = precision ? ONEDNN_BF16 : ONEDNN_F32;
    int at = transposed & 1, bt = transposed >> 1;
    check_product(1, z[0], z[1], z[2], at, bt, 0, 0, type, ONEDNN_F32, packed, 0, 0, ONEDNN_IDENTITY);
    check_product(1, z[0], z[1], z[2], at, bt, 0, 3, type, ONEDNN_F32, packed, 1, 0, ONEDNN_RELU);
    check_product(1, z[0], z[1], z[2], at, bt, 0, 0, type, ONEDNN_F32, packed, 1, 1, ONEDNN_LEAKY_RELU);
    check_product(3, z[0], z[1], z[2], at, bt, 0, 0, type, ONEDNN_F32, packed, 0, 0, ONEDNN_IDENTITY);
    check_product(3, z[0], z[1], z[2], at, bt, 1, 2, type, ONEDNN_F32, packed, 1, 0, ONEDNN_LEAKY_RELU);
    check_product(1, z[0], z[1], z[2], at, bt, 0, 0, type, ONEDNN_BF16, packed, 1, 0, ONEDNN_RELU);
  }
}

// -- Refusals --------------------------------------------------------------------------

static void check_refused(int status, const char *text) {
  cases++;
  if (status != ONEDNN_SUCCESS && strstr(onednn_last_error(), text) != NULL) return;
  printf("FAIL status %d, \"%s\" does not say \"%s\"\n", status, onednn_last_error(), text);
  failures++;
}

static void check_refusals(void) {
  onednn_convolution c = {.batch = 1, .input_height = 8, .input_width = 8, .input_channels = 3,
                          .output_height = 8, .output_width = 7, .output_channels = 4,
                          .kernel_height = 3, .kernel_width = 3, .stride_height = 1,
                          .stride_width = 1, .dilation_height = 1, .dilation_width = 1,
                          .padding_top = 1, .padding_left = 1, .padding_bottom = 1,
                          .padding_right = 1, .groups = 1};
  onednn_operation *operation = NULL;
  check_refused(onednn_create_convolution(&c, &operation), "width");
  c.output_width = 8, c.groups = 2;
  check_refused(onednn_create_convolution(&c, &operation), "groups");
  c.groups = 1, c.batch = 0;
  check_refused(onednn_create_convolution(&c, &operation), "batch");
  c.batch = 1, c.direction = ONEDNN_BACKWARD_DATA, c.bias = 1;
  check_refused(onednn_create_convolution(&c, &operation), "bias");
  onednn_product p = {.batch = 1, .m = 4, .n = 5, .k = 6, .a_row_stride = 6, .a_column_stride = 2,
                      .b_row_stride = 5, .b_column_stride = 1, .c_row_stride = 5};
  check_refused(onednn_create_product(&p, &operation), "strides");
  p.a_column_stride = 1;
  if (!require(onednn_create_product(&p, &operation), "product")) return;
  float one[64] = {0};
  check_refused(onednn_pack(operation, one, one, one), "plain");
  check_refused(onednn_execute(operation, one, one, one, one, one), "bias");
  check_refused(onednn_limit_isa(ONEDNN_ISA_AVX2), "dnnl_set_max_cpu_isa");
  onednn_destroy(operation);
  onednn_destroy(NULL);
}

// -- Preferences -----------------------------------------------------------------------

/// The name of the implementation that a forward convolution gets.
static void implementation_of(const char *preferred, char name[96]) {
  onednn_convolution c = {.batch = 2, .input_height = 8, .input_width = 8, .input_channels = 32,
                          .output_height = 8, .output_width = 8, .output_channels = 32,
                          .kernel_height = 3, .kernel_width = 3, .stride_height = 1,
                          .stride_width = 1, .dilation_height = 1, .dilation_width = 1,
                          .padding_top = 1, .padding_left = 1, .padding_bottom = 1,
                          .padding_right = 1, .groups = 1, .preferred = preferred};
  onednn_operation *operation = NULL;
  name[0] = 0;
  if (!require(onednn_create_convolution(&c, &operation), "preference")) return;
  snprintf(name, 96, "%s", onednn_implementation(operation));
  onednn_destroy(operation);
}

static void check_preferences(void) {
  char first[96], wanted[96], absent[96], again[96];
  implementation_of(NULL, first);
  implementation_of("x64:gemm", wanted);
  implementation_of("no such", absent);
  implementation_of("x64:gemm", again);
  cases++;
  if (strncmp(wanted, "x64:gemm", 8) == 0 && strcmp(absent, first) == 0 &&
      strcmp(again, wanted) == 0) {
    return;
  }
  printf("FAIL preference: %s; preferred %s, then %s; absent %s\n", first, wanted, again, absent);
  failures++;
}

int main(int argument_count, char **arguments) {
  static const char *const names[] = {"sse41", "avx2", "avx512", "bf16", "amx", "any"};
  for (int i = 0; argument_count > 1 && i < 5; i++) {
    if (strcmp(arguments[1], names[i]) == 0 && !require(onednn_limit_isa((onednn_isa)i), "limit")) {
      return 1;
    }
  }
  printf("oneDNN %s, interface %d, %s, %s, bf16 %s\n", onednn_version(), onednn_interface_version(),
         onednn_runtime(), onednn_isa_name(), onednn_has_bf16() ? "yes" : "by f32");
  check_convolutions();
  check_products();
  check_preferences();
  check_refusals();
  printf("%d cases, %d failures, worst error %.2f of its bound, %d by reference code\n", cases,
         failures, worst, references);
  return failures == 0 ? 0 : 1;
}
