extension JSON {
  /// The value that the whole text holds, with spaces around it.
  ///
  /// - Throws: where the text stops being JSON: half a surrogate pair, a key that occurs twice in an object, more than
  ///   ``JSONReader/maximumDepth`` levels, a number beyond the range of Double, an end too early, ...
  public static func parse(_ text: UnsafeBufferPointer<UInt8>) throws(Mistake) -> JSON {
    var reader = JSONReader(text)
    let value = try reader.value()
    try reader.finish()
    return value
  }

  /// The value that a whole file holds; a byte order mark at its beginning is skipped.
  ///
  /// - Parameter source: what errors call the text, such as the file's name.
  /// - Throws: `Failure` of kind `file` with the byte (from 1) and what is wrong there.
  public static func parse(_ bytes: [UInt8], source: String) throws -> JSON {
    try bytes.withUnsafeBufferPointer { text in
      let start = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
      do throws(Mistake) {
        return try parse(UnsafeBufferPointer(rebasing: text[start...]))
      } catch {
        throw Failure(.file, "\(source), byte \(start + error.offset + 1): \(error.message)")
      }
    }
  }

  /// The value that the whole text holds.
  ///
  /// - Throws: `Failure` of kind `file`, "not valid JSON: ...", with the byte (from 1) and what is wrong there.
  public init(parsing bytes: [UInt8]) throws { try self.init(parsing: bytes[...]) }

  public init(parsing bytes: ArraySlice<UInt8>) throws {
    self = try bytes.withUnsafeBufferPointer { text in
      do throws(Mistake) {
        return try Self.parse(text)
      } catch {
        throw Failure(.file, "not valid JSON: \(error.message) at byte \(error.offset + 1)")
      }
    }
  }

  public init(parsing text: String) throws { try self.init(parsing: Array(text.utf8)) }
}
