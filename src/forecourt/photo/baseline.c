/* Proves that a baseline JPEG is whole, and tells the mean of each of its blocks: a picture at an eighth of its size.

   Every bit of the scan is read, as a decoder reads it: each code must be one of the file's own tables, no block may
   hold more than 64 coefficients, and the last block must end where the scan does. What a decoder then makes of the
   coefficients is left out; the means alone are kept.

       segments before the scan → tables → blocks, restart by restart → the marker that ends the image

   The answer is "proven" or "not proven here". The second is no verdict: all that is unusual ends in it, and the
   caller asks a full decoder. Memory is what the caller gives; nothing is allocated, no file is touched.

   Source: ITU-T T.81, annexes B (segments), C (codes) and F (the sequential process). */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    SOF0 = 0xC0, SOF1 = 0xC1, DHT = 0xC4, RST0 = 0xD0, SOI = 0xD8, EOI = 0xD9, SOS = 0xDA, DQT = 0xDB, DRI = 0xDD,
    APP0 = 0xE0, APP14 = 0xEE, APP15 = 0xEF, COM = 0xFE,

    COLOURS = 3,
    TABLES = 4,
    BLOCKS = 10,     /* of an MCU, at most (B.2.3) */
    COEFFICIENTS = 64,
    CODE_BITS = 16,  /* of the longest Huffman code */
    DC_BITS = 11,    /* of a difference of means, for samples of eight bits (F.1.2.1) */
    AC_BITS = 10,    /* of another coefficient (F.1.2.2) */
    LOOK_BITS = 13,  /* looked up at once: two tables then fit a first-level cache */
    LOOKS = 1 << LOOK_BITS,
    WINDOW_BITS = 64,
    MCU_BYTES = 2200, /* more than BLOCKS × (16 + 11 + 63 × (16 + 10)) bits, and the 8 bytes that are read ahead */
    CHUNK_BYTES = 32768
};

typedef enum { DC, AC } kind;

/* What the next LOOK_BITS bits say. Of a DC table: how long the code is, and in the places how long the difference
   behind it. Of an AC table: how many bits all the coefficients take that lie in there whole, how many places of the
   block they fill, and whether it ends with them. 0: not to be told from so few bits. */
typedef uint16_t look;
enum { TAKEN = 63, PLACES_FROM = 6, PLACES = 63, ENDS_BLOCK = 1 << 12 };

typedef struct {
    uint8_t written[CODE_BITS + 256]; /* in the file: how many codes of each length, and their symbols in that order */
    uint32_t beyond[CODE_BITS + 1];   /* the least 16 bits that begin with no code so short */
    int32_t offset[CODE_BITS + 1];    /* from a code of this length to its symbol */
    look looks[LOOKS];
} huffman;

/* The scan's bytes without their stuffed zeros, a chunk at a time, and zeros behind the last. */
typedef struct {
    const uint8_t *source, *source_end;
    const uint8_t *low, *end; /* behind `low` there may be less than an MCU */
    int is_last;              /* a marker comes next, or nothing */
    uint8_t bytes[MCU_BYTES + CHUNK_BYTES + MCU_BYTES];
} feed;

/* The next bits, the first on top. `count` of them are certain; what lies below has been read ahead. */
typedef struct {
    uint64_t top;
    unsigned count;
    const uint8_t *next;
} window;

typedef struct {
    uint8_t name, across, down, quantiser; /* blocks of an MCU across and down */
    const huffman *dc, *ac;
    int32_t mean; /* of the block before, as coded */
    uint8_t *plane;
    size_t stride;
} component;

typedef struct {
    const uint8_t *at, *end; /* what has not been read of the file */
    unsigned width, height, count, interval;
    component components[COLOURS];
    uint8_t has_table[2][TABLES];
    uint16_t quantisers[TABLES]; /* of the means; 0: none */
} image;

/* What a call needs beside its arguments; all zeros before the first. Tables outlive a call: many files have equal
   ones. Not for two threads at once. */
typedef struct {
    huffman tables[2][TABLES];
    feed feed;
} baseline_room;

/* The answer: `width` × `height` pixels of `count` bytes each lie from `first` on, row by row. */
typedef struct {
    uint32_t width, height, count, first;
} baseline_picture;

/* ---- Huffman tables ---- */

