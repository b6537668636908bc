import Basics

extension SafetensorsHeader {
  /// Reads a header. Only what the format has is understood, so nothing nests and nothing recurses.
  init(parsing text: [UInt8]) throws(Mistake) {
    guard text.first == UInt8(ascii: "{") else { throw Mistake(message: "it does not begin with '{'") }
    let result = text.withUnsafeBufferPointer { text in
      Result { () throws(JSON.Mistake) in
        var reader = JSONReader(text)
        return try Self.whole(&reader)
      }
    }
    switch result {
    case .success(let header): self = header
    case .failure(let mistake): throw Mistake(message: "\(mistake.message) at byte \(mistake.offset + 1)")
    }
  }

  private static func whole(_ reader: inout JSONReader) throws(JSON.Mistake) -> SafetensorsHeader {
    var header = SafetensorsHeader(entries: [], metadata: [])
    try reader.object { (name, reader) throws(JSON.Mistake) in
      if name == metadataName {
        try reader.object { (key, reader) throws(JSON.Mistake) in header.metadata.append((key, try reader.text())) }
      } else {
        header.entries.append(try entry(name, &reader))
      }
    }
    try reader.finish()
    return header
  }

  private static func entry(_ name: String, _ reader: inout JSONReader) throws(JSON.Mistake) -> Entry {
    var dtype: String?
    var shape: [Int]?
    var place: [Int]?
    try reader.object { (key, reader) throws(JSON.Mistake) in
      switch key {
      case "dtype": dtype = try reader.text()
      case "shape": shape = try integers(&reader)
      case "data_offsets": place = try integers(&reader)
      default: throw reader.mistake("'\(name)' has the unknown field '\(key)'")
      }
    }
    guard let dtype, let shape, let place else {
      throw reader.mistake("'\(name)' needs dtype, shape and data_offsets")
    }
    guard place.count == 2 else { throw reader.mistake("'\(name)' has \(place.count) data_offsets, wanted 2") }
    return Entry(name: name, dtype: dtype, shape: shape, begin: place[0], end: place[1])
  }

  private static func integers(_ reader: inout JSONReader) throws(JSON.Mistake) -> [Int] {
    var integers: [Int] = []
    try reader.list { (reader) throws(JSON.Mistake) in integers.append(try reader.wholeNumber()) }
    return integers
  }

  /// The header as JSON, filled up with spaces to a multiple of eight bytes.
  func encoded(_ path: String) throws -> [UInt8] {
    var members: [(String, JSON)] = []
    if !metadata.isEmpty {
      var keys: Set<ExactText> = []
      for (key, _) in metadata where !keys.insert(ExactText(key)).inserted {
        throw Failure(.argument, "the metadata key '\(key)' occurs twice")
      }
      members.append((Self.metadataName, .record(metadata.map { ($0.key, .text($0.value)) })))
    }
    for entry in entries {
      guard entry.name != Self.metadataName else {
        throw Failure(.argument, "a tensor cannot be named '\(entry.name)' in a safetensors file")
      }
      let place = [entry.begin, entry.end]
      members.append(
        (
          entry.name,
          .record(
            ("dtype", .text(entry.dtype)), ("shape", .list(entry.shape.map { .integer($0) })),
            ("data_offsets", .list(place.map { .integer($0) })))
        ))
    }
    var text = Array(JSON.record(members).written(JSON.Style(namesEscapes: false)).utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    guard text.count <= Safetensors.headerLimit else {
      throw Failure(
        .file,
        "\(path) cannot be written: its header would have \(text.count) bytes, more than \(Safetensors.headerLimit)")
    }
    return text
  }
}
