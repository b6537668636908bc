import Basics
import Kernels
import Tensors

extension Generators {
  private static func sizes(_ shots: Int, _ queries: Int) -> [OptionSpec] {
    [
      count(1000, "tasks"), integer("shots", 1...512, default: shots, "points to learn from"),
      integer("queries", 1...512, default: queries, "points to be judged on"),
    ]
  }

  private static let fewShotColumns: [(name: String, holds: String)] = [
    ("support_x, support_y", "float32 {count, shots, 1}"), ("query_x, query_y", "float32 {count, queries, 1}"),
  ]

  /// The four tensors of few-shot tasks from all points of each task, those to learn from first.
  private static func fewShot(_ x: Tensor, _ y: Tensor, shots: Int) throws -> [Dataset.Column] {
    let points = x.shape[1]
    return try [("support", 0, shots), ("query", shots, points - shots)].flatMap { name, start, length in
      try [("x", x), ("y", y)].map { suffix, tensor in
        try Dataset.Column(
          "\(name)_\(suffix)", try tensor.narrowedView(1, start: start, length: length).copy())
      }
    }
  }

  static let sineTasks: Generator = Generator(
    "sine_tasks", "Few-shot regression of sine waves that differ in amplitude and phase.",
    columns: fewShotColumns + [("amplitude, phase", "float32")],
    options: sizes(5, 10) + [
      number("min_amplitude", 0...1e6, default: 0.1, "the least amplitude"),
      number("max_amplitude", 0...1e6, default: 5, "the greatest amplitude"),
      number("range", 0...1e6, default: 5, "x is uniform from -range to range"),
      number("noise", 0...1e6, default: 0, "standard deviation of the noise on support_y"),
    ],
    notes: "y = amplitude sin(x - phase), phases from 0 to pi.",
    source: "Finn, Abbeel and Levine 2017, Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks",
    example:
      "local tasks = lab.data.sine_tasks{count = 25, shots = 10, rng = lab.rng(1)}\nprint(tasks.support_x.shape, tasks.amplitude:max())"
  ) { settings, stream in
    try requireOrder(settings, "min_amplitude", "max_amplitude")
    let (tasks, shots) = (settings.integer("count"), settings.integer("shots"))
    let points = shots + settings.integer("queries")
    try requireRoom(tasks, points, what: "the tasks")
    let (x, y) = (try Tensor.zeros([tasks, points, 1]), try Tensor.zeros([tasks, points, 1]))
    let (low, high) = (settings.number("min_amplitude"), settings.number("max_amplitude"))
    var (amplitudes, phases): ([Float], [Float]) = ([], [])
    try forEachRow(tasks) { task in
      var own = stream.split(UInt64(task))
      let amplitude = low + (high - low) * own.nextDouble()
      let phase = Double.pi * own.nextDouble()
      for point in 0..<points {
        let place = settings.number("range") * (2 * own.nextDouble() - 1)
        let noise = point < shots ? settings.number("noise") * own.nextNormal() : 0
        x.floats[task * points + point] = Float(place)
        y.floats[task * points + point] = Float(amplitude) * Float.sin(Float(place - phase)) + Float(noise)
      }
      amplitudes.append(Float(amplitude))
      phases.append(Float(phase))
    }
    return try Dataset(
      checked: try fewShot(x, y, shots: shots) + [.floats("amplitude", amplitudes), .floats("phase", phases)])
  }

