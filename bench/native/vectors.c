/*
 * LANES nonces at a time, on whatever vectors the compiler is told that there are: the algorithm of the solver's hot
 * kernel, round for round. -DLANES=4 is what WebAssembly has; 8 and 16 are what it has not.
 */
#include "search.h"

typedef word lanes __attribute__((vector_size(4 * LANES)));
typedef uint64_t halves __attribute__((vector_size(4 * LANES)));

static int search_inner(const struct block *block, word target) {
  const lanes zero = {0};
  int first = -1;
  for (int inner = 0; inner < 65536; inner += LANES) {
    lanes w[64], low;
    memcpy(&low, low_digits + (inner & 255), sizeof low);
    w[12] = (zero + high_digits[inner >> 8]) | low;
    lanes a = zero + block->state[0] + w[12], b = zero + block->state[1], c = zero + block->state[2];
    lanes d = zero + block->state[3], e = zero + block->state[4] + w[12], f = zero + block->state[5];
    lanes g = zero + block->state[6], h = zero + block->state[7];
#pragma GCC unroll 64
    for (int t = 13; t < 64; t++) {
      lanes addend = zero + block->addends[t];
      if (VARIES(t)) {
        w[t] = zero + block->parts[t];
        if (VARIES(t - 2)) w[t] += SMALL_SIGMA_1(w[t - 2]);
        if (VARIES(t - 7)) w[t] += w[t - 7];
        if (VARIES(t - 15)) w[t] += SMALL_SIGMA_0(w[t - 15]);
        if (VARIES(t - 16)) w[t] += w[t - 16];
        addend += w[t];
      }
      lanes t1 = (h + addend) + (BIG_SIGMA_1(e) + CH(e, f, g));
      lanes t2 = BIG_SIGMA_0(a) + MAJ(a, b, c);
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    halves hits = (halves)(a <= zero + target);
    uint64_t any = 0;
    for (int i = 0; i < LANES / 2; i++) any |= hits[i];
    if (__builtin_expect(any != 0 && first < 0, 0))
      for (int lane = LANES - 1; lane >= 0; lane--)
        if (a[lane] <= target) first = inner + lane;
  }
  return first;
}
