/* Spoil JPEGs, and walk through them with a compiler's sanitizers watching: `make fuzz-walk`.

       fuzz_walk SECONDS SEED FILE...

   Each case is copied to the very end of memory of its own size, so that one byte read beyond it ends the program. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../src/forecourt/photo/walk/walk.h"

enum { MOST_BYTES = 1 << 20, MOST_FILES = 256, MOST_MEMORY = 4000000 };

typedef struct {
    uint8_t *bytes;
    size_t length;
} text;

static uint64_t state;

/* Source: Sebastiano Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled" (2016). */
static uint64_t random_below(uint64_t limit) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 2685821657736338717u >> 16) % limit;
}

static text read_file(const char *path) {
    text read = {.bytes = malloc(MOST_BYTES)};
    FILE *file = fopen(path, "rb");
    if (!file || !read.bytes) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    read.length = fread(read.bytes, 1, MOST_BYTES, file);
    fclose(file);
    return read;
}

/* Bytes changed anywhere or in the segments, a part dropped, doubled or emptied, an end cut off. */
static text spoilt(text good) {
    text made = {.bytes = malloc(2 * good.length + 1), .length = good.length};
    memcpy(made.bytes, good.bytes, good.length);
    for (uint64_t left = random_below(4); left > 0 && made.length > 4; left--) {
        const size_t head = made.length < 700 ? made.length : 700;
        const size_t at = random_below(random_below(2) ? head : made.length);
        const size_t most = made.length - at, part = 1 + random_below(most < 3000 ? most : 3000);
        switch (random_below(6)) {
        case 0: made.bytes[at] ^= (uint8_t)(1u << random_below(8)); break;
        case 1: made.bytes[at] = (uint8_t)random_below(256); break;
        case 2: memset(made.bytes + at, random_below(2) ? 0 : 0xFF, part); break;
        case 3: memmove(made.bytes + at, made.bytes + at + part, most - part); made.length -= part; break;
        case 4: made.length = at; break;
        case 5:
            if (made.length + part <= 2 * good.length) {
                memmove(made.bytes + at + part, made.bytes + at, most);
                made.length += part;
            }
        }
    }
    text exact = {.bytes = malloc(made.length), .length = made.length};
    memcpy(exact.bytes, made.bytes, made.length);
    free(made.bytes);
    return exact;
}

int main(int count, char **arguments) {
    if (count < 4 || count - 3 > MOST_FILES) {
        fprintf(stderr, "fuzz_walk SECONDS SEED FILE...\n");
        return 2;
    }
    text good[MOST_FILES];
    for (int each = 3; each < count; each++)
        good[each - 3] = read_file(arguments[each]);
    state = strtoull(arguments[2], NULL, 10) * 0x9E3779B97F4A7C15u + 1;
    baseline_room *const room = calloc(1, sizeof *room);
    const time_t end = time(NULL) + atoi(arguments[1]);
    unsigned long cases = 0, proven = 0;
    for (; time(NULL) < end; cases++) {
        const text odd = spoilt(good[random_below((uint64_t)count - 3)]);
        const size_t capacity = random_below(10) ? MOST_MEMORY : random_below(MOST_MEMORY);
        void *const memory = malloc(capacity + 1);
        baseline_picture picture;
        proven += (unsigned long)baseline_walk(room, odd.bytes, odd.length, &picture, memory, capacity);
        free(memory);
        free(odd.bytes);
    }
    printf("%lu cases, %lu proven, no finding\n", cases, proven);
    return 0;
}
