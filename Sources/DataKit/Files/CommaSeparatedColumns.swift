import Basics

/// Turns the fields of a CSV text into named, typed columns.
struct CommaSeparatedColumns {
  private let fields: CommaSeparatedFields
  private let options: CommaSeparated.Options
  private let missing: [[UInt8]]
  /// The first row below the names.
  private let firstRow: Int

  init(fields: CommaSeparatedFields, options: CommaSeparated.Options) {
    self.fields = fields
    self.options = options
    missing = options.missing.map { Array($0.utf8) }
    switch options.header {
    case .present: firstRow = 1
    case .absent: firstRow = 0
    case .detect:
      let looksLikeNames = (0..<fields.columnCount).allSatisfy { column in
        let text = Self.trimmed(fields.bytes(row: 0, column: column))
        return !text.isEmpty && DecimalNumber.parse(text) == nil
      }
      firstRow = looksLikeNames ? 1 : 0
    }
  }

  func table() throws -> RawTable {
    let names = try columnNames()
    for name in options.types.keys.sorted() where !names.contains(name) {
      let hint = NearestName.hint(name, among: names)
      throw Failure(.argument, "\(fields.source) has no column '\(name)' to give a type to\(hint)")
    }
    let columns = try names.enumerated().map { index, name in
      RawTable.Column(name: name, values: try values(column: index, name: name))
    }
    return RawTable(columns: columns, rowCount: rows.count)
  }

  private var rows: Range<Int> { firstRow..<fields.rowCount }

  private func columnNames() throws -> [String] {
    var seen: Set<String> = []
    return try (0..<fields.columnCount).map { column in
      let written = firstRow == 0 ? "" : try fields.string(row: 0, column: column)
      let name = written.isEmpty ? "column\(column + 1)" : written
      guard seen.insert(name).inserted else {
        throw Failure(.file, "\(fields.place(row: 0, column: column)): the name '\(name)' occurs twice")
      }
      return name
    }
  }

  private func values(column: Int, name: String) throws -> RawColumn {
    switch options.types[name] {
    case .text: return .text(try texts(column))
    case .numbers: return .numbers(try numbers(column, name: name))
    case .integers: return .integers(try integers(column, name: name))
    case nil: return try inferred(column)
    }
  }

  private func texts(_ column: Int) throws -> [String] {
    try rows.map { try fields.string(row: $0, column: column) }
  }

  private func numbers(_ column: Int, name: String) throws -> [Double] {
    try rows.map { row in
      let text = fields.bytes(row: row, column: column)
      if let number = DecimalNumber.parse(Self.trimmed(text)) { return number.asDouble }
      guard isMissing(text) else { throw try wrongValue(row, column, name: name, wanted: "a number") }
      return .nan
    }
  }

  private func integers(_ column: Int, name: String) throws -> [Int64] {
    try rows.map { row in
      guard case .whole(let value) = DecimalNumber.parse(Self.trimmed(fields.bytes(row: row, column: column))) else {
        throw try wrongValue(row, column, name: name, wanted: "a whole number of at most 64 bits")
      }
      return value
    }
  }

  /// The narrowest type that holds every value, found in one pass.
  private func inferred(_ column: Int) throws -> RawColumn {
    var numbers: [DecimalNumber] = []
    numbers.reserveCapacity(rows.count)
    var isWhole = true
    var hasNumber = false
    for row in rows {
      let text = fields.bytes(row: row, column: column)
      if let number = DecimalNumber.parse(Self.trimmed(text)) {
        hasNumber = true
        if case .real = number { isWhole = false }
        numbers.append(number)
      } else if isMissing(text) {
        isWhole = false
        numbers.append(.real(.nan))
      } else {
        return .text(try texts(column))
      }
    }
    guard hasNumber else { return .text(try texts(column)) }
    guard isWhole else { return .numbers(numbers.map(\.asDouble)) }
    return .integers(
      numbers.compactMap { number in
        if case .whole(let value) = number { value } else { nil }
      })
  }

  private func isMissing(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let text = Self.trimmed(text)
    return missing.contains { $0.elementsEqual(text) }
  }

  private func wrongValue(_ row: Int, _ column: Int, name: String, wanted: String) throws -> Failure {
    let found = try fields.string(row: row, column: column)
    let shown = found.count > 40 ? found.prefix(40) + "..." : found[...]
    return Failure(.file, "\(fields.place(row: row, column: column)) ('\(name)'): found '\(shown)', wanted \(wanted)")
  }

  private static func trimmed(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>> {
    var text = text
    while let first = text.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") { text.removeFirst() }
    while let last = text.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { text.removeLast() }
    return text
  }
}
