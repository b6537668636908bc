/// Finds what a mistyped name was probably meant to be.
public enum NearestName {
  /// The candidate nearest to `name` by edit distance (insertions, deletions, substitutions and swaps of neighbours), or
  /// `nil` when none is near enough: at most a third of the longer name's letters may differ, and at least one may.
  /// Case does not count as a difference, except between otherwise equal candidates; of equally near ones the first wins.
  public static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(longest))
    guard !wanted.isEmpty else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let letters = Array(candidate.lowercased().unicodeScalars.prefix(longest))
      let allowed = max(1, max(wanted.count, letters.count) / 3)
      if abs(wanted.count - letters.count) > allowed { continue }
      let distance = editDistance(wanted, letters)
      if distance <= allowed, distance < best?.distance ?? Int.max, distance < wanted.count {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// `"; did you mean 'relu'?"`, or nothing when no candidate is near.
  public static func hint(_ name: String, among candidates: some Sequence<String>) -> String {
    find(name, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
  }

  /// Longer names are compared by their beginnings, so that a hostile name costs nothing.
  private static let longest = 64

  /// Optimal string alignment distance, row by row.
  private static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1] + [Int](repeating: 0, count: b.count)
      for j in 0..<b.count {
        row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1) }
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
