import Glibc
import Tensors

extension Dataset: CustomStringConvertible {
  /// What a prompt prints: the columns with their types and ranges, and the first rows.
  public var description: String { summary() }

  /// - Parameters:
  ///   - shownRows: how many rows to show.
  ///   - shownColumns: how many columns to show; of the others, the number is told.
  public func summary(rows shownRows: Int = 5, columns shownColumns: Int = 12) -> String {
    let head =
      "dataset: \(rows) \(rows == 1 ? "row" : "rows"), \(columns.count) \(columns.count == 1 ? "column" : "columns")"
    if columns.isEmpty { return head }
    let shown = Array(columns.prefix(max(1, shownColumns)))
    var lines = [head]
    lines += Self.aligned(shown.map { ["", $0.name, $0.type, $0.content] })
    if shown.count < columns.count { lines.append("  and \(columns.count - shown.count) more columns") }
    let count = min(rows, max(0, shownRows))
    if count > 0 {
      var table = [["", "row"] + shown.map(\.name)]
      for place in 0..<count { table.append(["", String(place + 1)] + shown.map { $0.brief(place) }) }
      lines += Self.aligned(table)
      if count < rows { lines.append("  and \(rows - count) more rows") }
    }
    return lines.joined(separator: "\n")
  }

  private static func aligned(_ table: [[String]]) -> [String] {
    let count = table.map(\.count).max() ?? 0
    let widths = (0..<count).map { place in table.map { place < $0.count ? $0[place].count : 0 }.max() ?? 0 }
    return table.map { row in
      var line = ""
      for (place, text) in row.enumerated() {
        line += text
        if place < row.count - 1 { line += String(repeating: " ", count: widths[place] - text.count + 2) }
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension Dataset.Column {
  /// The range of numbers, the labels, or how many different texts there are.
  var content: String {
    switch values {
    case .text(let text): return "\(Set(text).count) different"
    case .tensor(let tensor):
      if let labels {
        let names = labels.prefix(6).joined(separator: ", ")
        return "\(labels.count) classes: \(names)\(labels.count > 6 ? ", ..." : "")"
      }
      var low = Double.infinity
      var high = -Double.infinity
      var missing = 0
      var different = 0
      for place in 0..<tensor.count {
        let number = tensor.plainElement(place)
        if number.isNaN { missing += 1 }
        if number != 0 { different += 1 }
        if number < low { low = number }
        if number > high { high = number }
      }
      if tensor.dtype == .bool { return "\(different) true" }
      var parts = low <= high ? ["\(low.brief) to \(high.brief)"] : []
      if missing > 0 { parts.append("\(missing) NaN") }
      return parts.joined(separator: ", ")
    }
  }

  /// One row on little room.
  func brief(_ place: Int) -> String {
    switch values {
    case .text(let text):
      let line = text[place].split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
      return line.count > 32 ? line.prefix(29) + "..." : line
    case .tensor(let tensor):
      let row = tensor.narrowedView(0, start: place, length: 1)
      if tensor.rank == 1 {
        if labels != nil { return labelText(row.integers[0]) }
        return tensor.dtype == .bool ? (row.element(0) != 0 ? "true" : "false") : row.element(0).brief
      }
      let shown = (0..<min(row.count, 4)).map { row.element($0).brief }.joined(separator: " ")
      return row.count > 4 ? shown + " ..." : shown
    }
  }
}

extension Tensor {
  /// The element at a place of a contiguous tensor.
  fileprivate func plainElement(_ place: Int) -> Double {
    switch dtype {
    case .float32: Double(floats[place])
    case .float64: doubles[place]
    case .int64: Double(integers[place])
    case .bool: bytes[place] != 0 ? 1 : 0
    }
  }
}

extension Double {
  /// Four significant digits, whole numbers whole.
  var brief: String {
    if self == rounded(), abs(self) < 1e15 { return String(Int64(self)) }
    var text = [CChar](repeating: 0, count: 32)
    let length = withVaList([self]) { vsnprintf(&text, text.count, "%.4g", $0) }
    return String(decoding: text.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
