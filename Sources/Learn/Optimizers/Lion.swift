import Kernels
import Tensors

/// Lion: steps of one size, in the direction of the sign of a momentum.
public struct Lion: UpdateRule {
  public static let kind = OptimizerKind(
    "Lion", "Steps of one size, in the direction of the sign of a momentum.",
    formula: "p = p - lr weight_decay p - lr sign(b1 m + (1 - b1) g); m = b2 m + (1 - b2) g",
    source: "Chen et al. 2023, Symbolic Discovery of Optimization Algorithms",
    options: [Optimizers.learningRate(1e-4), Optimizers.betas(0.9, 0.99), Optimizers.weightDecay(0, decoupled: true)],
    make: { Lion($0) })

  let learningRate, weightDecay: Double
  let betas: [Double]

  public init(_ settings: Settings) {
    learningRate = settings.number("lr")
    betas = settings.numbers("betas")
    weightDecay = settings.number("weight_decay")
  }

  public func newState(_ parameter: Tensor) throws -> [(name: String, tensor: Tensor)] {
    // 1. The momentum begins at 0.
    [("mean", try .zeros(parameter.shape, parameter.dtype))]
  }

  public func apply<T: Real>(_ memory: UpdateMemory<T>, step: Int) {
    // 2. p = (1 - lr * weight_decay) * p - lr * sign(beta1 * m + (1 - beta1) * g)
    // 3. m = beta2 * m + (1 - beta2) * g
    AdaptiveKernels.lion(
      memory.parameter, memory.gradient, mean: memory.state[0], memory.count, rate: T(learningRate),
      shrink: T(1 - learningRate * weightDecay), beta1: T(betas[0]), rest1: T(1 - betas[0]), beta2: T(betas[1]),
      rest2: T(1 - betas[1]))
  }
}
