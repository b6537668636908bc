import Foundation

/// What BERT does to text first: drops control characters and makes every space a plain one, puts spaces around CJK
/// ideographs, strips accents (canonical decomposition without nonspacing marks), lower-cases.
///
/// From: Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers (the released tokenization).
struct BertNormalizer: Sendable {
  let cleans: Bool
  let splitsIdeographs: Bool
  let stripsAccents: Bool
  let lowers: Bool

  func normalized(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 8)
    let ascii = (0..<128).map { normalized(Unicode.Scalar(UInt8($0))) }
    var known: [UInt32: [UInt8]] = [:]
    var place = 0
    while place < text.count {
      let (value, length) = text.scalar(at: place)
      place += length
      if value < 0x80 {
        result.append(contentsOf: ascii[Int(value)])
      } else if let bytes = known[value] {
        result.append(contentsOf: bytes)
      } else if let scalar = Unicode.Scalar(value) {
        let bytes = normalized(scalar)
        known[value] = bytes
        result.append(contentsOf: bytes)
      }
    }
    return result
  }

  /// Every step looks at single characters, so one character's part of the result depends on nothing else.
  private func normalized(_ scalar: Unicode.Scalar) -> [UInt8] {
    let traits = CharacterTraits.of(scalar.value)
    var text = String(Character(scalar))
    if cleans {
      if traits.contains(.space) {
        text = " "
      } else if scalar.value == 0 || scalar.value == 0xfffd || traits.contains(.control) {
        return []
      }
    }
    if splitsIdeographs, traits.contains(.ideograph) { text = " \(text) " }
    if stripsAccents {
      var kept = ""
      for scalar in text.decomposedStringWithCanonicalMapping.unicodeScalars
      where !CharacterTraits.of(scalar.value).contains(.nonspacingMark) {
        kept.unicodeScalars.append(scalar)
      }
      text = kept
    }
    if lowers { text = text.unicodeScalars.map(\.properties.lowercaseMapping).joined() }
    return Array(text.utf8)
  }
}
