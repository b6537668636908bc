import Basics
import Kernels
import Tensors

/// Initialisers whose spread follows from how many inputs and outputs a weight connects.
extension Initialisers {
  /// Inputs and outputs of one unit of a weight `{outputs, inputs, window...}`.
  struct Fans {
    let inputs: Double
    let outputs: Double

    init(_ shape: Shape) throws {
      guard shape.rank >= 2 else {
        throw Failure(.shape, "needs a weight {outputs, inputs, ...} of at least two dimensions, found shape \(shape)")
      }
      let window = Double(shape.dropFirst(2).reduce(1, *))
      inputs = Double(shape[1]) * window
      outputs = Double(shape[0]) * window
      guard inputs > 0, outputs > 0 else {
        throw Failure(.shape, "an empty weight has no spread, found shape \(shape)")
      }
    }
  }

  /// The factor that keeps the variance of what passes through a nonlinearity.
  static func gain(_ nonlinearity: String, slope: Double) -> Double {
    switch nonlinearity {
    case "relu": 2.0.squareRoot()
    case "leaky_relu": (2 / (1 + slope * slope)).squareRoot()
    case "tanh": 5.0 / 3
    case "selu": 0.75
    default: 1
    }
  }

  private static let gainOption = positive("gain", 1, "a factor for the spread")
  private static let glorot =
    "Glorot and Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Neural Networks"
  private static let he = "He et al. 2015, Delving Deep into Rectifiers"

  static let xavierUniform = InitialiserKind(
    "xavier_uniform", "Evenly around 0, with a spread for linear and tanh layers.",
    formula: "between -a and a, a = gain sqrt(6 / (inputs + outputs))", source: glorot, options: [gainOption]
  ) { shape, settings, stream in
    let fans = try Fans(shape)
    let bound = settings.number("gain") * (6 / (fans.inputs + fans.outputs)).squareRoot()
    return uniforms(shape.elementCount, &stream).map { bound * (2 * $0 - 1) }
  }

  static let xavierNormal = InitialiserKind(
    "xavier_normal", "The normal law around 0, with a spread for linear and tanh layers.",
    formula: "std = gain sqrt(2 / (inputs + outputs))", source: glorot, options: [gainOption]
  ) { shape, settings, stream in
    let fans = try Fans(shape)
    let deviation = settings.number("gain") * (2 / (fans.inputs + fans.outputs)).squareRoot()
    return normals(shape.elementCount, &stream).map { deviation * $0 }
  }

  private static let kaimingOptions = [
    OptionSpec(
      "mode", .choice(["fan_in", "fan_out"]), default: .text("fan_in"),
      "keep the variance forward (\"fan_in\") or backward"),
    OptionSpec(
      "nonlinearity", .choice(["linear", "relu", "leaky_relu", "tanh", "sigmoid", "selu"]),
      default: .text("leaky_relu"),
      "what follows the layer; its gain is 1, sqrt(2), sqrt(2 / (1 + a^2)), 5/3, 1 or 3/4"),
    number("a", 0, "the slope of leaky_relu below 0"),
  ]

  private static func kaimingDeviation(_ shape: Shape, _ settings: Settings) throws -> Double {
    let fans = try Fans(shape)
    let fan = settings.text("mode") == "fan_out" ? fans.outputs : fans.inputs
    return gain(settings.text("nonlinearity"), slope: settings.number("a")) / fan.squareRoot()
  }

  static let kaimingUniform = InitialiserKind(
    "kaiming_uniform", "Evenly around 0, with a spread for what follows the layer.",
    formula: "between -a and a, a = gain sqrt(3 / fan)", source: he, options: kaimingOptions
  ) { shape, settings, stream in
    let bound = try kaimingDeviation(shape, settings) * 3.0.squareRoot()
    return uniforms(shape.elementCount, &stream).map { bound * (2 * $0 - 1) }
  }

  static let kaimingNormal = InitialiserKind(
    "kaiming_normal", "The normal law around 0, with a spread for what follows the layer.",
    formula: "std = gain / sqrt(fan)",
    source: he, options: kaimingOptions
  ) { shape, settings, stream in
    let deviation = try kaimingDeviation(shape, settings)
    return normals(shape.elementCount, &stream).map { deviation * $0 }
  }

  static let orthogonal = InitialiserKind(
    "orthogonal", "Rows (or columns, whichever are fewer) of length `gain` at right angles.",
    formula: "the orthogonal factor of a matrix of normal numbers",
    source:
      "Saxe, McClelland and Ganguli 2014, Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear Neural Networks",
    options: [gainOption]
  ) { shape, settings, stream in
    guard shape.rank >= 2 else { throw Failure(.shape, "needs at least two dimensions, found shape \(shape)") }
    let (rows, columns) = (shape[0], shape.dropFirst().reduce(1, *))
    let (few, length) = (min(rows, columns), max(rows, columns))
    let vectors = orthonormal(normals(shape.elementCount, &stream), count: few, length: length)
    let gain = settings.number("gain")
    return (0..<(rows * columns)).map { place in
      let (r, c) = (place / columns, place % columns)
      return gain * (rows <= columns ? vectors[r * length + c] : vectors[c * length + r])
    }
  }

  /// Gram and Schmidt's method, each vector against the earlier ones twice, which makes it exact to rounding (Giraud, Langou
  /// and Rozloznik 2005). Vectors stand one behind another.
  private static func orthonormal(_ start: [Double], count: Int, length: Int) -> [Double] {
    var vectors = start
    vectors.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for k in 0..<count {
        let vector = base + k * length
        for _ in 0..<2 {
          for j in 0..<k {
            let other = base + j * length
            let along = WideSum.dot(other, vector, length)
            for i in 0..<length { vector[i] -= along * other[i] }
          }
        }
        let scale = 1 / WideSum.dot(vector, vector, length).squareRoot()
        for i in 0..<length { vector[i] *= scale }
      }
    }
    return vectors
  }
}
