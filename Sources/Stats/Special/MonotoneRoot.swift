/// Finds where an increasing function crosses zero.
enum MonotoneRoot {
  /// Newton's method kept inside a shrinking bracket, with bisection whenever a step would leave it.
  ///
  /// `function` gives value and slope; it must be at most zero at `lower` and at least zero at `upper`.
  static func find(
    between lower: Double, and upper: Double, from start: Double,
    _ function: (Double) -> (value: Double, slope: Double)
  ) -> Double {
    var (low, high) = (lower, upper)
    var x = start > low && start < high ? start : low + (high - low) / 2
    var lastWidth = high - low
    for iteration in 0..<400 {
      let (value, slope) = function(x)
      if value == 0 { return x }
      if value < 0 { low = x } else { high = x }
      var next = x - value / slope
      // Every third step the bracket must have halved, or Newton is creeping.
      let creeping = iteration % 3 == 2 && high - low > lastWidth / 2
      if iteration % 3 == 2 { lastWidth = high - low }
      if !(next > low && next < high) || (creeping && abs(next - x) > 1e-9 * abs(x)) { next = low + (high - low) / 2 }
      if abs(next - x) <= 2e-16 * abs(x) || next == low || next == high { return next }
      x = next
    }
    return x
  }
}
