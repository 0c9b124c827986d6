/* A file's proof, and the picture that its blocks' means make. */

#include <string.h>

#include "walk.h"

/* The difference to the mean of the block before. */
static inline int32_t difference(const huffman *table, uint32_t start) {
    const int32_t seen = table->differences[start >> (START_BITS - LOOK_BITS)];
    return seen == FAR ? difference_far(table, start) : seen;
}

/* The mean as a sample: what an inverse transform makes of it at an eighth of the size. */
static inline uint8_t sample(int32_t mean, int32_t quantiser) {
    const int32_t value = ((mean * quantiser + 4) >> 3) + 128;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* From the beginnings of all blocks to the planes; 0 if a mean is none. */
static int read_means(const image *image, const uint32_t *starts, uint32_t mcus_across, uint32_t mcus_down) {
    const unsigned first_blocks = image->components[0].across * image->components[0].down;
    const unsigned mcu_blocks = first_blocks + image->count - 1;
    for (unsigned colour = 0; colour < image->count; colour++) {
        const component *const own = &image->components[colour];
        const int32_t quantiser = image->quantisers[own->quantiser];
        const uint32_t *start = starts + (colour ? first_blocks + colour - 1 : 0);
        int32_t mean = 0;
        unsigned left = image->interval; /* MCUs until the next restart, if there are any */
        for (uint32_t row = 0; row < mcus_down; row++)
            for (uint32_t mcu = 0; mcu < mcus_across; mcu++, start += mcu_blocks) {
                if (image->interval && left-- == 0) {
                    mean = 0;
                    left = image->interval - 1;
                }
                uint8_t *const to = own->plane + (size_t)row * own->down * own->stride + mcu * own->across;
                for (unsigned block = 0, y = 0; y < own->down; y++)
                    for (unsigned x = 0; x < own->across; x++, block++) {
                        mean += difference(own->dc, start[block]);
                        if (mean != (int16_t)mean)
                            return 0;
                        to[y * own->stride + x] = sample(mean, quantiser);
                    }
            }
    }
    return 1;
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
   `memory`, which begins where a uint32_t may; a file that needs more than `capacity` of them is not looked at. */
int baseline_walk(baseline_room *room, const uint8_t *data, size_t length, baseline_picture *picture, void *memory,
                  size_t capacity) {
    image image = {.at = data, .end = data + length};
    if (!read_segments(&image, room->tables))
        return 0;
    const uint32_t mcu_width = 8u * image.components[0].across, mcu_height = 8u * image.components[0].down;
    const uint32_t mcus_across = (image.width + mcu_width - 1) / mcu_width;
    const uint32_t mcus_down = (image.height + mcu_height - 1) / mcu_height;
    const uint32_t width = (image.width + 7) / 8, height = (image.height + 7) / 8;
    size_t blocks = 0;
    for (component *own = image.components; own < image.components + image.count; own++) {
        own->stride = (size_t)mcus_across * own->across;
        blocks += own->stride * mcus_down * own->down;
    }
    const size_t planes = 2 * (blocks + 1) * sizeof(uint32_t), pixels = planes + blocks;
    const size_t bytes = pixels + (size_t)width * height * image.count;
    if (bytes + length + PAST_BYTES > capacity)
        return 0;
    uint8_t *const begin = memory;
    uint32_t *const starts = memory, *const others = starts + blocks + 1;
    uint8_t *plane = begin + planes;
    for (component *own = image.components; own < image.components + image.count; own++) {
        own->plane = plane;
        plane += own->stride * mcus_down * own->down;
    }
    if (!walk_scan(&image, mcus_across * mcus_down, begin + bytes, starts, others) ||
        !read_means(&image, starts, mcus_across, mcus_down))
        return 0;
    interleave(&image, width, height, begin + pixels);
    *picture = (baseline_picture){.width = width, .height = height, .count = image.count, .first = (uint32_t)pixels};
    return 1;
}

size_t baseline_room_bytes(void) { return sizeof(baseline_room); }
