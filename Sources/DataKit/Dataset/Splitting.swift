import Basics
import Kernels

extension Dataset {
  /// Disjoint parts with the given fractions of the rows, drawn at random; rows keep their order inside each part.
  ///
  /// - Parameters:
  ///   - fractions: positive; when they sum to less than 1, the rest is a last part.
  ///   - column: a column each of whose values is split by the same fractions (stratified).
  public func split(_ fractions: [Double], stratifiedBy column: String? = nil, _ stream: RandomStream) throws
    -> [Dataset]
  {
    let fractions = try Apportionment.completed(fractions)
    var stream = stream
    var parts = [[Int]](repeating: [], count: fractions.count)
    let groups = if let column { try RowKeys(try self.column(column)).groups } else { [Array(0..<rows)] }
    var apportionment = Apportionment(fractions)
    for group in groups {
      var shuffled = group
      stream.shuffle(&shuffled)
      var start = 0
      for (part, count) in apportionment.share(group.count).enumerated() {
        parts[part] += shuffled[start..<(start + count)]
        start += count
      }
    }
    return try parts.map { try gather(places: $0.sorted()) }
  }

  /// Disjoint parts that share no value of a column, each value going whole to one part: the groups, in random order, each
  /// go to the part that lacks most rows of its fraction. Rows keep their order inside each part.
  public func split(_ fractions: [Double], groupsOf column: String, _ stream: RandomStream) throws -> [Dataset] {
    let fractions = try Apportionment.completed(fractions)
    var stream = stream
    var groups = try RowKeys(try self.column(column)).groups
    guard groups.count >= fractions.count else {
      throw Failure(
        .argument,
        "column '\(column)' has \(groups.count) values, too few for \(fractions.count) parts without shared ones")
    }
    stream.shuffle(&groups)
    var parts = [[Int]](repeating: [], count: fractions.count)
    for (number, group) in groups.enumerated() {
      // The last groups are kept for parts that have none yet.
      let empty = parts.indices.filter { parts[$0].isEmpty }
      let candidates = groups.count - number <= empty.count ? empty : Array(parts.indices)
      let lacking = candidates.map { (lack: fractions[$0] * Double(rows) - Double(parts[$0].count), part: $0) }
      let most = lacking.reduce(lacking[0]) { $1.lack > $0.lack ? $1 : $0 }
      parts[most.part] += group
    }
    return try parts.map { try gather(places: $0.sorted()) }
  }
}

/// Deals whole rows out by fractions, so that what has been dealt in all stays within one row of each fraction's due.
struct Apportionment {
  /// What each part is owed, in rows.
  var credits: [Double]
  var fractions: [Double]

  init(_ fractions: [Double]) {
    self.fractions = fractions
    credits = fractions.map { _ in 0 }
  }

  /// How many of `count` rows each part gets: one by one to the part that is owed most; among equals to the first. Parts with
  /// the fraction 0 get none.
  mutating func share(_ count: Int) -> [Int] {
    for part in credits.indices { credits[part] += fractions[part] * Double(count) }
    var shares = credits.indices.map { fractions[$0] > 0 ? max(0, Int(credits[$0].rounded(.down))) : 0 }
    var left = count - shares.reduce(0, +)
    for part in credits.indices { credits[part] -= Double(shares[part]) }
    while left != 0 {
      var chosen: Int?
      for part in credits.indices where fractions[part] > 0 && (left > 0 || shares[part] > 0) {
        guard let best = chosen else {
          chosen = part
          continue
        }
        if left > 0 ? credits[part] > credits[best] + 1e-9 : credits[part] < credits[best] - 1e-9 { chosen = part }
      }
      guard let part = chosen else { break }
      let step = left > 0 ? 1 : -1
      shares[part] += step
      credits[part] -= Double(step)
      left -= step
    }
    return shares
  }

  /// Fractions that sum to 1: given ones, with the rest as a last part.
  static func completed(_ fractions: [Double]) throws -> [Double] {
    guard !fractions.isEmpty else { throw Failure(.argument, "wanted at least one fraction, found none") }
    for fraction in fractions where !(fraction > 0 && fraction <= 1) {
      throw Failure(.range, "a fraction must be above 0 and at most 1, found \(fraction)")
    }
    let sum = fractions.reduce(0, +)
    guard sum <= 1 + 1e-9 else { throw Failure(.range, "the fractions sum to \(sum), wanted at most 1") }
    return sum < 1 - 1e-9 ? fractions + [1 - sum] : fractions
  }
}
