/// One option of an optimizer, a schedule, an initialiser or a generator of data: what scripts may set, and what holds otherwise.
public struct OptionSpec: Sendable {
  /// What an option takes, and within which bounds.
  public enum Kind: Sendable {
    /// A number within the bounds; `open` excludes the upper bound.
    case number(ClosedRange<Double>, open: Bool = false)
    /// A whole number within the bounds.
    case integer(ClosedRange<Int>)
    case boolean
    case choice([String])
    /// As many numbers as said (any number of them when `nil`), each within the bounds.
    case numbers(count: Int?, ClosedRange<Double>, open: Bool = false)
    /// Free text of at most so many characters.
    case text(atMost: Int)
    /// A list of texts, at least as many as said.
    case texts(atLeast: Int)
    /// A list of some of these names, at least one, none of them twice.
    case choices([String])
  }

  public let name: String
  public let kind: Kind
  /// What holds when it is left out; `nil` makes it required.
  public let fallback: SettingValue?
  public let summary: String

  public init(_ name: String, _ kind: Kind, default fallback: SettingValue?, _ summary: String) {
    self.name = name
    self.kind = kind
    self.fallback = fallback
    self.summary = summary
  }

  /// The names to choose from; empty for options of another kind.
  public var choices: [String] { if case .choice(let names) = kind { names } else { [] } }

  /// The largest number that bounds mention where there is no bound.
  public static let unbounded = Double.greatestFiniteMagnitude

  /// Throws unless `value` is of the kind and within the bounds.
  public func check(_ value: SettingValue) throws {
    switch (kind, value) {
    case (.number(let bounds, let open), .number(let number)): try check(number, bounds, open)
    case (.integer(let bounds), .number(let number)):
      guard let whole = Int(exactly: number), bounds.contains(whole) else {
        throw Failure(.range, "'\(name)' must be a whole number \(OptionSpec.words(bounds)), found \(value)")
      }
    case (.boolean, .boolean): break
    case (.choice(let names), .text(let name)):
      guard names.contains(name) else { throw unknown(name, names, "must be one of") }
    case (.numbers(let count, let bounds, let open), .numbers(let numbers)):
      if let count, numbers.count != count {
        throw Failure(.argument, "'\(name)' must be a table of \(count) numbers, found \(numbers.count)")
      }
      for number in numbers { try check(number, bounds, open) }
    case (.text(let most), .text(let text)):
      guard text.count <= most else {
        throw Failure(.range, "'\(name)' must have at most \(most) characters, found \(text.count)")
      }
    case (.texts(let least), .texts(let texts)):
      guard texts.count >= least else {
        let (wanted, found) = least == 1 ? ("one entry", "none") : ("\(least) entries", "\(texts.count)")
        throw Failure(.argument, "'\(name)' must have at least \(wanted), found \(found)")
      }
    case (.choices(let names), .texts(let chosen)):
      var seen: Set<String> = []
      for choice in chosen {
        guard names.contains(choice) else { throw unknown(choice, names, "takes") }
        guard seen.insert(choice).inserted else { throw Failure(.argument, "'\(name)' names '\(choice)' twice") }
      }
      if chosen.isEmpty { throw Failure(.argument, "'\(name)' must have at least one name, found none") }
    default: throw Failure(.argument, "'\(name)' must be \(wanted), found \(value.kind)")
    }
  }

  private func unknown(_ name: String, _ names: [String], _ verb: String) -> Failure {
    let known = names.map { "'\($0)'" }.joined(separator: ", ")
    return Failure(
      .argument, "'\(self.name)' \(verb) \(known), found '\(name)'\(NearestName.hint(name, among: names))")
  }

  private func check(_ number: Double, _ bounds: ClosedRange<Double>, _ open: Bool) throws {
    guard bounds.contains(number), !(open && number == bounds.upperBound) else {
      throw Failure(
        .range,
        "'\(name)' must be a number \(OptionSpec.words(bounds, open: open)), found \(SettingValue.number(number))")
    }
  }

  private var wanted: String {
    switch kind {
    case .number: "a number"
    case .integer: "a whole number"
    case .boolean: "true or false"
    case .choice: "a name"
    case .text: "a text"
    case .numbers: "a table of numbers"
    case .texts, .choices: "a list of texts"
    }
  }

  /// The bounds in words, for errors and documentation.
  public var bounds: String {
    switch kind {
    case .number(let bounds, let open), .numbers(_, let bounds, let open): OptionSpec.words(bounds, open: open)
    case .integer(let bounds): OptionSpec.words(bounds)
    case .boolean: "true or false"
    case .choice(let names): names.joined(separator: ", ")
    case .choices(let names): "a list of " + names.joined(separator: ", ")
    case .text(let most): "at most \(most) characters"
    case .texts(let least): least > 1 ? "at least \(least) texts" : "a list of texts"
    }
  }

  private static func words(_ bounds: ClosedRange<Double>, open: Bool = false) -> String {
    let (low, high) = (SettingValue.number(bounds.lowerBound), SettingValue.number(bounds.upperBound))
    switch (bounds.lowerBound > -unbounded, bounds.upperBound < unbounded) {
    case (false, false): return "that is finite"
    case (true, false): return "of at least \(low)"
    case (false, true): return "of at most \(high)"
    case (true, true): return open ? "of at least \(low) and below \(high)" : "from \(low) to \(high)"
    }
  }

  private static func words(_ bounds: ClosedRange<Int>) -> String {
    bounds.upperBound == Int.max
      ? "of at least \(bounds.lowerBound)" : "from \(bounds.lowerBound) to \(bounds.upperBound)"
  }
}

/// The value of an option.
public enum SettingValue: Sendable, Equatable, CustomStringConvertible {
  case number(Double)
  case boolean(Bool)
  case text(String)
  case numbers([Double])
  case texts([String])

  public var description: String {
    switch self {
    case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
    case .boolean(let truth): "\(truth)"
    case .text(let text): "\"\(text)\""
    case .texts(let texts): "{" + texts.map { "\"\($0)\"" }.joined(separator: ", ") + "}"
    case .numbers(let numbers): "{" + numbers.map { SettingValue.number($0).description }.joined(separator: ", ") + "}"
    }
  }

  var kind: String {
    switch self {
    case .number: "a number"
    case .boolean: "true or false"
    case .text: "a text"
    case .numbers: "a table"
    case .texts: "a list of texts"
    }
  }
}
