import Basics
import Kernels
import Tensors

/// The exponential moving average of parameters (Polyak and Juditsky 1992, for averaging).
public final class WeightAverage {
  /// How slowly it forgets, from 0 to 1.
  public let decay: Double
  /// Whether early updates forget faster: the decay is then at most `(1 + n) / (10 + n)` after `n` updates.
  public let warmsUp: Bool
  private let parameters: [(name: String, tensor: Tensor)]
  private var averages: [Tensor]
  public private(set) var updates = 0

  /// Begins with the parameters as they are.
  public init(_ parameters: [(name: String, tensor: Tensor)], decay: Double = 0.999, warmsUp: Bool = false) throws {
    guard (0...1).contains(decay) else { throw Failure(.range, "the decay must lie between 0 and 1, found \(decay)") }
    for (name, tensor) in parameters where !tensor.dtype.isFloating {
      throw Failure(.dtype, "'\(name)' is \(tensor.dtype.name); only floating-point tensors can be averaged")
    }
    self.decay = decay
    self.warmsUp = warmsUp
    self.parameters = parameters
    averages = try parameters.map { try $0.tensor.copy() }
  }

  /// `average = decay * average + (1 - decay) * parameter`
  public func update() throws {
    updates += 1
    let d = warmsUp ? min(decay, (1 + Double(updates)) / (10 + Double(updates))) : decay
    for (average, (_, tensor)) in zip(averages, parameters) {
      let x = try tensor.contiguous()
      if x.dtype == .float32 {
        AdaptiveKernels.average(average.floats, x.floats, x.count, decay: Float(d), rest: Float(1 - d))
      } else {
        AdaptiveKernels.average(average.doubles, x.doubles, x.count, decay: d, rest: 1 - d)
      }
      average.noteChange()
    }
  }

  /// The average now, in memory of its own.
  public func weights() throws -> Weights { try Weights(zip(parameters, averages).map { ($0.name, try $1.copy()) }) }

  /// Goes on from a saved average.
  public func load(_ weights: Weights, updates: Int) throws {
    try self.weights().requireSame(weights)
    averages = try parameters.map { name, _ in try weights.tensor(name).copy() }
    self.updates = updates
  }
}