  static let gaussianProcessTasks: Generator = Generator(
    "gaussian_process_tasks", "Few-shot regression of functions drawn from a Gaussian process.",
    columns: fewShotColumns + [("length_scale", "float32")],
    options: sizes(10, 20) + [
      choice(
        "kernel", ["rbf", "matern32", "periodic"],
        "exp(-r^2 / 2); (1 + sqrt(3) r) exp(-sqrt(3) r); exp(-2 sin^2(pi d) / l^2); with r = d / l for distance d"),
      number("min_length_scale", 1e-3...1e6, default: 0.25, "the least length scale l"),
      number("max_length_scale", 1e-3...1e6, default: 0.5, "the greatest length scale"),
      number("scale", 0...1e6, default: 1, "standard deviation of the function's values"),
      number("range", 0...1e6, default: 2, "x is uniform from -range to range"),
      number("noise", 0...1e6, default: 0, "standard deviation of the noise on support_y"),
    ],
    notes: "The points of all tasks together cost their cube: at most 1024 for each task.",
    source:
      "Garnelo et al. 2018, Conditional Neural Processes; Rasmussen and Williams 2006, Gaussian Processes for Machine Learning",
    example:
      "local tasks = lab.data.gaussian_process_tasks{count = 16, shots = 10, rng = lab.rng(1)}\nprint(tasks.query_y.shape)"
  ) { settings, stream in
    try requireOrder(settings, "min_length_scale", "max_length_scale")
    let (tasks, shots) = (settings.integer("count"), settings.integer("shots"))
    let points = shots + settings.integer("queries")
    try requireRoom(tasks, points, what: "the tasks")
    let (x, y) = (try Tensor.zeros([tasks, points, 1]), try Tensor.zeros([tasks, points, 1]))
    let (low, high) = (settings.number("min_length_scale"), settings.number("max_length_scale"))
    var lengths: [Float] = []
    var process = GaussianProcess(points: points, kernel: settings.text("kernel"))
    try forEachRow(tasks) { task in
      if Interrupt.isRequested { throw Failure(.interrupted, "interrupted") }
      var own = stream.split(UInt64(task))
      let length = low + (high - low) * own.nextDouble()
      let places = (0..<points).map { _ in settings.number("range") * (2 * own.nextDouble() - 1) }
      let values = process.draw(places, lengthScale: length, &own)
      for point in 0..<points {
        let noise = point < shots ? settings.number("noise") * own.nextNormal() : 0
        x.floats[task * points + point] = Float(places[point])
        y.floats[task * points + point] = Float(settings.number("scale") * values[point] + noise)
      }
      lengths.append(Float(length))
    }
    return try Dataset(checked: try fewShot(x, y, shots: shots) + [.floats("length_scale", lengths)])
  }
}

/// Draws a function's values at some places: L z for the Cholesky factor L of the covariances and normal z.
private struct GaussianProcess {
  private let points: Int
  private let kernel: String
  private var factor: [Double]
  /// Added to the diagonal, so that the factorisation of near places stays possible; of the size of float32's rounding.
  private static let jitter = 1e-6

  init(points: Int, kernel: String) {
    (self.points, self.kernel) = (points, kernel)
    factor = [Double](repeating: 0, count: points * points)
  }

  private func covariance(_ distance: Double, _ lengthScale: Double) -> Double {
    let r = distance / lengthScale
    switch kernel {
    case "matern32":
      let scaled = Double.sqrt(3) * abs(r)
      return (1 + scaled) * Double.exp(-scaled)
    case "periodic":
      let sine = Double.sin(.pi * distance) / lengthScale
      return Double.exp(-2 * sine * sine)
    default: return Double.exp(-0.5 * r * r)
    }
  }

  mutating func draw(_ places: [Double], lengthScale: Double, _ stream: inout RandomStream) -> [Double] {
    for i in 0..<points {
      for j in 0...i {
        factor[i * points + j] = covariance(places[i] - places[j], lengthScale) + (i == j ? Self.jitter : 0)
      }
    }
    let points = points
    factor.withUnsafeMutableBufferPointer { l in
      for i in 0..<points {
        for j in 0...i {
          var sum = l[i * points + j]
          for k in 0..<j { sum -= l[i * points + k] * l[j * points + k] }
          l[i * points + j] = i == j ? max(sum, Self.jitter).squareRoot() : sum / l[j * points + j]
        }
      }
    }
    let z = (0..<points).map { _ in stream.nextNormal() }
    return (0..<points).map { i in (0...i).reduce(0) { $0 + factor[i * points + $1] * z[$1] } }
  }
}
