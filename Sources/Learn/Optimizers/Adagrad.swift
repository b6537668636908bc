import Kernels
import Tensors

/// Adagrad: steps divided by the root of the sum of all squared gradients so far.
public struct Adagrad: UpdateRule {
  public static let kind = OptimizerKind(
    "Adagrad", "Steps divided by the root of the sum of all squared gradients so far.",
    formula: "s = s + g^2; p = p - lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)",
    source:
      "Duchi, Hazan and Singer 2011, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
    options: [
      Optimizers.learningRate(1e-2),
      OptionSpec(
        "lr_decay", .number(0...OptionSpec.unbounded), default: .number(0),
        "how fast the learning rate falls with the steps"),
      OptionSpec(
        "initial_accumulator_value", .number(0...OptionSpec.unbounded), default: .number(0), "where the sums begin"),
      Optimizers.epsilon(1e-10), Optimizers.weightDecay(0, decoupled: false),
    ], make: { Adagrad($0) })

  let learningRate, decay, initial, epsilon, weightDecay: Double

  public init(_ settings: Settings) {
    learningRate = settings.number("lr")
    decay = settings.number("lr_decay")
    initial = settings.number("initial_accumulator_value")
    epsilon = settings.number("eps")
    weightDecay = settings.number("weight_decay")
  }

  public func newState(_ parameter: Tensor) throws -> [(name: String, tensor: Tensor)] {
    // 1. The sum begins at the initial value.
    [("sum", try .full(parameter.shape, initial, parameter.dtype))]
  }

  public func apply<T: Real>(_ memory: UpdateMemory<T>, step: Int) {
    // 2. g = g + weight_decay * p
    // 3. s = s + g^2
    // 4. p = p - lr / (1 + (step - 1) * lr_decay) * g / (sqrt(s) + eps)
    AdaptiveKernels.adagrad(
      memory.parameter, memory.gradient, sum: memory.state[0], memory.count,
      rate: T(learningRate / (1 + Double(step - 1) * decay)),
      penalty: T(weightDecay), epsilon: T(epsilon))
  }
}
