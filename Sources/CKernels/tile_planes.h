// Rectangles of arrays to and from the buffers of tile programs, and transpositions.

/// An element of any type as a float.
INLINE float element_of(const void *pointer, int64_t index, int type) {
  if (type == OUROBOROS_F32) return ((const float *)pointer)[index];
  if (type == OUROBOROS_I32) return (float)((const int32_t *)pointer)[index];
  const uint32_t bits = (uint32_t)((const uint16_t *)pointer)[index] << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

/// Rounded to nearest, ties to even; NaN stays NaN.
INLINE uint16_t bfloat_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  if (value != value) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/// Truncated; INT32_MIN for NaN and what does not fit, as the processor's instruction.
INLINE int32_t integer_of(float value) {
  return value >= -0x1p31f && value < 0x1p31f ? (int32_t)value : INT32_MIN;
}

INLINE void set_element(void *pointer, int64_t index, int type, float value) {
  if (type == OUROBOROS_F32) ((float *)pointer)[index] = value;
  else if (type == OUROBOROS_I32) ((int32_t *)pointer)[index] = integer_of(value);
  else ((uint16_t *)pointer)[index] = bfloat_of(value);
}

INLINE int64_t bytes_of(int type) { return type == OUROBOROS_BF16 ? 2 : 4; }

enum { SQUARE = 64 };

/// The transpose of 16 vectors of 16.
INLINE void transpose_vectors(vec a[16]) {
  vec b[16];
#define INTERLEAVE(x, y) __builtin_shufflevector( \
    x, y, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define INTERLEAVE_HIGH(x, y) __builtin_shufflevector( \
    x, y, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define PAIRS(x, y) __builtin_shufflevector( \
    x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define PAIRS_HIGH(x, y) __builtin_shufflevector( \
    x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 2) {
    b[i] = INTERLEAVE(a[i], a[i + 1]);
    b[i + 1] = INTERLEAVE_HIGH(a[i], a[i + 1]);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 4) {
    a[i] = PAIRS(b[i], b[i + 2]);
    a[i + 1] = PAIRS_HIGH(b[i], b[i + 2]);
    a[i + 2] = PAIRS(b[i + 1], b[i + 3]);
    a[i + 3] = PAIRS_HIGH(b[i + 1], b[i + 3]);
  }
  // a[4g + j], quarter q: elements (4g … 4g + 3, 4q + j).
#define EVEN_QUARTERS(x, y) __builtin_shufflevector( \
    x, y, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
#define ODD_QUARTERS(x, y) __builtin_shufflevector( \
    x, y, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
#define HALVES(x, y) __builtin_shufflevector( \
    x, y, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
#define HALVES_HIGH(x, y) __builtin_shufflevector( \
    x, y, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
#pragma clang loop unroll(full)
  for (int j = 0; j < 4; j++) {
    const vec low01 = EVEN_QUARTERS(a[j], a[4 + j]), high01 = ODD_QUARTERS(a[j], a[4 + j]);
    const vec low23 = EVEN_QUARTERS(a[8 + j], a[12 + j]), high23 = ODD_QUARTERS(a[8 + j], a[12 + j]);
    b[j] = HALVES(low01, low23);
    b[4 + j] = HALVES_HIGH(low01, low23);
    b[8 + j] = HALVES(high01, high23);
    b[12 + j] = HALVES_HIGH(high01, high23);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) a[i] = b[i];
#undef INTERLEAVE
#undef INTERLEAVE_HIGH
#undef PAIRS
#undef PAIRS_HIGH
#undef EVEN_QUARTERS
#undef ODD_QUARTERS
#undef HALVES
#undef HALVES_HIGH
}

/// The transpose of a 16×16 block.
INLINE void transpose_block(const float *source, int64_t source_pitch, float *target,
                            int64_t target_pitch) {
  vec a[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) a[i] = LOAD(source + i * source_pitch);
  transpose_vectors(a);
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) STORE(target + i * target_pitch, a[i]);
}

/// The transpose of a block of at most 16 rows and 16 columns.
INLINE void transpose_part(const float *source, int64_t source_pitch, float *target,
                           int64_t target_pitch, size_t rows, size_t columns) {
  if (rows < 4 || columns < 4) {
    for (size_t j = 0; j < columns; j++)
      for (size_t i = 0; i < rows; i++)
        target[(int64_t)j * target_pitch + (int64_t)i] = source[(int64_t)i * source_pitch + (int64_t)j];
    return;
  }
  vec a[16];
  for (size_t i = 0; i < 16; i++)
    a[i] = i >= rows ? (vec){0}
        : columns == 16 ? LOAD(source + (int64_t)i * source_pitch)
                        : load_part(source + (int64_t)i * source_pitch, columns);
  transpose_vectors(a);
  for (size_t j = 0; j < columns; j++) {
    if (rows == 16) STORE(target + (int64_t)j * target_pitch, a[j]);
    else store_part(target + (int64_t)j * target_pitch, a[j], rows);
  }
}

/// target [columns × rows] = the transpose of source [rows × columns], elements of 2 or 4 bytes. In
/// squares of 64, so that lines and pages of both sides are used while they are at hand.
WIDE static void KERNEL(transpose)(int element_bytes, const void *source, int64_t source_pitch,
                                   void *target, int64_t target_pitch, size_t rows, size_t columns) {
  if (element_bytes == 2) {
    const uint16_t *from = source;
    uint16_t *to = target;
    for (size_t top = 0; top < rows; top += 32)
      for (size_t j = 0; j < columns; j++)
        for (size_t i = top; i < rows && i < top + 32; i++)
          to[(int64_t)j * target_pitch + (int64_t)i] = from[(int64_t)i * source_pitch + (int64_t)j];
    return;
  }
  for (size_t top = 0; top < rows; top += SQUARE)
    for (size_t left = 0; left < columns; left += SQUARE)
      for (size_t j = left; j < columns && j < left + SQUARE; j += 16)
        for (size_t i = top; i < rows && i < top + SQUARE; i += 16) {
          const float *from = (const float *)source + (int64_t)i * source_pitch + (int64_t)j;
          float *to = (float *)target + (int64_t)j * target_pitch + (int64_t)i;
          const size_t height = rows - i < 16 ? rows - i : 16, width = columns - j < 16 ? columns - j : 16;
          if (height == 16 && width == 16)
            transpose_block(from, source_pitch, to, target_pitch);
          else transpose_part(from, source_pitch, to, target_pitch, height, width);
        }
}

/// `count` consecutive elements as floats.
INLINE void load_line(const void *from, int type, size_t count, float *out) {
  size_t i = 0;
  if (type == OUROBOROS_F32) {
    for (; i + LANES <= count; i += LANES) STORE(out + i, LOAD((const float *)from + i));
    if (i < count) store_part(out + i, load_part((const float *)from + i, count - i), count - i);
  } else {
    for (; i < count; i++) out[i] = element_of(from, (int64_t)i, type);
  }
}

/// out [rows × columns], contiguous.
WIDE static void KERNEL(load_plane)(struct plane source, size_t rows, size_t columns, float *out) {
  const int type = source.type;
  if (type == OUROBOROS_F32 && source.row == 1 && source.column != 1 && rows > 1) {
    KERNEL(transpose)(4, source.pointer, source.column, out, (int64_t)columns, columns, rows);
    return;
  }
  for (size_t row = 0; row < rows; row++, out += columns) {
    const char *from =
        (const char *)source.pointer + (int64_t)row * source.row * bytes_of(type);
    if (source.column == 1) {
      load_line(from, type, columns, out);
    } else if (source.column == 0) {
      const float value = element_of(from, 0, type);
      for (size_t j = 0; j < columns; j++) out[j] = value;
    } else {
      for (size_t j = 0; j < columns; j++)
        out[j] = element_of(from, (int64_t)j * source.column, type);
    }
  }
}

/// target = source, a plane of floats.
WIDE static void KERNEL(store_plane)(
    struct plane source, struct plane target, size_t rows, size_t columns) {
  const int type = target.type;
  if (type == OUROBOROS_F32 && target.row == 1 && target.column != 1 && rows > 1
      && source.column == 1) {
    KERNEL(transpose)(4, source.pointer, source.row, (void *)target.pointer, target.column, rows,
                      columns);
    return;
  }
  for (size_t row = 0; row < rows; row++) {
    const float *from = (const float *)source.pointer + (int64_t)row * source.row;
    char *to = (char *)target.pointer + (int64_t)row * target.row * bytes_of(type);
    if (type == OUROBOROS_F32 && target.column == 1 && source.column == 1) {
      load_line(from, OUROBOROS_F32, columns, (float *)to);
    } else if (type == OUROBOROS_BF16 && target.column == 1 && source.column == 1) {
      for (size_t j = 0; j < columns; j++) ((uint16_t *)to)[j] = bfloat_of(from[j]);
    } else {
      for (size_t j = 0; j < columns; j++)
        set_element(to, (int64_t)j * target.column, type, from[(int64_t)j * source.column]);
    }
  }
}
