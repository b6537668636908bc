/// A picture as PNG bytes (RFC 2083) in base64, with stored, uncompressed data: small and the same everywhere.
enum PNG {
  /// Rows of colours from the top; all rows must have the same length.
  static func base64(width: Int, height: Int, _ color: (Int, Int) -> Color) -> String {
    var raw: [UInt8] = []
    for row in 0..<height {
      raw.append(0)
      for column in 0..<width {
        let pixel = color(row, column)
        raw += [pixel.red, pixel.green, pixel.blue]
      }
    }
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    bytes += chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0])
    bytes += chunk("IDAT", stored(raw))
    bytes += chunk("IEND", [])
    return Base64.encode(bytes)
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(checksum(body)))
  }

  /// A zlib stream (RFC 1950) of stored blocks.
  private static func stored(_ data: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let count = min(65535, data.count - start)
      let size = [UInt8(count & 255), UInt8(count >> 8)]
      out += [start + count == data.count ? 1 : 0] + size + size.map { ~$0 }
      out += data[start..<start + count]
      start += count
    } while start < data.count
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in data {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return out + bigEndian(Int(b << 16 | a))
  }

  /// CRC-32, bit by bit.
  private static func checksum(_ data: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in data {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
