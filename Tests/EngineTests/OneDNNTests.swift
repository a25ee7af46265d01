import COneDNN
import Testing

/// The shim of oneDNN against sums in Double. Both versions of the library go through the same cases
/// in C: Tests/OneDNN3.
@Suite struct OneDNNTests {
  @Test func convolutionsAgreeWithDouble() {
    let mismatches = OneDNNCases.convolutionMismatches()
    #expect(mismatches.isEmpty, "\(mismatches.joined(separator: "\n"))")
  }

  @Test func productsAgreeWithDouble() {
    let mismatches = OneDNNCases.productMismatches()
    #expect(mismatches.isEmpty, "\(mismatches.joined(separator: "\n"))")
  }

  /// The limit holds for a process, so that the cases run in one of their own.
  @Test func agreesWithDoubleOnAVX2() async {
    await #expect(processExitsWith: .success) {
      try OneDNNCases.check(onednn_limit_isa(ONEDNN_ISA_AVX2))
      #expect(["avx2", "avx", "sse41"].contains(String(cString: onednn_isa_name())))
      #expect(onednn_has_bf16() == 0)
      let mismatches = OneDNNCases.convolutionMismatches() + OneDNNCases.productMismatches()
      #expect(mismatches.isEmpty, "\(mismatches.joined(separator: "\n"))")
    }
  }

  /// The same operation twice gives the same bits, and with packed weights those of plain ones.
  @Test func repeatsItsBits() throws {
    var c = OneDNNCases.convolution(
      ONEDNN_FORWARD, input: (2, 9, 9, 24), outputs: 40, kernel: (3, 3), padding: (1, 1, 1, 1))
    let input = OneDNNReference.numbers(2 * 9 * 9 * 24, seed: 8)
    let weights = OneDNNReference.numbers(40 * 3 * 3 * 24, seed: 9)
    var results: [[Float]] = []
    for packed in [false, true, true] {
      c.packed = packed ? 1 : 0
      var operation: OpaquePointer?
      try OneDNNCases.check(onednn_create_convolution(&c, &operation))
      defer { onednn_destroy(operation) }
      var bias: [Float] = []
      results.append(
        try OneDNNCases.run(
          operation!, packed: packed, first: input, second: weights, bias: &bias,
          resultCount: 2 * 9 * 9 * 40))
    }
    #expect(results[0].map(\.bitPattern) == results[1].map(\.bitPattern))
    #expect(results[1].map(\.bitPattern) == results[2].map(\.bitPattern))
  }

  @Test func takesThePreferredImplementation() throws {
    var c = OneDNNCases.convolution(
      ONEDNN_FORWARD, input: (2, 9, 9, 32), outputs: 32, kernel: (3, 3), padding: (1, 1, 1, 1))
    var names: [String] = []
    for preferred in [nil, "x64:gemm", "nothing", "x64:gemm"] as [String?] {
      var operation: OpaquePointer?
      let status: Int32
      if let preferred {
        status = preferred.withCString {
          c.preferred = $0
          return onednn_create_convolution(&c, &operation)
        }
      } else {
        status = onednn_create_convolution(&c, &operation)
      }
      try OneDNNCases.check(status)
      names.append(String(cString: onednn_implementation(operation)))
      onednn_destroy(operation)
    }
    #expect(names[1].hasPrefix("x64:gemm") && names[3] == names[1], "\(names)")
    #expect(names[2] == names[0] && names[0] != names[1], "\(names)")
  }

  @Test func refusesWhatDoesNotFit() throws {
    var c = OneDNNCases.convolution(
      ONEDNN_FORWARD, input: (1, 8, 8, 3), outputs: 4, kernel: (3, 3), padding: (1, 1, 1, 1))
    var operation: OpaquePointer?
    c.output_width = 7
    #expect(onednn_create_convolution(&c, &operation) != ONEDNN_SUCCESS)
    #expect(
      String(cString: onednn_last_error())
        == "convolution: width: input 8, kernel 3, stride 1, dilation 1, padding 1 and 1 give an output of 8, not 7"
    )
    #expect(operation == nil)
    c.output_width = 8
    c.groups = 2
    #expect(onednn_create_convolution(&c, &operation) != ONEDNN_SUCCESS)
    #expect(String(cString: onednn_last_error()).contains("groups"))
    var p = onednn_product()
    (p.batch, p.m, p.n, p.k) = (1, 4, 5, 6)
    (p.a_row_stride, p.a_column_stride, p.b_row_stride, p.b_column_stride) = (12, 2, 5, 1)
    p.c_row_stride = 5
    #expect(onednn_create_product(&p, &operation) != ONEDNN_SUCCESS)
    #expect(String(cString: onednn_last_error()).contains("strides 12 and 2"))
  }
}
