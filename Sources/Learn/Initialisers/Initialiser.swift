import Basics
import Kernels
import Tensors

/// Everything there is to say about one way to set a parameter before learning.
public struct InitialiserKind: Sendable {
  /// As scripts call it: `xavier_uniform`.
  public let name: String
  /// One sentence.
  public let summary: String
  public let formula: String?
  public let source: String?
  public let options: [OptionSpec]
  /// Whether it draws from the stream.
  public let isRandom: Bool
  typealias Values = @Sendable (_ shape: Shape, _ settings: Settings, _ stream: inout RandomStream) throws -> [Double]
  private let values: Values

  init(
    _ name: String, _ summary: String, formula: String? = nil, source: String? = nil, options: [OptionSpec] = [],
    isRandom: Bool = true,
    values: @escaping Values
  ) {
    self.name = name
    self.summary = summary
    self.formula = formula
    self.source = source
    self.options = options
    self.isRandom = isRandom
    self.values = values
  }

  /// Sets every element of a floating-point tensor in place, and moves the stream on. Numbers are drawn in Double, so that
  /// float32 and float64 tensors begin at the same values up to rounding.
  public func fill(_ tensor: Tensor, _ given: [(name: String, value: SettingValue)] = [], _ stream: inout RandomStream)
    throws
  {
    guard tensor.dtype.isFloating else {
      throw Failure(.dtype, "only floating-point tensors can be initialised, found \(tensor.dtype.name)")
    }
    let settings = try Settings(options, given)
    try tensor.assign(.from(values(tensor.shape, settings, &stream), shape: tensor.shape, .float64))
  }
}

/// Every initialiser there is.
public enum Initialisers {
  public static let all: [InitialiserKind] = [
    zeros, ones, constant, eye, uniform, normal, truncatedNormal, xavierUniform, xavierNormal, kaimingUniform,
    kaimingNormal, orthogonal,
  ]

  /// The row of a name.
  public static func named(_ name: String) throws -> InitialiserKind {
    guard let kind = all.first(where: { $0.name == name }) else {
      throw Failure(.argument, "unknown initialiser '\(name)'" + NearestName.hint(name, among: all.map(\.name)))
    }
    return kind
  }

  static func number(_ name: String, _ value: Double, _ summary: String) -> OptionSpec {
    OptionSpec(name, .number(-OptionSpec.unbounded...OptionSpec.unbounded), default: .number(value), summary)
  }
  static func positive(_ name: String, _ value: Double, _ summary: String) -> OptionSpec {
    OptionSpec(name, .number(0...OptionSpec.unbounded), default: .number(value), summary)
  }

  /// As many uniform numbers in [0, 1).
  static func uniforms(_ count: Int, _ stream: inout RandomStream) -> [Double] {
    drawn(count, &stream) { RandomKernels.uniform($0, first: 0, into: $1, count: count) }
  }

  /// As many standard normal numbers.
  static func normals(_ count: Int, _ stream: inout RandomStream) -> [Double] {
    drawn(count, &stream) { RandomKernels.normal($0, first: 0, into: $1, count: count) }
  }

  private static func drawn(
    _ count: Int, _ stream: inout RandomStream, _ fill: (RandomStream, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { fill(stream, base) } }
    stream.advance(by: RandomKernels.blocks(elements: count, perBlock: RandomKernels.widePerBlock))
    return values
  }
}
