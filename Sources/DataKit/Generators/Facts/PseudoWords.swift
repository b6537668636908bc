import Kernels

/// Words that nobody has seen before and that can be spoken: "tamilo".
struct PseudoWords {
  private static let consonants = Array("bdfgklmnprstvz".utf8)
  private static let vowels = Array("aeiou".utf8)
  private let syllables: Int
  private var seen: Set<String> = []

  /// For so many different words.
  init(capacity: Int) {
    let syllable = Self.consonants.count * Self.vowels.count
    var (syllables, words) = (2, syllable * syllable)
    while words < 4 * capacity { (syllables, words) = (syllables + 1, words * syllable) }
    self.syllables = syllables
  }

  /// A word that has not been given before.
  mutating func next(_ stream: inout RandomStream) -> String {
    while true {
      var word: [UInt8] = []
      for _ in 0..<syllables {
        word.append(Self.consonants[stream.nextInteger(below: Self.consonants.count)])
        word.append(Self.vowels[stream.nextInteger(below: Self.vowels.count)])
      }
      let text = String(decoding: word, as: UTF8.self)
      if seen.insert(text).inserted { return text }
    }
  }

  mutating func next(_ count: Int, _ stream: inout RandomStream) -> [String] {
    (0..<count).map { _ in next(&stream) }
  }
}
