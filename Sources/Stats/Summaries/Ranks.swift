/// Ranks of a sample, from 1; equal values share the mean of their ranks.
struct Ranks {
  /// Twice the rank of each value, in the order given: whole numbers even when ranks are shared.
  let doubled: [Int]
  /// How many values share each distinct value, in increasing order of the values.
  let groups: [Int]

  var values: [Double] { doubled.map { Double($0) / 2 } }
  var hasTies: Bool { groups.contains { $0 > 1 } }

  /// Σ (t³ - t) over the groups of equal values, as used in tie corrections.
  var tieTerm: Double { groups.reduce(0) { $0 + Double($1) * (Double($1) * Double($1) - 1) } }

  init(_ values: [Double]) {
    let order = values.indices.sorted { values[$0] == values[$1] ? $0 < $1 : values[$0] < values[$1] }
    var doubled = [Int](repeating: 0, count: values.count)
    var groups: [Int] = []
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { doubled[order[place]] = start + end + 1 }
      groups.append(end - start)
      start = end
    }
    self.doubled = doubled
    self.groups = groups
  }
}
