/// Collects SVG elements; all text and attributes are escaped here and nowhere else.
struct SVGDocument {
  private(set) var body: [String] = []

  mutating func element(_ name: String, _ attributes: [(String, String)], text: String? = nil) {
    let listed = attributes.map { " \($0.0)=\"\(Self.escaped($0.1))\"" }.joined()
    body.append(text.map { "<\(name)\(listed)>\(Self.escaped($0))</\(name)>" } ?? "<\(name)\(listed)/>")
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    element(
      "line",
      [("x1", c(x1)), ("y1", c(y1)), ("x2", c(x2)), ("y2", c(y2)), ("class", style)])
  }

  mutating func rectangle(_ box: Box, _ attributes: [(String, String)]) {
    element(
      "rect", [("x", c(box.x)), ("y", c(box.y)), ("width", c(box.width)), ("height", c(box.height))] + attributes)
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String) {
    element("circle", [("cx", c(x)), ("cy", c(y)), ("r", c(radius)), ("class", style)])
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, anchor: String = "start", style: String = "pf-text",
    rotated: Double? = nil
  ) {
    var attributes = [("x", c(x)), ("y", c(y)), ("text-anchor", anchor), ("class", style)]
    if let rotated { attributes.append(("transform", "rotate(\(c(rotated)) \(c(x)) \(c(y)))")) }
    element("text", attributes, text: text)
  }

  mutating func path(_ points: [(x: Double, y: Double)], closed: Bool = false, _ style: String) {
    guard let first = points.first else { return }
    let rest = points.dropFirst().map { "L\(c($0.x)) \(c($0.y))" }.joined()
    element("path", [("d", "M\(c(first.x)) \(c(first.y))\(rest)\(closed ? "Z" : "")"), ("class", style)])
  }

  mutating func picture(_ box: Box, width: Int, height: Int, _ color: (Int, Int) -> Color) {
    element(
      "image",
      [
        ("x", c(box.x)), ("y", c(box.y)), ("width", c(box.width)), ("height", c(box.height)),
        ("preserveAspectRatio", "none"), ("image-rendering", "optimizeSpeed"), ("style", "image-rendering:pixelated"),
        ("href", "data:image/png;base64," + PNG.base64(width: width, height: height, color)),
      ])
  }

  private func c(_ value: Double) -> String { Number.coordinate(value) }

  /// Text safe inside XML; control characters, which XML forbids, become spaces.
  static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      case "\u{0}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}

/// A rectangle on the page.
struct Box {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }
}
