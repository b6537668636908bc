import Basics
import DataKit
import LuaHost

/// Generators in scripts: one function for each row, with the row's options and documentation.
extension Lab {
  func installGenerators() throws {
    for generator in Generators.all {
      try define(Doc(generator)) { [self] call in
        try call.atMost(1)
        let (given, options) = try readSettings(call, 1, known: generator.options)
        return push(try generator.make(given, try dataStream(options)), call)
      }
    }
    try installFacts()
  }

  /// The settings in a table of options, which may have a source of random numbers beside them.
  func readSettings(_ call: Call, _ position: Int, known: [OptionSpec]) throws -> (
    settings: [(name: String, value: SettingValue)], options: Options
  ) {
    let options = try call.options(position, known: known.map(\.name) + ["rng"])
    let settings = try known.compactMap { option in
      try options.read(option.name) { stack, what in (option.name, try Self.setting(option, stack, what)) }
    }
    return (settings, options)
  }

  private static func setting(_ option: OptionSpec, _ stack: LuaStack, _ what: String) throws -> SettingValue {
    switch option.kind {
    case .choices, .texts:
      if stack.kind(at: -1) == .string { return .texts([try stack.string(at: -1, what)]) }
      guard stack.kind(at: -1) == .table else { return try OptimizerBinding.setting(stack, -1, what) }
      return .texts(try stack.table(at: -1, what).strings())
    default: return try OptimizerBinding.setting(stack, -1, what)
    }
  }
}

extension Doc {
  /// How options print in signatures: `count = 1000, digits = 3`.
  static func shown(defaults options: [OptionSpec]) -> String {
    (options.map { option in option.name + (option.fallback.map { " = \($0)" } ?? "") } + ["rng"])
      .joined(separator: ", ")
  }

  static func details(limits options: [OptionSpec]) -> [String] {
    options.map { "{\($0.name)}: \($0.summary), \($0.bounds)" }
      + ["{rng}: the source of random numbers, see lab.rng; the script's own when left out"]
  }

  fileprivate init(_ generator: Generator) {
    self.init(
      "lab.data." + generator.name, "lab.data.\(generator.name){\(Self.shown(defaults: generator.options))}",
      chapter: "Generated data", parameters: ["options"], generator.summary,
      details: Self.details(limits: generator.options)
        + generator.columns.map { "column \($0.name): \($0.holds)" },
      notes: generator.notes, source: generator.source, example: generator.example)
  }
}
