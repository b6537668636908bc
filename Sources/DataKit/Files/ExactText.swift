/// Text that equals only text of the same bytes. Swift's own comparison takes an `é` of one scalar and one of two for equal,
/// but to a file's keys and a tokenizer's tokens they are different.
struct ExactText: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (a: ExactText, b: ExactText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
