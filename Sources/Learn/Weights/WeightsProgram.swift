import Basics
import Kernels
import Tensors

/// Weights that pending expressions read.
final class WeightsSource {
  let weights: Weights
  /// Whether somebody else holds them than expressions that wait.
  private(set) var isHeld = true
  /// How many pending expressions read them.
  var readers = 0

  init(_ weights: Weights) { self.weights = weights }

  /// The one expression that had these weights for its value is gone.
  func letGo() {
    isHeld = false
    if readers > 0 { PendingWeights.noteRelease() }
  }
}

/// What a pending expression will compute.
struct WeightsProgram {
  private(set) var sources: [WeightsSource]
  private let program: ElementProgram
  /// Weights with the names, shapes, dtypes and the order of the result.
  var outline: Weights { sources[0].weights }
  /// How many operations it takes.
  var length: Int { program.stepCount }

  /// Longer expressions are computed part by part, so that neither they nor what they keep alive grow without bound.
  private static let mostSteps = 64
  private static let mostSources = 16

  init(_ source: WeightsSource) {
    sources = [source]
    program = ElementProgram()
  }

  /// The names and the order are those of the left side.
  init(_ kernel: BinaryKernel, _ left: WeightsProgram, _ right: WeightsProgram) {
    var sources = left.sources
    let places = right.sources.map { source in
      if let place = sources.firstIndex(where: { $0 === source }) { return place }
      sources.append(source)
      return sources.count - 1
    }
    self.sources = sources
    program = ElementProgram(kernel, left.program, right.program, places: places)
  }

  init(_ kernel: BinaryKernel, _ operand: WeightsProgram, number: Double, numberOnLeft: Bool) {
    sources = operand.sources
    program = ElementProgram(kernel, operand.program, number: number, numberOnLeft: numberOnLeft)
  }

  /// Whether one operation more is not too long.
  var leavesRoom: Bool { length < Self.mostSteps }

  /// Whether an operation on both is not too long.
  func leavesRoom(for other: WeightsProgram) -> Bool {
    length + other.length < Self.mostSteps && sources.count + other.sources.count <= Self.mostSources
  }

  /// Computes the result, tensor by tensor, each in one pass.
  func run() throws -> Weights {
    try outline.map { name, tensor in
      let inputs = try sources.map { try $0.weights.tensor(name).contiguous() }
      let result = try Tensor(uninitialized: tensor.shape, tensor.dtype)
      // Copies of views last as long as they are read.
      withExtendedLifetime(inputs) {
        switch tensor.dtype {
        case .float32: program.run(inputs.map { UnsafePointer($0.floats) }, into: result.floats, count: result.count)
        default: program.run(inputs.map { UnsafePointer($0.doubles) }, into: result.doubles, count: result.count)
        }
      }
      // Tiles are left out after an interrupt.
      if Interrupt.isRequested { throw Failure(.interrupted, "interrupted") }
      return result
    }
  }
}
