import Basics
import Kernels
import Tensors

extension Generators {
  static let inContextRegression: Generator = Generator(
    "in_context_regression",
    "Regression tasks for learning in context: each row is a function of its own and its points.",
    columns: [
      ("x", "float32 {count, points, dim}, normal"), ("y", "float32 {count, points}, with noise"),
      ("clean", "float32 {count, points}, without"), ("w", "float32 {count, dim}, the weights, not for relu"),
    ],
    options: [
      count(1000, "tasks"), integer("points", 1...4096, default: 40, "points of a task"),
      integer("dim", 1...1024, default: 8, "numbers of a point"),
      choice(
        "kind", ["linear", "sparse", "quadratic", "relu"],
        "y = w.x; w.x with {nonzero} weights; w.x^2; a random network with {hidden} ReLU units"),
      integer("nonzero", 1...1024, default: 3, "weights of sparse tasks that are not 0"),
      integer("hidden", 1...1024, default: 32, "units of relu tasks"),
      number("noise", 0...1e6, default: 0, "standard deviation of the noise on y"),
      number("scale", 0...1e6, default: 1, "standard deviation of the weights"),
    ],
    source:
      "Garg, Tsipras, Liang and Valiant 2022, What Can Transformers Learn In-Context? A Case Study of Simple Function Classes",
    example:
      "local tasks = lab.data.in_context_regression{count = 4, points = 10, dim = 3, rng = lab.rng(1)}\nprint(tasks.x.shape, tasks.y.shape)"
  ) { settings, stream in
    let (tasks, points, dim) = (settings.integer("count"), settings.integer("points"), settings.integer("dim"))
    let kind = settings.text("kind")
    try requireRoom(tasks, points, dim, what: "column 'x'")
    let (x, y) = (try Tensor(uninitialized: [tasks, points, dim], .float32), try Tensor.zeros([tasks, points]))
    let (clean, w) = (try Tensor.zeros([tasks, points]), try Tensor.zeros([tasks, dim]))
    let nonzero = settings.integer("nonzero")
    guard kind != "sparse" || nonzero <= dim else {
      throw Failure(.range, "'nonzero' (\(nonzero)) must not be above 'dim' (\(dim))")
    }
    try forEachRow(tasks) { task in
      // A stream for each task, whose parts are filled in one go.
      var own = stream.split(UInt64(task))
      let inputs = x.floats + task * points * dim
      RandomKernels.normal(own.split("x"), first: 0, into: inputs, count: points * dim)
      let weights = w.floats + task * dim
      RandomKernels.normal(own.split("w"), first: 0, into: weights, count: dim)
      for i in 0..<dim { weights[i] *= Float(settings.number("scale")) }
      if kind == "sparse" {
        let kept = Set(own.sample(nonzero, of: dim) ?? [])
        for i in 0..<dim where !kept.contains(i) { weights[i] = 0 }
      }
      let outputs = clean.floats + task * points
      if kind == "relu" {
        network(own.split("network"), inputs, points, dim, settings, outputs)
      } else {
        for point in 0..<points {
          var sum: Float = 0
          for i in 0..<dim {
            let value = inputs[point * dim + i]
            sum += weights[i] * (kind == "quadratic" ? value * value : value)
          }
          outputs[point] = sum
        }
      }
      let noise = Float(settings.number("noise"))
      let noisy = y.floats + task * points
      RandomKernels.normal(own.split("noise"), first: 0, into: noisy, count: points)
      for point in 0..<points { noisy[point] = outputs[point] + noise * noisy[point] }
    }
    let columns = [try Dataset.Column("x", x), try Dataset.Column("y", y), try Dataset.Column("clean", clean)]
    return try Dataset(checked: columns + (kind == "relu" ? [] : [try Dataset.Column("w", w)]))
  }

  /// y = a . relu(V x) with normal a and V, a of variance 2 / hidden, V of variance 1.
  private static func network(
    _ stream: RandomStream, _ inputs: UnsafePointer<Float>, _ points: Int, _ dim: Int, _ settings: Settings,
    _ outputs: UnsafeMutablePointer<Float>
  ) {
    let hidden = settings.integer("hidden")
    var weights = [Float](repeating: 0, count: hidden * dim)
    var readout = [Float](repeating: 0, count: hidden)
    weights.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress {
        RandomKernels.normal(stream.split("hidden"), first: 0, into: base, count: hidden * dim)
      }
    }
    readout.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress {
        RandomKernels.normal(stream.split("readout"), first: 0, into: base, count: hidden)
      }
    }
    let scale = Float(settings.number("scale")) * (2 / Float(hidden)).squareRoot()
    for point in 0..<points {
      var sum: Float = 0
      for unit in 0..<hidden {
        var activation: Float = 0
        for i in 0..<dim { activation += weights[unit * dim + i] * inputs[point * dim + i] }
        sum += readout[unit] * max(0, activation)
      }
      outputs[point] = scale * sum
    }
  }

  static let inContextClassification: Generator = Generator(
    "in_context_classification",
    "Classification tasks for learning in context: each row has classes of its own, known only from its points.",
    columns: [
      ("x", "float32 {count, points, dim}"), ("y", "int64 {count, points}, class ids from 1"),
      ("means", "float32 {count, classes, dim}"),
    ],
    options: [
      count(1000, "tasks"), integer("points", 1...4096, default: 32, "points of a task"),
      integer("dim", 1...1024, default: 8, "numbers of a point"),
      integer("classes", 2...1024, default: 2, "classes of a task"),
      number("noise", 0...1e6, default: 0.5, "standard deviation of points around their class's normal mean"),
      OptionSpec(
        "balanced", .boolean, default: .boolean(true),
        "gives each run of {classes} points every class once, in random order; else classes are drawn"),
    ],
    source:
      "Chan et al. 2022, Data Distributional Properties Drive Emergent In-Context Learning in Transformers (classes by episode)",
    example:
      "local tasks = lab.data.in_context_classification{count = 4, points = 10, dim = 3, rng = lab.rng(1)}\nprint(tasks.y[1])"
  ) { settings, stream in
    let (tasks, points, dim) = (settings.integer("count"), settings.integer("points"), settings.integer("dim"))
    let (classes, noise) = (settings.integer("classes"), Float(settings.number("noise")))
    try requireRoom(tasks, max(points, classes), dim, what: "column 'x'")
    let x = try Tensor(uninitialized: [tasks, points, dim], .float32)
    let y = try Tensor(uninitialized: [tasks, points], .int64)
    let means = try Tensor(uninitialized: [tasks, classes, dim], .float32)
    let isBalanced = settings.boolean("balanced")
    try forEachRow(tasks) { task in
      var own = stream.split(UInt64(task))
      let centers = means.floats + task * classes * dim
      RandomKernels.normal(own.split("means"), first: 0, into: centers, count: classes * dim)
      let inputs = x.floats + task * points * dim
      RandomKernels.normal(own.split("x"), first: 0, into: inputs, count: points * dim)
      var order: [Int] = []
      for point in 0..<points {
        if isBalanced, order.isEmpty { order = own.permutation(classes) }
        let label = isBalanced ? order.removeLast() : own.nextInteger(below: classes)
        y.integers[task * points + point] = Int64(label + 1)
        for i in 0..<dim {
          inputs[point * dim + i] = centers[label * dim + i] + noise * inputs[point * dim + i]
        }
      }
    }
    return try Dataset(checked: [
      try Dataset.Column("x", x), try Dataset.Column("y", y), try Dataset.Column("means", means),
    ])
  }
}