static look look_of(kind kind, unsigned symbol, unsigned length) {
    const unsigned run = symbol >> 4, size = symbol & 15;
    if (kind == DC)
        return symbol > DC_BITS ? 0 : (look)(length | symbol << PLACES_FROM);
    if (symbol == 0x00)
        return (look)(length | ENDS_BLOCK);
    if ((size == 0 && run != 15) || size > AC_BITS || length + size > LOOK_BITS)
        return 0;
    return (look)((length + size) | (run + 1) << PLACES_FROM);
}

/* Coefficients one after the other, as long as they lie whole within what is seen. */
static look look_further(const look *ones, unsigned seen) {
    unsigned taken = 0, places = 0;
    while (taken < LOOK_BITS) {
        const look one = ones[seen << taken & (LOOKS - 1)];
        const unsigned filled = places + (one >> PLACES_FROM & PLACES);
        if (one == 0 || taken + (one & TAKEN) > LOOK_BITS || filled >= COEFFICIENTS)
            break;
        taken += one & TAKEN;
        places = filled;
        if (one & ENDS_BLOCK)
            return (look)(taken | places << PLACES_FROM | ENDS_BLOCK);
    }
    return (look)(taken | places << PLACES_FROM);
}

/* From `written`; 0 if it describes no table. */
static int build(huffman *table, kind kind) {
    const uint8_t *symbol = table->written + CODE_BITS;
    look ones[LOOKS] = {0};
    uint32_t code = 0;
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
    for (unsigned seen = 0; seen < LOOKS; seen++)
        table->looks[seen] = kind == DC ? ones[seen] : look_further(ones, seen);
    return 1;
}

/* The next symbol, bit by bit; -1 where there is none. */
static int symbol_at(const huffman *table, uint64_t top, unsigned *length) {
    const uint32_t code = (uint32_t)(top >> (WINDOW_BITS - CODE_BITS));
    for (*length = 1; *length <= CODE_BITS; ++*length)
        if (code < table->beyond[*length])
            return table->written[(int32_t)(code >> (CODE_BITS - *length)) + table->offset[*length]];
    return -1;
}

/* ---- bits ---- */

/* The code of the marker that comes here, fill bytes before it passed (B.1.1.2); 0 if none does. */
static unsigned take_marker(const uint8_t **at, const uint8_t *end) {
    while (end - *at >= 2 && (*at)[0] == 0xFF && (*at)[1] == 0xFF)
        ++*at;
    if (end - *at < 2 || (*at)[0] != 0xFF)
        return 0;
    *at += 2;
    return (*at)[-1];
}

/* Take away stuffed zeros until the chunk is full or a marker comes. What has not been read moves to the front. */
static void fill(feed *feed, window *bits) {
    const size_t unread = (size_t)(feed->end - bits->next);
    memmove(feed->bytes, bits->next, unread);
    uint8_t *end = feed->bytes + unread, *const full = feed->bytes + MCU_BYTES + CHUNK_BYTES;
    while (end < full && !feed->is_last) {
        const size_t left = (size_t)(feed->source_end - feed->source), room = (size_t)(full - end);
        const size_t most = left < room ? left : room;
        const uint8_t *const mark = memchr(feed->source, 0xFF, most);
        const size_t plain = mark ? (size_t)(mark - feed->source) : most;
        memcpy(end, feed->source, plain);
        end += plain;
        feed->source += plain;
        if (mark && left - plain >= 2 && mark[1] == 0) {
            *end++ = 0xFF;
            feed->source += 2;
        } else if (mark || plain == left)
            feed->is_last = 1;
    }
    memset(end, 0, MCU_BYTES);
    bits->next = feed->bytes;
    feed->end = end;
    feed->low = feed->is_last ? end : end - MCU_BYTES;
}

static void begin_interval(feed *feed, window *bits) {
    feed->is_last = 0;
    feed->end = feed->bytes;
    *bits = (window){.next = feed->bytes};
    fill(feed, bits);
}

/* Whether more was read than there is: the zeros behind it. */
static int has_overrun(const feed *feed, const window *bits) {
    return bits->next - bits->count / 8 > feed->end;
}

/* Whether the next MCU may be read. */
static int is_fed(feed *feed, window *bits) {
    if (bits->next > feed->low && !feed->is_last)
        fill(feed, bits);
    return !has_overrun(feed, bits);
}

/* Whether all bits have been read but for those that pad the last byte. */
static int is_spent(feed *feed, window *bits) {
    if (!feed->is_last)
        fill(feed, bits);
    const ptrdiff_t left = (feed->end - bits->next) * 8 + (ptrdiff_t)bits->count;
    return feed->is_last && left >= 0 && left < 8;
}

