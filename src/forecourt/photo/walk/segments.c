/* What lies between a file's first byte and the first of its scan, and its markers. */

#include <string.h>

#include "walk.h"

enum {
    SOF0 = 0xC0, SOF1 = 0xC1, DHT = 0xC4, SOI = 0xD8, SOS = 0xDA, DQT = 0xDB, DRI = 0xDD, APP0 = 0xE0, APP14 = 0xEE,
    APP15 = 0xEF, COM = 0xFE
};

/* The code of the marker that comes here, fill bytes before it passed (B.1.1.2); 0 if none does. */
unsigned take_marker(const uint8_t **at, const uint8_t *end) {
    while (end - *at >= 2 && (*at)[0] == 0xFF && (*at)[1] == 0xFF)
        ++*at;
    if (end - *at < 2 || (*at)[0] != 0xFF)
        return 0;
    *at += 2;
    return (*at)[-1];
}

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
            if (!build_table(table, (kind)class)) {
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
int read_segments(image *image, huffman tables[2][TABLES]) {
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
