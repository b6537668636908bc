import Basics
import Tensors

extension Tensor {
  /// Einstein's summation for one or two tensors: products of elements, summed over the letters that the result lacks.
  ///
  /// `"ij,jk->ik"` is the matrix product; without `->` the result has the letters that occur once, sorted. A letter
  /// that repeats within one tensor takes its diagonal; `...` stands for any leading or inner dimensions, which broadcast.
  public static func einsum(_ equation: String, _ tensors: [Tensor]) throws -> Tensor {
    let plan = try EinsumEquation(equation, tensors)
    var operands = try zip(tensors, plan.inputs).map { tensor, labels in
      try EinsumOperand(tensor, labels, ellipsis: plan.ellipsis).withDiagonals()
    }
    if operands.count == 2 {
      let (a, b) = try Promotion.align(operands[0].tensor, operands[1].tensor)
      operands = [EinsumOperand(a, operands[0].labels), EinsumOperand(b, operands[1].labels)]
      let left = try operands[0].summed(keeping: plan.output + operands[1].labels)
      let right = try operands[1].summed(keeping: plan.output + operands[0].labels)
      return try left.multiplied(by: right, output: plan.output).ordered(plan.output)
    }
    return try operands[0].summed(keeping: plan.output).ordered(plan.output)
  }
}

/// An equation read and checked against the tensors. Letters become labels; the dimensions of `...` become negative ones.
private struct EinsumEquation {
  var inputs: [[Int]] = []
  var output: [Int] = []
  /// The sizes that `...` stands for, broadcast over all tensors.
  var ellipsis = Shape()

  init(_ equation: String, _ tensors: [Tensor]) throws {
    let text = equation.filter { $0 != " " }
    let sides = text.split(separator: "->", omittingEmptySubsequences: false)
    guard (1...2).contains(sides.count) else {
      throw Failure(.argument, "an equation has one '->', found \"\(equation)\"")
    }
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    guard (1...2).contains(tensors.count) else {
      throw Failure(.argument, "takes one or two tensors, found \(tensors.count)")
    }
    guard terms.count == tensors.count else {
      throw Failure(.argument, "\"\(equation)\" names \(terms.count) tensors, found \(tensors.count)")
    }
    for (index, (term, tensor)) in zip(terms, tensors).enumerated() {
      let parsed = try Self.labels(term, equation)
      let named = parsed.count(where: { $0 != Self.dots })
      let hidden = tensor.rank - named
      guard parsed.contains(Self.dots) ? hidden >= 0 : hidden == 0 else {
        throw Failure(.shape, "\"\(term)\" names \(named) dimensions, tensor \(index + 1) has shape \(tensor.shape)")
      }
      inputs.append(Self.unfolded(parsed, hidden))
      if let start = parsed.firstIndex(of: Self.dots) {
        let sizes = Shape(unchecked: tensor.shape[start..<(start + hidden)])
        guard let shared = Shape.broadcast(ellipsis, sizes) else {
          throw Failure(.shape, "the dimensions behind '...' do not broadcast: \(ellipsis) and \(sizes)")
        }
        ellipsis = shared
      }
    }
    try checkSizes(tensors)
    let all = inputs.flatMap { $0 }
    if sides.count == 2 {
      let parsed = try Self.labels(sides[1], equation)
      output = Self.unfolded(parsed, ellipsis.rank)
      for label in output where output.count(where: { $0 == label }) > 1 {
        throw Failure(.argument, "the result names '\(Self.name(label))' twice")
      }
      for label in output where label > 0 && !all.contains(label) {
        throw Failure(.argument, "the result names '\(Self.name(label))', which no tensor has")
      }
    } else {
      output =
        Self.unfolded([Self.dots], ellipsis.rank)
        + Set(all).filter { $0 > 0 }.sorted().filter { label in all.count(where: { $0 == label }) == 1 }
    }
    guard output.count <= Shape.maximumRank else {
      throw Failure(.shape, "a tensor has at most \(Shape.maximumRank) dimensions")
    }
  }

  private static let dots = 0

  private static func labels(_ term: Substring, _ equation: String) throws -> [Int] {
    var labels: [Int] = []
    var rest = term
    while let character = rest.first {
      if rest.hasPrefix("...") {
        guard !labels.contains(dots) else { throw Failure(.argument, "'...' may stand once in \"\(term)\"") }
        labels.append(dots)
        rest.removeFirst(3)
      } else if character.isLetter, let scalar = character.unicodeScalars.first, scalar.isASCII {
        labels.append(Int(scalar.value))
        rest.removeFirst()
      } else {
        throw Failure(
          .argument, "an equation has letters, '...', ',' and '->', found '\(character)' in \"\(equation)\"")
      }
    }
    return labels
  }

  /// `...` replaced by one label for each of its dimensions: -1 is the last.
  private static func unfolded(_ labels: [Int], _ hidden: Int) -> [Int] {
    labels.flatMap { $0 == dots ? Array(stride(from: -hidden, to: 0, by: 1)) : [$0] }
  }

  private static func name(_ label: Int) -> String {
    label > 0 ? Unicode.Scalar(UInt32(label)).map { String(Character($0)) } ?? "?" : "..."
  }

  private func checkSizes(_ tensors: [Tensor]) throws {
    var sizes: [Int: Int] = [:]
    for (tensor, labels) in zip(tensors, inputs) {
      for (dim, label) in labels.enumerated() where label > 0 {
        let size = tensor.shape[dim]
        if let other = sizes.updateValue(size, forKey: label), other != size {
          throw Failure(.shape, "'\(Self.name(label))' stands for dimensions of sizes \(other) and \(size)")
        }
      }
    }
  }
}

/// A tensor with a label for each dimension.
private struct EinsumOperand {
  let tensor: Tensor
  let labels: [Int]

