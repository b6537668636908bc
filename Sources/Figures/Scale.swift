import Glibc

/// Maps values of an axis to 0...1 and chooses its ticks.
struct Scale {
  struct Tick: Equatable {
    let value: Double
    let label: String
  }

  let kind: Axis.Scale
  let lower: Double
  let upper: Double
  let ticks: [Tick]

  /// Values beyond this size are drawn at it, so that differences stay finite.
  private static let largest = 1e300

  /// A scale for the values (those that cannot be shown are ignored), widened to whole ticks unless the axis has a range.
  ///
  /// - Parameters:
  ///   - values: everything that should be visible.
  ///   - wanted: about how many ticks.
  ///   - tight: ends at the data instead of at ticks.
  init(_ axis: Axis, _ values: [Double], wanted: Int = 5, tight: Bool = false) {
    kind = axis.scale
    if axis.scale == .logarithmic {
      (lower, upper, ticks) = Self.logarithmic(axis, values)
    } else {
      (lower, upper, ticks) = Self.linear(axis, values, wanted: max(2, wanted), tight: tight)
    }
  }

  /// The place of a value between both ends, 0...1; beyond when it lies outside. Nothing for values that have no place.
  func place(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    let share: Double
    if kind == .logarithmic {
      guard value > 0 else { return nil }
      share = (log10(value) - log10(lower)) / (log10(upper) - log10(lower))
    } else {
      share = (min(Self.largest, max(-Self.largest, value)) - lower) / (upper - lower)
    }
    return share.isFinite ? share : nil
  }

  /// The place, if it is on the axis.
  func visible(_ value: Double) -> Double? {
    place(value).flatMap { $0 >= -1e-9 && $0 <= 1 + 1e-9 ? min(1, max(0, $0)) : nil }
  }

  /// The place, moved to the nearer end when outside.
  func clamped(_ value: Double) -> Double? { place(value).map { min(1, max(0, $0)) } }

  private static func linear(
    _ axis: Axis, _ values: [Double], wanted: Int, tight: Bool
  ) -> (Double, Double, [Tick]) {
    let cut = values.filter(\.isFinite).map { min(largest, max(-largest, $0)) }
    var (low, high) = (cut.min() ?? 0, cut.max() ?? 1)
    var fixed = false
    if let range = axis.range, range.lowerBound < range.upperBound, abs(range.lowerBound) <= largest,
      abs(range.upperBound) <= largest
    {
      (low, high) = (range.lowerBound, range.upperBound)
      fixed = true
    }
    let size = max(abs(low), abs(high))
    if size < 1e-290 {
      (low, high) = (low < 0 ? -1 : 0, 1)
    } else if high - low < size * 1e-9 {
      (low, high) = (low - size * 0.1, high + size * 0.1)
      fixed = false
    }
    let step = niceStep(high - low, wanted)
    if !fixed && !tight {
      low = (low / step + 1e-9).rounded(.down) * step
      high = (high / step - 1e-9).rounded(.up) * step
    }
    let first = (low / step - 1e-9).rounded(.up)
    let last = (high / step + 1e-9).rounded(.down)
    guard first.isFinite, last.isFinite, last - first < 100, last >= first else { return (low, high, []) }
    var ticks: [Tick] = []
    var count = first
    while count <= last {
      ticks.append(Tick(value: count * step, label: Number.tick(count * step, step: step)))
      count += 1
    }
    return (low, high, ticks)
  }

  /// 1, 2 or 5 times a power of ten, giving about `wanted` steps.
  private static func niceStep(_ span: Double, _ wanted: Int) -> Double {
    let rough = span / Double(wanted)
    let exponent = Number.exponent10(rough)
    let power = Number.power10(exponent)
    let mantissa = rough / power
    let factor = mantissa < 1.5 ? "1" : mantissa < 3.5 ? "2" : mantissa < 7.5 ? "5" : "10"
    return Double("\(factor)e\(exponent)") ?? span
  }

  private static func logarithmic(_ axis: Axis, _ values: [Double]) -> (Double, Double, [Tick]) {
    let positive = values.filter { $0.isFinite && $0 > 0 }.map { min(largest, max(1e-290, $0)) }
    var (low, high) = (positive.min() ?? 1, positive.max() ?? 10)
    var fixed = false
    if let range = axis.range, range.lowerBound >= 1e-290, range.upperBound <= largest,
      range.lowerBound < range.upperBound
    {
      (low, high) = (range.lowerBound, range.upperBound)
      fixed = true
    }
    let first = Number.exponent10(low)
    var last = Number.exponent10(high)
    if Number.power10(last) < high || last == first { last += 1 }
    // Every decade, or every second, fifth, ... when there are many; 2 and 5 as well when there are few.
    let stride = max(1, (last - first + 6) / 7)
    var candidates: [Double] = []
    for exponent in Swift.stride(from: first, through: last, by: stride) {
      for digit in last - first <= 2 ? [1, 2, 5] : [1] { candidates.append(Double("\(digit)e\(exponent)") ?? 1) }
    }
    if !fixed { (low, high) = (Number.power10(first), Number.power10(last)) }
    let ticks = candidates.filter { $0 >= low && $0 <= high }.map { Tick(value: $0, label: Number.short($0)) }
    return (low, high, ticks)
  }
}
