// Products with few columns, and the table. Included after product_pack.h.

#define PRODUCT_TABLE                                                     \
  {                                                                       \
    .width = WIDTH, .vectors = VECTORS, .rows = ROWS,                     \
    .tile = {ALL_TILES}, .pack = KERNEL(pack), .round = KERNEL(round),                            \
  }
