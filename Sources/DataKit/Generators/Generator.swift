import Basics
import Kernels
import Tensors

/// Everything there is to say about one generator of data, in one place: scripts' functions, their documentation and
/// the checks of their options walk these rows.
public struct Generator: Sendable {
  /// As scripts call it: `arithmetic`.
  public let name: String
  /// One sentence.
  public let summary: String
  /// The columns of the data sets, with what they hold.
  public let columns: [(name: String, holds: String)]
  public let options: [OptionSpec]
  public let notes: String?
  public let source: String?
  /// Lines of Lua that run as they stand.
  public let example: String
  private let build: @Sendable (Settings, inout RandomStream) throws -> Dataset

  init(
    _ name: String, _ summary: String, columns: [(name: String, holds: String)], options: [OptionSpec],
    notes: String? = nil, source: String? = nil, example: String,
    build: @escaping @Sendable (Settings, inout RandomStream) throws -> Dataset
  ) {
    self.name = name
    self.summary = summary
    self.columns = columns
    self.options = options
    self.notes = notes
    self.source = source
    self.example = example
    self.build = build
  }

  /// A data set under options; see `options`. All chance comes from the stream. Rows are made one after another, so the
  /// first rows of a larger data set from the same stream are those of a smaller one.
  public func make(_ given: [(name: String, value: SettingValue)] = [], _ stream: RandomStream) throws -> Dataset {
    var stream = stream
    return try build(try Settings(options, given), &stream)
  }
}

/// Every generator there is. A new one is a row in a file of its own here, and its name in this list.
public enum Generators {
  public static let all: [Generator] = [
    arithmetic, modular, chains, brackets, regular, sequences, grammar, inContextRegression, inContextClassification,
    sineTasks, gaussianProcessTasks, gaussianMixture, sparseParity, shapes,
  ]

  /// The row of a name.
  public static func named(_ name: String) throws -> Generator {
    guard let found = all.first(where: { $0.name == name }) else {
      throw Failure(.argument, "unknown generator '\(name)'" + NearestName.hint(name, among: all.map(\.name)))
    }
    return found
  }

  static func count(_ fallback: Int, _ what: String = "rows", limit: Int = 10_000_000) -> OptionSpec {
    OptionSpec("count", .integer(0...limit), default: .number(Double(fallback)), "how many \(what)")
  }

  static func number(
    _ name: String, _ bounds: ClosedRange<Double>, open: Bool = false, default fallback: Double, _ summary: String
  ) -> OptionSpec {
    OptionSpec(name, .number(bounds, open: open), default: .number(fallback), summary)
  }

  static func integer(_ name: String, _ bounds: ClosedRange<Int>, default fallback: Int, _ summary: String)
    -> OptionSpec
  { OptionSpec(name, .integer(bounds), default: .number(Double(fallback)), summary) }

  static func choice(_ name: String, _ names: [String], _ summary: String) -> OptionSpec {
    OptionSpec(name, .choice(names), default: .text(names.first ?? ""), summary)
  }

  /// Throws unless two options are in order.
  static func requireOrder(_ settings: Settings, _ low: String, _ high: String) throws {
    guard settings.number(low) <= settings.number(high) else {
      throw Failure(
        .range,
        "'\(low)' (\(SettingValue.number(settings.number(low)))) must not be above '\(high)' "
          + "(\(SettingValue.number(settings.number(high))))")
    }
  }

  /// Throws when the elements that options ask for are more than memory should hold.
  static func requireRoom(_ sizes: Int..., what: String) throws {
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow, next <= 1 << 31 else {
        let list = sizes.map(String.init).joined(separator: " x ")
        throw Failure(.memory, "\(what) would have \(list) elements, at most 2^31 are made at once")
      }
      product = next
    }
  }

  /// Calls the body for each row from 0, and stops when somebody asks to.
  static func forEachRow(_ count: Int, _ body: (Int) throws -> Void) throws {
    for row in 0..<count {
      if row & 15 == 0, Interrupt.isRequested { throw Failure(.interrupted, "interrupted") }
      try body(row)
    }
  }
}

extension Dataset.Column {
  /// A column of class ids or other whole numbers.
  static func integers(_ name: String, _ values: [Int64], labels: [String]? = nil) throws -> Self {
    try Self(name, try Tensor.from(values, shape: [values.count]), labels: labels)
  }

  /// A matrix of whole numbers.
  static func integers(_ name: String, _ values: [Int64], width: Int) throws -> Self {
    try Self(name, try Tensor.from(values, shape: try Shape([width > 0 ? values.count / width : 0, width])))
  }

  /// A float32 column.
  static func floats(_ name: String, _ values: [Float]) throws -> Self {
    try Self(name, try Tensor.from(values, shape: [values.count]))
  }

  static func booleans(_ name: String, _ values: [Bool]) throws -> Self {
    let tensor = try Tensor(uninitialized: [values.count], .bool)
    for i in values.indices { tensor.bytes[i] = values[i] ? 1 : 0 }
    return try Self(name, tensor)
  }
}

/// Text under construction, byte by byte: ASCII only.
struct TextBuffer {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ byte: UInt8) { bytes.append(byte) }
  mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }
  mutating func add(contentsOf other: some Sequence<UInt8>) { bytes.append(contentsOf: other) }

  /// Puts another byte in the place of the last one.
  mutating func replaceLast(_ byte: UInt8) {
    bytes.removeLast()
    bytes.append(byte)
  }

  /// The text so far; the buffer is empty then.
  mutating func take() -> String {
    defer { bytes.removeAll(keepingCapacity: true) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
