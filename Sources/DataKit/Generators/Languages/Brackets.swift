import Basics
import Kernels
import Tensors

extension Generators {
  static let brackets: Generator = Generator(
    "brackets", "Strings of brackets (Dyck languages): balanced ones, and near misses that are not.",
    columns: [
      ("text", "such as ([])()"), ("y", "class ids: 1 unbalanced, 2 balanced"),
      ("depth", "int64, the deepest nesting of the balanced string"), ("length", "int64, characters"),
      (
        "error",
        "int64, the first character that no balanced string continues, 0 for none; length + 1 when some stay open"
      ),
      ("difficulty", "float32, depth and length"),
    ],
    options: [
      count(1000), integer("kinds", 1...4, default: 2, "kinds of brackets: () [] {} <>"),
      integer("max_length", 2...1000, default: 16, "most characters, even"),
      integer("min_length", 2...1000, default: 2, "fewest characters, even"),
      integer("max_depth", 1...500, default: 500, "the deepest nesting"),
      number("positive", 0...1, default: 0.5, "share of balanced strings"),
    ],
    notes:
      "Lengths are equally likely, and so are the balanced shapes of a length. A near miss has two characters of a balanced string exchanged, an opening one with its own closing one, or the kind of one character changed.",
    source:
      "Hewitt, Hahn, Ganguli, Liang and Manning 2020, RNNs can generate bounded hierarchical languages with optimal memory (Dyck-(k, m))",
    example:
      "local set = lab.data.brackets{count = 100, kinds = 2, max_depth = 4, rng = lab.rng(1)}\nprint(set.text[1], set.y[1], set.depth[1])"
  ) { settings, stream in
    try BracketStrings(settings).make(
      count: settings.integer("count"), positive: settings.number("positive"), &stream)
  }
}

private struct BracketStrings {
  private static let opening = Array("([{<".utf8)
  private static let closing = Array(")]}>".utf8)
  private let kinds: Int
  private let shortest: Int
  private let longest: Int
  private let maximumDepth: Int
  /// [characters left][depth]: the share of all continuations that end balanced and stay within the depth.
  private let chances: [[Double]]

  init(_ settings: Settings) throws {
    kinds = settings.integer("kinds")
    (shortest, longest) = (settings.integer("min_length"), settings.integer("max_length"))
    try Generators.requireOrder(settings, "min_length", "max_length")
    for name in ["min_length", "max_length"] where settings.integer(name) % 2 == 1 {
      throw Failure(.range, "'\(name)' must be even, found \(settings.integer(name))")
    }
    maximumDepth = min(settings.integer("max_depth"), longest / 2)
    var table = [[Double]](repeating: [Double](repeating: 0, count: maximumDepth + 2), count: longest + 1)
    table[0][0] = 1
    for left in 1...longest {
      for depth in 0...maximumDepth {
        let up = depth < maximumDepth ? table[left - 1][depth + 1] : 0
        table[left][depth] = 0.5 * (up + (depth > 0 ? table[left - 1][depth - 1] : 0))
      }
    }
    chances = table
  }

  /// A balanced string with the place of each bracket's partner.
  private func balanced(_ length: Int, _ stream: inout RandomStream) -> (text: [UInt8], partner: [Int], depth: Int) {
    var text: [UInt8] = []
    var partner = [Int](repeating: 0, count: length)
    var open: [(place: Int, kind: Int)] = []
    var deepest = 0
    for place in 0..<length {
      let left = length - place
      let up = open.count < maximumDepth ? 0.5 * chances[left - 1][open.count + 1] : 0
      let mustClose = up == 0 || open.count == left
      let opens = open.isEmpty || (!mustClose && stream.nextDouble() * chances[left][open.count] < up)
      if opens {
        let kind = stream.nextInteger(below: kinds)
        open.append((place, kind))
        text.append(Self.opening[kind])
        deepest = max(deepest, open.count)
      } else if let last = open.popLast() {
        text.append(Self.closing[last.kind])
        (partner[place], partner[last.place]) = (last.place, place)
      }
    }
    return (text, partner, deepest)
  }

  /// The first character (from 1) that no balanced string continues; 0 for balanced strings.
  static func error(in text: [UInt8]) -> Int {
    var open: [Int] = []
    for (place, byte) in text.enumerated() {
      if let kind = opening.firstIndex(of: byte) {
        open.append(kind)
      } else if open.popLast() != closing.firstIndex(of: byte) {
        return place + 1
      }
    }
    return open.isEmpty ? 0 : text.count + 1
  }

  private func nearMiss(_ text: [UInt8], _ partner: [Int], _ stream: inout RandomStream) -> [UInt8] {
    var wrong = text
    if kinds > 1, stream.nextBernoulli(0.5) {
      let place = stream.nextInteger(below: text.count)
      let side = Self.opening.contains(text[place]) ? Self.opening : Self.closing
      let kind = side.firstIndex(of: text[place]) ?? 0
      wrong[place] = side[(kind + 1 + stream.nextInteger(below: kinds - 1)) % kinds]
      return wrong
    }
    let place = stream.nextInteger(below: text.count)
    wrong.swapAt(place, partner[place])
    // Inside of another pair the exchange may balance; the first pair is inside of none.
    if Self.error(in: wrong) == 0 {
      wrong = text
      wrong.swapAt(0, partner[0])
    }
    return wrong
  }

  func make(count: Int, positive: Double, _ stream: inout RandomStream) throws -> Dataset {
    var texts: [String] = []
    var (classes, depths, lengths, errors): ([Int64], [Int64], [Int64], [Int64]) = ([], [], [], [])
    var difficulties: [Float] = []
    try Generators.forEachRow(count) { _ in
      let length = shortest + 2 * stream.nextInteger(below: (longest - shortest) / 2 + 1)
      let isPositive = stream.nextBernoulli(positive)
      var (text, partner, depth) = balanced(length, &stream)
      if !isPositive { text = nearMiss(text, partner, &stream) }
      texts.append(String(decoding: text, as: UTF8.self))
      classes.append(isPositive ? 2 : 1)
      depths.append(Int64(depth))
      lengths.append(Int64(length))
      errors.append(Int64(Self.error(in: text)))
      difficulties.append(Float(depth + length))
    }
    return try Dataset(checked: [
      Dataset.Column("text", texts), .integers("y", classes, labels: ["unbalanced", "balanced"]),
      .integers("depth", depths), .integers("length", lengths), .integers("error", errors),
      .floats("difficulty", difficulties),
    ])
  }
}
