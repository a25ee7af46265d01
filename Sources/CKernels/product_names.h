// The table of an instruction set. Included last.

#ifndef BFLOAT_TILES
#define BFLOAT_TILES .bfloat_pairs = 0
#endif

const struct product_table KERNEL(product) = {
    .width = WIDTH, .vectors = VECTORS, .rows = ROWS,
    .tile = {ALL_TILES}, BFLOAT_TILES,
    .pack = KERNEL(pack), .pack_across = KERNEL(pack_across), .add = KERNEL(add), .round = KERNEL(round),
    .dot = {KERNEL(dot_1), KERNEL(dot_2), KERNEL(dot_3), KERNEL(dot_4)}, .turn = KERNEL(turn),
    .depthwise = KERNEL(depthwise), .depthwise_weights = KERNEL(depthwise_weights),
    .winograd = WINOGRAD_2_3, .strided_winograd = WINOGRAD_4_2, .peak = KERNEL(peak),
};
