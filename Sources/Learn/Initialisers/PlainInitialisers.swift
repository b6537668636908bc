import Basics
import Kernels
import Tensors

/// Initialisers that do not look at the shape.
extension Initialisers {
  static let zeros = InitialiserKind("zeros", "Every element 0.", isRandom: false) { shape, _, _ in
    [Double](repeating: 0, count: shape.elementCount)
  }

  static let ones = InitialiserKind("ones", "Every element 1.", isRandom: false) { shape, _, _ in
    [Double](repeating: 1, count: shape.elementCount)
  }

  static let constant = InitialiserKind(
    "constant", "Every element the same number.",
    options: [OptionSpec("value", .number(-OptionSpec.unbounded...OptionSpec.unbounded), default: nil, "the number")],
    isRandom: false
  ) { shape, settings, _ in [Double](repeating: settings.number("value"), count: shape.elementCount) }

  static let eye = InitialiserKind("eye", "A matrix with ones on the diagonal, zeros elsewhere.", isRandom: false) {
    shape, _, _ in
    guard shape.rank == 2 else { throw Failure(.shape, "needs a matrix, found shape \(shape)") }
    return (0..<shape.elementCount).map { $0 / shape[1] == $0 % shape[1] ? 1 : 0 }
  }

  static let uniform = InitialiserKind(
    "uniform", "Evenly between two numbers.",
    options: [number("low", 0, "the least number"), number("high", 1, "the number that all stay below")]
  ) { shape, settings, stream in
    let (low, high) = (settings.number("low"), settings.number("high"))
    guard low <= high else { throw Failure(.range, "'low' (\(low)) must not exceed 'high' (\(high))") }
    return uniforms(shape.elementCount, &stream).map { low + (high - low) * $0 }
  }

  static let normal = InitialiserKind(
    "normal", "The normal law.", options: [number("mean", 0, "the mean"), positive("std", 1, "the standard deviation")]
  ) { shape, settings, stream in
    let (mean, deviation) = (settings.number("mean"), settings.number("std"))
    return normals(shape.elementCount, &stream).map { mean + deviation * $0 }
  }

  static let truncatedNormal = InitialiserKind(
    "truncated_normal", "The normal law between two bounds.",
    formula: "mean + std sqrt(2) erfinv(u), u uniform between erf of both bounds in standard units over sqrt(2)",
    options: [
      number("mean", 0, "the mean before cutting"), positive("std", 1, "the standard deviation before cutting"),
      number("low", -2, "the lower bound"), number("high", 2, "the upper bound"),
    ]
  ) { shape, settings, stream in
    let (mean, deviation) = (settings.number("mean"), settings.number("std"))
    let (low, high) = (settings.number("low"), settings.number("high"))
    guard low < high else { throw Failure(.range, "'low' (\(low)) must be below 'high' (\(high))") }
    let root = 2.0.squareRoot()
    let from = Double.erf((low - mean) / (deviation * root))
    let to = Double.erf((high - mean) / (deviation * root))
    guard deviation > 0, to > from else {
      throw Failure(.range, "the normal law has nothing between \(low) and \(high)")
    }
    return uniforms(shape.elementCount, &stream).map { u in
      // The middle of the cell that u stands for is never 0 or 1.
      let place = from + (to - from) * (u + 0x1p-54)
      return min(max(mean + deviation * root * Double.erfInverse(place), low), high)
    }
  }
}
