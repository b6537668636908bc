import Basics
import Kernels
import Tensors

/// Muon: the momentum of each matrix, made orthogonal, is the step. Parameters of other shapes go by AdamW.
public struct Muon: UpdateRule {
  public static let kind = OptimizerKind(
    "Muon", "Steps along the orthogonalised momentum of each matrix; parameters of other shapes go by AdamW.",
    formula:
      "b = momentum b + (1 - momentum) g; p = p - lr weight_decay p - lr s O(b), where O(b) = U V^T for b = U S V^T (by "
      + "Newton-Schulz iterations) and s = 0.2 sqrt(max(rows, columns)), or sqrt(max(1, rows / columns)) for adjust = \"original\"",
    source:
      "Jordan et al. 2024, Muon: An Optimizer for Hidden Layers in Neural Networks; Liu et al. 2025, Muon is Scalable for LLM Training (s)",
    options: [
      Optimizers.learningRate(1e-3),
      OptionSpec("momentum", .number(0...1, open: true), default: .number(0.95), "how slowly the momentum forgets"),
      OptionSpec(
        "nesterov", .boolean, default: .boolean(true), "take the gradient's step from where the momentum leads"),
      Optimizers.weightDecay(0, decoupled: true),
      OptionSpec(
        "iterations", .integer(1...100), default: .number(5), "Newton-Schulz iterations: more come nearer to orthogonal"
      ),
      OptionSpec(
        "adjust", .choice(["match_adamw", "original"]), default: .text("match_adamw"),
        "the size of steps: like AdamW's, so that one lr serves all parameters, or as first published"),
      OptionSpec(
        "rule", .choice(["auto", "muon", "adamw"]), default: .text("auto"),
        "matrices by Muon and the rest by AdamW, or all by one of them (embeddings and output layers do better by AdamW)"
      ), Optimizers.betas(0.9, 0.999), Optimizers.epsilon(1e-8),
    ], make: { Muon($0) })

  let learningRate, momentum, weightDecay: Double
  let nesterov: Bool
  let iterations: Int
  let adjust, rule: String
  let fallback: AdamW

  public init(_ settings: Settings) {
    learningRate = settings.number("lr")
    momentum = settings.number("momentum")
    weightDecay = settings.number("weight_decay")
    nesterov = settings.boolean("nesterov")
    iterations = settings.integer("iterations")
    adjust = settings.text("adjust")
    rule = settings.text("rule")
    fallback = AdamW(settings)
  }

  public func newState(_ parameter: Tensor) throws -> [(name: String, tensor: Tensor)] {
    // 1. The momentum begins at 0, and so does what AdamW remembers.
    guard isMatrix(parameter.shape) else { return try fallback.newState(parameter) }
    guard parameter.rank == 2 else {
      throw Failure(
        .shape,
        "Muon needs matrices, found a parameter of shape \(parameter.shape); rule = \"auto\" gives other shapes to AdamW"
      )
    }
    return [("momentum", try .zeros(parameter.shape, parameter.dtype))]
  }

  private func isMatrix(_ shape: Shape) -> Bool { rule == "muon" || (rule == "auto" && shape.rank == 2) }

  public func apply<T: Real>(_ memory: UpdateMemory<T>, step: Int) {
    guard isMatrix(memory.shape) else { return fallback.apply(memory, step: step) }
    let (rows, columns) = (memory.shape[0], memory.shape[1])
    let direction = UnsafeMutablePointer<T>.allocate(capacity: max(1, memory.count))
    defer { direction.deallocate() }
    // 2. b = momentum * b + (1 - momentum) * g, and d = b, or with Nesterov d = (1 - momentum) * g + momentum * b
    MuonKernel.momentum(
      memory.gradient, memory.state[0], direction, memory.count, momentum: T(momentum), nesterov: nesterov)
    // 3. d becomes nearly orthogonal.
    MuonKernel.orthogonalize(direction, rows: rows, columns: columns, iterations: iterations, epsilon: T(1e-7))
    // 4. p = (1 - lr * weight_decay) * p - lr * s * d
    let size =
      adjust == "original"
      ? max(1, Double(rows) / Double(max(1, columns))).squareRoot() : 0.2 * Double(max(rows, columns)).squareRoot()
    MuonKernel.step(
      memory.parameter, direction, memory.count, shrink: T(1 - learningRate * weightDecay), rate: T(learningRate * size)
    )
  }
}
