import Basics

/// Reads CSV (RFC 4180) into typed columns.
///
/// Fields may be quoted, a doubled quote inside stands for one, and quoted fields may hold delimiters and line breaks. Lines
/// end in LF, CRLF or CR; empty lines are skipped; a byte order mark at the start is skipped. The text is UTF-8.
public enum CommaSeparated {
  /// Whether the first row holds names.
  public enum Header: Sendable {
    /// It does when none of its fields is empty or a number.
    case detect
    case present
    /// It does not; columns are named `column1`, `column2`, ...
    case absent
  }

  /// What a column's values must be.
  public enum ColumnType: Sendable {
    /// Numbers; missing ones become NaN.
    case numbers
    /// Whole numbers; none may be missing.
    case integers
    /// Text, exactly as written.
    case text
  }

  public struct Options: Sendable {
    /// The byte between fields.
    public var delimiter: UInt8
    public var header: Header
    /// Types of columns by name. Other columns are typed by their values: `integers` when all are whole numbers of at most
    /// 64 bits, `numbers` when all are numbers or missing (and not all missing), else `text`.
    public var types: [String: ColumnType]
    /// How missing numbers are written, beside `nan`.
    public var missing: [String]

    public init(
      delimiter: UInt8 = UInt8(ascii: ","), header: Header = .detect, types: [String: ColumnType] = [:],
      missing: [String] = ["", "NA", "N/A", "null", "?"]
    ) {
      self.delimiter = delimiter
      self.header = header
      self.types = types
      self.missing = missing
    }
  }

  /// The table that the text holds. Spaces around numbers are ignored, those around text belong to it.
  ///
  /// - Parameters:
  ///   - bytes: the whole text.
  ///   - source: what errors call it, such as the file's name.
  /// - Throws: `Failure` of kind `file` with line and column: an empty file, rows of unequal length, misplaced or unclosed
  ///   quotes, repeated names, text that is not UTF-8, values that are not of their column's type; of kind `argument` for a
  ///   type given to a column that does not exist, or a delimiter that cannot be one.
  public static func parse(_ bytes: [UInt8], source: String, options: Options = Options()) throws -> RawTable {
    guard ![quote, lineFeed, carriageReturn].contains(options.delimiter), options.delimiter < 0x80 else {
      throw Failure(.argument, "a CSV delimiter must be an ASCII character other than a quote or a line break")
    }
    return try bytes.withUnsafeBufferPointer { text in
      let fields = try CommaSeparatedFields(text, source: source, delimiter: options.delimiter)
      let columns = CommaSeparatedColumns(fields: fields, options: options)
      return try columns.table()
    }
  }

  static let quote = UInt8(ascii: "\"")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
}
