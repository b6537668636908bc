/// The header of a safetensors file: names with dtype, shape and place, and texts.
struct SafetensorsHeader {
  struct Entry {
    let name: String
    let dtype: String
    let shape: [Int]
    /// Bytes from the end of the header; `end` is behind the last one.
    let begin: Int
    let end: Int
  }

  /// What is wrong with a header.
  struct Mistake: Error {
    let message: String
  }

  var entries: [Entry]
  var metadata: [(key: String, value: String)]

  static let metadataName = "__metadata__"

  /// Bytes of one element; `nil` for an unknown dtype.
  static func stride(_ dtype: String) -> Int? {
    switch dtype {
    case "F64", "I64", "U64": 8
    case "F32", "I32", "U32": 4
    case "F16", "BF16", "I16", "U16": 2
    case "I8", "U8", "BOOL", "F8_E5M2", "F8_E4M3": 1
    default: nil
    }
  }

  /// Sizes must fit places, and places must cover the data from first to last byte without holes or overlaps.
  func checkPlaces(dataCount: Int) throws(Mistake) {
    for entry in entries {
      guard let stride = Self.stride(entry.dtype) else {
        throw Mistake(message: "'\(entry.name)' has the unknown dtype '\(entry.dtype)'")
      }
      var bytes = stride
      for size in entry.shape {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
        guard !overflow else { throw Mistake(message: "'\(entry.name)' has a shape with more elements than can exist") }
        bytes = product
      }
      guard entry.begin <= entry.end, entry.end <= dataCount else {
        throw Mistake(
          message: "'\(entry.name)' lies at bytes \(entry.begin) to \(entry.end), but there are \(dataCount)")
      }
      guard entry.end - entry.begin == bytes else {
        throw Mistake(message: "'\(entry.name)' needs \(bytes) bytes for its shape, but has \(entry.end - entry.begin)")
      }
    }
    var covered = 0
    let inOrder = entries.indices.sorted {
      (entries[$0].begin, entries[$0].end, $0) < (entries[$1].begin, entries[$1].end, $1)
    }
    for entry in inOrder.map({ entries[$0] }) {
      guard entry.begin >= covered else { throw Mistake(message: "'\(entry.name)' overlaps another tensor") }
      guard entry.begin == covered else { throw Mistake(message: "there is a hole before '\(entry.name)'") }
      covered = entry.end
    }
    guard covered == dataCount else {
      throw Mistake(message: "\(dataCount - covered) bytes at the end belong to no tensor")
    }
  }
}
