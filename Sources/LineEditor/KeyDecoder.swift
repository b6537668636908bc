/// Turns the bytes of a terminal into keys: UTF-8, the escape sequences of xterm and its kin, bracketed paste.
public struct KeyDecoder {
  /// The next byte; `nil` at the end of input.
  private let next: () -> UInt8?
  /// Whether another byte is there already, or comes within the time of an escape sequence.
  private let hasMore: () -> Bool

  public init(next: @escaping () -> UInt8?, hasMore: @escaping () -> Bool) {
    self.next = next
    self.hasMore = hasMore
  }

  /// The next key; `nil` at the end of input.
  public func read() -> Key? {
    guard let byte = next() else { return nil }
    switch byte {
    case 0x0D, 0x0A: return .enter
    case 0x09: return .tab
    case 0x7F, 0x08: return .backspace
    case 0x1B: return hasMore() ? escapeSequence() : .escape
    case 0x00: return .control(" ")
    case 0x01...0x1A: return .control(Character(UnicodeScalar(byte + 0x60)))
    case 0x1C...0x1F: return .control(Character(UnicodeScalar(byte + 0x40)))
    default: return character(from: byte).map { .character($0) } ?? .unknown
    }
  }

  private func character(from first: UInt8) -> Character? {
    let length = first < 0x80 ? 1 : first >= 0xF8 ? 0 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 0
    guard length > 0 else { return nil }
    var bytes = [first]
    while bytes.count < length, let byte = next() { bytes.append(byte) }
    return String(validating: bytes, as: UTF8.self)?.first
  }

  private func escapeSequence() -> Key? {
    guard let byte = next() else { return .escape }
    switch byte {
    case UInt8(ascii: "["): return controlSequence()
    case UInt8(ascii: "O"): return next().map { named($0, modifier: 0) } ?? .escape
    case 0x7F, 0x08: return .alt("\u{7F}")
    case 0x0D, 0x0A: return .alt("\n")
    default: return character(from: byte).map { .alt($0) } ?? .unknown
    }
  }

  /// `ESC [ numbers letter`.
  private func controlSequence() -> Key? {
    var numbers = [0]
    var isAnswer = false
    while let byte = next() {
      switch byte {
      case UInt8(ascii: "?"): isAnswer = true
      case 0x30...0x39: numbers[numbers.count - 1] = min(9999, numbers[numbers.count - 1] * 10 + Int(byte - 0x30))
      case UInt8(ascii: ";"): numbers.append(0)
      case 0x40...0x7E:
        if byte == UInt8(ascii: "~") {
          return numbers[0] == 200 ? .paste(pasted()) : tilde(numbers[0])
        }
        if byte == UInt8(ascii: "c") { return isAnswer ? .report(.attributes(numbers)) : .unknown }
        if byte == UInt8(ascii: "t"), numbers.count == 3, numbers[0] == 6 {
          return .report(.cell(width: numbers[2], height: numbers[1]))
        }
        return named(byte, modifier: numbers.count > 1 ? numbers[1] : 0)
      default: break
      }
    }
    return nil
  }

  private func tilde(_ number: Int) -> Key {
    switch number {
    case 1, 7: .home
    case 3: .delete
    case 4, 8: .end
    case 5: .pageUp
    case 6: .pageDown
    default: .unknown
    }
  }

  private func named(_ letter: UInt8, modifier: Int) -> Key {
    switch letter {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): modifier > 1 ? .wordRight : .right
    case UInt8(ascii: "D"): modifier > 1 ? .wordLeft : .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "Z"): .backTab
    case UInt8(ascii: "M"): .enter
    default: .unknown
    }
  }

  /// The text up to the end mark of a paste; line ends become newlines.
  private func pasted() -> String {
    let mark = Array("\u{1B}[201~".utf8)
    var bytes: [UInt8] = []
    while let byte = next() {
      bytes.append(byte)
      if byte == UInt8(ascii: "~"), bytes.suffix(mark.count).elementsEqual(mark) {
        bytes.removeLast(mark.count)
        break
      }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.replacing("\r\n", with: "\n").replacing("\r", with: "\n").replacing("\t", with: "  ")
  }
}
