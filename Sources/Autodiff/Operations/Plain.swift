import Basics
import Tensors

/// An array in its plainest form: a shape and Doubles in row-major order. References are written with it, in loops that
/// anyone can check by eye.
public struct Plain: Equatable, Sendable {
  public var shape: [Int]
  public var values: [Double]

  public init(_ shape: [Int], _ values: [Double]) {
    self.shape = shape
    self.values = values
  }

  public init(_ tensor: Tensor) { self.init(Array(tensor.shape), tensor.toDoubles()) }

  /// One value for each place of a shape, places counted from 0.
  public init(_ shape: [Int], _ value: ([Int]) throws -> Double) rethrows {
    self.shape = shape
    values = try Plain.places(shape).map(value)
  }

  /// All places of a shape in row-major order.
  public static func places(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { places, size in places.flatMap { place in (0..<size).map { place + [$0] } } }
  }

  public subscript(place: [Int]) -> Double {
    get { values[position(place)] }
    set { values[position(place)] = newValue }
  }

  func position(_ place: [Int]) -> Int { zip(shape, place).reduce(0) { $0 * $1.0 + $1.1 } }

  /// The value that broadcasting shows at a place of a larger shape.
  public func broadcast(at place: [Int]) -> Double {
    let own = place.suffix(shape.count)
    return self[zip(shape, own).map { $0 == 1 ? 0 : $1 }]
  }

  public func map(_ f: (Double) -> Double) -> Plain { Plain(shape, values.map(f)) }
}

/// An argument of a reference.
public enum PlainValue {
  case array(Plain)
  case arrays([Plain])
  /// Numbers, whole numbers, booleans, names, left-out arguments: as they are.
  case other(Value)

  public init(_ value: Value) {
    switch value {
    case .tensor(let tensor): self = .array(Plain(tensor))
    case .tensors(let tensors): self = .arrays(tensors.map(Plain.init))
    default: self = .other(value)
    }
  }
}

extension Array where Element == PlainValue {
  func array(_ index: Int) throws -> Plain {
    switch self[index] {
    case .array(let array): return array
    case .other(.number(let number)): return Plain([], [number])
    default: throw Failure(.argument, "argument \(index + 1) must be an array")
    }
  }
  func arrays(_ index: Int) throws -> [Plain] {
    guard case .arrays(let arrays) = self[index] else {
      throw Failure(.argument, "argument \(index + 1) must be arrays")
    }
    return arrays
  }
  /// The other arguments read as an operation reads them.
  var arguments: Arguments {
    Arguments(map { value in if case .other(let other) = value { other } else { .none } })
  }
}

/// One set of arguments that the checker tries.
public struct Sample: Sendable {
  /// How an argument is made. Arrays are drawn from a fixed stream, in the dtype under test.
  public enum Item: Sendable {
    /// Standard normal numbers.
    case normal([Int])
    /// Uniform numbers between two bounds.
    case uniform([Int], Double, Double)
    /// Distinct numbers in a scrambled order, at least 0.1 apart: for functions with kinks where numbers tie.
    case distinct([Int])
    /// Whole numbers from a range, as an int64 tensor.
    case ids([Int], ClosedRange<Int>)
    /// True and false, as a bool tensor.
    case mask([Int])
    /// A symmetric positive definite matrix (leading sizes are a batch).
    case positiveDefinite([Int])
    /// These very numbers.
    case values([Int], [Double])
    /// Several arrays of normal numbers.
    case list([[Int]])
    case none
    case number(Double)
    case integer(Int)
    case integers([Int])
    case boolean(Bool)
    case text(String)
    case dtype(DType)
  }

  public let items: [Item]

  public init(_ items: Item...) { self.items = items }
  public init(_ items: [Item]) { self.items = items }
}
