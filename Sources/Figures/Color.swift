/// A colour in sRGB, 0...1 per channel.
struct Color: Equatable, Sendable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  init(_ hex: UInt32) {
    red = UInt8(truncatingIfNeeded: hex >> 16)
    green = UInt8(truncatingIfNeeded: hex >> 8)
    blue = UInt8(truncatingIfNeeded: hex)
  }

  /// Values outside 0...1 are cut off; NaN is black.
  init(red: Double, green: Double, blue: Double) {
    func byte(_ value: Double) -> UInt8 { value > 0 ? UInt8((min(1, value) * 255).rounded()) : 0 }
    self.red = byte(red)
    self.green = byte(green)
    self.blue = byte(blue)
  }

  var hex: String {
    let digits = Array("0123456789abcdef")
    return "#" + [red, green, blue].map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
  }

  /// Perceived lightness 0...1 (Rec. 709 weights).
  var lightness: Double { (0.2126 * Double(red) + 0.7152 * Double(green) + 0.0722 * Double(blue)) / 255 }
}

/// The colours of figures.
enum Palette {
  /// The qualitative colours of Okabe & Ito (2008), distinguishable with any colour vision; black is left to the ink.
  static let series: [Color] = [
    Color(0x0072B2), Color(0xD55E00), Color(0x009E73), Color(0xE69F00), Color(0x56B4E9), Color(0xCC79A7),
    Color(0xF0E442),
  ]

  /// Lighter versions of those that are too dim on a dark page.
  static let seriesOnDark: [Color] = [
    Color(0x3D9BE0), Color(0xF07B2B), Color(0x22B88B), Color(0xE69F00), Color(0x7CC7F2), Color(0xD98FB8),
    Color(0xF0E442),
  ]

  /// Stops of the sequential colours, light to dark blue, even in lightness.
  private static let stops: [Color] = [
    Color(0xF7FBFF), Color(0xCFE1F2), Color(0x93C4DF), Color(0x4A97C9), Color(0x1764AB), Color(0x08306B),
  ]

  /// The sequential colour at 0...1.
  static func sequential(_ share: Double) -> Color {
    let place = min(1, max(0, share)) * Double(stops.count - 1)
    let below = min(stops.count - 2, Int(place))
    let rest = place - Double(below)
    func mixed(_ channel: (Color) -> UInt8) -> Double {
      (Double(channel(stops[below])) * (1 - rest) + Double(channel(stops[below + 1])) * rest) / 255
    }
    return Color(red: mixed(\.red), green: mixed(\.green), blue: mixed(\.blue))
  }
}
