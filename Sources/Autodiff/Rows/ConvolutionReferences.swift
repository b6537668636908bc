/// What convolutions are compared with, in loops over Doubles, and the sizes that are tried.
extension Convolutions {
  /// Numbers of a window in two dimensions; a missing height is 1 (or 0 for paddings).
  private struct Sizes {
    var stride: [Int], padding: [Int], dilation: [Int], groups: Int

    init(_ dims: Int, _ arguments: Arguments, kernel: [Int]) throws {
      func pair(_ index: Int, _ neutral: Int) -> [Int] {
        let given = arguments.integers(index) ?? [neutral]
        return dims == 1 ? [neutral, given[0]] : [given[0], given[given.count - 1]]
      }
      (stride, dilation, groups) = (pair(3, 1), pair(5, 1), try arguments.integer(6))
      padding = pair(4, 0)
      if arguments.text(4) == "same" {
        padding = [dilation[0] * (kernel[0] - 1) / 2, dilation[1] * (kernel[1] - 1) / 2]
      }
    }
  }

  /// Four dimensions from the `dims + 1` or `dims + 2` of an argument.
  private static func planes(_ dims: Int, _ x: Plain) -> Plain {
    var shape = x.shape
    if shape.count == dims + 1 { shape.insert(1, at: 0) }
    if dims == 1 { shape.insert(1, at: 2) }
    return Plain(shape, x.values)
  }

  private static func restored(_ dims: Int, _ y: Plain, rank: Int) -> Plain {
    var shape = y.shape
    if dims == 1 { shape.remove(at: 2) }
    if rank == dims + 1 { shape.remove(at: 0) }
    return Plain(shape, y.values)
  }

  /// The place in the input that a window sees at one element of the kernel.
  private static func seen(_ place: [Int], _ tap: [Int], _ sizes: Sizes) -> [Int] {
    (0..<2).map { (d: Int) -> Int in
      let start: Int = place[d + 2] * sizes.stride[d] - sizes.padding[d]
      return start + tap[d + 1] * sizes.dilation[d]
    }
  }

  static func reference(_ dims: Int, _ values: [PlainValue]) throws -> [Plain] {
    let given = try values.array(0)
    let (x, w, b) = (planes(dims, given), planes(dims, try values.array(1)), try? values.array(2))
    let sizes = try Sizes(dims, values.arguments, kernel: Array(w.shape[2...]))
    let isSame = values.arguments.text(4) == "same"
    let size = (0..<2).map { (d: Int) -> Int in
      if isSame { return x.shape[d + 2] }
      let reach: Int = sizes.dilation[d] * (w.shape[d + 2] - 1) + 1
      return (x.shape[d + 2] + 2 * sizes.padding[d] - reach) / sizes.stride[d] + 1
    }
    let y = Plain([x.shape[0], w.shape[0]] + size) { (place: [Int]) -> Double in
      var sum: Double = b?.values[place[1]] ?? 0
      let first: Int = place[1] / (w.shape[0] / sizes.groups) * w.shape[1]
      for tap in Plain.places(Array(w.shape[1...])) {
        let at = seen(place, tap, sizes)
        if at[0] < 0 || at[1] < 0 || at[0] >= x.shape[2] || at[1] >= x.shape[3] { continue }
        sum += w[[place[1]] + tap] * x[[place[0], first + tap[0], at[0], at[1]]]
      }
      return sum
    }
    return [restored(dims, y, rank: given.shape.count)]
  }

  static func transposedReference(_ dims: Int, _ values: [PlainValue]) throws -> [Plain] {
    let given = try values.array(0)
    let (x, w, b) = (planes(dims, given), planes(dims, try values.array(1)), try? values.array(2))
    let sizes = try Sizes(dims, values.arguments, kernel: Array(w.shape[2...]))
    let last = values.arguments.integers(7) ?? [0]
    let extra = dims == 1 ? [0, last[0]] : [last[0], last[last.count - 1]]
    let size = (0..<2).map { (d: Int) -> Int in
      let span: Int = (x.shape[d + 2] - 1) * sizes.stride[d] - 2 * sizes.padding[d]
      return span + sizes.dilation[d] * (w.shape[d + 2] - 1) + extra[d] + 1
    }
    var y = Plain([x.shape[0], w.shape[1] * sizes.groups] + size) { (place: [Int]) -> Double in
      b?.values[place[1]] ?? 0
    }
    for place in Plain.places(x.shape) {
      let group = place[1] / (x.shape[1] / sizes.groups)
      for tap in Plain.places(Array(w.shape[1...])) {
        let at = seen(place, tap, sizes)
        if at[0] < 0 || at[1] < 0 || at[0] >= size[0] || at[1] >= size[1] { continue }
        y[[place[0], group * w.shape[1] + tap[0], at[0], at[1]]] += w[[place[1]] + tap] * x[place]
      }
    }
    return [restored(dims, y, rank: given.shape.count)]
  }

