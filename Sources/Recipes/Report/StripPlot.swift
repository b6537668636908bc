import Basics

/// The values of all seeds on a line, with mean, interval and what is wanted: a drawing that keeps its letters' size at any
/// width.
struct StripPlot {
  let values: [Double]
  let estimate: Double?
  let interval: (lower: Double, upper: Double)?
  /// The values that support the claim; an absent end is open.
  let wanted: (lower: Double?, upper: Double?)

  /// Reads a claim's condition; `nil` when there is nothing to draw.
  init?(_ condition: JSON) {
    values = (condition["values"]?.list ?? []).compactMap(\.double)
    estimate = condition["estimate"]?.double
    func pair(_ name: String) -> (lower: Double, upper: Double)? {
      guard let both = condition[name]?.list?.map(\.double), both.count == 2, let lower = both[0], let upper = both[1]
      else { return nil }
      return (lower, upper)
    }
    interval = pair("adjusted_interval") ?? pair("interval")
    let range = condition["range"]?.list?.map(\.double) ?? []
    wanted = range.count == 2 ? (range[0], range[1]) : (nil, nil)
    guard !values.isEmpty else { return nil }
  }

  /// Inline SVG without a view box: places are shares of the width, sizes are pixels.
  var svg: String {
    let marks = values + [estimate, interval?.lower, interval?.upper, wanted.lower, wanted.upper].compactMap { $0 }
    let (least, most) = (marks.min() ?? 0, marks.max() ?? 1)
    let room = most > least ? (most - least) * 0.04 : max(abs(least) * 0.1, 1e-9)
    func share(_ value: Double) -> Double { 3 + 94 * (value - least + room) / (most - least + 2 * room) }
    func percent(_ value: Double) -> String { NumberText.fixed(value, digits: 2) + "%" }
    let axis = 44
    var parts: [String] = []
    if wanted.lower != nil || wanted.upper != nil {
      let start = wanted.lower.map(share) ?? 0
      let end = wanted.upper.map(share) ?? 100
      parts.append(
        "<rect class=\"wanted\" x=\"\(percent(start))\" y=\"2\" width=\"\(percent(max(0, end - start)))\" height=\"\(axis - 2)\"/>"
      )
    }
    parts.append("<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"\(axis)\" y2=\"\(axis)\"/>")
    for end in [wanted.lower, wanted.upper].compactMap({ $0 }) {
      let x = percent(share(end))
      parts.append("<line class=\"threshold\" x1=\"\(x)\" x2=\"\(x)\" y1=\"2\" y2=\"\(axis)\"/>")
    }
    for (place, value) in values.enumerated() {
      // Three rows in turn, so that points beside each other can be told apart.
      parts.append("<circle class=\"point\" cx=\"\(percent(share(value)))\" cy=\"\(10 + place % 3 * 6)\" r=\"3\"/>")
    }
    if let interval {
      parts.append(
        "<line class=\"interval\" x1=\"\(percent(share(interval.lower)))\" x2=\"\(percent(share(interval.upper)))\" y1=\"34\" y2=\"34\"/>"
      )
    }
    if let estimate { parts.append("<circle class=\"mean\" cx=\"\(percent(share(estimate)))\" cy=\"34\" r=\"4.5\"/>") }
    parts += labels(share, least, most, percent)
    let words =
      "\(NumberText.count(values.count, "seed")) from \(NumberText.short(values.min() ?? 0)) to "
      + "\(NumberText.short(values.max() ?? 0))" + (estimate.map { ", mean \(NumberText.short($0))" } ?? "")
    return "<svg class=\"strip\" role=\"img\" width=\"100%\" height=\"62\"><title>\(HTML.escaped(words))</title>"
      + parts.joined() + "</svg>"
  }

  /// Numbers below the axis: the ends of what is wanted first, then those that keep clear of them.
  private func labels(
    _ share: (Double) -> Double, _ least: Double, _ most: Double, _ percent: (Double) -> String
  ) -> [String] {
    var taken: [Double] = []
    var parts: [String] = []
    for value in [wanted.lower, wanted.upper, least, most].compactMap({ $0 }) {
      let place = share(value)
      guard !taken.contains(where: { abs($0 - place) < 17 }) else { continue }
      taken.append(place)
      let anchor = place < 8 ? "start" : place > 92 ? "end" : "middle"
      parts.append(
        "<text x=\"\(percent(place))\" y=\"58\" text-anchor=\"\(anchor)\">\(HTML.escaped(NumberText.short(value)))</text>"
      )
    }
    return parts
  }
}
