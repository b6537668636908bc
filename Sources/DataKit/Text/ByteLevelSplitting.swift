/// Cuts text into the words within which byte pairs merge, by GPT-2's rule: contractions ('s 't 're 've 'm 'll 'd), runs of
/// letters, of numbers or of other characters, each with one space before it, and spaces.
///
/// The regular expression of the source, `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, as a
/// scanner that looks at each character once.
///
/// From: Radford et al. 2019, Language Models are Unsupervised Multitask Learners.
enum ByteLevelSplitting {
  typealias Text = UnsafeBufferPointer<UInt8>

  static func split(_ text: Text, _ emit: (Text) throws -> Void) rethrows {
    var place = 0
    while place < text.count {
      let end = end(of: text, from: place)
      try emit(text.part(place..<end))
      place = end
    }
  }

  /// Where the word that begins at `start` ends.
  @inline(__always)
  private static func end(of text: Text, from start: Int) -> Int {
    let first = text[start]
    if first == UInt8(ascii: "'"), let length = contraction(text, start) { return start + length }
    var (value, length) = text.scalar(at: start)
    var place = start
    if first == UInt8(ascii: " "), start + 1 < text.count {
      let next = text.scalar(at: start + 1)
      if !CharacterTraits.of(next.value).contains(.space) {
        place += 1
        (value, length) = next
      }
    }
    let traits = CharacterTraits.of(value)
    if !traits.contains(.space) {
      let behind = place + length
      if traits.contains(.letter) { return text.end(from: behind, having: .letter) }
      if traits.contains(.number) { return text.end(from: behind, having: .number) }
      return text.end(from: behind, having: [.letter, .number, .space], false)
    }
    // Spaces up to the end of the text, or all but the last, which belongs to what follows.
    var last = place
    while place < text.count {
      let (value, length) = text.scalar(at: place)
      if !CharacterTraits.of(value).contains(.space) { return last > start ? last : place }
      last = place
      place += length
    }
    return place
  }

  private static func contraction(_ text: Text, _ start: Int) -> Int? {
    guard start + 1 < text.count else { return nil }
    switch text[start + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return start + 2 < text.count && text[start + 2] == UInt8(ascii: "e") ? 3 : nil
    case UInt8(ascii: "l"): return start + 2 < text.count && text[start + 2] == UInt8(ascii: "l") ? 3 : nil
    default: return nil
    }
  }
}