  static let samples1d: [Sample] = [
    Sample(.normal([2, 3, 7]), .normal([4, 3, 3]), .normal([4]), .integer(1), .integer(0), .integer(1), .integer(1)),
    Sample(.normal([2, 4, 9]), .normal([2, 2, 2]), .none, .integer(3), .integer(1), .integer(2), .integer(2)),
    Sample(.normal([3, 6]), .normal([3, 1, 4]), .normal([3]), .integer(1), .text("same"), .integer(1), .integer(3)),
    Sample(.normal([1, 1, 1]), .normal([1, 1, 1]), .none, .integer(1), .integer(0), .integer(1), .integer(1)),
    Sample(.normal([0, 2, 5]), .normal([3, 2, 2]), .normal([3]), .integer(1), .integer(0), .integer(1), .integer(1)),
  ]

  static let samples2d: [Sample] = [
    Sample(
      .normal([2, 2, 5, 4]), .normal([3, 2, 3, 3]), .normal([3]), .integer(1), .integer(1), .integer(1), .integer(1)),
    Sample(
      .normal([1, 3, 7, 5]), .normal([2, 3, 2, 3]), .none, .integers([3, 2]), .integers([0, 2]), .integers([2, 1]),
      .integer(1)),
    // Depthwise, with one and with two outputs for each channel.
    Sample(
      .normal([2, 3, 4, 5]), .normal([3, 1, 3, 2]), .normal([3]), .integer(1), .text("same"), .integer(1), .integer(3)),
    Sample(.normal([1, 2, 6, 6]), .normal([4, 1, 2, 2]), .none, .integer(2), .integer(1), .integer(2), .integer(2)),
    // Groups of several channels, and a stride beyond the kernel.
    Sample(
      .normal([2, 4, 5, 5]), .normal([6, 2, 1, 2]), .normal([6]), .integer(3), .integer(0), .integer(1), .integer(2)),
    // Pointwise.
    Sample(.normal([2, 3, 2, 3]), .normal([4, 3, 1, 1]), .none, .integer(1), .integer(0), .integer(1), .integer(1)),
    Sample(
      .normal([3, 4, 4]), .normal([2, 3, 4, 4]), .normal([2]), .integer(1), .integer(0), .integer(1), .integer(1)),
    Sample(.normal([1, 1, 1, 1]), .normal([1, 1, 3, 3]), .none, .integer(1), .integer(1), .integer(1), .integer(1)),
    Sample(
      .normal([0, 1, 4, 4]), .normal([2, 1, 3, 3]), .normal([2]), .integer(1), .text("valid"), .integer(1), .integer(1)),
  ]

  static let transposedSamples1d: [Sample] = [
    Sample(
      .normal([2, 3, 4]), .normal([3, 2, 3]), .normal([2]), .integer(2), .integer(1), .integer(1), .integer(1),
      .integer(1)),
    Sample(
      .normal([4, 3]), .normal([4, 1, 2]), .none, .integer(3), .integer(0), .integer(2), .integer(2), .integer(2)),
    Sample(
      .normal([0, 2, 3]), .normal([2, 1, 2]), .normal([1]), .integer(1), .integer(0), .integer(1), .integer(1),
      .integer(0)),
  ]

  static let transposedSamples2d: [Sample] = [
    Sample(
      .normal([2, 2, 3, 4]), .normal([2, 3, 3, 2]), .normal([3]), .integer(1), .integer(0), .integer(1), .integer(1),
      .integer(0)),
    Sample(
      .normal([1, 4, 2, 3]), .normal([4, 2, 2, 3]), .none, .integers([2, 3]), .integers([1, 0]), .integers([1, 2]),
      .integer(2), .integers([1, 2])),
    Sample(
      .normal([3, 3, 3]), .normal([3, 1, 3, 3]), .normal([3]), .integer(2), .integer(1), .integer(1), .integer(3),
      .integer(1)),
    Sample(
      .normal([1, 2, 1, 1]), .normal([2, 1, 1, 1]), .none, .integer(1), .integer(0), .integer(1), .integer(1),
      .integer(0)),
  ]
}
