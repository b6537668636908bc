import Kernels
import Tensors

/// Adam with weight decay apart from the gradient.
public struct AdamW: UpdateRule {
  public static let kind = OptimizerKind(
    "AdamW", "Adam with weight decay apart from the gradient.",
    formula: "p = p - lr weight_decay p, then as Adam",
    source: "Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization",
    options: [
      Optimizers.learningRate(1e-3), Optimizers.betas(0.9, 0.999), Optimizers.epsilon(1e-8),
      Optimizers.weightDecay(0.01, decoupled: true),
    ], make: { AdamW($0) })

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
    // 2. p = (1 - lr * weight_decay) * p
    // 3. m = beta1 * m + (1 - beta1) * g and v = beta2 * v + (1 - beta2) * g^2
    // 4. Both are divided by 1 - beta^step, since they began at 0.
    // 5. p = p - lr * m / (sqrt(v) + eps)
    AdamKernel.update(
      memory.parameter, memory.gradient, memory.state[0], memory.state[1], memory.count,
      AdamKernel.Constants(
        learningRate: learningRate, beta1: betas[0], beta2: betas[1], epsilon: epsilon, penalty: 0, decay: weightDecay,
        step: step))
  }
}
