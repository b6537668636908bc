import Basics

/// A pattern over dotted names such as `blocks.2.attn.weight`: `*` stands for a segment or a part of one, `**` for any
/// number of segments, also none.
public struct NamePattern: Sendable, CustomStringConvertible {
  public let description: String
  private let segments: [[Character]]

  public init(_ pattern: String) throws {
    guard !pattern.isEmpty else {
      throw Failure(.argument, "an empty pattern matches nothing; '**' matches every name")
    }
    description = pattern
    segments = NamePattern.split(pattern)
  }

  private static func split(_ name: String) -> [[Character]] {
    name.split(separator: ".", omittingEmptySubsequences: false).map(Array.init)
  }

  /// Whether the whole name fits.
  public func matches(_ name: String) -> Bool {
    let parts = NamePattern.split(name)
    // reached[j]: the pattern so far fits the first j parts.
    var reached = [Bool](repeating: false, count: parts.count + 1)
    reached[0] = true
    for segment in segments {
      var next = [Bool](repeating: false, count: parts.count + 1)
      if segment == ["*", "*"] {
        var open = false
        for j in 0...parts.count {
          open = open || reached[j]
          next[j] = open
        }
      } else {
        for j in 0..<parts.count where reached[j] { next[j + 1] = NamePattern.fits(segment, parts[j]) }
      }
      reached = next
    }
    return reached[parts.count]
  }

  /// One segment: on a mismatch the last star takes one character more.
  private static func fits(_ pattern: [Character], _ text: [Character]) -> Bool {
    var (p, t) = (0, 0)
    var star: (pattern: Int, text: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == "*" {
        star = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let last = star {
        star = (last.pattern, last.text + 1)
        p = last.pattern + 1
        t = last.text + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }

  /// The positions of the names that fit at least one of the patterns, in the order of the names.
  ///
  /// - Throws: when a pattern fits no name; the error names near ones.
  public static func select(_ patterns: [String], among names: [String]) throws -> [Int] {
    var chosen = [Bool](repeating: false, count: names.count)
    for text in patterns {
      let pattern = try NamePattern(text)
      var found = false
      for (index, name) in names.enumerated() where pattern.matches(name) {
        chosen[index] = true
        found = true
      }
      guard found else { throw Failure(.argument, "the pattern '\(text)' matches no name" + hint(text, names)) }
    }
    return names.indices.filter { chosen[$0] }
  }

  private static func hint(_ pattern: String, _ names: [String]) -> String {
    if names.isEmpty { return "; there are none" }
    if names.contains(where: { $0.hasPrefix(pattern + ".") }) { return "; did you mean '\(pattern).**'?" }
    let near = NearestName.hint(pattern, among: names)
    if !near.isEmpty { return near }
    let shown = names.prefix(5).joined(separator: ", ")
    return "; names are \(shown)" + (names.count > 5 ? " and \(names.count - 5) more" : "")
  }
}
