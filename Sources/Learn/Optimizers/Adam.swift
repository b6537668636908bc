import Kernels
import Tensors

/// Adam: steps scaled by running averages of the gradient and of its square.
public struct Adam: UpdateRule {
  public static let kind = OptimizerKind(
    "Adam", "Steps scaled by running averages of the gradient and of its square.",
    formula:
      "m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p = p - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)",
    source: "Kingma and Ba 2015, Adam: A Method for Stochastic Optimization",
    options: [
      Optimizers.learningRate(1e-3), Optimizers.betas(0.9, 0.999), Optimizers.epsilon(1e-8),
      Optimizers.weightDecay(0, decoupled: false),
    ], make: { Adam($0) })

  let learningRate, epsilon, weightDecay: Double
  let betas: [Double]

  public init(_ settings: Settings) {
    learningRate = settings.number("lr")
    betas = settings.numbers("betas")
    epsilon = settings.number("eps")
    weightDecay = settings.number("weight_decay")
  }

  public func newState(_ parameter: Tensor) throws -> [(name: String, tensor: Tensor)] {
    // 1. Both averages begin at 0.
    [("mean", try .zeros(parameter.shape, parameter.dtype)), ("square", try .zeros(parameter.shape, parameter.dtype))]
  }

  public func apply<T: Real>(_ memory: UpdateMemory<T>, step: Int) {
    // 2. g = g + weight_decay * p
    // 3. m = beta1 * m + (1 - beta1) * g and v = beta2 * v + (1 - beta2) * g^2
    // 4. Both are divided by 1 - beta^step, since they began at 0.
    // 5. p = p - lr * m / (sqrt(v) + eps)
    AdamKernel.update(
      memory.parameter, memory.gradient, memory.state[0], memory.state[1], memory.count,
      AdamKernel.Constants(
        learningRate: learningRate, beta1: betas[0], beta2: betas[1], epsilon: epsilon, penalty: weightDecay, decay: 0,
        step: step))
  }
}
