/* The walk through all blocks of a scan.

   A processor waits for the table at each look, so two lanes walk at once: one from the first block on, and one from
   the middle of the scan, where it can only guess. Codes soon fall into step wherever one begins: where the first lane
   comes to a block that the other has begun at the same bit, and at the same place of an MCU, it would see from there
   on what the other has seen, and takes that over. Where it comes to none, it goes on alone.

   Source of the falling into step: Klein and Wiseman, "Parallel Huffman Decoding with Applications to JPEG Files",
   The Computer Journal 46 (2003). */

#include <string.h>

#include "walk.h"

enum {
    LOOKS_AT_ONCE = 4,                       /* for which REFILLED bits are enough */
    REFILLED = 56,
    STAGES = 2 * BLOCKS + 2 * LOOKS_AT_ONCE, /* of an MCU, and those that are looked ahead at */
    GUESSES = 128,                           /* blocks of the second lane that the first may fall in with */
    LONG_SCAN_BYTES = 16384,                 /* one that has enough for two */
    RST0 = 0xD0,
    EOI = 0xD9
};

/* The next bits, the first on top. As many of them are certain as the six lowest bits of `count` say. */
typedef struct {
    uint64_t top;
    unsigned count;
    const uint8_t *next;
} window;

/* What lies between two markers, without stuffing. A block has two stages, its mean and its other coefficients, each
   with a table; those of an MCU stand here in their order, over and over. */
typedef struct {
    const uint8_t *bytes, *end;
    unsigned stages, period; /* of an MCU; of those that are walked through before it turns back to the first */
    const huffman *tables[STAGES];
} scan;

/* Where a walk has come to. */
typedef struct {
    window bits;
    const huffman *table;        /* of this stage */
    const huffman *const *stage; /* among the scan's tables */
    size_t place;                /* in the block */
    uint32_t ended;              /* stages; two of them are a block */
    uint32_t *starts;            /* the first bits of each block */
    int is_lost;                 /* something was no code, or filled more than a block */
} lane;

/* What is called for each look: where one of these is not inlined, its lane is in memory, and twice as slow. */
#define INLINE static inline __attribute__((always_inline))

/* ---- bits ---- */

INLINE uint64_t eight_bytes(const uint8_t *at) {
    return (uint64_t)at[0] << 56 | (uint64_t)at[1] << 48 | (uint64_t)at[2] << 40 | (uint64_t)at[3] << 32 |
           (uint64_t)at[4] << 24 | (uint64_t)at[5] << 16 | (uint64_t)at[6] << 8 | (uint64_t)at[7];
}

/* At least REFILLED bits are certain then. */
INLINE void refill(window *bits) {
    bits->top |= eight_bytes(bits->next) >> (bits->count & 63);
    bits->next += (~bits->count & 63) >> 3;
    bits->count = (bits->count & 7) | REFILLED;
}

/* Fewer than 64, as the six lowest bits of `count` say; the others are not looked at. */
INLINE void take(window *bits, unsigned count) {
    bits->top <<= count & 63;
    bits->count -= count;
}

/* How many bits of the scan have been taken. */
INLINE size_t taken(const window *bits, const scan *scan) {
    return (size_t)(bits->next - scan->bytes) * 8 - (bits->count & 63);
}

static size_t bits_of(const scan *scan) { return (size_t)(scan->end - scan->bytes) * 8; }

/* Copy bytes without their stuffed zeros up to a marker or the end, and zeros behind them; where they end. */
static uint8_t *unstuff(image *image, uint8_t *to) {
    for (;;) {
        const size_t left = (size_t)(image->end - image->at);
        const uint8_t *const mark = memchr(image->at, 0xFF, left);
        const size_t plain = mark ? (size_t)(mark - image->at) : left;
        memcpy(to, image->at, plain);
        to += plain;
        image->at += plain;
        if (!mark || left - plain < 2 || mark[1] != 0)
            break;
        *to++ = 0xFF;
        image->at += 2;
    }
    memset(to, 0, PAST_BYTES);
    return to;
}

/* ---- one lane ---- */

static void begin(lane *lane, const scan *scan, size_t bit) {
    lane->bits = (window){.next = scan->bytes + bit / 8};
    refill(&lane->bits);
    take(&lane->bits, bit % 8);
    lane->stage = scan->tables;
    lane->table = *lane->stage;
    lane->place = 1;
    lane->is_lost = 0;
}

