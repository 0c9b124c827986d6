/* A file's Huffman tables, made so that several coefficients are read at one look. */

#include "walk.h"

static look look_of(kind kind, unsigned symbol, unsigned length) {
    const unsigned run = symbol >> 4, size = symbol & 15;
    const unsigned taken = length + (kind == DC ? symbol : size);
    if (taken > LOOK_BITS || (kind == DC && symbol > DC_BITS))
        return UNSURE << PLACES_FROM;
    if (kind == DC)
        return (look)(taken | (symbol | ENDS) << PLACES_FROM);
    if (symbol == 0x00)
        return (look)(taken | ENDS << PLACES_FROM);
    if ((size == 0 && run != 15) || size > AC_BITS)
        return UNSURE << PLACES_FROM;
    return (look)(taken | (run + 1) << PLACES_FROM);
}

/* Coefficients one after the other, as long as they lie whole within what is seen. */
static look look_further(const look *ones, unsigned seen) {
    unsigned taken = 0, places = 0;
    while (taken < LOOK_BITS) {
        const look one = ones[seen << taken & (LOOKS - 1)];
        const unsigned filled = places + (one >> PLACES_FROM);
        if ((filled & UNSURE) || taken + (one & TAKEN) > LOOK_BITS)
            break;
        taken += one & TAKEN;
        places = filled;
        if (places & ENDS)
            break;
    }
    return (look)(taken | (taken ? places : UNSURE) << PLACES_FROM);
}

/* A difference of means of so many bits, which are on top (F.2.2.1). */
static inline int32_t extended(uint32_t top, unsigned size) {
    const int32_t is_negative = (int32_t)(top >> 31) - 1; /* all ones, or zero */
    return (int32_t)(top >> 1 >> (31 - size)) + (is_negative & (1 - (1 << size)));
}

static int16_t difference_of(look mean, uint32_t seen) {
    const unsigned size = mean >> PLACES_FROM & 15;
    const unsigned length = (mean & TAKEN) - size;
    return mean >> PLACES_FROM & UNSURE ? FAR : (int16_t)extended(seen << length << (32 - LOOK_BITS), size);
}

/* From `written`; 0 if it describes no table. */
int build_table(huffman *table, kind kind) {
    const uint8_t *symbol = table->written + CODE_BITS;
    look ones[LOOKS];
    uint32_t code = 0;
    for (unsigned seen = 0; seen < LOOKS; seen++)
        ones[seen] = UNSURE << PLACES_FROM;
    for (unsigned length = 1; length <= CODE_BITS; length++) {
        table->offset[length] = (int32_t)(symbol - table->written) - (int32_t)code;
        for (unsigned left = table->written[length - 1]; left > 0; left--, code++, symbol++) {
            if (code + 1 >= 1u << length || (kind == DC && *symbol > 15))
                return 0; /* a code of ones alone belongs to nobody (C.2) */
            if (length > LOOK_BITS)
                continue;
            const unsigned alike = 1u << (LOOK_BITS - length);
            for (unsigned seen = code * alike; seen < (code + 1) * alike; seen++)
                ones[seen] = look_of(kind, *symbol, length);
        }
        table->beyond[length] = code << (CODE_BITS - length);
        code <<= 1;
    }
    for (unsigned seen = 0; seen < LOOKS; seen++) {
        table->looks[seen] = kind == DC ? ones[seen] : look_further(ones, seen);
        table->differences[seen] = kind == DC ? difference_of(ones[seen], seen) : FAR;
    }
    return 1;
}

/* The next symbol, bit by bit; -1 where there is none. */
int symbol_at(const huffman *table, uint64_t top, unsigned *length) {
    const uint32_t code = (uint32_t)(top >> (WINDOW_BITS - CODE_BITS));
    for (*length = 1; *length <= CODE_BITS; ++*length)
        if (code < table->beyond[*length])
            return table->written[(int32_t)(code >> (CODE_BITS - *length)) + table->offset[*length]];
    return -1;
}

/* The difference to the mean of the block before that a block begins with, bit by bit; it is known to be there. */
int32_t difference_far(const huffman *table, uint32_t start) {
    unsigned length;
    const int size = symbol_at(table, (uint64_t)start << (WINDOW_BITS - START_BITS), &length);
    return extended(start << length, (unsigned)size);
}