static inline uint64_t eight_bytes(const uint8_t *at) {
    return (uint64_t)at[0] << 56 | (uint64_t)at[1] << 48 | (uint64_t)at[2] << 40 | (uint64_t)at[3] << 32 |
           (uint64_t)at[4] << 24 | (uint64_t)at[5] << 16 | (uint64_t)at[6] << 8 | (uint64_t)at[7];
}

/* At least 56 bits are certain then. */
static inline void refill(window *bits) {
    bits->top |= eight_bytes(bits->next) >> bits->count;
    bits->next += (63 - bits->count) >> 3;
    bits->count |= 56;
}

static inline void take(window *bits, unsigned count) {
    bits->top <<= count;
    bits->count -= count;
}

/* ---- blocks ---- */

/* The difference to the mean of the block before; 0 if there is no such code (F.2.2.1). */
static inline int read_difference(const huffman *table, window *bits, int32_t *difference) {
    const look seen = table->looks[bits->top >> (WINDOW_BITS - LOOK_BITS)];
    unsigned length = seen & TAKEN, size = seen >> PLACES_FROM;
    if (seen == 0) {
        const int symbol = symbol_at(table, bits->top, &length);
        if (symbol < 0 || symbol > DC_BITS)
            return 0;
        size = (unsigned)symbol;
    }
    take(bits, length);
    const int32_t value = (int32_t)(bits->top >> 1 >> (63 - size));
    const int32_t is_negative = (int32_t)(bits->top >> 63) - 1; /* all ones, or zero */
    *difference = value + (is_negative & (1 - (1 << size)));
    take(bits, size);
    return 1;
}

/* Pass the other coefficients of a block; 0 if they are none (F.2.2.2). */
static inline int pass_coefficients(const huffman *table, window *bits) {
    unsigned place = 1;
    while (place < COEFFICIENTS) {
        refill(bits);
        for (unsigned looks = 0; looks < 4; looks++) { /* 4 × LOOK_BITS are certain */
            const look seen = table->looks[bits->top >> (WINDOW_BITS - LOOK_BITS)];
            const unsigned filled = place + (seen >> PLACES_FROM & PLACES);
            if ((seen & TAKEN) == 0 || filled >= COEFFICIENTS)
                goto singly;
            take(bits, seen & TAKEN);
            place = filled;
            if (seen & ENDS_BLOCK)
                return 1;
        }
        continue;
    singly: /* a long one, or the last of a full block */
        refill(bits);
        unsigned length;
        const int symbol = symbol_at(table, bits->top, &length);
        const unsigned run = (unsigned)symbol >> 4, size = (unsigned)symbol & 15;
        if (symbol < 0 || size > AC_BITS || (size == 0 && run != 0 && run != 15))
            return 0;
        take(bits, length + size);
        if (symbol == 0x00)
            return 1;
        place += run + 1;
    }
    return place == COEFFICIENTS;
}

