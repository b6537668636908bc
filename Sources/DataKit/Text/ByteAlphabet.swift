/// The characters by which byte-level vocabularies spell bytes: printable bytes by themselves, the others by the scalars from
/// U+0100 on in order, so that a space is `Ġ` and a line feed `Ċ`.
///
/// From: Radford et al. 2019, Language Models are Unsupervised Multitask Learners (the released encoder).
enum ByteAlphabet {
  /// The scalar of each byte.
  static let scalars: [UInt32] = {
    var next: UInt32 = 0x100
    return (0..<256).map { (byte: UInt32) in
      if (0x21...0x7e).contains(byte) || (0xa1...0xac).contains(byte) || byte >= 0xae { return byte }
      defer { next += 1 }
      return next
    }
  }()

  /// The byte of each scalar that spells one.
  static let bytes: [UInt32: UInt8] = Dictionary(
    uniqueKeysWithValues: scalars.enumerated().map { ($0.element, UInt8($0.offset)) })

  /// A byte as it stands in the vocabulary.
  static func spelling(_ byte: UInt8) -> String {
    Unicode.Scalar(scalars[Int(byte)]).map { String(Character($0)) } ?? ""
  }

  /// The bytes that a token spells; `nil` when it has a character that spells none, as tokens added by hand may.
  static func bytes(of token: String) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in token.unicodeScalars {
      guard let byte = bytes[scalar.value] else { return nil }
      result.append(byte)
    }
    return result
  }
}
