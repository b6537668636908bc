import Autodiff
import Basics
import Tensors

/// Compares one row with its reference: values in both float types, through views, and for sizes 0 and 1.
struct OperationChecker {
  let operation: Operation

  /// What was found wrong, one sentence each; empty when the row is right.
  func problems() -> [String] {
    var problems = describing()
    for (index, sample) in operation.check.samples.enumerated() {
      let samples = OperationSamples(sample: sample, seed: UInt64(1000 * index + 17))
      for dtype in [DType.float64, .float32] {
        for layout in OperationSamples.Layout.allCases {
          let name = "\(operation.name), sample \(index + 1) (\(dtype.name), \(layout.rawValue))"
          problems += leaks(name) { values(name, samples, dtype, layout) }
        }
      }
      if operation.check.order > 0 {
        let name = "\(operation.name), sample \(index + 1)"
        problems += leaks(name) { GradientChecker(operation: operation, samples: samples, name: name).problems() }
      }
    }
    for (index, sample) in variants().enumerated() {
      let samples = OperationSamples(sample: sample, seed: UInt64(index + 5))
      for dtype in [DType.float64, .float32] {
        let name = "\(operation.name), variant \(index + 1) \(sample.items) (\(dtype.name))"
        problems += leaks(name) { values(name, samples, dtype, .contiguous) }
      }
    }
    return problems
  }

  /// What the reference page needs.
  private func describing() -> [String] {
    var problems: [String] = []
    if operation.example.isEmpty { problems.append("\(operation.name) has no example") }
    if !operation.summary.hasSuffix(".") {
      problems.append("\(operation.name)'s summary does not end in a period: \(operation.summary)")
    }
    if operation.check.samples.isEmpty { problems.append("\(operation.name) has no samples") }
    if operation.check.order > 0 && !operation.check.samples.contains(where: { $0.items.contains(where: \.isFloating) })
    {
      problems.append("\(operation.name) claims a gradient, but no sample has a floating-point tensor")
    }
    let firstOption = operation.parameters.firstIndex(where: \.isOption) ?? operation.parameters.count
    if operation.parameters[firstOption...].contains(where: { !$0.isOption }) {
      problems.append("\(operation.name) has a positional parameter behind an option")
    }
    for (index, sample) in operation.check.samples.enumerated() where sample.items.count != operation.parameters.count {
      problems.append(
        "\(operation.name), sample \(index + 1) has \(sample.items.count) arguments for \(operation.parameters.count) parameters"
      )
    }
    return problems
  }

  /// Runs `body` and reports blocks that it left behind.
  private func leaks(_ name: String, _ body: () -> [String]) -> [String] {
    let before = Storage.statistics.blocks
    let problems = body()
    let left = Storage.statistics.blocks - before
    return left == 0 ? problems : problems + ["\(name): \(left) blocks of memory were left behind"]
  }

  /// Values against the reference.
  private func values(
    _ name: String, _ samples: OperationSamples, _ dtype: DType, _ layout: OperationSamples.Layout
  ) -> [String] {
    do {
      let arguments = try samples.values(dtype, layout)
      let before = arguments.map(Self.numbers)
      let found: [Value]
      do { found = try operation(arguments) } catch let failure as Failure
        where layout == .expanded && failure.kind == .numerics
      {
        return []  // Repeated rows make matrices singular.
      }
      let wanted = try operation.check.reference(arguments.map(PlainValue.init))
      var problems = Self.compare(name, found, wanted, dtype)
      if arguments.map(Self.numbers) != before { problems.append("\(name): the inputs were changed") }
      return problems
    } catch {
      return ["\(name): \(error)"]
    }
  }

  private static func numbers(_ value: Value) -> [UInt64] {
    switch value {
    case .tensor(let tensor): tensor.toDoubles().map(\.bitPattern)
    case .tensors(let tensors): tensors.flatMap { $0.toDoubles().map(\.bitPattern) }
    default: []
    }
  }

  /// Sizes 0 and 1, single numbers, and plain numbers on either side, for functions of each element.
  private func variants() -> [Sample] {
    guard let items = operation.check.samples.first?.items else { return [] }
    switch operation.body {
    case .unary: return [[], [1], [1, 1], [0], [0, 3], [3, 0]].map { Sample(items[0].reshaped($0)) }
    case .binary:
      let shapes: [([Int], [Int])] = [
        ([], []), ([1], [1]), ([1], [3]), ([0], [0]), ([0, 3], [3]), ([0, 3], [1]), ([2, 0], []),
      ]
      let pairs = shapes.map { Sample(items[0].reshaped($0), items[1].reshaped($1)) }
      let numbers = [Sample(items[0], .number(0.75)), Sample(.number(0.75), items[1])]
      let whole = [
        Sample(.ids([3, 4], 1...4), .ids([4], 1...4)), Sample(.ids([3, 4], 1...4), .number(2)),
        Sample(.number(2), .ids([3, 4], 1...4)),
        Sample(.ids([3, 4], 1...4), items[1].reshaped([3, 4])),
        Sample(items[0].reshaped([3, 4]), .ids([3, 4], 1...4)),
      ]
      return pairs + numbers + whole
    case .pair, .general: return []
    }
  }
}

extension OperationChecker {
  /// Differences between results and what the reference says, beyond rounding.
  static func compare(_ name: String, _ found: [Value], _ wanted: [Plain], _ dtype: DType) -> [String] {
    guard found.count == wanted.count else { return ["\(name): found \(found.count) results, wanted \(wanted.count)"] }
    return zip(found, wanted).enumerated().flatMap { index, pair -> [String] in
      let result = "\(name): result \(index + 1)"
      switch pair.0 {
      case .tensor(let tensor):
        // Whole-number inputs are promoted to float32, whatever dtype is under test.
        return compare(result, Plain(tensor), pair.1, tensor.dtype.isFloating ? tensor.dtype : .float64)
      case .number(let number): return compare(result, Plain([], [number]), pair.1, dtype)
      case .integer(let number): return compare(result, Plain([], [Double(number)]), pair.1, dtype)
      case .boolean(let truth): return compare(result, Plain([], [truth ? 1 : 0]), pair.1, dtype)
      default: return ["\(result) is neither a tensor nor a number"]
      }
    }
  }

  static func compare(_ name: String, _ found: Plain, _ wanted: Plain, _ dtype: DType, tolerance: Double? = nil)
    -> [String]
  {
    guard found.shape == wanted.shape else { return ["\(name) has shape \(found.shape), wanted \(wanted.shape)"] }
    let scale = wanted.values.reduce(1.0) { $1.isFinite ? max($0, abs($1)) : $0 }
    let allowed = scale * (tolerance ?? (dtype == .float32 ? 64 * Double(Float.ulpOfOne) : 1e-10))
    let places = Plain.places(found.shape)
    for (index, (a, b)) in zip(found.values, wanted.values).enumerated() where !(a == b || (a.isNaN && b.isNaN)) {
      // A difference that is nan counts as too great.
      if !(abs(a - b) <= allowed) { return ["\(name) at \(places[index].map { $0 + 1 }): found \(a), wanted \(b)"] }
    }
    return []
  }
}
