import Basics
import Foundation
import Tensors

/// Rows for attention and for rotary positions.
public enum AttentionRows {
  public static let rows: [Operation] = [attention, rope]

  private static func optional(_ name: String, _ summary: String) -> Parameter {
    .option(name, .tensor(orNumber: false), default: Parameter.Fallback.none, summary)
  }

  static let attention: Operation = Operation(
    "attention", .fused,
    [
      .tensor("q", "queries, {N, H, T, D}"), .tensor("k", "keys, {N, K, S, D}; H is a multiple of K"),
      .tensor("v", "values, {N, K, S, E}"),
      .option("causal", .boolean, default: .boolean(false), "a query sees keys up to its own position only"),
      .option("window", .integer, default: .none, "how many keys up to its own position a query sees at most"),
      optional("mask", "bool, broadcastable to {N, H, T, S}: true where a query may look"),
      optional("bias", "added to the scores; broadcastable to {N, H, T, S}"),
      .option("scale", .number, default: .none, "what products are multiplied by; 1 / sqrt(D) when left out"),
    ],
    "Each query's mean of the values, weighted by the softmax of its products with the keys.",
    formula: "softmax(scale q k^T + bias) v, the softmax over the keys that a query may see",
    notes:
      "Positions of queries and keys end together: with causal, query t sees key s when s <= t + S - T, so that new queries "
      + "may meet older keys of a cache; a window w also asks for s > t + S - T - w. Heads of q that share one of k and v stand "
      + "together (grouped queries: Ainslie et al. 2023). A query that may see nothing gives zeros. Memory grows with T and S, not "
      + "with their product, except for create_graph. The result {N, H, T, E} lies in memory as {N, T, H, E}, so that "
      + ":transpose(2, 3):reshape{N, T, H * E} copies nothing; q, k and v may be views.",
    source:
      "Vaswani et al. 2017, Attention Is All You Need; Dao et al. 2022, FlashAttention: Fast and Memory-Efficient Exact Attention",
    example:
      "local q, k, v = lab.randn{1, 2, 5, 8}, lab.randn{1, 2, 5, 8}, lab.randn{1, 2, 5, 8}\nprint(lab.nn.attention(q, k, v, {causal = true}).shape)",
    isMethod: false,
    check: .init(samples: attentionSamples, reference: attentionReference),
    body: .general { arguments in
      var options = AttentionOptions()
      options.causal = arguments.boolean(3)
      options.window = arguments.optionalInteger(4)
      options.mask = arguments.optionalTensor(5)
      options.bias = arguments.optionalTensor(6)
      options.scale = arguments.optionalNumber(7)
      return [.tensor(try arguments.tensor(0).attention(arguments.tensor(1), arguments.tensor(2), options))]
    })

  private static let attentionSamples: [Sample] = {
    func sample(
      _ q: [Int], _ k: [Int], _ v: [Int], causal: Bool = false, window: Int? = nil, mask: [Int]? = nil,
      bias: [Int]? = nil, scale: Double? = nil
    ) -> Sample {
      Sample(
        .normal(q), .normal(k), .normal(v), .boolean(causal), window.map { .integer($0) } ?? .none,
        mask.map { .mask($0) } ?? .none, bias.map { .normal($0) } ?? .none, scale.map { .number($0) } ?? .none)
    }
    return [
      sample([1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]),
      sample([2, 2, 3, 3], [2, 1, 4, 3], [2, 1, 4, 2], causal: true),
      sample([1, 4, 5, 2], [1, 2, 3, 2], [1, 2, 3, 3], causal: true, window: 2),
      sample([1, 2, 4, 2], [1, 2, 4, 2], [1, 2, 4, 1], window: 2, mask: [1, 1, 1, 4]),
      sample([2, 2, 3, 2], [2, 2, 3, 2], [2, 2, 3, 2], mask: [2, 1, 3, 3], bias: [2, 3, 3]),
      sample([2, 2, 2, 2], [2, 2, 3, 2], [2, 2, 3, 2], bias: [2, 1, 2, 1], scale: -0.3),
      sample([1, 1, 7, 3], [1, 1, 5, 3], [1, 1, 5, 2], causal: true, mask: [7, 1], bias: [5]),
      sample([1, 3, 1, 4], [1, 3, 1, 4], [1, 3, 1, 4], bias: []),
      sample([1, 2, 3, 2], [1, 2, 0, 2], [1, 2, 0, 2]), sample([2, 2, 0, 2], [2, 2, 3, 2], [2, 2, 3, 1]),
      sample([0, 2, 3, 2], [0, 1, 3, 2], [0, 1, 3, 2], causal: true),
      sample([1, 2, 3, 0], [1, 2, 4, 0], [1, 2, 4, 2]),
    ]
  }()

