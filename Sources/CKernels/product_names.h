// The table of an instruction set. Included last.

#ifndef BFLOAT_TILES
#define BFLOAT_TILES .bfloat_pairs = 0
#endif

const struct product_table KERNEL(product) = {
    .width = WIDTH, .vectors = VECTORS, .rows = ROWS,
    .tile = {ALL_TILES}, BFLOAT_TILES,
    .pack = KERNEL(pack), .add = KERNEL(add), .round = KERNEL(round),
    .dot = {KERNEL(dot_1), KERNEL(dot_2), KERNEL(dot_3), KERNEL(dot_4)}, .turn = KERNEL(turn),
    .depthwise = KERNEL(depthwise), .depthwise_weights = KERNEL(depthwise_weights),
    .winograd_pixels = KERNEL(winograd_pixels), .winograd_weights = KERNEL(winograd_weights),
    .winograd_sums = KERNEL(winograd_sums), .winograd_gradients = KERNEL(winograd_gradients),
    .winograd_weight_sums = KERNEL(winograd_weight_sums), .peak = KERNEL(peak),
};
