import Basics

/// Gathers the objects of a JSON Lines text into columns.
struct JSONLinesTable {
  private struct Column {
    let name: String
    /// One per row so far; `null` also where the key was absent.
    var values: [JSON]
    /// The line of the first value that is not null.
    var firstLine: Int?
    var kind: Kind?
  }

  private enum Kind: String {
    case numbers = "numbers"
    case text = "text"
    case booleans = "true or false"
  }

  private let source: String
  private let wanted: [String]?
  private var columns: [Column] = []
  private var positions: [String: Int] = [:]
  private var lines: [Int] = []

  init(source: String, wanted: [String]?) {
    self.source = source
    self.wanted = wanted
    for name in wanted ?? [] where positions[name] == nil { addColumn(name) }
  }

  private mutating func addColumn(_ name: String) {
    positions[name] = columns.count
    columns.append(Column(name: name, values: [JSON](repeating: .null, count: lines.count)))
  }

  mutating func add(_ members: [JSON.Member], line: Int) throws {
    for member in members {
      if positions[member.name] == nil, wanted == nil { addColumn(member.name) }
      guard let position = positions[member.name] else { continue }
      try check(member.value, column: position, line: line)
      columns[position].values.append(member.value)
    }
    lines.append(line)
    for position in columns.indices where columns[position].values.count < lines.count {
      columns[position].values.append(.null)
    }
  }

  private mutating func check(_ value: JSON, column position: Int, line: Int) throws {
    let name = columns[position].name
    let kind: Kind
    switch value {
    case .null: return
    case .integer, .number: kind = .numbers
    case .text: kind = .text
    case .boolean: kind = .booleans
    case .list, .object:
      throw Failure(
        .file, "\(source), line \(line): '\(name)' holds \(value.kind), wanted a number, text, true or false")
    }
    if let known = columns[position].kind, let first = columns[position].firstLine, known != kind {
      throw Failure(
        .file, "\(source), line \(line): '\(name)' holds \(value.kind), wanted \(known.rawValue) as in line \(first)")
    }
    if columns[position].kind == nil {
      columns[position].kind = kind
      columns[position].firstLine = line
    }
  }

  func finished() throws -> RawTable {
    guard !lines.isEmpty else { throw Failure(.file, "\(source) is empty, wanted a JSON object per line") }
    return RawTable(
      columns: try columns.map { RawTable.Column(name: $0.name, values: try values($0)) }, rowCount: lines.count)
  }

  private func values(_ column: Column) throws -> RawColumn {
    switch column.kind {
    case .numbers:
      let integers = column.values.compactMap { value in
        if case .integer(let whole) = value { whole } else { nil }
      }
      if integers.count == column.values.count { return .integers(integers.map(Int64.init)) }
      return .numbers(column.values.map(Self.number))
    case .text:
      return .text(
        try present(column) { value in
          if case .text(let text) = value { text } else { nil }
        })
    case .booleans:
      return .booleans(
        try present(column) { value in
          if case .boolean(let truth) = value { truth } else { nil }
        })
    case nil:
      guard wanted == nil else { throw Failure(.argument, "\(source) has no values for '\(column.name)' in any line") }
      return .numbers([Double](repeating: .nan, count: lines.count))
    }
  }

  private static func number(_ value: JSON) -> Double {
    switch value {
    case .integer(let whole): Double(whole)
    case .number(let number): number
    default: .nan
    }
  }

  private func present<Value>(_ column: Column, _ read: (JSON) -> Value?) throws -> [Value] {
    try zip(column.values, lines).map { value, line in
      guard let result = read(value) else {
        throw Failure(
          .file,
          "\(source), line \(line): '\(column.name)' is missing, and only numbers may be; "
            + "line \(column.firstLine ?? line) has one")
      }
      return result
    }
  }
}