  private static func attentionReference(_ values: [PlainValue]) throws -> [Plain] {
    let (q, k, v) = (try values.array(0), try values.array(1), try values.array(2))
    let arguments = values.arguments
    let (mask, bias) = (try? values.array(5), try? values.array(6))
    let (queries, keys, size) = (q.shape[2], k.shape[2], q.shape[3])
    let group = k.shape[1] == 0 ? 1 : q.shape[1] / k.shape[1]
    let scale = arguments.optionalNumber(7) ?? 1 / Double(max(1, size)).squareRoot()
    return [
      Plain([q.shape[0], q.shape[1], queries, v.shape[3]]) { place in
        let (n, h, t, e) = (place[0], place[1], place[2], place[3])
        let own = t + keys - queries
        let seen = (0..<keys).filter { s in
          (!arguments.boolean(3) || s <= own) && (arguments.optionalInteger(4).map { s > own - $0 } ?? true)
            && mask.map { $0.broadcast(at: [n, h, t, s]) != 0 } ?? true
        }
        let powers = seen.map { s in
          let product = (0..<size).reduce(0.0) { $0 + q[[n, h, t, $1]] * k[[n, h / group, s, $1]] }
          return Foundation.exp(product * scale + (bias?.broadcast(at: [n, h, t, s]) ?? 0))
        }
        let sum = powers.reduce(0, +)
        return zip(seen, powers).reduce(0) { $0 + $1.1 / sum * v[[n, h / group, $1.0, e]] }
      }
    ]
  }

  static let rope: Operation = Operation(
    "rope", .fused,
    [
      .tensor("x", "{..., T, D}"),
      .option("base", .number, default: .number(10000), "the slowest turn takes about 2 pi base positions"),
      .option("dims", .integer, default: .none, "how many of the first numbers are turned, an even count; all of D"),
      optional("positions", "int64 position ids from 1, {T} or broadcastable to all sizes of x but the last"),
      .option("interleaved", .boolean, default: .boolean(false), "pairs are neighbours instead of halves"),
      .option("offset", .integer, default: .integer(0), "added to all positions: how many came before, as in a cache"),
    ],
    "Rotary position embedding: pairs of numbers turned by angles proportional to the position.",
    formula:
      "(a, b) -> (a cos - b sin, b cos + a sin), the angle of pair i being (position - 1) base^(-2 (i - 1) / dims)",
    notes:
      "Positions count from 1, and position 1 is not turned; without 'positions' they are 1 to T. Pair i is (i, i + dims / 2) as in "
      + "GPT-NeoX and Llama, or with interleaved (2 i - 1, 2 i) as in the paper. Angles are computed in double precision.",
    source: "Su et al. 2021, RoFormer: Enhanced Transformer with Rotary Position Embedding",
    example: "local q = lab.randn{1, 2, 5, 8}\nprint(lab.nn.rope(q, {offset = 3}).shape)", isMethod: false,
    check: .init(
      samples: [
        rotated([3, 4]), rotated([2, 2, 3, 6], base: 100, dims: 4), rotated([2, 3, 5], dims: 2, interleaved: true),
        rotated([1, 2, 4, 4], interleaved: true, offset: 5),
        rotated([2, 2, 3, 4], positions: .ids([2, 1, 3], 1...9), offset: 1),
        rotated([2, 1, 2, 1, 3, 4], base: 50, positions: .ids([3], 1...70_000)), rotated([2, 3, 3], dims: 0),
        rotated([2, 0, 4]), rotated([0, 3, 4], positions: .ids([3], 1...3)), rotated([1, 1, 1, 2]),
      ],
      reference: ropeReference),
    body: .general { arguments in
      let x = try arguments.tensor(0)
      let rotation = try Rotation(
        of: x, base: arguments.number(1), dims: arguments.optionalInteger(2), positions: arguments.optionalTensor(3),
        interleaved: arguments.boolean(4), offset: arguments.integer(5))
      return [.tensor(try x.rotated(by: rotation))]
    })

  private static func rotated(
    _ shape: [Int], base: Double = 10000, dims: Int? = nil, positions: Sample.Item = .none, interleaved: Bool = false,
    offset: Int = 0
  ) -> Sample {
    Sample(
      .normal(shape), .number(base), dims.map { .integer($0) } ?? .none, positions, .boolean(interleaved),
      .integer(offset))
  }

  private static func ropeReference(_ values: [PlainValue]) throws -> [Plain] {
    let x = try values.array(0)
    let arguments = values.arguments
    let (rank, size) = (x.shape.count, x.shape[x.shape.count - 1])
    let dims = arguments.optionalInteger(2) ?? size
    let base = try arguments.number(1)
    let offset = try Double(arguments.integer(5))
    let positions = try? values.array(3)
    return [
      Plain(x.shape) { place in
        let i = place[rank - 1]
        if i >= dims { return x[place] }
        let position = positions?.broadcast(at: Array(place.dropLast())) ?? Double(place[rank - 2] + 1)
        let half = dims / 2
        let isFirst = arguments.boolean(4) ? i % 2 == 0 : i < half
        let pair = arguments.boolean(4) ? i / 2 : i % half
        var other = place
        other[rank - 1] = arguments.boolean(4) ? (isFirst ? i + 1 : i - 1) : (isFirst ? i + half : i - half)
        let angle = (position - 1 + offset) * Foundation.pow(base, -2 * Double(pair) / Double(dims))
        return x[place] * Foundation.cos(angle) + (isFirst ? -1 : 1) * x[other] * Foundation.sin(angle)
      }
    ]
  }
}
