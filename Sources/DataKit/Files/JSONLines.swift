import Basics

/// Reads JSON Lines: one JSON object per line, whose keys are columns.
public enum JSONLines {
  /// The table that the text holds. Columns stand in the order in which their names first occur. A column's values are all
  /// numbers (`integers` when all are whole), all text, or all true or false. In columns of numbers, `null` and an absent
  /// key are missing values (NaN); elsewhere they are errors. Empty lines are skipped.
  ///
  /// - Parameters:
  ///   - bytes: the whole text, UTF-8.
  ///   - source: what errors call it, such as the file's name.
  ///   - columns: the keys to read, in the order wanted; all when `nil`. Other keys may then hold anything, lists too.
  /// - Throws: `Failure` of kind `file` with the line: text that is not JSON, nested too deep or not an object, a value of
  ///   another type than its column's, a list or object as value, a missing text; of kind `argument` when a wanted column
  ///   occurs nowhere.
  public static func parse(_ bytes: [UInt8], source: String, columns: [String]? = nil) throws -> RawTable {
    var table = JSONLinesTable(source: source, wanted: columns)
    try bytes.withUnsafeBufferPointer { text in
      var start = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
      var line = 0
      while start < text.count {
        line += 1
        let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        if !text[start..<end].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }) {
          try table.add(try members(text[start..<end], source: source, line: line), line: line)
        }
        start = end + 1
      }
    }
    return try table.finished()
  }

  private static func members(
    _ text: Slice<UnsafeBufferPointer<UInt8>>, source: String, line: Int
  ) throws -> [JSON.Member] {
    do {
      let value = try JSON.parse(UnsafeBufferPointer(rebasing: text))
      if case .object(let members) = value { return members }
      throw Failure(.file, "\(source), line \(line): found \(value.kind), wanted an object in braces")
    } catch let mistake as JSON.Mistake {
      throw Failure(.file, "\(source), line \(line), byte \(mistake.offset + 1): \(mistake.message)")
    }
  }
}
