import LineEditor

/// An error as the prompt shows it: the sentence, the line with the expression underlined, the shapes, in five lines.
struct ErrorReport {
  private var message: String
  private var place: (name: String, line: Int)?
  private var sourceLine: String?
  private var underline: Range<Int>?
  private var shapes: String?
  private var more: String?
  private let current: String

  static let mostLines = 5

  /// - Parameters:
  ///   - record: what is known beside the message.
  ///   - sources: texts by the names that messages call them.
  ///   - current: the name of the input itself, which the reader has before the eyes.
  ///   - parameters: what the operation that failed calls its arguments.
  init(
    _ message: String, _ record: FailureRecord?, _ sources: [String: String], current: String, parameters: [String],
    hasTraceback: Bool
  ) {
    self.current = current
    self.message = message
    for (name, source) in sources.sorted(by: { $0.key.count > $1.key.count }) where message.hasPrefix(name + ":") {
      let rest = message.dropFirst(name.count + 1)
      let digits = rest.prefix { $0.isNumber }
      guard let line = Int(digits), rest.dropFirst(digits.count).hasPrefix(": ") else { continue }
      place = (name, line)
      self.message = String(rest.dropFirst(digits.count + 2))
      let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
      if line <= lines.count { sourceLine = String(lines[line - 1]) }
      break
    }
    // An input that returns what a function returns is gone when that one runs, and the message has no place.
    if place == nil, let record, !record.arguments.isEmpty, let input = sources[current], !input.contains("\n") {
      sourceLine = input
    }
    guard let sourceLine else { return }
    let culprit = Culprit(in: sourceLine, message: self.message)
    // An operation inside of what the line calls: the line is where the shapes come from.
    underline = culprit?.range ?? (record?.operation?.isEmpty == false ? Self.words(of: sourceLine) : nil)
    if let record, record.arguments.contains(where: { $0.contains("{") }) {
      let operands = culprit?.operands ?? []
      let names = operands.count == record.arguments.count ? operands : Array(parameters.prefix(record.arguments.count))
      let pairs = record.arguments.enumerated().filter { $1.contains("{") }.map { place, text in
        names.count == record.arguments.count ? "\(names[place]): \(text)" : text
      }
      shapes = pairs.joined(separator: ", ")
    }
    if hasTraceback, let record, record.frames.count > 1 {
      let callers = record.frames.dropFirst().prefix(3).map { "\($0.place.source):\($0.place.line)" }
      more = "called from \(callers.joined(separator: ", ")); :debug shows the local variables"
    }
  }

  /// The characters between the spaces at both ends.
  private static func words(of line: String) -> Range<Int> {
    let start = line.prefix { $0.isWhitespace }.count
    return start..<max(start, start + line.trimmingSpaces.count)
  }

  /// - Parameter keepsPlace: whether the first line says which input and line it was, even where that is the last one.
  func lines(colour: Bool, keepsPlace: Bool) -> [String] {
    let text = message.split(separator: "\n", omittingEmptySubsequences: false).prefix(2).joined(separator: "\n")
    let position = place.map { keepsPlace || $0.line > 1 || $0.name != current ? "\($0.name):\($0.line): " : "" } ?? ""
    var lines = [Style.failure.paint("error: ", isOn: colour) + position + text]
    guard !keepsPlace else { return lines }
    if let sourceLine {
      lines.append("  " + sourceLine)
      if let underline {
        let before = sourceLine.prefix(underline.lowerBound)
        let marked = sourceLine.dropFirst(underline.lowerBound).prefix(underline.count)
        let marks = String(repeating: "^", count: max(1, CharacterWidth.of(marked)))
        let gap = String(repeating: " ", count: 2 + CharacterWidth.of(before))
        lines.append(gap + Style.failure.paint(marks, isOn: colour))
      }
    }
    if let shapes { lines.append("  " + Style.faint.paint(shapes, isOn: colour)) }
    if let more { lines.append("  " + Style.faint.paint(more, isOn: colour)) }
    return Array(lines.prefix(Self.mostLines))
  }
}
