import Kernels
import Tensors

/// Stochastic gradient descent, with momentum and Nesterov's look-ahead if wanted.
public struct SGD: UpdateRule {
  public static let kind = OptimizerKind(
    "SGD", "Stochastic gradient descent, with momentum if wanted.",
    formula: "d = g + weight_decay p; b = momentum b + (1 - dampening) d; p = p - lr b",
    source: "Sutskever et al. 2013, On the Importance of Initialization and Momentum in Deep Learning",
    options: [
      Optimizers.learningRate(1e-3), Optimizers.momentum(),
      OptionSpec(
        "dampening", .number(0...1), default: .number(0), "how much of each gradient is kept out of the momentum"),
      OptionSpec(
        "nesterov", .boolean, default: .boolean(false), "take the gradient's step from where the momentum leads"),
      Optimizers.weightDecay(0, decoupled: false),
    ], make: { SGD($0) })

  let learningRate, momentum, dampening, weightDecay: Double
  let nesterov: Bool

  public init(_ settings: Settings) {
    learningRate = settings.number("lr")
    momentum = settings.number("momentum")
    dampening = settings.number("dampening")
    weightDecay = settings.number("weight_decay")
    nesterov = settings.boolean("nesterov")
  }

  public func newState(_ parameter: Tensor) throws -> [(name: String, tensor: Tensor)] {
    // 1. Without momentum nothing is remembered; with it, a velocity that begins at 0.
    momentum == 0 ? [] : [("momentum", try .zeros(parameter.shape, parameter.dtype))]
  }

  public func apply<T: Real>(_ memory: UpdateMemory<T>, step: Int) {
    // 2. d = g + weight_decay * p
    // 3. Without momentum: p = p - lr * d
    guard let velocity = memory.state.first else {
      SGDKernel.plain(memory.parameter, memory.gradient, memory.count, rate: T(learningRate), penalty: T(weightDecay))
      return
    }
    // 4. b = momentum * b + (1 - dampening) * d; the first velocity is d itself.
    // 5. p = p - lr * b, or with Nesterov p = p - lr * (d + momentum * b)
    SGDKernel.momentum(
      memory.parameter, memory.gradient, velocity, memory.count, rate: T(learningRate), penalty: T(weightDecay),
      momentum: T(momentum), fresh: step == 1 ? 1 : T(1 - dampening), nesterov: nesterov)
  }
}
