import Basics
import Kernels
import Tensors

/// Arithmetic by name over weights that is computed when it is asked for, and then in one pass: no weights are made for
/// what is between. `base + 0.3 * ((first - base) + (second - base))` reads three weights and writes one.
///
/// It is a value all the same. Before a tensor that it reads is changed in place, it is computed; and when nobody else
/// holds weights that it reads, the next tensor that is made lets it be computed and lets them go, so that it keeps no
/// more memory than its result would. Bits are those of one operation after another.
///
/// Belongs to the thread that runs the script, as tensors do.
public final class WeightsExpression {
  private enum State {
    case computed(WeightsSource)
    case pending(WeightsProgram)
  }

  private var state: State
  /// Whether it is being computed right now.
  private(set) var isComputing = false

  /// Weights that are there.
  public init(_ weights: Weights) { state = .computed(WeightsSource(weights)) }

  private init(_ program: WeightsProgram) {
    state = .pending(program)
    PendingWeights.add(self, reading: program.sources)
  }

  deinit {
    switch state {
    case .computed(let source): source.letGo()
    case .pending(let program): PendingWeights.remove(self, reading: program.sources)
    }
  }

  /// Whether nobody has asked for a number yet.
  public var isPending: Bool {
    if case .pending = state { return true }
    return false
  }

  /// The weights, computed now unless they were.
  ///
  /// - Throws: when there is no memory for them, or when the script was interrupted; it stays pending then.
  public var weights: Weights {
    get throws {
      switch state {
      case .computed(let source): return source.weights
      case .pending(let program):
        isComputing = true
        defer { isComputing = false }
        let weights = try program.run()
        state = .computed(WeightsSource(weights))
        PendingWeights.remove(self, reading: program.sources)
        return weights
      }
    }
  }

  /// Weights with the same names, shapes and dtypes in the same order; their numbers are others while this is pending.
  public var outline: Weights {
    switch state {
    case .computed(let source): source.weights
    case .pending(let program): program.outline
    }
  }

  /// As a part of a larger expression.
  private var program: WeightsProgram {
    switch state {
    case .computed(let source): WeightsProgram(source)
    case .pending(let program): program
    }
  }

  /// The sources of a pending expression.
  var sources: [WeightsSource] { program.sources }

  // MARK: Arithmetic

  public static func + (a: WeightsExpression, b: WeightsExpression) throws -> WeightsExpression {
    try a.combined(.add, b)
  }
  public static func - (a: WeightsExpression, b: WeightsExpression) throws -> WeightsExpression {
    try a.combined(.subtract, b)
  }
  public static func * (a: WeightsExpression, b: WeightsExpression) throws -> WeightsExpression {
    try a.combined(.multiply, b)
  }
  public static func / (a: WeightsExpression, b: WeightsExpression) throws -> WeightsExpression {
    try a.combined(.divide, b)
  }

  public static func + (a: WeightsExpression, b: Double) throws -> WeightsExpression { try a.combined(.add, b) }
  public static func - (a: WeightsExpression, b: Double) throws -> WeightsExpression { try a.combined(.subtract, b) }
  public static func * (a: WeightsExpression, b: Double) throws -> WeightsExpression { try a.combined(.multiply, b) }
  public static func / (a: WeightsExpression, b: Double) throws -> WeightsExpression { try a.combined(.divide, b) }

  public static func + (a: Double, b: WeightsExpression) throws -> WeightsExpression {
    try b.combined(.add, a, numberOnLeft: true)
  }
  public static func - (a: Double, b: WeightsExpression) throws -> WeightsExpression {
    try b.combined(.subtract, a, numberOnLeft: true)
  }
  public static func * (a: Double, b: WeightsExpression) throws -> WeightsExpression {
    try b.combined(.multiply, a, numberOnLeft: true)
  }
  public static func / (a: Double, b: WeightsExpression) throws -> WeightsExpression {
    try b.combined(.divide, a, numberOnLeft: true)
  }

  public static prefix func - (a: WeightsExpression) throws -> WeightsExpression { try a.combined(.multiply, -1) }

  /// `sum_i factors_i list_i`, from the first to the last.
  public static func sum(_ list: [WeightsExpression], factors: [Double]) throws -> WeightsExpression {
    guard let first = list.first, list.count == factors.count else {
      throw Failure(.argument, "a sum needs weights and a factor for each, found \(list.count) and \(factors.count)")
    }
    var sum = try first * factors[0]
    for (term, factor) in zip(list, factors).dropFirst() { sum = try sum + term * factor }
    return sum
  }

  private func combined(_ kernel: BinaryKernel, _ other: WeightsExpression) throws -> WeightsExpression {
    try outline.requireSame(other.outline)
    try outline.requireFloating()
    if !program.leavesRoom(for: other.program) {
      // The longer one first; that is enough unless both are long.
      _ = try (program.length >= other.program.length ? self : other).weights
      if !program.leavesRoom(for: other.program) { _ = try (isPending ? self : other).weights }
    }
    return WeightsExpression(WeightsProgram(kernel, program, other.program))
  }

  private func combined(_ kernel: BinaryKernel, _ number: Double, numberOnLeft: Bool = false) throws
    -> WeightsExpression
  {
    try outline.requireFloating()
    if !program.leavesRoom { _ = try weights }
    return WeightsExpression(WeightsProgram(kernel, program, number: number, numberOnLeft: numberOnLeft))
  }
}