/* The mean as a sample: what an inverse transform makes of it at an eighth of the size. */
static inline uint8_t sample(int32_t mean, int32_t quantiser) {
    const int32_t value = ((mean * quantiser + 4) >> 3) + 128;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* The restart with this number, where one must be; 0 if it is not (E.2.4). */
static int restart(image *image, feed *feed, window *bits, unsigned number) {
    if (!is_spent(feed, bits) || take_marker(&feed->source, feed->source_end) != RST0 + (number & 7))
        return 0;
    for (unsigned colour = 0; colour < image->count; colour++)
        image->components[colour].mean = 0;
    begin_interval(feed, bits);
    return 1;
}

/* All MCUs, the restarts between them, and the end; 0 if anything is not as it should be. */
static int walk(image *image, feed *feed, uint32_t mcus_across, uint32_t mcus_down) {
    struct {
        component *owner;
        size_t x, y; /* in the MCU */
        uint8_t *to; /* where its next mean belongs */
    } blocks[BLOCKS];
    unsigned count = 0;
    for (component *owner = image->components; owner < image->components + image->count; owner++)
        for (size_t y = 0; y < owner->down; y++)
            for (size_t x = 0; x < owner->across; x++, count++) {
                blocks[count].owner = owner;
                blocks[count].x = x;
                blocks[count].y = y;
            }
    feed->source = image->at;
    feed->source_end = image->end;
    window bits;
    begin_interval(feed, &bits);
    unsigned left = image->interval, restarts = 0; /* MCUs until the next restart, if there are any */
    for (uint32_t row = 0; row < mcus_down; row++) {
        for (unsigned block = 0; block < count; block++) {
            const component *const owner = blocks[block].owner;
            blocks[block].to = owner->plane + (row * owner->down + blocks[block].y) * owner->stride + blocks[block].x;
        }
        for (uint32_t mcu = 0; mcu < mcus_across; mcu++) {
            if (image->interval && left-- == 0) {
                if (!restart(image, feed, &bits, restarts++))
                    return 0;
                left = image->interval - 1;
            }
            if (!is_fed(feed, &bits))
                return 0;
            for (unsigned block = 0; block < count; block++) {
                component *const owner = blocks[block].owner;
                int32_t difference;
                refill(&bits);
                if (!read_difference(owner->dc, &bits, &difference) || !pass_coefficients(owner->ac, &bits))
                    return 0;
                owner->mean += difference;
                if (owner->mean != (int16_t)owner->mean)
                    return 0;
                *blocks[block].to = sample(owner->mean, image->quantisers[owner->quantiser]);
                blocks[block].to += owner->across;
            }
        }
    }
    return is_spent(feed, &bits) && take_marker(&feed->source, feed->source_end) == EOI;
}

/* ---- segments ---- */

static int read_tables(image *image, huffman tables[2][TABLES], const uint8_t *body, size_t length) {
    while (length > 0) {
        const unsigned class = body[0] >> 4, id = body[0] & 15;
        if (length < 1 + CODE_BITS || class > AC || id >= TABLES)
            return 0;
        size_t size = CODE_BITS;
        for (unsigned bit = 0; bit < CODE_BITS; bit++)
            size += body[1 + bit];
        huffman *const table = &tables[class][id];
        if (size > sizeof table->written || length < 1 + size)
            return 0;
        if (memcmp(table->written, body + 1, size) != 0) {
            memset(table->written, 0, sizeof table->written);
            memcpy(table->written, body + 1, size);
            if (!build(table, (kind)class)) {
                memset(table, 0, sizeof *table); /* half a table is none */
                return 0;
            }
        }
        image->has_table[class][id] = 1;
        body += 1 + size;
        length -= 1 + size;
    }
    return 1;
}

static int read_quantisers(image *image, const uint8_t *body, size_t length) {
    while (length > 0) {
        const unsigned is_wide = body[0] >> 4, id = body[0] & 15;
        const size_t size = 1 + (size_t)COEFFICIENTS * (is_wide + 1);
        if (is_wide > 1 || id >= TABLES || length < size)
            return 0;
        image->quantisers[id] = is_wide ? (uint16_t)(body[1] << 8 | body[2]) : body[1];
        body += size;
        length -= size;
    }
    return 1;
}

/* Grey; or the usual three colours, the first of them sampled as finely or finer than the others. */
static int read_frame(image *image, const uint8_t *body, size_t length) {
    if (image->count || length < 6 || body[0] != 8 || (body[5] != 1 && body[5] != COLOURS) || length != 6 + 3u * body[5])
        return 0;
    image->height = body[1] << 8 | body[2];
    image->width = body[3] << 8 | body[4];
    image->count = body[5];
    for (unsigned colour = 0; colour < image->count; colour++) {
        component *const own = &image->components[colour];
        const uint8_t *const said = body + 6 + 3 * colour;
        own->name = said[0];
        own->across = image->count == 1 ? 1 : said[1] >> 4; /* a scan of one component has MCUs of one block (A.2.2) */
        own->down = image->count == 1 ? 1 : said[1] & 15;
        own->quantiser = said[2];
        if (own->quantiser >= TABLES || own->across * own->down > 4 || own->across == 3 || own->down == 3 ||
            own->across * own->down == 0 || (colour > 0 && own->across * own->down != 1))
            return 0;
    }
    const component *const all = image->components;
    const int is_rgb = all[0].name == 'R' && all[1].name == 'G' && all[2].name == 'B';
    return image->width > 0 && image->height > 0 && !is_rgb;
}

/* One scan with all components, in their order. */
static int read_scan(image *image, huffman tables[2][TABLES], const uint8_t *body, size_t length) {
    const unsigned count = image->count;
    if (count == 0 || length != 4 + 2 * count || body[0] != count)
        return 0;
    for (unsigned colour = 0; colour < count; colour++) {
        component *const own = &image->components[colour];
        const uint8_t *const said = body + 1 + 2 * colour;
        const unsigned dc = said[1] >> 4, ac = said[1] & 15;
        if (said[0] != own->name || dc >= TABLES || ac >= TABLES || !image->has_table[DC][dc] ||
            !image->has_table[AC][ac] || image->quantisers[own->quantiser] == 0)
            return 0;
        own->dc = &tables[DC][dc];
        own->ac = &tables[AC][ac];
    }
    const uint8_t *const all_of_it = body + 1 + 2 * count; /* from, to, and of which precision */
    return all_of_it[0] == 0 && all_of_it[1] == COEFFICIENTS - 1 && all_of_it[2] == 0;
}

/* Up to the scan's first byte; 0 if anything is not as a camera writes it. */
static int read_segments(image *image, huffman tables[2][TABLES]) {
    if (take_marker(&image->at, image->end) != SOI)
        return 0;
    for (;;) {
        const unsigned marker = take_marker(&image->at, image->end);
        const uint8_t *const body = image->at + 2;
        const size_t left = (size_t)(image->end - image->at);
        if (marker == 0 || left < 2)
            return 0;
        const size_t said = (size_t)image->at[0] << 8 | image->at[1]; /* its own two bytes are counted */
        if (said < 2 || said > left)
            return 0;
        image->at += said;
        const size_t length = said - 2;
        if (marker == SOS)
            return read_scan(image, tables, body, length);
        int is_known = (marker >= APP0 && marker <= APP15) || marker == COM;
        if (marker == DHT)
            is_known = read_tables(image, tables, body, length);
        else if (marker == DQT)
            is_known = read_quantisers(image, body, length);
        else if (marker == SOF0 || marker == SOF1)
            is_known = read_frame(image, body, length);
        else if (marker == DRI && (is_known = length == 2))
            image->interval = body[0] << 8 | body[1];
        else if (marker == APP14 && length >= 12 && memcmp(body, "Adobe", 5) == 0)
            is_known = body[11] == 1; /* its colours are luminance and two differences */
        if (!is_known)
            return 0;
    }
}

/* Bring the planes together, colours that are sampled more coarsely repeated. */
static void interleave(const image *image, uint32_t width, uint32_t height, uint8_t *pixel) {
    for (unsigned colour = 0; colour < image->count; colour++) {
        const component *const own = &image->components[colour];
        const unsigned x_shift = image->components[0].across / own->across / 2; /* 1, 2, 4 times as fine: 0, 1, 2 */
        const unsigned y_shift = image->components[0].down / own->down / 2;
        uint8_t *to = pixel + colour;
        for (uint32_t y = 0; y < height; y++) {
            const uint8_t *const row = own->plane + (y >> y_shift) * own->stride;
            for (uint32_t x = 0; x < width; x++, to += image->count)
                *to = row[x >> x_shift];
        }
    }
}

/* Whether the file is proven to be whole; only then is `picture` filled. The bytes that it tells of are among those at
   `means`; a picture that needs more than `capacity` of them is not looked at. */
int baseline_walk(baseline_room *room, const uint8_t *data, size_t length, baseline_picture *picture, uint8_t *means,
                  size_t capacity) {
    image image = {.at = data, .end = data + length};
    if (!read_segments(&image, room->tables))
        return 0;
    const uint32_t mcu_width = 8u * image.components[0].across, mcu_height = 8u * image.components[0].down;
    const uint32_t mcus_across = (image.width + mcu_width - 1) / mcu_width;
    const uint32_t mcus_down = (image.height + mcu_height - 1) / mcu_height;
    const uint32_t width = (image.width + 7) / 8, height = (image.height + 7) / 8;
    size_t used = 0;
    for (unsigned colour = 0; colour < image.count; colour++) {
        component *const own = &image.components[colour];
        own->stride = (size_t)mcus_across * own->across;
        own->plane = means + used;
        used += own->stride * mcus_down * own->down;
    }
    if (used + (size_t)width * height * image.count > capacity || !walk(&image, &room->feed, mcus_across, mcus_down))
        return 0;
    *picture = (baseline_picture){.width = width, .height = height, .count = image.count, .first = (uint32_t)used};
    interleave(&image, width, height, means + used);
    return 1;
}

size_t baseline_room_bytes(void) { return sizeof(baseline_room); }