  init(_ tensor: Tensor, _ labels: [Int]) {
    self.tensor = tensor
    self.labels = labels
  }

  /// Dimensions of `...` grow to their broadcast sizes.
  init(_ tensor: Tensor, _ labels: [Int], ellipsis: Shape) throws {
    var shape = tensor.shape
    for (dim, label) in labels.enumerated() where label < 0 { shape[dim] = ellipsis[ellipsis.rank + label] }
    self.init(try tensor.expand(to: Shape(Array(shape))), labels)
  }

  func withDiagonals() throws -> EinsumOperand {
    var (tensor, labels) = (tensor, labels)
    while let second = labels.indices.first(where: { labels[..<$0].contains(labels[$0]) }),
      let first = labels.firstIndex(of: labels[second])
    {
      tensor = try tensor.mergedDiagonal(first, second)
      let label = labels[second]
      labels.remove(at: second)
      labels.remove(at: first)
      labels.append(label)
    }
    return EinsumOperand(tensor, labels)
  }

  func summed(keeping kept: [Int]) throws -> EinsumOperand {
    let dims = labels.indices.filter { !kept.contains(labels[$0]) }
    return dims.isEmpty ? self : EinsumOperand(try tensor.sum(dims), labels.filter(kept.contains))
  }

  func ordered(_ output: [Int]) throws -> Tensor {
    // Dimensions of `...` that this tensor lacks do not occur: the result has them from one of the tensors.
    let order = output.compactMap { labels.firstIndex(of: $0) }
    return order == Array(labels.indices) ? tensor : try tensor.permute(order)
  }

  /// The dimensions of `groups` in this order, each group as one dimension.
  private func grouped(_ groups: [[Int]]) throws -> Tensor {
    let turned = try ordered(groups.flatMap { $0 })
    return try turned.reshape(Shape(groups.map { $0.reduce(1) { $0 * size($1) } }))
  }

  private func size(_ label: Int) -> Int { labels.firstIndex(of: label).map { tensor.shape[$0] } ?? 1 }

  /// The products of two tensors, summed over the labels that both have and the result has not: one matrix product.
  func multiplied(by other: EinsumOperand, output: [Int]) throws -> EinsumOperand {
    let shared = labels.filter(other.labels.contains)
    let batch = shared.filter(output.contains)
    let contracted = shared.filter { !output.contains($0) }
    let left = labels.filter { !shared.contains($0) }
    let right = other.labels.filter { !shared.contains($0) }
    let result = batch + left + right
    guard result.count <= Shape.maximumRank else {
      throw Failure(.shape, "a tensor has at most \(Shape.maximumRank) dimensions")
    }
    let sizes = try Shape(result.map { labels.contains($0) ? size($0) : other.size($0) })
    let product: Tensor
    if contracted.isEmpty {
      product = try grouped([batch, left, []]) * other.grouped([batch, [], right])
    } else if batch.isEmpty {
      product = try grouped([left, contracted]).floatingMatmul(other.grouped([contracted, right]))
    } else {
      product = try grouped([batch, left, contracted]).floatingMatmul(other.grouped([batch, contracted, right]))
    }
    return EinsumOperand(try product.reshape(sizes), result)
  }
}

extension Tensor {
  fileprivate func floatingMatmul(_ other: Tensor) throws -> Tensor {
    try Promotion.floating(self).matmul(Promotion.floating(other))
  }

  /// The elements at equal positions of dimensions `a` and `b`, as a new last dimension instead of both.
  func mergedDiagonal(_ a: Int, _ b: Int) throws -> Tensor {
    let before = shape
    return moved("diagonal", diagonalView(a, b)) { try $0.spreadDiagonal(a, b, in: before) }
  }

  private func diagonalView(_ a: Int, _ b: Int) -> Tensor {
    var sizes = shape
    var steps = strides
    let (size, step) = (Swift.min(shape[a], shape[b]), strides[a] + strides[b])
    for dim in [Swift.max(a, b), Swift.min(a, b)] {
      sizes.remove(at: dim)
      steps.remove(at: dim)
    }
    sizes.append(size)
    steps.append(step)
    return view(sizes, steps)
  }

  /// Zeros of `target` with this tensor on the diagonal of two dimensions: the gradient of `mergedDiagonal`.
  private func spreadDiagonal(_ a: Int, _ b: Int, in target: Shape) throws -> Tensor {
    let y = try Tensor.zeros(target, dtype)
    try y.diagonalView(a, b).assign(self)
    return moved("diagonal", y) { try $0.mergedDiagonal(a, b) }
  }

  /// The sum of the diagonals of the last two dimensions.
  public func trace() throws -> Tensor {
    guard rank >= 2 else { throw Failure(.shape, "needs a matrix (two dimensions or more), found shape \(shape)") }
    return try mergedDiagonal(rank - 2, rank - 1).sum([rank - 2])
  }

  /// Every element of this tensor times the whole of `other`, as blocks (Kronecker's product).
  public func kron(_ other: Tensor) throws -> Tensor {
    let rank = Swift.max(rank, other.rank)
    guard rank <= Shape.maximumRank / 2 else {
      throw Failure(.shape, "takes at most 4 dimensions, found shapes \(shape) and \(other.shape)")
    }
    func padded(_ x: Tensor) -> [Int] { Array(repeating: 1, count: rank - x.rank) + Array(x.shape) }
    let (outer, inner) = (padded(self), padded(other))
    let a = try reshape(Shape(outer.flatMap { [$0, 1] }))
    let b = try other.reshape(Shape(inner.flatMap { [1, $0] }))
    return try (a * b).reshape(Shape(zip(outer, inner).map { $0 * $1 }))
  }
}
