import Basics
import Kernels
import Tensors

extension Generators {
  private static let shapeNames = ["circle", "square", "triangle", "cross", "ring", "bar"]
  private static let colours: [(name: String, red: Float, green: Float, blue: Float)] = [
    ("red", 1, 0.1, 0.1), ("green", 0.1, 0.9, 0.1), ("blue", 0.15, 0.25, 1), ("yellow", 1, 0.9, 0.1),
    ("violet", 0.7, 0.2, 0.9), ("cyan", 0.1, 0.8, 0.9),
  ]

  static let shapes: Generator = Generator(
    "shapes", "Small images of shapes, with their number, turn, place, size and colour as columns.",
    columns: [
      ("x", "float32 {count, channels, size, size} from 0 to 1 before noise, 1 channel, or 3 with {colours}"),
      ("y", "class ids of the shapes"), ("number", "int64, how many there are (all of one kind)"),
      ("rotation", "float32, the first one's turn in radians"),
      ("place", "float32 {count, 2}, its centre, row and column"),
      ("radius", "float32, in pixels"), ("colour", "class ids, with {colours}"),
      ("group", "class ids of shape and colour, with {colours}"),
      ("agrees", "bool, whether the colour is the one that goes with the shape, with {colours}"),
    ],
    options: [
      count(1000), integer("size", 8...256, default: 16, "height and width in pixels"),
      OptionSpec(
        "shapes", .choices(shapeNames), default: .texts(["circle", "square", "triangle", "cross"]), "the kinds"),
      integer("max_number", 0...16, default: 1, "most shapes in an image"),
      integer("min_number", 0...16, default: 1, "fewest"),
      number("rotation", 0...360, default: 0, "shapes turn by up to so many degrees either way"),
      number("min_radius", 0...1, default: 0.2, "least radius, as a part of the size"),
      number("max_radius", 0...1, default: 0.35, "greatest radius"),
      integer("colours", 0...6, default: 0, "how many colours; 0 for grey images"),
      number(
        "spurious", 0...1, default: 0,
        "share of the images whose colour is given by their shape; the colour of others is drawn"),
      number("noise", 0...1e3, default: 0, "standard deviation of the noise on pixels"),
    ],
    notes:
      "Edges are smooth over a pixel; shapes stay inside of the image where they fit. The colour that goes with shape k is colour (k - 1) mod {colours} + 1.",
    source:
      "Sagawa, Koh, Hashimoto and Liang 2020, Distributionally Robust Neural Networks (groups of class and spurious attribute)",
    example:
      "local set = lab.data.shapes{count = 20, size = 16, rotation = 45, colours = 2, spurious = 0.9, rng = lab.rng(1)}\nprint(set.x.shape, set:labels(\"group\"))"
  ) { settings, stream in
    try requireOrder(settings, "min_number", "max_number")
    try requireOrder(settings, "min_radius", "max_radius")
    return try ShapeImages(settings).make(count: settings.integer("count"), settings, &stream)
  }

  private struct ShapeImages {
    let size: Int
    let kinds: [String]
    let colours: Int
    private var channels: Int { colours > 0 ? 3 : 1 }

    init(_ settings: Settings) throws {
      size = settings.integer("size")
      kinds = settings.texts("shapes")
      colours = settings.integer("colours")
      guard colours > 0 || settings.number("spurious") == 0 else {
        throw Failure(.argument, "'spurious' needs 'colours', but they are 0")
      }
    }

    private struct Figure {
      var row = 0.0
      var column = 0.0
      var radius = 0.0
      var turn = 0.0
    }

