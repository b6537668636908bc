import Foundation
import Tensors

/// The printed form of a tensor: its values (those at the edges, where there are many), dtype and shape, and how many
/// values are not finite.
public struct TensorText {
  /// Tensors with more elements are summarised.
  static let fullSize = 200
  /// Rows and columns shown at each end of a summarised dimension. The prompt's settings change this and the next; both
  /// are touched by the script's thread only.
  nonisolated(unsafe) public static var edge = 3
  /// Decimals of numbers that are not whole, 0...17.
  nonisolated(unsafe) public static var precision = 4
  /// Elements of a view that are looked at, at most, to count those that are not finite.
  private static let mostWalked = 1 << 26

  public static func describe(_ tensor: Tensor) -> String {
    let label =
      "\(tensor.dtype.name)" + (tensor.rank == 0 ? "" : " \(tensor.shape)")
      + (tensor.requiresGradient ? " requires_grad" : "")
    if tensor.count == 0 { return "{} \(label)" }
    let summarised = tensor.count > fullSize
    let shown = places(tensor, summarised)
    let format = NumberFormat(shown.map { tensor.element($0) }, tensor.dtype)
    if tensor.rank == 0 { return "\(format.plain(tensor.element(0))) \(label)" }
    let body = text(tensor, dim: 0, from: 0, summarised, format)
    return body + " \(label)" + notFinite(tensor)
  }

  /// Which positions of a dimension are shown; `nil` stands for the dots.
  private static func visible(_ size: Int, _ summarised: Bool) -> [Int?] {
    guard summarised, size > 2 * edge + 1 else { return Array(0..<size) }
    return Array(0..<edge) + [nil] + Array((size - edge)..<size)
  }

  private static func places(_ tensor: Tensor, _ summarised: Bool) -> [Int] {
    var places = [0]
    for size in tensor.shape {
      let positions = visible(size, summarised).compactMap { $0 }
      places = places.flatMap { place in positions.map { place * size + $0 } }
    }
    return places
  }

  private static func text(_ tensor: Tensor, dim: Int, from: Int, _ summarised: Bool, _ format: NumberFormat) -> String
  {
    let parts = visible(tensor.shape[dim], summarised).map { position -> String in
      guard let position else { return "..." }
      let place = from * tensor.shape[dim] + position
      if dim + 1 < tensor.rank { return text(tensor, dim: dim + 1, from: place, summarised, format) }
      return format.aligned(tensor.element(place))
    }
    if dim + 1 == tensor.rank { return "{" + parts.joined(separator: ", ") + "}" }
    let gap = String(repeating: "\n", count: tensor.rank - dim - 1)
    return "{" + parts.joined(separator: "," + gap + String(repeating: " ", count: dim + 1)) + "}"
  }

  private static func notFinite(_ tensor: Tensor) -> String {
    guard tensor.dtype.isFloating else { return "" }
    // What an expanded tensor repeats is looked at once.
    var distinct = tensor
    for dim in tensor.shape.indices where tensor.strides[dim] == 0 {
      distinct = distinct.narrowedView(dim, start: 0, length: 1)
    }
    // Windows that overlap can show many times what memory holds.
    guard distinct.isContiguous || distinct.count <= mostWalked else { return "" }
    let repeats = tensor.count / distinct.count
    var (nan, infinite) = (0, 0)
    for place in 0..<distinct.count {
      let value = distinct.element(place)
      if value.isNaN { nan += repeats } else if value.isInfinite { infinite += repeats }
    }
    var notes: [String] = []
    if nan > 0 { notes.append("\(nan) nan") }
    if infinite > 0 { notes.append("\(infinite) inf") }
    return notes.isEmpty ? "" : " (" + notes.joined(separator: ", ") + ")"
  }
}

/// One way to write numbers that fits all that stand together: whole numbers plainly, others with four decimals, very
/// large or small ones in scientific notation.
struct NumberFormat {
  private enum Style {
    case truth, whole
    case decimals(Int)
    case scientific
  }

  private let style: Style
  private var width = 0

  init(_ values: [Double], _ dtype: DType) {
    let finite = values.filter(\.isFinite)
    let largest = finite.map(abs).max() ?? 0
    let smallest = finite.filter { $0 != 0 }.map(abs).min() ?? 1
    if dtype == .bool {
      style = .truth
    } else if finite.allSatisfy({ $0 == $0.rounded() }) && largest < 1e9 || dtype == .int64 {
      style = .whole
    } else if largest >= 1e6 || largest < 1e-3 || largest / smallest > 1e7 {
      style = .scientific
    } else {
      style = .decimals(TensorText.precision)
    }
    width = values.map { plain($0).count }.max() ?? 0
  }

  func plain(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    switch style {
    case .truth: return value != 0 ? "true" : "false"
    case .whole: return abs(value) < 1e18 ? String(Int(value)) : String(format: "%.0f", value)
    case .decimals(let digits): return String(format: "%.\(digits)f", value)
    case .scientific: return String(format: "%.\(TensorText.precision)e", value)
    }
  }

  func aligned(_ value: Double) -> String {
    let text = plain(value)
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
