import Basics
import Kernels
import Tensors

/// The weights of a model as a value: names with tensors, in order. Its tensors are never changed in place.
public struct Weights {
  public let entries: [(name: String, tensor: Tensor)]
  private let places: [String: Int]

  /// - Throws: when a name occurs twice.
  public init(_ entries: [(name: String, tensor: Tensor)]) throws {
    var places: [String: Int] = [:]
    for (index, entry) in entries.enumerated() {
      guard places.updateValue(index, forKey: entry.name) == nil else {
        throw Failure(.argument, "the name '\(entry.name)' occurs twice in the weights")
      }
    }
    self.places = places
    self.entries = entries.map { ($0.name, $0.tensor.requiresGradient ? $0.tensor.detached() : $0.tensor) }
  }

  /// A snapshot: the tensors in memory of their own, so that learning on does not change the value.
  public init(copying entries: [(name: String, tensor: Tensor)]) throws {
    try self.init(entries.map { ($0.name, try $0.tensor.copy()) })
  }

  public var names: [String] { entries.map(\.name) }
  public var count: Int { entries.count }
  /// How many numbers there are in all.
  public var elementCount: Int { entries.reduce(0) { $0 + $1.tensor.count } }

  public subscript(name: String) -> Tensor? { places[name].map { entries[$0].tensor } }

  /// The tensor of a name, or an error with the nearest known name.
  public func tensor(_ name: String) throws -> Tensor {
    guard let tensor = self[name] else {
      throw Failure(.argument, "the weights have no '\(name)'" + NearestName.hint(name, among: names))
    }
    return tensor
  }

  /// Each tensor replaced by what `f` makes of it.
  public func map(_ f: (_ name: String, _ tensor: Tensor) throws -> Tensor) throws -> Weights {
    try Weights(entries.map { ($0.name, try f($0.name, $0.tensor)) })
  }

  /// The entries whose names fit one of the patterns (see ``NamePattern``), in their order.
  public func select(_ patterns: String...) throws -> Weights { try select(patterns) }

  public func select(_ patterns: [String]) throws -> Weights {
    try Weights(NamePattern.select(patterns, among: names).map { entries[$0] })
  }

  /// Zeros of the same names and shapes.
  public func zerosLike() throws -> Weights { try map { try .zeros($1.shape, $1.dtype) } }

  // MARK: Agreement

  /// Throws one error that lists the differences unless `other` has the same names, shapes and dtypes. The order of names
  /// does not matter.
  public func requireSame(_ other: Weights) throws {
    let missing = names.filter { other[$0] == nil }
    let extra = other.names.filter { self[$0] == nil }
    let differing = entries.compactMap { name, tensor -> String? in
      guard let found = other[name] else { return nil }
      if found.shape != tensor.shape { return "'\(name)' \(tensor.shape) against \(found.shape)" }
      return found.dtype == tensor.dtype ? nil : "'\(name)' \(tensor.dtype.name) against \(found.dtype.name)"
    }
    if missing.isEmpty && extra.isEmpty && differing.isEmpty { return }
    func listed(_ what: String, _ items: [String]) -> String? {
      items.isEmpty
        ? nil
        : what + " " + items.prefix(5).joined(separator: ", ") + (items.count > 5 ? " and \(items.count - 5) more" : "")
    }
    let parts = [
      listed("missing", missing.map { "'\($0)'" }), listed("extra", extra.map { "'\($0)'" }),
      listed("differing", differing),
    ]
    throw Failure(.shape, "the weights do not agree: " + parts.compactMap { $0 }.joined(separator: "; "))
  }
}
