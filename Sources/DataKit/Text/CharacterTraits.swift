/// What tokenizers ask about a Unicode scalar.
struct CharacterTraits: OptionSet, Sendable {
  let rawValue: UInt8

  /// Category L.
  static let letter = CharacterTraits(rawValue: 1)
  /// Category N.
  static let number = CharacterTraits(rawValue: 2)
  /// The property White_Space.
  static let space = CharacterTraits(rawValue: 4)
  /// Category Mn.
  static let nonspacingMark = CharacterTraits(rawValue: 8)
  /// Categories Cc, Cf and Co.
  static let control = CharacterTraits(rawValue: 16)
  /// Category P.
  static let punctuation = CharacterTraits(rawValue: 32)
  /// `\w` of regular expressions: letters, marks, decimal digits, connectors (Unicode Technical Standard 18, annex C).
  static let word = CharacterTraits(rawValue: 64)
  /// In a block of CJK ideographs, as BERT's tokenization counts them.
  static let ideograph = CharacterTraits(rawValue: 128)

  @inline(__always)
  static func of(_ scalar: UInt32) -> CharacterTraits {
    scalar < 0x10000 ? CharacterTraits(rawValue: basicPlane[Int(scalar)]) : looked(up: scalar)
  }

  private static let basicPlane: [UInt8] = (0..<0x10000).map { looked(up: $0).rawValue }

  private static func looked(up value: UInt32) -> CharacterTraits {
    guard let scalar = Unicode.Scalar(value) else { return [] }
    let properties = scalar.properties
    var traits: CharacterTraits = []
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: traits = [.letter, .word]
    case .decimalNumber: traits = [.number, .word]
    case .letterNumber, .otherNumber: traits = .number
    case .nonspacingMark: traits = [.nonspacingMark, .word]
    case .spacingMark, .enclosingMark: traits = .word
    case .control, .format, .privateUse: traits = .control
    case .connectorPunctuation: traits = [.punctuation, .word]
    case .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
      .otherPunctuation:
      traits = .punctuation
    default: break
    }
    if properties.isWhitespace { traits.insert(.space) }
    if properties.isAlphabetic || properties.isJoinControl { traits.insert(.word) }
    if ideographs.contains(where: { $0.contains(value) }) { traits.insert(.ideograph) }
    return traits
  }

  /// The ranges that BERT's tokenization surrounds with spaces.
  private static let ideographs: [ClosedRange<UInt32>] = [
    0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF,
    0xF900...0xFAFF, 0x2F800...0x2FA1F,
  ]
}

extension UnsafeBufferPointer<UInt8> {
  /// The scalar that begins at a place of text known to be UTF-8, and its length in bytes.
  @inline(__always)
  func scalar(at place: Int) -> (value: UInt32, length: Int) {
    let first = UInt32(self[place])
    if first < 0x80 { return (first, 1) }
    let second = UInt32(self[place + 1] & 0x3f)
    if first < 0xe0 { return ((first & 0x1f) << 6 | second, 2) }
    let third = UInt32(self[place + 2] & 0x3f)
    if first < 0xf0 { return ((first & 0xf) << 12 | second << 6 | third, 3) }
    return ((first & 7) << 18 | second << 12 | third << 6 | UInt32(self[place + 3] & 0x3f), 4)
  }

  /// The end of the scalars from a place on that have, or lack, any of some traits.
  @inline(__always)
  func end(from place: Int, having traits: CharacterTraits, _ wanted: Bool = true) -> Int {
    var place = place
    while place < count {
      let (value, length) = scalar(at: place)
      if CharacterTraits.of(value).isDisjoint(with: traits) == wanted { break }
      place += length
    }
    return place
  }

  /// The part of a text.
  @inline(__always)
  func part(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: self[range]) }
}

extension [UInt8] {
  mutating func append(scalar value: UInt32) {
    guard let scalar = Unicode.Scalar(value) else { return }
    append(contentsOf: String(Character(scalar)).utf8)
  }
}
