/*
 * What the native searches share: the search of packages/solver, in C, for challenges of 100 characters. The host's part
 * is written here once for all of them; `search_inner`, which tries 65,536 nonces, each brings itself.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint32_t word;

/* Which words of the schedule (FIPS 180-4, 6.2.2) differ from nonce to nonce when word 12 of the block does. */
#define VARIES(t) ((1ULL << 12 | 1ULL << 19 | 1ULL << 21 | 1ULL << 23 | ~0ULL << 25) >> (t) & 1)

#define ROTR(x, n) ((x) >> (n) | (x) << (32 - (n)))
#define BIG_SIGMA_0(x) (ROTR(x, 2) ^ ROTR(x, 13) ^ ROTR(x, 22))
#define BIG_SIGMA_1(x) (ROTR(x, 6) ^ ROTR(x, 11) ^ ROTR(x, 25))
#define SMALL_SIGMA_0(x) (ROTR(x, 7) ^ ROTR(x, 18) ^ (x) >> 3)
#define SMALL_SIGMA_1(x) (ROTR(x, 17) ^ ROTR(x, 19) ^ (x) >> 10)
#define CH(e, f, g) ((((f) ^ (g)) & (e)) ^ (g))
#define MAJ(a, b, c) ((((a) ^ (b)) & ((b) ^ (c))) ^ (b))

static const word K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* What is the same for 65,536 nonces. */
struct block {
  word chained[8];  /* the chaining value, after the message's first block */
  word words[16];   /* the second block; word 12 holds the inner digits, here 0 */
  word state[8];    /* after round 12, with word 12 as 0 */
  word addends[64]; /* K, and of the schedule word what is the same for all nonces */
  word parts[64];   /* of each schedule word the terms that are the same for all nonces */
};

/* Two hex digits in ASCII: low half of a word, high half. */
static word low_digits[256], high_digits[256];

/* Tries inner values 0 to 65535; the lowest that meets the target, or -1. All are tried, whatever is found. */
static int search_inner(const struct block *block, word target);

static void rounds(word s[8], const word *schedule, int from, int to) {
  for (int t = from; t < to; t++) {
    word t1 = s[7] + BIG_SIGMA_1(s[4]) + CH(s[4], s[5], s[6]) + K[t] + schedule[t];
    word t2 = BIG_SIGMA_0(s[0]) + MAJ(s[0], s[1], s[2]);
    memmove(s + 1, s, 7 * sizeof(word));
    s[4] += t1;
    s[0] = t1 + t2;
  }
}

static word schedule_word(const word *w, int t) {
  return SMALL_SIGMA_1(w[t - 2]) + w[t - 7] + SMALL_SIGMA_0(w[t - 15]) + w[t - 16];
}

static void read_words(word out[16], const char *bytes) {
  const unsigned char *b = (const unsigned char *)bytes;
  for (int i = 0; i < 16; i++, b += 4) out[i] = (word)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

static void chain_first_block(word state[8], const char *bytes) {
  static const word initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  word w[64], s[8];
  read_words(w, bytes);
  for (int t = 16; t < 64; t++) w[t] = schedule_word(w, t);
  memcpy(s, initial, sizeof s);
  rounds(s, w, 0, 64);
  for (int i = 0; i < 8; i++) state[i] = initial[i] + s[i];
}

/* Challenge, 12 outer digits, 4 inner ones, padding: two blocks. */
static void prepare(struct block *block, const char *challenge, uint64_t outer) {
  char message[128] = {0};
  word w[64];
  memcpy(message, challenge, 100);
  snprintf(message + 100, 17, "%012llx0000", (unsigned long long)outer & 0xffffffffffff);
  message[116] = (char)0x80;
  message[126] = 116 * 8 >> 8, message[127] = (char)(116 * 8);
  chain_first_block(block->chained, message);
  read_words(block->words, message + 64);
  block->words[12] = 0;
  memcpy(w, block->words, sizeof block->words);
  for (int t = 0; t < 64; t++) {
    if (t >= 16) w[t] = schedule_word(w, t);
    block->parts[t] = w[t];
    if (VARIES(t)) w[t] = 0;
    block->addends[t] = K[t] + w[t];
  }
  block->addends[63] += block->chained[0];
  memcpy(block->state, block->chained, sizeof block->state);
  rounds(block->state, w, 0, 13);
}

static double cpu_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

/* <challenge> <target> <outer values>: prints microseconds of CPU, hashes tried, and the first hit (-1: none). */
int main(int count, char **arguments) {
  if (count != 4 || strlen(arguments[1]) != 100) return 2;
  word target = (word)strtoul(arguments[2], NULL, 16);
  uint64_t outers = strtoull(arguments[3], NULL, 10);
  long long first = -1;
  for (int i = 0; i < 256; i++) {
    char text[3];
    snprintf(text, 3, "%02x", i);
    low_digits[i] = (word)text[0] << 8 | text[1];
    high_digits[i] = low_digits[i] << 16;
  }
  double begun = cpu_us();
  for (uint64_t outer = 0; outer < outers; outer++) {
    struct block block;
    prepare(&block, arguments[1], outer);
    int inner = search_inner(&block, target);
    if (inner >= 0 && first < 0) first = (long long)(outer << 16) + inner;
  }
  printf("%.0f %llu %lld\n", cpu_us() - begun, (unsigned long long)outers << 16, first);
  return 0;
}