/* Keep what a block begins with. In its second stage the next block's place is written to, before that one begins. */
INLINE void keep_start(lane *lane) {
    lane->starts[(lane->ended + 1) >> 1] = (uint32_t)(lane->bits.top >> (WINDOW_BITS - START_BITS));
}

/* Pass one code and what belongs to it (F.2.2.1, F.2.2.2). By value: a lane whose address is known elsewhere would not
   stay in registers. */
static lane pass_code(lane lane) {
    refill(&lane.bits);
    keep_start(&lane);
    const int is_mean = lane.ended % 2 == 0;
    unsigned length;
    const int symbol = symbol_at(lane.table, lane.bits.top, &length);
    const unsigned run = (unsigned)symbol >> 4, size = (unsigned)symbol & 15;
    const int is_one = is_mean ? run == 0 && size <= DC_BITS : size <= AC_BITS && (size > 0 || run == 0 || run == 15);
    lane.is_lost |= symbol < 0 || !is_one;
    if (lane.is_lost)
        return lane;
    take(&lane.bits, length + size);
    refill(&lane.bits);
    lane.place += run + 1;
    if (is_mean || symbol == 0x00 || lane.place == COEFFICIENTS) {
        lane.table = *++lane.stage;
        lane.ended++;
        lane.place = 1;
    }
    lane.is_lost = lane.place >= COEFFICIENTS;
    return lane;
}

/* Pass what one look tells of, or one code. LOOK_BITS are certain. There is no branch for the end of a block: it would
   be guessed wrong too often. */
INLINE void pass(lane *lane) {
    const unsigned seen = lane->table->looks[lane->bits.top >> (WINDOW_BITS - LOOK_BITS)];
    const unsigned filled = (unsigned)lane->place + (seen >> PLACES_FROM);
    if (filled & UNSURE) {
        *lane = pass_code(*lane);
        return;
    }
    keep_start(lane);
    take(&lane->bits, seen);
    const unsigned ends = filled >> ENDED_FROM;
    const uintptr_t mask = -(uintptr_t)ends; /* all ones, or zero */
    const uintptr_t table = (uintptr_t)lane->table;
    lane->table = (const huffman *)(table ^ ((table ^ (uintptr_t)lane->stage[1]) & mask));
    lane->stage += ends;
    lane->ended += ends;
    lane->place = (filled & ~mask) | ends; /* each stage begins at 1 */
}

/* After LOOKS_AT_ONCE passes at most. */
INLINE void turn(lane *lane, const scan *scan) {
    lane->stage -= lane->stage >= scan->tables + scan->period ? scan->period : 0;
}

INLINE void pass_one(lane *lane, const scan *scan) {
    refill(&lane->bits);
    pass(lane);
    turn(lane, scan);
}

/* Until so many stages have ended, or so many bits have been taken. */
static void walk(lane *walker, const scan *scan, uint32_t goal, size_t until) {
    lane lane = *walker;
    while (lane.ended + LOOKS_AT_ONCE <= goal && taken(&lane.bits, scan) + REFILLED <= until && !lane.is_lost) {
        refill(&lane.bits);
        for (unsigned looks = 0; looks < LOOKS_AT_ONCE; looks++)
            pass(&lane);
        turn(&lane, scan);
    }
    while (lane.ended < goal && taken(&lane.bits, scan) < until && !lane.is_lost)
        pass_one(&lane, scan);
    *walker = lane;
}

/* ---- two lanes ---- */

/* Begin at a bit or soon behind it, wherever codes are found, and tell where the first blocks begin. */
static void guess(lane *lane, const scan *scan, size_t bit, size_t begun[GUESSES]) {
    begin(lane, scan, bit);
    for (unsigned count = 0; count < GUESSES;) {
        if (lane->ended == 2 * count)
            begun[count++] = taken(&lane->bits, scan);
        pass_one(lane, scan);
        if (lane->bits.next > scan->end) {
            lane->is_lost = 1;
            return;
        }
        if (lane->is_lost) {
            begin(lane, scan, taken(&lane->bits, scan) + 1);
            lane->ended = count = 0;
        }
    }
}

