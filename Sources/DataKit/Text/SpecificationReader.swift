import Basics

/// Reads parts of a tokenizer's specification, with errors that name the place: `tokenizer.json: 'model.vocab' is a list, wanted
/// an object`.
struct SpecificationReader {
  let value: JSON
  /// Where the value stands: `model.vocab`; empty for the whole.
  let path: String
  /// What errors call the file.
  let source: String

  func failure(_ problem: String) -> Failure { Failure(.file, "\(source): \(problem)") }

  private func mismatch(_ wanted: String) -> Failure {
    failure(path.isEmpty ? "holds \(value.kind), wanted \(wanted)" : "'\(path)' is \(value.kind), wanted \(wanted)")
  }

  /// A part that must be there.
  func part(_ key: String) throws -> SpecificationReader {
    guard case .object = value else { throw mismatch("an object") }
    guard let found = value[key] else {
      throw failure(path.isEmpty ? "has no '\(key)'" : "'\(path)' has no '\(key)'")
    }
    return SpecificationReader(value: found, path: path.isEmpty ? key : "\(path).\(key)", source: source)
  }

  /// A part that may be missing or null.
  func optional(_ key: String) throws -> SpecificationReader? {
    guard case .object = value else { throw mismatch("an object") }
    guard let found = value[key], found != .null else { return nil }
    return SpecificationReader(value: found, path: path.isEmpty ? key : "\(path).\(key)", source: source)
  }

  func list() throws -> [SpecificationReader] {
    guard case .list(let values) = value else { throw mismatch("a list") }
    return values.enumerated().map {
      SpecificationReader(value: $0.element, path: "\(path)[\($0.offset + 1)]", source: source)
    }
  }

  func members() throws -> [(key: String, value: SpecificationReader)] {
    guard case .object(let members) = value else { throw mismatch("an object") }
    return members.map {
      ($0.name, SpecificationReader(value: $0.value, path: "\(path).\($0.name)", source: source))
    }
  }

  func string() throws -> String {
    guard case .text(let text) = value else { throw mismatch("text") }
    return text
  }

  /// A whole number from 0 that fits an id.
  func count() throws -> Int {
    guard case .integer(let number) = value else { throw mismatch("a whole number") }
    guard number >= 0, number < 1 << 31 else {
      throw failure("'\(path)' is \(number), wanted a number from 0 to 2^31 - 1")
    }
    return Int(number)
  }

  func boolean(_ key: String, default fallback: Bool) throws -> Bool {
    guard let part = try optional(key) else { return fallback }
    guard case .boolean(let truth) = part.value else { throw part.mismatch("true or false") }
    return truth
  }

  func string(_ key: String) throws -> String? { try optional(key)?.string() }

  /// The field 'type', which says what a part is.
  func type() throws -> String { try part("type").string() }

  /// Throws unless a setting that changes the result is absent, null, false, "" or 0.
  func requireUnset(_ keys: String...) throws {
    for key in keys {
      guard let part = try optional(key) else { continue }
      switch part.value {
      case .boolean(false), .text(""), .integer(0), .number(0): continue
      default: throw failure("'\(part.path)' is set, which is not supported")
      }
    }
  }
}
