import Basics

/// How whole numbers are written in data for arithmetic.
public struct DigitFormat: Sendable {
  /// Marks at the digits that tell their place.
  public enum Tags: String, Sendable, CaseIterable {
    case none
    /// A letter before each digit, `a` before the highest: `a5b4`, reversed `b4a5`. Numbers of one width have the same letters
    /// at the same powers of ten (Zhou et al. 2023, What Algorithms can Transformers Learn?, index hints).
    case hints
    /// The power of ten behind each digit: `3 10e1 2 10e0` (Nogueira, Jiang and Lin 2021, Investigating the Limitations of
    /// Transformers with Simple Arithmetic Tasks).
    case powers
  }

  /// The last digit first (Lee et al. 2023, Teaching Arithmetic to Small Transformers).
  public var isReversed: Bool
  /// Shorter numbers get zeros in front, in the place of higher digits.
  public var width: Int
  public var tags: Tags
  /// Stands between digits.
  public var separator: String

  public init(isReversed: Bool = false, width: Int = 1, tags: Tags = .none, separator: String = "") {
    self.isReversed = isReversed
    self.width = width
    self.tags = tags
    self.separator = separator
  }

  private static let letters = Array("abcdefghijklmnopqrstuvwxyz")

  /// A number as text. A minus sign comes first in every format.
  ///
  /// - Throws: `Failure` of kind `range` for a width that is not from 1 to 64, or more digits than letters.
  public func text(_ number: Int) throws -> String {
    guard (1...64).contains(width) else { throw Failure(.range, "the width must be from 1 to 64, found \(width)") }
    let plain = String(number.magnitude)
    let digits = Array(String(repeating: "0", count: max(0, width - plain.count)) + plain)
    if tags == .hints, digits.count > Self.letters.count {
      throw Failure(.range, "index hints have letters for 26 digits, found \(digits.count)")
    }
    let marked = digits.enumerated().map { place, digit in
      switch tags {
      case .none: String(digit)
      case .hints: String(Self.letters[place]) + String(digit)
      case .powers: "\(digit) 10e\(digits.count - 1 - place)"
      }
    }
    let separator = tags == .powers && separator.isEmpty ? " " : self.separator
    return (number < 0 ? "-" : "") + (isReversed ? marked.reversed() : marked).joined(separator: separator)
  }

  /// The number that a text means; `nil` when the text is not one in this format (more digits than the width are fine).
  public func number(_ text: String) -> Int? {
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative { rest.removeFirst() }
    guard !rest.isEmpty else { return nil }
    var digits: [Character] = []
    switch tags {
    case .none:
      for part in separator.isEmpty ? rest.map(String.init) : rest.components(by: separator) {
        guard part.count == 1, let digit = part.first else { return nil }
        digits.append(digit)
      }
    case .hints, .powers:
      let separator = tags == .powers && separator.isEmpty ? " " : self.separator
      var parts = separator.isEmpty ? Self.pairs(rest) : rest.components(by: separator)
      if tags == .powers, separator == " " {
        parts =
          stride(from: 0, to: parts.count - 1, by: 2).map { parts[$0] + " " + parts[$0 + 1] }
          + (parts.count % 2 == 0 ? [] : [""])
      }
      for (place, part) in parts.enumerated() {
        let power = isReversed ? place : parts.count - 1 - place
        guard let digit = tags == .hints ? part.last : part.first, place < 64 else { return nil }
        let letter = parts.count - 1 - power
        let wanted = tags == .hints ? (letter < 26 ? "\(Self.letters[letter])\(digit)" : "") : "\(digit) 10e\(power)"
        guard part == wanted else { return nil }
        digits.append(digit)
      }
    }
    guard digits.count >= width, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return Int((isNegative ? "-" : "") + String(isReversed ? digits.reversed() : digits))
  }

  private static func pairs(_ text: Substring) -> [String] {
    let characters = Array(text)
    return stride(from: 0, to: characters.count, by: 2).map { String(characters[$0..<min($0 + 2, characters.count)]) }
  }
}

extension Substring {
  /// The parts between separators.
  fileprivate func components(by separator: String) -> [String] {
    var parts: [String] = []
    var rest = self
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
