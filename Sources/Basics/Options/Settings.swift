/// Options with their values: every option of the list, each checked. The order is that of the list.
public struct Settings: Sendable {
  public let options: [OptionSpec]
  private var values: [SettingValue]

  /// The defaults, with `given` values in place of some of them.
  ///
  /// - Throws: for an unknown name (with the nearest known one), a wrong kind, a value out of bounds, or a required
  ///   option that is missing.
  public init(_ options: [OptionSpec], _ given: [(name: String, value: SettingValue)] = []) throws {
    self.options = options
    var found = [SettingValue?](repeating: nil, count: options.count)
    for (name, value) in given {
      let place = try Settings.place(of: name, in: options)
      try options[place].check(value)
      found[place] = value
    }
    values = try zip(options, found).map { option, value in
      guard let value = value ?? option.fallback else {
        throw Failure(.argument, "'\(option.name)' is required: \(option.summary)")
      }
      return value
    }
  }

  private static func place(of name: String, in options: [OptionSpec]) throws -> Int {
    guard let place = options.firstIndex(where: { $0.name == name }) else {
      let known = options.map(\.name)
      let hint = NearestName.hint(name, among: known)
      throw Failure(
        .argument, "unknown option '\(name)'" + (hint.isEmpty ? "; known are \(known.joined(separator: ", "))" : hint))
    }
    return place
  }

  public subscript(name: String) -> SettingValue? { options.firstIndex { $0.name == name }.map { values[$0] } }

  /// Changes one option.
  public mutating func set(_ name: String, _ value: SettingValue) throws {
    let place = try Settings.place(of: name, in: options)
    try options[place].check(value)
    values[place] = value
  }

  /// All names with their values, in order.
  public var all: [(name: String, value: SettingValue)] { zip(options, values).map { ($0.name, $1) } }

  /// The value of an option of its kind, as the list of options has checked it.
  public func number(_ name: String) -> Double { if case .number(let number) = self[name] { number } else { .nan } }
  public func integer(_ name: String) -> Int {
    if case .number(let number) = self[name] { Int(exactly: number) ?? 0 } else { 0 }
  }
  public func boolean(_ name: String) -> Bool { self[name] == .boolean(true) }
  public func text(_ name: String) -> String { if case .text(let text) = self[name] { text } else { "" } }
  public func numbers(_ name: String) -> [Double] { if case .numbers(let numbers) = self[name] { numbers } else { [] } }
  public func texts(_ name: String) -> [String] { if case .texts(let texts) = self[name] { texts } else { [] } }
}