    func make(count: Int, _ settings: Settings, _ stream: inout RandomStream) throws -> Dataset {
      try Generators.requireRoom(count, channels, size, size, what: "column 'x'")
      let x = try Tensor.zeros([count, channels, size, size])
      var (classes, numbers, colourIds, groups): ([Int64], [Int64], [Int64], [Int64]) = ([], [], [], [])
      var (rotations, places, radii): ([Float], [Double], [Float]) = ([], [], [])
      var agrees: [Bool] = []
      let pixels = channels * size * size
      let numberRange = settings.integer("min_number")...settings.integer("max_number")
      var noise = [Float](repeating: 0, count: pixels)
      try Generators.forEachRow(count) { row in
        // A stream for each image, so that images can be made apart.
        var own = stream.split(UInt64(row))
        let kind = own.nextInteger(below: kinds.count)
        let number = numberRange.lowerBound + own.nextInteger(below: numberRange.count)
        let suits = own.nextBernoulli(settings.number("spurious"))
        let drawn = colours > 0 ? own.nextInteger(below: colours) : 0
        let colour = suits && colours > 0 ? kind % colours : drawn
        var first: Figure?
        for _ in 0..<number {
          let figure = self.figure(settings, &own)
          draw(kinds[kind], figure, colour, into: x.floats + row * pixels)
          if first == nil { first = figure }
        }
        if settings.number("noise") > 0 {
          add(Float(settings.number("noise")), own.split("noise"), &noise, to: x.floats + row * pixels)
        }
        let shown = first ?? Figure()
        classes.append(Int64(kind + 1))
        numbers.append(Int64(number))
        rotations.append(Float(shown.turn))
        places += [shown.row, shown.column]
        radii.append(Float(shown.radius))
        colourIds.append(Int64(colour + 1))
        groups.append(Int64(kind * max(1, colours) + colour + 1))
        agrees.append(colours > 0 && colour == kind % colours)
      }
      let names = Generators.colours.prefix(colours).map(\.name)
      let coloured: [Dataset.Column] =
        colours == 0
        ? []
        : [
          try .integers("colour", colourIds, labels: names),
          try .integers("group", groups, labels: kinds.flatMap { kind in names.map { "\(kind), \($0)" } }),
          try .booleans("agrees", agrees),
        ]
      return try Dataset(
        checked: [
          try Dataset.Column("x", x), .integers("y", classes, labels: kinds), .integers("number", numbers),
          .floats("rotation", rotations),
          try Dataset.Column("place", try Tensor.from(places, shape: [count, 2]), features: ["row", "column"]),
          .floats("radius", radii),
        ] + coloured)
    }

    private func figure(_ settings: Settings, _ stream: inout RandomStream) -> Figure {
      let (low, high) = (settings.number("min_radius"), settings.number("max_radius"))
      let side = Double(size)
      let radius = side * (low + (high - low) * stream.nextDouble())
      // As far from the edges as the radius, where there is room.
      let margin = min(radius, side / 2)
      let row = margin + (side - 2 * margin) * stream.nextDouble()
      let column = margin + (side - 2 * margin) * stream.nextDouble()
      let turn = settings.number("rotation") * .pi / 180 * (2 * stream.nextDouble() - 1)
      return Figure(row: row, column: column, radius: radius, turn: turn)
    }

    private func add(
      _ deviation: Float, _ stream: RandomStream, _ noise: inout [Float], to image: UnsafeMutablePointer<Float>
    ) {
      noise.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        RandomKernels.normal(stream, first: 0, into: base, count: buffer.count)
        for i in 0..<buffer.count { image[i] += deviation * base[i] }
      }
    }

    /// How far a point is outside of a shape of radius 1 around 0, negative inside; exact near the edges.
    private func distance(_ kind: String, _ u: Double, _ v: Double) -> Double {
      switch kind {
      case "circle": return (u * u + v * v).squareRoot() - 1
      case "ring": return abs((u * u + v * v).squareRoot() - 0.75) - 0.25
      case "square": return max(abs(u), abs(v)) - 0.8
      case "bar": return max(abs(u) - 1, abs(v) - 0.25)
      case "cross": return min(max(abs(u) - 1, abs(v) - 0.28), max(abs(v) - 1, abs(u) - 0.28))
      // Equilateral, a corner upwards at distance 1 from the centre.
      default: return max(v - 0.5, abs(u) * 0.8660254037844386 - v * 0.5 - 0.5)
      }
    }

    private func draw(_ kind: String, _ figure: Figure, _ colour: Int, into image: UnsafeMutablePointer<Float>) {
      let (cosine, sine) = (Double.cos(figure.turn), Double.sin(figure.turn))
      let radius = max(figure.radius, 1e-6)
      let shade = Generators.colours[colour]
      let tones = colours > 0 ? [shade.red, shade.green, shade.blue] : [1]
      let reach = 1.2 * radius + 1
      let rows = max(0, Int(figure.row - reach))..<min(size, Int(figure.row + reach) + 1)
      let columns = max(0, Int(figure.column - reach))..<min(size, Int(figure.column + reach) + 1)
      for row in rows {
        for column in columns {
          let (dv, du) = ((Double(row) + 0.5 - figure.row) / radius, (Double(column) + 0.5 - figure.column) / radius)
          let outside = distance(kind, cosine * du + sine * dv, cosine * dv - sine * du) * radius
          let cover = Float(min(1, max(0, 0.5 - outside)))
          if cover == 0 { continue }
          for (channel, tone) in tones.enumerated() {
            let place = channel * size * size + row * size + column
            image[place] = max(image[place], cover * tone)
          }
        }
      }
    }
  }
}
