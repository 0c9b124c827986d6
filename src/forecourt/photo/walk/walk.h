/* Proves that a baseline JPEG is whole, and tells the mean of each of its blocks: a picture at an eighth of its size.

   Every bit of the scan is read, as a decoder reads it: each code must be one of the file's own tables, no block may
   hold more than 64 coefficients, and the last block must end where the scan does. What a decoder then makes of the
   coefficients is left out; the means alone are kept.

       segments before the scan   segments.c
       their tables               huffman.c
       all blocks of the scan     lanes.c
       their means, the picture   baseline.c

   The answer is "proven" or "not proven here". The second is no verdict: all that is unusual ends in it, and the
   caller asks a full decoder. Memory is what the caller gives; nothing is allocated, no file is touched.

   Source: ITU-T T.81, annexes B (segments), C (codes) and F (the sequential process). */

#ifndef WALK_H
#define WALK_H

#include <stddef.h>
#include <stdint.h>

enum {
    COLOURS = 3,
    TABLES = 4,
    BLOCKS = 10,     /* of an MCU, at most (B.2.3) */
    COEFFICIENTS = 64,
    CODE_BITS = 16,  /* of the longest Huffman code */
    DC_BITS = 11,    /* of a difference of means, for samples of eight bits (F.1.2.1) */
    AC_BITS = 10,    /* of another coefficient (F.1.2.2) */
    LOOK_BITS = 13,  /* looked up at once */
    LOOKS = 1 << LOOK_BITS,
    WINDOW_BITS = 64,
    START_BITS = 32, /* kept of a block's beginning: more than its mean can take */
    PAST_BYTES = 64  /* zeros behind the scan, more than are read before it is seen to have ended */
};

typedef enum { DC, AC } kind;

/* What the next LOOK_BITS bits say. Of an AC table: how many bits all the coefficients take that lie in there whole, how
   many places of the block they fill, and whether it ends with them. Of a DC table: how many bits a difference takes
   with its code, and in the places how many without; a block's first stage ends with it. UNSURE: not to be told from so
   few bits. The places of a block so far and those of a look have that bit, too, where they are more than it has. */
typedef uint16_t look;
enum { TAKEN = 255, PLACES_FROM = 8, UNSURE = COEFFICIENTS, ENDED_FROM = 7, ENDS = 1 << ENDED_FROM };

typedef struct {
    look looks[LOOKS];
    int16_t differences[LOOKS];       /* of a DC table: what the same bits mean; FAR where that takes more of them */
    uint8_t written[CODE_BITS + 256]; /* in the file: how many codes of each length, and their symbols in that order */
    uint32_t beyond[CODE_BITS + 1];   /* the least 16 bits that begin with no code so short */
    int32_t offset[CODE_BITS + 1];    /* from a code of this length to its symbol */
} huffman;
enum { FAR = INT16_MIN };

typedef struct {
    uint8_t name, across, down, quantiser; /* blocks of an MCU across and down */
    const huffman *dc, *ac;
    uint8_t *plane;
    size_t stride;
} component;

typedef struct {
    const uint8_t *at, *end; /* what has not been read of the file */
    unsigned width, height, count, interval; /* MCUs between two restarts, 0 if there are none */
    component components[COLOURS];
    uint8_t has_table[2][TABLES];
    uint16_t quantisers[TABLES]; /* of the means; 0: none */
} image;

/* Tables outlive a call: many files have equal ones. All zeros before the first; not for two threads at once. */
typedef struct {
    huffman tables[2][TABLES];
} baseline_room;

/* The answer: `width` × `height` pixels of `count` bytes each lie from `first` on, row by row. */
typedef struct {
    uint32_t width, height, count, first;
} baseline_picture;

int baseline_walk(baseline_room *room, const uint8_t *data, size_t length, baseline_picture *picture, void *memory,
                  size_t capacity);
size_t baseline_room_bytes(void);

int read_segments(image *image, huffman tables[2][TABLES]);
unsigned take_marker(const uint8_t **at, const uint8_t *end);

int build_table(huffman *table, kind kind);
int symbol_at(const huffman *table, uint64_t top, unsigned *length);
int32_t difference_far(const huffman *table, uint32_t start);

int walk_scan(image *image, uint32_t mcus, uint8_t *bytes, uint32_t *starts, uint32_t *others_starts);

#endif
