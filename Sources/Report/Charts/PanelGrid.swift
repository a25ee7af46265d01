/// Small panels side by side, one a generation, as many in a row as the page is wide.
enum PanelGrid {
  static func layout(panelWidth: Double) -> JSONValue {
    [
      "padding": 14, "align": "each", "bounds": "full",
      "columns": [
        "signal": .text(
          "max(1, floor((isFinite(containerSize()[0]) ? containerSize()[0] : 640) / \(Int(panelWidth) + 48)))")
      ],
    ]
  }

  /// `real data`, or the generation.
  static let title: JSONValue = [
    "text": ["signal": "parent.generation < 0 ? 'real data' : 'generation ' + parent.generation"],
    "anchor": "start", "fontSize": 11, "fontWeight": "normal", "offset": 4,
  ]

  static let axes = [
    VegaAxis(orient: "bottom", scale: "x", tickCount: 3),
    VegaAxis(orient: "left", scale: "y", tickCount: 3),
  ]

  static func frame(width: Double, height: Double) -> VegaMark.Encodings {
    .init(update: [
      "width": .value(.number(width)), "height": .value(.number(height)),
      "stroke": .signal("dark ? '#4a4f55' : '#c8ccd0'"),
    ])
  }
}
