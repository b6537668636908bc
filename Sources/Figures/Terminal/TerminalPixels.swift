import CZlib

/// Pictures as the escape sequences that terminals draw pixels by.
enum TerminalPixels {
  /// The sequence that draws a picture at the cursor.
  static func sequence(_ raster: Raster, _ graphics: TerminalStyle.Graphics) -> String {
    graphics == .kitty ? kitty(raster) : sixel(raster)
  }

  /// Kitty's protocol: RGBA, deflated, in base64, in pieces of 4096 letters; the cursor stays, nothing is answered.
  static func kitty(_ raster: Raster) -> String {
    let letters = Array(Base64.encode(deflated(raster.bytes)).utf8)
    var text = ""
    var start = 0
    repeat {
      let end = min(letters.count, start + 4096)
      let more = "m=\(end < letters.count ? 1 : 0)"
      let head = start == 0 ? "a=T,f=32,o=z,s=\(raster.width),v=\(raster.height),C=1,q=2,\(more)" : more
      text += "\u{1B}_G\(head);" + String(decoding: letters[start..<end], as: UTF8.self) + "\u{1B}\\"
      start = end
    } while start < letters.count
    return text
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var size = compressBound(uLong(bytes.count))
    var out = [UInt8](repeating: 0, count: Int(size))
    let code = compress2(&out, &size, bytes, uLong(bytes.count), 6)
    return code == Z_OK ? Array(out.prefix(Int(size))) : []
  }

  /// Sixels: rows of six pixels, one pass for each colour in them, repeated ones counted. Colours are xterm's 240;
  /// pixels without one leave the background.
  static func sixel(_ raster: Raster) -> String {
    let height = raster.height / 6 * 6
    var palette: [Int: Int] = [:]
    var order: [Color] = []
    let numbers = (0..<(raster.width * height)).map { place -> Int in
      guard let color = raster.color(place) else { return -1 }
      let key = color.indexed
      if let known = palette[key] { return known }
      palette[key] = order.count
      order.append(Color.ofIndex(key))
      return order.count - 1
    }
    var text = "\u{1B}P0;1;0q\"1;1;\(raster.width);\(height)"
    for (number, color) in order.enumerated() {
      func percent(_ channel: UInt8) -> Int { (Int(channel) * 100 + 127) / 255 }
      text += "#\(number);2;\(percent(color.red));\(percent(color.green));\(percent(color.blue))"
    }
    for top in stride(from: 0, to: height, by: 6) {
      var masks: [[UInt8]?] = Array(repeating: nil, count: order.count)
      for row in 0..<6 {
        for column in 0..<raster.width {
          let number = numbers[(top + row) * raster.width + column]
          guard number >= 0 else { continue }
          if masks[number] == nil { masks[number] = [UInt8](repeating: 0, count: raster.width) }
          masks[number]?[column] |= 1 << row
        }
      }
      for (number, mask) in masks.enumerated() {
        if let mask { text += "#\(number)" + runs(mask) + "$" }
      }
      text += "-"
    }
    return text + "\u{1B}\\"
  }

  private static func runs(_ mask: [UInt8]) -> String {
    var bytes: [UInt8] = []
    var start = 0
    while start < mask.count {
      var end = start + 1
      while end < mask.count, mask[end] == mask[start] { end += 1 }
      if end == mask.count, mask[start] == 0 { break }
      let letter = mask[start] + 63
      if end - start > 3 {
        bytes += Array("!\(end - start)".utf8) + [letter]
      } else {
        bytes += [UInt8](repeating: letter, count: end - start)
      }
      start = end
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Color {
  /// One of xterm's colours 16 to 255.
  static func ofIndex(_ index: Int) -> Color {
    if index >= 232 {
      let grey = UInt32(8 + 10 * (index - 232))
      return Color(grey << 16 | grey << 8 | grey)
    }
    func value(_ level: Int) -> UInt32 { level == 0 ? 0 : UInt32(55 + 40 * level) }
    let cube = index - 16
    return Color(value(cube / 36) << 16 | value(cube / 6 % 6) << 8 | value(cube % 6))
  }
}
