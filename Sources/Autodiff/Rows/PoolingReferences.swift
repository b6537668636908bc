/// What pooling is compared with, in loops over Doubles, and the sizes that are tried.
extension Pools {
  /// For each output position along each dimension, the places of its window; some may lie outside of the input.
  typealias Windows = [[[Int]]]

  static func windows(_ values: [PlainValue], _ dims: Int, dilation: Int?) throws -> Windows {
    let (x, arguments) = (try values.array(0), values.arguments)
    func each(_ index: Int?, _ neutral: [Int]) -> [Int] {
      let given = index.flatMap { arguments.integers($0) } ?? neutral
      return given.count == dims ? given : Array(repeating: given[0], count: dims)
    }
    let kernel = each(1, [1])
    let (stride, padding, step) = (each(2, kernel), each(3, [0]), each(dilation, [1]))
    return (0..<dims).map { d in
      let size = x.shape[x.shape.count - dims + d]
      let end = size + padding[d]
      var windows: [[Int]] = []
      var start = -padding[d]
      while start < end {
        let places = (0..<kernel[d]).map { start + $0 * step[d] }
        let fits = (places.last ?? 0) < end
        // With ceil_mode one more window than fits is taken, if the last one that fits leaves places over.
        let last = windows.last?.last ?? (-padding[d] - 1)
        if fits || (arguments.boolean(4) && last < end - 1 && start < size) { windows.append(places) }
        if !fits { break }
        start += stride[d]
      }
      return windows.map { window in window.filter { $0 < end || dilation != nil } }
    }
  }

  static func adaptiveWindows(_ values: [PlainValue], _ dims: Int) throws -> Windows {
    let (x, output) = (try values.array(0), values.arguments.integers(1) ?? [])
    return (0..<dims).map { d in
      let (n, m) = (x.shape[x.shape.count - dims + d], output[output.count == dims ? d : 0])
      return (0..<m).map { r in
        let end = Int((Double((r + 1) * n) / Double(m)).rounded(.up))
        return Array((r * n / m)..<end)
      }
    }
  }

  /// The places of one window, and how many of them lie inside.
  private static func inside(_ x: Plain, _ dims: Int, _ windows: Windows, _ place: [Int]) -> (all: Int, [[Int]]) {
    let lead = Array(place.dropLast(dims))
    let sizes = x.shape.suffix(dims)
    var places: [[Int]] = [[]]
    for d in 0..<dims { places = places.flatMap { p in windows[d][place[lead.count + d]].map { p + [$0] } } }
    let found = places.filter { zip($0, sizes).allSatisfy { $0 >= 0 && $0 < $1 } }
    return (places.count, found.map { lead + $0 })
  }

  static func maxima(_ x: Plain, _ dims: Int, _ windows: Windows) throws -> (Plain, Plain) {
    let shape = Array(x.shape.dropLast(dims)) + windows.map(\.count)
    var ids = Plain(shape) { _ in 0 }
    let y = Plain(shape) { place in
      var best = -Double.infinity
      for at in inside(x, dims, windows, place).1 where x[at] > best {
        best = x[at]
        ids[place] =
          Double(dims == 1 ? at[at.count - 1] : at[at.count - 2] * x.shape[x.shape.count - 1] + at[at.count - 1]) + 1
      }
      return best
    }
    return (y, ids)
  }

  static func means(_ x: Plain, _ dims: Int, _ windows: Windows, countsPadding: Bool) throws -> Plain {
    Plain(Array(x.shape.dropLast(dims)) + windows.map(\.count)) { place in
      let (all, found) = inside(x, dims, windows, place)
      return found.reduce(0) { $0 + x[$1] } / Double(countsPadding ? all : found.count)
    }
  }

  static func samples(_ dims: Int, maximum: Bool) -> [Sample] {
    func sample(
      _ shape: [Int], _ kernel: [Int], _ stride: Sample.Item, _ padding: Int, _ ceil: Bool, dilation: Int = 1,
      flag: Bool = false
    ) -> Sample {
      let cut = dims == 1 ? [shape[0], shape[1], shape[3]] : shape
      let size = dims == 1 ? [kernel[kernel.count - 1]] : kernel
      let head: [Sample.Item] = [.distinct(cut), .integers(size), stride, .integer(padding), .boolean(ceil)]
      return Sample(head + (maximum ? [.integer(dilation), .boolean(flag)] : [.boolean(flag)]))
    }
    return [
      sample([2, 2, 4, 6], [2], .none, 0, false), sample([1, 2, 5, 7], [2], .none, 0, false, flag: true),
      sample([2, 1, 5, 6], [3, 2], .integer(1), 1, false, flag: true),
      sample([1, 2, 7, 6], [3], .integer(2), 1, true, dilation: maximum ? 2 : 1),
      sample([1, 1, 6, 5], [2], .integer(3), 0, true), sample([1, 1, 1, 1], [1], .none, 0, false, flag: true),
      sample([0, 2, 4, 4], [2], .none, 0, false), sample([1, 1, 4, 40], [4, 20], .integer(5), 2, false),
    ]
  }

  static func adaptiveSamples(_ dims: Int) -> [Sample] {
    let sizes: [([Int], [Int])] = [
      ([2, 2, 5, 7], [3, 2]), ([1, 2, 4, 4], [1, 1]), ([2, 1, 3, 2], [5, 4]), ([0, 2, 3, 3], [2, 2]),
      ([1, 3, 6, 36], [2, 2]),
    ]
    return sizes.map { shape, output in
      dims == 1
        ? Sample(.distinct([shape[0], shape[1], shape[3]]), .integers([output[1]]))
        : Sample(.distinct(shape), .integers(output))
    }
  }
}
