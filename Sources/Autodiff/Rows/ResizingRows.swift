import Basics
import Kernels
import Tensors

/// Rows for planes in another size.
public enum Resizing {
  public static let rows: [Operation] = [interpolate]

  static let interpolate: Operation = Operation(
    "interpolate", .fused,
    [
      .tensor("x", "{batch, channels, length} or {batch, channels, height, width}"),
      .option("size", .integers, default: .none, "the new length, or {height, width}"),
      .option("scale_factor", .number, default: .none, "factor of all sizes, instead of size"),
      .option(
        "mode", .choice(InterpolationMode.allCases.map(\.rawValue)), default: .text("nearest"),
        "\"nearest\", \"linear\" (three dimensions) or \"bilinear\" (four)"),
      .option(
        "align_corners", .boolean, default: .boolean(false), "keep first and last elements in place; not with nearest"),
    ],
    "Planes or lines in another size.",
    formula: "linear: at place (i + 0.5) * n / m - 0.5 of the input, counted from 0; nearest: floor(i * n / m)",
    example: "print(lab.nn.interpolate(lab.tensor{{{1, 3}}}, {scale_factor = 2, mode = \"linear\"}))", isMethod: false,
    check: .init(samples: samples) { values in
      let (x, arguments) = (try values.array(0), values.arguments)
      let dims = x.shape.count - 2
      let scale = arguments.optionalNumber(2)
      let size = (0..<dims).map { d in
        arguments.integers(1).map { $0[$0.count == dims ? d : 0] } ?? Int(Double(x.shape[d + 2]) * (scale ?? 1))
      }
      // For each dimension and new position the old positions with their weights.
      let parts = (0..<dims).map { d in
        (0..<size[d]).map { i -> [(Int, Double)] in
          let n = x.shape[d + 2]
          let step = scale.map { 1 / $0 } ?? Double(n) / Double(size[d])
          if arguments.text(3) == "nearest" { return [(min(n - 1, Int(Double(i) * step)), 1)] }
          let centre =
            arguments.boolean(4)
            ? Double(i * (n - 1)) / Double(max(1, size[d] - 1)) : max(0, (Double(i) + 0.5) * step - 0.5)
          let low = min(n - 1, Int(centre))
          return [(low, 1 - (centre - Double(low))), (min(n - 1, low + 1), centre - Double(low))]
        }
      }
      return [
        Plain(Array(x.shape.prefix(2)) + size) { place in
          var sum = 0.0
          for (r, down) in dims == 1 ? [(0, 1)] : parts[0][place[2]] {
            for (s, across) in parts[dims - 1][place[dims + 1]] {
              sum += down * across * x[Array(place.prefix(2)) + (dims == 1 ? [s] : [r, s])]
            }
          }
          return sum
        }
      ]
    },
    body: .general { arguments in
      [
        .tensor(
          try arguments.tensor(0).interpolate(
            size: arguments.integers(1), scale: arguments.optionalNumber(2),
            mode: InterpolationMode(rawValue: arguments.text(3) ?? "nearest") ?? .nearest,
            alignsCorners: arguments.boolean(4)))
      ]
    })

  private static let samples: [Sample] = [
    Sample(.normal([2, 2, 3, 4]), .none, .number(2), .text("nearest"), .boolean(false)),
    Sample(.normal([1, 2, 3, 4]), .integers([5, 3]), .none, .text("bilinear"), .boolean(false)),
    Sample(.normal([1, 2, 3, 4]), .integers([4, 6]), .none, .text("bilinear"), .boolean(true)),
    Sample(.normal([1, 1, 5, 4]), .none, .number(0.5), .text("bilinear"), .boolean(false)),
    Sample(.normal([2, 2, 5]), .integers([3]), .none, .text("nearest"), .boolean(false)),
    Sample(.normal([2, 2, 3]), .none, .number(2.5), .text("linear"), .boolean(false)),
    Sample(.normal([1, 1, 1]), .integers([3]), .none, .text("linear"), .boolean(true)),
    Sample(.normal([0, 2, 3]), .integers([4]), .none, .text("linear"), .boolean(false)),
  ]
}
