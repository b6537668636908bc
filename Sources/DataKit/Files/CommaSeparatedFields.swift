import Basics

/// The rows of a CSV text cut into fields. All rows have equally many. Valid while the text's memory is.
struct CommaSeparatedFields {
  /// Where a field's characters are; quotes around it are left out.
  struct Field {
    var start: Int
    var end: Int
    var hasDoubledQuotes = false
  }

  let text: UnsafeBufferPointer<UInt8>
  let source: String
  let columnCount: Int
  /// Row after row.
  private(set) var fields: [Field] = []
  /// The line that each row begins in, counted from 1.
  private(set) var lines: [Int] = []

  var rowCount: Int { lines.count }

  init(_ text: UnsafeBufferPointer<UInt8>, source: String, delimiter: UInt8) throws {
    self.text = text
    self.source = source
    var scanner = Scanner(text: text, source: source, delimiter: delimiter)
    scanner.skipByteOrderMark()
    var columnCount = 0
    while scanner.skipEmptyLines() {
      let line = scanner.line
      let before = fields.count
      try scanner.readRow(into: &fields)
      let found = fields.count - before
      if lines.isEmpty { columnCount = found }
      guard found == columnCount else {
        throw Failure(
          .file, "\(source), line \(line): found \(found) fields, wanted \(columnCount) as in the first row")
      }
      lines.append(line)
    }
    guard columnCount > 0 else { throw Failure(.file, "\(source) is empty, wanted rows of comma-separated values") }
    self.columnCount = columnCount
  }

  /// The bytes of a field as they stand in the text; doubled quotes are still double.
  func bytes(row: Int, column: Int) -> Slice<UnsafeBufferPointer<UInt8>> {
    let field = fields[row * columnCount + column]
    return text[field.start..<field.end]
  }

  /// A field's text, or an error when it is not UTF-8.
  func string(row: Int, column: Int) throws -> String {
    let field = fields[row * columnCount + column]
    guard let string = String(validating: text[field.start..<field.end], as: UTF8.self) else {
      throw Failure(.file, "\(place(row: row, column: column)): the text is not UTF-8")
    }
    guard field.hasDoubledQuotes else { return string }
    var isSecond = false
    return String(
      decoding: string.utf8.filter { byte in
        isSecond = byte == CommaSeparated.quote && !isSecond
        return byte != CommaSeparated.quote || isSecond
      }, as: UTF8.self)
  }

  /// How errors name a field: `"points.csv, line 3, column 2"`.
  func place(row: Int, column: Int) -> String {
    "\(source), line \(lines[row]), column \(column + 1)"
  }
}

extension CommaSeparatedFields {
  /// Walks over the text once.
  private struct Scanner {
    let text: UnsafeBufferPointer<UInt8>
    let source: String
    let delimiter: UInt8
    var position = 0
    var line = 1

    init(text: UnsafeBufferPointer<UInt8>, source: String, delimiter: UInt8) {
      self.text = text
      self.source = source
      self.delimiter = delimiter
    }

    mutating func skipByteOrderMark() {
      if text.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    /// Whether a row follows.
    mutating func skipEmptyLines() -> Bool {
      while position < text.count, skipLineEnd() {}
      return position < text.count
    }

    /// Steps over LF, CRLF or CR.
    private mutating func skipLineEnd() -> Bool {
      if text[position] == CommaSeparated.carriageReturn {
        position += 1
        if position < text.count, text[position] == CommaSeparated.lineFeed { position += 1 }
      } else if text[position] == CommaSeparated.lineFeed {
        position += 1
      } else {
        return false
      }
      line += 1
      return true
    }

    /// Reads up to and including the end of the line, or to the end of the text.
    mutating func readRow(into fields: inout [Field]) throws {
      var column = 0
      while true {
        column += 1
        let isQuoted = position < text.count && text[position] == CommaSeparated.quote
        fields.append(try isQuoted ? readQuoted(column: column) : readPlain(column: column))
        guard position < text.count else { return }
        if text[position] == delimiter {
          position += 1
        } else if skipLineEnd() {
          return
        } else {
          throw Failure(
            .file,
            "\(source), line \(line), column \(column): text follows the closing quote; "
              + "a quote inside a quoted field is written twice")
        }
      }
    }

    private mutating func readPlain(column: Int) throws -> Field {
      let start = position
      while position < text.count {
        let byte = text[position]
        if byte == delimiter || byte == CommaSeparated.lineFeed || byte == CommaSeparated.carriageReturn { break }
        guard byte != CommaSeparated.quote else {
          throw Failure(
            .file, "\(source), line \(line), column \(column): a quote inside a field that does not begin with one")
        }
        position += 1
      }
      return Field(start: start, end: position)
    }

    private mutating func readQuoted(column: Int) throws -> Field {
      let firstLine = line
      position += 1
      var field = Field(start: position, end: position)
      while position < text.count {
        if text[position] == CommaSeparated.quote {
          let isDoubled = position + 1 < text.count && text[position + 1] == CommaSeparated.quote
          guard isDoubled else {
            field.end = position
            position += 1
            return field
          }
          field.hasDoubledQuotes = true
          position += 2
        } else if !skipLineEnd() {
          position += 1
        }
      }
      throw Failure(.file, "\(source), line \(firstLine), column \(column): the quote is never closed")
    }
  }
}
