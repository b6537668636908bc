import Basics
import Kernels
import Tensors

extension Generators {
  static let gaussianMixture: Generator = Generator(
    "gaussian_mixture",
    "Classes that are clouds of normal points, with as much overlap and as many wrong labels as asked for.",
    columns: [
      ("x", "float32 {count, dim}"), ("y", "class ids, as told"), ("clean", "class ids, as drawn"),
      ("component", "int64, the cloud, from 1: classes have {components} each"),
      ("wrong", "bool, whether y is not clean"),
      ("posterior", "float32, the probability of the clean class given x, by Bayes' rule"),
      ("difficulty", "float32, 1 - posterior"),
    ],
    options: [
      count(1000), integer("classes", 1...1000, default: 2, "how many classes"),
      integer("components", 1...100, default: 1, "clouds of each class"),
      integer("dim", 1...4096, default: 2, "numbers of a point"),
      number("separation", 0...1e6, default: 3, "standard deviation of the clouds' means in each direction"),
      number("spread", 1e-6...1e6, default: 1, "standard deviation of the points around their mean"),
      number("noise", 0...1, default: 0, "share of the labels that is wrong, each wrong one equally likely"),
      OptionSpec(
        "weights", .numbers(count: nil, 0...1e6), default: .numbers([]),
        "how likely each class is, relative to the others; all alike when left out"),
    ],
    notes: "The means belong to the source of random numbers: the same seed gives the same clouds for any count.",
    example:
      "local set = lab.data.gaussian_mixture{count = 200, classes = 3, noise = 0.1, rng = lab.rng(1)}\nprint(set.x.shape, set.wrong:sum())"
  ) { settings, stream in
    let (rows, classes, dim) = (settings.integer("count"), settings.integer("classes"), settings.integer("dim"))
    let components = settings.integer("components")
    let clouds = classes * components
    try requireRoom(rows, dim, what: "column 'x'")
    try requireRoom(clouds, dim, what: "the means")
    let noise = settings.number("noise")
    guard noise == 0 || classes > 1 else { throw Failure(.argument, "'noise' needs at least 2 classes, found 1") }
    let given = settings.numbers("weights")
    guard given.isEmpty || given.count == classes else {
      throw Failure(.argument, "'weights' needs a number for each of the \(classes) classes, found \(given.count)")
    }
    let weights = given.isEmpty ? (0..<classes).map { _ in 1 } : given
    guard let choice = WeightedChoice(weights: weights) else {
      throw Failure(.range, "'weights' needs at least one number above 0")
    }
    let means = try Tensor(uninitialized: [clouds, dim], .float32)
    RandomKernels.normal(stream.split("means"), first: 0, into: means.floats, count: clouds * dim)
    for i in 0..<(clouds * dim) { means.floats[i] *= Float(settings.number("separation")) }
    let x = try Tensor(uninitialized: [rows, dim], .float32)
    RandomKernels.normal(stream.split("x"), first: 0, into: x.floats, count: rows * dim)
    let spread = settings.number("spread")
    var noiseStream = stream.split("noise")
    var (told, clean, component): ([Int64], [Int64], [Int64]) = ([], [], [])
    var wrong: [Bool] = []
    var posteriors: [Float] = []
    try forEachRow(rows) { row in
      let label = choice.draw(&stream)
      let cloud = label * components + stream.nextInteger(below: components)
      let isWrong = noise > 0 && noiseStream.nextBernoulli(noise)
      let other = isWrong ? (label + 1 + noiseStream.nextInteger(below: classes - 1)) % classes : label
      let point = x.floats + row * dim
      for i in 0..<dim { point[i] = means.floats[cloud * dim + i] + Float(spread) * point[i] }
      told.append(Int64(other + 1))
      clean.append(Int64(label + 1))
      component.append(Int64(cloud + 1))
      wrong.append(isWrong)
      posteriors.append(
        Float(posterior(of: label, point, means.floats, dim, components, weights, spread)))
    }
    return try Dataset(checked: [
      try Dataset.Column("x", x), .integers("y", told), .integers("clean", clean), .integers("component", component),
      .booleans("wrong", wrong), .floats("posterior", posteriors), .floats("difficulty", posteriors.map { 1 - $0 }),
    ])
  }

  private static func posterior(
    of label: Int, _ point: UnsafePointer<Float>, _ means: UnsafePointer<Float>, _ dim: Int, _ components: Int,
    _ weights: [Double], _ spread: Double
  ) -> Double {
    var logs: [Double] = []
    for cloud in 0..<(weights.count * components) {
      var square = 0.0
      for i in 0..<dim {
        let difference = Double(point[i] - means[cloud * dim + i])
        square += difference * difference
      }
      logs.append(Double.log(weights[cloud / components]) - square / (2 * spread * spread))
    }
    let largest = logs.max() ?? 0
    var (own, all) = (0.0, 0.0)
    for (cloud, log) in logs.enumerated() {
      let part = Double.exp(log - largest)
      all += part
      if cloud / components == label { own += part }
    }
    return own / all
  }

  static let sparseParity: Generator = Generator(
    "sparse_parity", "The parity of a few bits among many.",
    columns: [
      ("x", "float32 {count, bits}, -1 or 1"),
      ("y", "class ids: 1 for an even number of -1 among the relevant bits, 2 for odd"),
      ("clean", "class ids without noise"), ("wrong", "bool, whether y is not clean"),
    ],
    options: [
      count(1000), integer("bits", 1...4096, default: 40, "how many bits"),
      integer("relevant", 1...4096, default: 3, "how many of them count: the first ones"),
      number("noise", 0...1, default: 0, "share of the labels that is wrong"),
    ],
    source:
      "Barak, Edelman, Goel, Kakade, Malach and Zhang 2022, Hidden Progress in Deep Learning: SGD Learns Parities Near the Computational Limit",
    example:
      "local set = lab.data.sparse_parity{count = 100, bits = 20, relevant = 3, rng = lab.rng(1)}\nprint(set.x.shape, set.y:eq(2):sum())"
  ) { settings, stream in
    let (rows, bits, relevant) = (settings.integer("count"), settings.integer("bits"), settings.integer("relevant"))
    guard relevant <= bits else {
      throw Failure(.range, "'relevant' (\(relevant)) must not be above 'bits' (\(bits))")
    }
    try requireRoom(rows, bits, what: "column 'x'")
    let x = try Tensor(uninitialized: [rows, bits], .float32)
    RandomKernels.mask(
      stream.split("x"), probability: 0.5, value: Float(2), first: 0, into: x.floats, count: rows * bits)
    var noiseStream = stream.split("noise")
    var (told, clean): ([Int64], [Int64]) = ([], [])
    var wrong: [Bool] = []
    try forEachRow(rows) { row in
      let values = x.floats + row * bits
      for i in 0..<bits { values[i] -= 1 }
      let odd = (0..<relevant).count { values[$0] < 0 } % 2
      let isWrong = noiseStream.nextBernoulli(settings.number("noise"))
      clean.append(Int64(odd + 1))
      told.append(Int64((isWrong ? 1 - odd : odd) + 1))
      wrong.append(isWrong)
    }
    return try Dataset(checked: [
      try Dataset.Column("x", x), .integers("y", told, labels: ["even", "odd"]),
      .integers("clean", clean, labels: ["even", "odd"]), .booleans("wrong", wrong),
    ])
  }
}
