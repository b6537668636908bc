import Kernels
import Tensors

/// RMSprop: steps divided by a running root mean square of the gradient.
public struct RMSprop: UpdateRule {
  public static let kind = OptimizerKind(
    "RMSprop", "Steps divided by a running root mean square of the gradient.",
    formula: "v = alpha v + (1 - alpha) g^2; p = p - lr g / (sqrt(v) + eps)",
    source:
      "Tieleman and Hinton 2012, Lecture 6.5; Graves 2013, Generating Sequences with Recurrent Neural Networks (centered)",
    options: [
      Optimizers.learningRate(1e-2),
      OptionSpec("alpha", .number(0...1, open: true), default: .number(0.99), "how slowly the mean square forgets"),
      Optimizers.epsilon(1e-8), Optimizers.momentum(),
      OptionSpec("centered", .boolean, default: .boolean(false), "divide by the standard deviation instead"),
      Optimizers.weightDecay(0, decoupled: false),
    ], make: { RMSprop($0) })

  let learningRate, alpha, epsilon, momentum, weightDecay: Double
  let centered: Bool

  public init(_ settings: Settings) {
    learningRate = settings.number("lr")
    alpha = settings.number("alpha")
    epsilon = settings.number("eps")
    momentum = settings.number("momentum")
    centered = settings.boolean("centered")
    weightDecay = settings.number("weight_decay")
  }

  public func newState(_ parameter: Tensor) throws -> [(name: String, tensor: Tensor)] {
    // 1. All averages begin at 0.
    let names = ["square"] + (centered ? ["mean"] : []) + (momentum == 0 ? [] : ["momentum"])
    return try names.map { ($0, try .zeros(parameter.shape, parameter.dtype)) }
  }

  public func apply<T: Real>(_ memory: UpdateMemory<T>, step: Int) {
    // 2. g = g + weight_decay * p
    // 3. v = alpha * v + (1 - alpha) * g^2
    // 4. Centered: m = alpha * m + (1 - alpha) * g, and v - m^2 stands for v.
    // 5. d = g / (sqrt(v) + eps)
    // 6. p = p - lr * d, or with momentum b = momentum * b + d and p = p - lr * b
    AdaptiveKernels.rmsprop(
      memory.parameter, memory.gradient, square: memory.state[0], mean: centered ? memory.state[1] : nil,
      velocity: momentum == 0 ? nil : memory.state[centered ? 2 : 1], memory.count, rate: T(learningRate),
      penalty: T(weightDecay),
      alpha: T(alpha), rest: T(1 - alpha), epsilon: T(epsilon), momentum: T(momentum))
  }
}
