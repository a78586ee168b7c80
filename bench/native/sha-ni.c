/*
 * The processor's own SHA-256 instructions, four nonces interleaved to hide their latency: the limit. They do two rounds
 * at a time on a state of their own order, so all 64 rounds run here.
 */
#include "search.h"

#include <immintrin.h>

#define STREAMS 4

static int search_inner(const struct block *block, word target) {
  const word *s = block->chained;
  const __m128i abef = _mm_set_epi32(s[0], s[1], s[4], s[5]), cdgh = _mm_set_epi32(s[2], s[3], s[6], s[7]);
  const word *w = block->words;
  int first = -1;
  for (int inner = 0; inner < 65536; inner += STREAMS) {
    __m128i m[STREAMS][4], state[STREAMS][2];
#pragma GCC unroll 4
    for (int i = 0; i < STREAMS; i++) {
      word digits = high_digits[inner >> 8] | low_digits[(inner & 255) + i];
      for (int q = 0; q < 3; q++) m[i][q] = _mm_loadu_si128((const __m128i *)(w + 4 * q));
      m[i][3] = _mm_set_epi32(w[15], w[14], w[13], digits);
      state[i][0] = abef, state[i][1] = cdgh;
    }
#pragma GCC unroll 16
    for (int q = 0; q < 16; q++) {
      const __m128i k = _mm_loadu_si128((const __m128i *)(K + 4 * q));
#pragma GCC unroll 4
      for (int i = 0; i < STREAMS; i++) {
        __m128i *x = m[i], sum = _mm_add_epi32(x[q & 3], k);
        state[i][1] = _mm_sha256rnds2_epu32(state[i][1], state[i][0], sum);
        state[i][0] = _mm_sha256rnds2_epu32(state[i][0], state[i][1], _mm_shuffle_epi32(sum, 0x0e));
        if (q < 12) {
          __m128i next = _mm_sha256msg1_epu32(x[q & 3], x[(q + 1) & 3]);
          next = _mm_add_epi32(next, _mm_alignr_epi8(x[(q + 3) & 3], x[(q + 2) & 3], 4));
          x[q & 3] = _mm_sha256msg2_epu32(next, x[(q + 3) & 3]);
        }
      }
    }
#pragma GCC unroll 4
    for (int i = STREAMS - 1; i >= 0; i--) {
      word digest = s[0] + (word)_mm_extract_epi32(state[i][0], 3);
      if (__builtin_expect(digest <= target && (first < 0 || first >= inner), 0)) first = inner + i;
    }
  }
  return first;
}
