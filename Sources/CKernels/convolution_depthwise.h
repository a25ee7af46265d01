// Convolutions in which every channel has its own kernel: vectors along the channels. Included after
// product_tile.h.

/// Pixels and kernel positions a round keeps in registers.
enum { DEPTHWISE_PLACES = 4, DEPTHWISE_TAPS = 8 };

#define LOAD_SOME(p, whole, part) ((whole) ? LOAD(p) : LOAD_PART(p, part))

/// One vector of channels at `count` pixels.
INLINE void depthwise_places(const struct depthwise *x, long place, int count, long channel, int whole,
                             long part) {
  vector sums[DEPTHWISE_PLACES];
  EACH(i, count) sums[i] = (vector){0};
  for (long tap = 0; tap < x->taps; tap++) {
    const vector weight = LOAD(x->weights + tap * x->pitch + channel);
    EACH(i, count) {
      const float *from = x->a + x->a_places[place + i] + x->offsets[tap] + channel;
      sums[i] += LOAD_SOME(from, whole, part) * weight;
    }
  }
  EACH(i, count) {
    float *out = x->c + x->c_places[place + i] + channel;
    vector sum = sums[i];
    if (x->accumulate) sum = LOAD_SOME(out, whole, part) + sum;
    if (x->bias) sum += LOAD_SOME(x->bias + channel, whole, part);
    if (x->activation != OUROBOROS_ACTIVATION_NONE) sum = activated(sum, x->activation, x->slope);
    if (whole) STORE(out, sum);
    else STORE_PART(out, part, sum);
  }
}

INLINE void depthwise_vector(const struct depthwise *x, long channel, int whole, long part) {
  long place = 0;
  for (; place + DEPTHWISE_PLACES <= x->places; place += DEPTHWISE_PLACES)
    depthwise_places(x, place, DEPTHWISE_PLACES, channel, whole, part);
  for (; place < x->places; place++) depthwise_places(x, place, 1, channel, whole, part);
}

ALONE static void KERNEL(depthwise)(const struct depthwise *x) {
  long channel = 0;
  for (; channel + WIDTH <= x->channels; channel += WIDTH) depthwise_vector(x, channel, 1, WIDTH);
  if (channel < x->channels) depthwise_vector(x, channel, 0, x->channels - channel);
}

/// One vector of channels of `count` kernel positions, all pixels.
INLINE void depthwise_taps(const struct depthwise_weights *x, long tap, int count, long channel, int whole,
                           long part) {
  vector sums[DEPTHWISE_TAPS];
  EACH(i, count) sums[i] = (vector){0};
  for (long segment = 0; segment < x->segments; segment++) {
    const float *in = x->in + x->in_offsets[segment] + channel;
    const float *out = x->out + x->out_offsets[segment] + channel;
    for (long p = 0; p < x->length; p++, in += x->in_step, out += x->out_step) {
      const vector right = LOAD_SOME(out, whole, part);
      EACH(i, count) sums[i] += LOAD_SOME(in + x->offsets[tap + i], whole, part) * right;
    }
  }
  EACH(i, count) {
    float *to = x->sums + (tap + i) * x->pitch + channel;
    STORE(to, x->accumulate ? LOAD(to) + sums[i] : sums[i]);
  }
}

INLINE void depthwise_weights_vector(const struct depthwise_weights *x, long channel, int whole, long part) {
  long tap = 0;
  for (; tap + DEPTHWISE_TAPS <= x->taps; tap += DEPTHWISE_TAPS)
    depthwise_taps(x, tap, DEPTHWISE_TAPS, channel, whole, part);
  for (; tap < x->taps; tap++) depthwise_taps(x, tap, 1, channel, whole, part);
}

ALONE static void KERNEL(depthwise_weights)(const struct depthwise_weights *x) {
  long channel = 0;
  for (; channel + WIDTH <= x->channels; channel += WIDTH) depthwise_weights_vector(x, channel, 1, WIDTH);
  if (channel < x->channels) depthwise_weights_vector(x, channel, 0, x->channels - channel);
}