/* Until the first has come to this bit, the second is about to end, or one is lost. */
static void walk_both(lane *first, lane *second, const scan *scan, uint32_t most, size_t until) {
    const uint8_t *const middle = scan->bytes + until / 8, *const end = scan->end - PAST_BYTES;
    lane one = *first, other = *second;
    while (one.bits.next < middle && one.ended + LOOKS_AT_ONCE <= most && !one.is_lost && other.bits.next < end &&
           other.ended + LOOKS_AT_ONCE <= most && !other.is_lost) {
        refill(&one.bits);
        refill(&other.bits);
        for (unsigned looks = 0; looks < LOOKS_AT_ONCE; looks++) {
            pass(&one);
            pass(&other);
        }
        turn(&one, scan);
        turn(&other, scan);
    }
    *first = one;
    *second = other;
}

/* Walk on until a block begins where the other lane has begun one, at the same place of an MCU. Which of them, or
   GUESSES if it comes to none. */
static unsigned fall_in(lane *lane, const scan *scan, uint32_t goal, const size_t begun[GUESSES]) {
    unsigned number = 0;
    for (; number < GUESSES && lane->ended < goal && !lane->is_lost; pass_one(lane, scan)) {
        const size_t bit = taken(&lane->bits, scan);
        while (number < GUESSES && begun[number] < bit)
            number++;
        if (number < GUESSES && begun[number] == bit && lane->ended % scan->stages == 2 * number % scan->stages)
            return number;
    }
    return GUESSES;
}

/* What of a scan two lanes can do; the first has it in the end. Both have room for the starts of all blocks, of which
   there are more than GUESSES. */
static void walk_in_lanes(lane *first, uint32_t *seconds_starts, const scan *scan, uint32_t goal) {
    size_t begun[GUESSES];
    lane second = {.starts = seconds_starts};
    const size_t end = bits_of(scan), middle = end / 2;
    guess(&second, scan, middle, begun);
    walk_both(first, &second, scan, goal, middle);
    if (second.is_lost)
        return;
    walk(first, scan, goal, middle);
    const uint32_t number = fall_in(first, scan, goal, begun), seen = first->ended / 2;
    if (number == GUESSES || number > seen)
        return;
    const uint32_t blocks = goal / 2 - seen;
    walk(&second, scan, 2 * (number + blocks), end + 1);
    memcpy(first->starts + seen, second.starts + number, blocks * sizeof *first->starts);
    second.starts = first->starts;
    second.ended += 2 * seen - 2 * number;
    *first = second;
}

/* All MCUs, the restarts between them, and the end; 0 if anything is not as it should be.

   Args:
       bytes: Room for the whole scan and PAST_BYTES.
       starts: Of all blocks, and one more: the first bits of each.
       others: As many, to work with. */
int walk_scan(image *image, uint32_t mcus, uint8_t *bytes, uint32_t *starts, uint32_t *others) {
    scan scan = {.bytes = bytes};
    for (const component *owner = image->components; owner < image->components + image->count; owner++)
        for (unsigned block = 0; block < owner->across * owner->down; block++) {
            scan.tables[scan.stages++] = owner->dc;
            scan.tables[scan.stages++] = owner->ac;
        }
    for (unsigned stage = scan.stages; stage < STAGES; stage++)
        scan.tables[stage] = scan.tables[stage - scan.stages];
    scan.period = scan.stages < LOOKS_AT_ONCE ? LOOKS_AT_ONCE : scan.stages;
    lane lane = {.starts = starts};
    unsigned restarts = 0;
    for (uint32_t seen = 0; seen < mcus;) {
        if (seen > 0 && take_marker(&image->at, image->end) != RST0 + (restarts++ & 7))
            return 0; /* the restart with this number must be here (E.2.4) */
        seen += image->interval && image->interval < mcus - seen ? image->interval : mcus - seen;
        scan.end = unstuff(image, bytes);
        begin(&lane, &scan, 0);
        const uint32_t goal = seen * scan.stages;
        if (scan.end - scan.bytes >= LONG_SCAN_BYTES && goal > 2 * GUESSES && !image->interval)
            walk_in_lanes(&lane, others, &scan, goal);
        walk(&lane, &scan, goal, bits_of(&scan) + 1);
        const size_t bits = taken(&lane.bits, &scan);
        if (lane.is_lost || lane.ended != goal || bits > bits_of(&scan) || bits + 8 <= bits_of(&scan))
            return 0; /* only what pads the last byte may be left */
    }
    return take_marker(&image->at, image->end) == EOI;
}
