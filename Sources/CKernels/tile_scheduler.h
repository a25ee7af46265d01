// The state in which the steps of a tile program are written.
#ifndef TILE_SCHEDULER_H
#define TILE_SCHEDULER_H

#include "tile_program.h"

/// Slots are numbered by kind until all are known: blocks, numbers, pointers into operands. TILE_LAST
/// is the last use of what a late store needs.
enum { TILE_BUFFER = 0, TILE_SMALL = 0x4000, TILE_POINTER = 0x8000, TILE_KIND = 0xc000, TILE_LAST = 0x7fff };

struct tile_scheduler {
  const struct tile_builder *builder;
  const struct tile_node *nodes;
  struct ouroboros_tile_program *program;
  struct tile_step *steps;
  struct tile_reduction *reductions;
  int capacity, count;
  int buffers, smalls, pointers, reduction_count;
  uint8_t busy[TILE_INSTRUCTIONS];             // buffers
  uint16_t slot[TILE_INSTRUCTIONS];            // of each value
  int16_t phase[TILE_INSTRUCTIONS];            // of sinks and reductions of rows
  int16_t reduction[TILE_INSTRUCTIONS];        // of reductions of rows that are cut
  uint8_t include[TILE_INSTRUCTIONS];          // of the list being written
  uint8_t written[TILE_INSTRUCTIONS];          // stores done by the function that makes the value
  uint8_t hoisted[TILE_INSTRUCTIONS];
  uint8_t fused[TILE_INSTRUCTIONS];            // products computed by the sum that uses them
  int16_t last_use[TILE_INSTRUCTIONS];         // in the list being written
};

static inline int tile_is_row_reduction(int operation) {
  return operation == OUROBOROS_ROW_SUM || operation == OUROBOROS_ROW_MAXIMUM;
}

/// The values that a node reads, the factors of a product in place of one that is fused. Returns how
/// many.
int tile_sources(const struct tile_scheduler *scheduler, int node, uint16_t sources[3]);

/// A step at the end of the program.
struct tile_step *tile_append(struct tile_scheduler *scheduler, int code);

/// A slot for the value of a node: whole blocks in buffers, rows and numbers in small ones.
uint16_t tile_take_slot(struct tile_scheduler *scheduler, int node);

/// The steps of one node of the list being written.
void tile_write_node(struct tile_scheduler *scheduler, int node);

#endif
