import Foundation
import Tensors

/// Rows for Fourier transforms.
public enum Fourier {
  public static let rows: [Operation] = [fft, ifft, rfft, irfft]

  private static let pairs = "Complex numbers are pairs (real part, imaginary part) in a last dimension of size 2"
  private static let length: Parameter = Parameter(
    "n", .integer, default: Parameter.Fallback.none, option: true,
    "how many points to take: the rest is cut off, missing ones are 0")

  /// The transform of the points along `dim` (real, or pairs) by its definition.
  private static func transformed(_ x: Plain, dim: Int, length: Int?, sign: Double, isComplex: Bool) -> Plain {
    let lead = isComplex ? Array(x.shape.dropLast()) : x.shape
    let n = length ?? lead[dim]
    var shape = lead
    shape[dim] = n
    func point(_ place: [Int], _ part: Int) -> Double {
      place[dim] >= lead[dim] ? 0 : (isComplex ? x[place + [part]] : (part == 0 ? x[place] : 0))
    }
    return Plain(shape + [2]) { place in
      var sum = 0.0
      for t in 0..<n {
        var at = Array(place.dropLast())
        let angle = sign * 2 * Double.pi * Double(at[dim] * t % n) / Double(n)
        at[dim] = t
        let (re, im, c, s) = (point(at, 0), point(at, 1), Foundation.cos(angle), Foundation.sin(angle))
        sum += place[place.count - 1] == 0 ? re * c - im * s : re * s + im * c
      }
      return sum
    }
  }

  private static func complexRow(_ name: String, _ summary: String, _ formula: String, inverse: Bool) -> Operation {
    Operation(
      name, .signal,
      [
        .tensor("x", "complex numbers"),
        .dimension(default: -2, "the dimension; the one before the pairs when left out"), length,
      ],
      summary, formula: formula,
      notes: "\(pairs): {..., n, 2}. Dimensions are those of the tensor, so the last complex one is -2.",
      example: "print(lab.tensor{{1, 0}, {2, 0}, {3, 0}, {4, 0}}:\(name)())",
      check: .init(
        samples: [
          Sample(.normal([8, 2]), .integer(0), .none), Sample(.normal([2, 6, 2]), .integer(1), .none),
          Sample(.normal([5, 3, 2]), .integer(0), .none),
          Sample(.normal([7, 2]), .integer(0), .none), Sample(.normal([4, 2]), .integer(0), .integer(6)),
          Sample(.normal([5, 2]), .integer(0), .integer(3)),
          Sample(.normal([1, 2]), .integer(0), .none), Sample(.normal([60, 2]), .integer(0), .none),
          Sample(.normal([2, 0, 4, 2]), .integer(2), .none),
        ]
      ) { values in
        let x = try values.array(0)
        let (dim, n) = (try values.arguments.integer(1), values.arguments.optionalInteger(2))
        let y = transformed(x, dim: dim, length: n, sign: inverse ? 1 : -1, isComplex: true)
        return [inverse ? y.map { $0 / Double(n ?? x.shape[dim]) } : y]
      },
      body: .general {
        [.tensor(try $0.tensor(0).fourier($0.integer(1), inverse: inverse, length: $0.optionalInteger(2)))]
      })
  }

  static let fft: Operation = complexRow(
    "fft", "The discrete Fourier transform of complex numbers.",
    "y[k] = sum over t of x[t] e^(-2 pi i k t / n), k and t from 0", inverse: false)
  static let ifft: Operation = complexRow(
    "ifft", "The inverse of the discrete Fourier transform.",
    "y[t] = sum over k of x[k] e^(2 pi i k t / n) / n, k and t from 0", inverse: true)

  static let rfft: Operation = Operation(
    "rfft", .signal,
    [.tensor("x", "real numbers"), .dimension(default: -1, "the dimension; the last when left out"), length],
    "The first half of the Fourier transform of real numbers; the other half mirrors it.",
    formula: "y[k] = sum over t of x[t] e^(-2 pi i k t / n), k from 0 to n / 2",
    notes: "\(pairs), which the result has in addition: {..., n // 2 + 1, 2}.",
    example: "print(lab.tensor{1, 2, 3, 4}:rfft())",
    check: .init(
      samples: [
        Sample(.normal([8]), .integer(0), .none), Sample(.normal([2, 5]), .integer(1), .none),
        Sample(.normal([6, 2]), .integer(0), .none),
        Sample(.normal([4]), .integer(0), .integer(7)), Sample(.normal([7]), .integer(0), .integer(4)),
        Sample(.normal([1]), .integer(0), .none),
        Sample(.normal([11]), .integer(0), .none),
      ]
    ) { values in
      let dim = try values.arguments.integer(1)
      let full = transformed(
        try values.array(0), dim: dim, length: values.arguments.optionalInteger(2), sign: -1, isComplex: false)
      var shape = full.shape
      shape[dim] = full.shape[dim] / 2 + 1
      return [Plain(shape) { full[$0] }]
    },
    body: .general { [.tensor(try $0.tensor(0).realFourier($0.integer(1), length: $0.optionalInteger(2)))] })

  static let irfft: Operation = Operation(
    "irfft", .signal,
    [
      .tensor("x", "complex numbers, as rfft gives them"),
      .dimension(default: -2, "the dimension; the one before the pairs when left out"),
      Parameter(
        "n", .integer, default: Parameter.Fallback.none, option: true,
        "how many real points; 2 (m - 1) for m numbers when left out"),
    ], "The inverse of `rfft`.",
    notes: """
      \(pairs). Pass `n` for an odd number of points. The imaginary parts of the first point, and of the last one for an even n, \
      are not looked at.
      """,
    example: "print(lab.tensor{1, 2, 3, 4}:rfft():irfft())",
    check: .init(
      samples: [
        Sample(.normal([5, 2]), .integer(0), .none), Sample(.normal([2, 4, 2]), .integer(1), .integer(7)),
        Sample(.normal([4, 3, 2]), .integer(0), .none),
        Sample(.normal([3, 2]), .integer(0), .integer(8)), Sample(.normal([6, 2]), .integer(0), .integer(5)),
        Sample(.normal([1, 2]), .integer(0), .none),
      ]
    ) { values in
      let x = try values.array(0)
      let dim = try values.arguments.integer(1)
      let n = values.arguments.optionalInteger(2) ?? Swift.max(1, 2 * (x.shape[dim] - 1))
      var shape = x.shape
      shape[dim] = n
      // Both halves, the second mirrored and conjugated; real where a point is its own mirror image.
      let full = Plain(shape) { place in
        let k = place[dim]
        let mirrored = k > n / 2
        let isImaginary = place[place.count - 1] == 1
        var at = place
        at[dim] = mirrored ? n - k : k
        if at[dim] >= x.shape[dim] || (isImaginary && (k == 0 || 2 * k == n)) { return 0 }
        return mirrored && isImaginary ? -x[at] : x[at]
      }
      let y = transformed(full, dim: dim, length: nil, sign: 1, isComplex: true)
      return [Plain(Array(shape.dropLast())) { y[$0 + [0]] / Double(n) }]
    },
    body: .general { [.tensor(try $0.tensor(0).inverseRealFourier($0.integer(1), length: $0.optionalInteger(2)))] })
}
