/// Byte strings, each with its number: 0, 1, 2, ... in the order in which they were first added.
///
/// All bytes stand in one array, and parts of a text are looked up where they are, so nothing is allocated per string.
struct ByteTable: Sendable {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  private(set) var count = 0
  private var storage: [UInt8] = []
  /// Where each string ends in `storage`.
  private var ends: [Int] = []
  /// Open addressing with steps of one: a string's number + 1, or 0 where nothing is. At most half full.
  private var slots = [UInt32](repeating: 0, count: 64)

  /// The number of a string, or `nil` when it is not there.
  func find(_ bytes: Bytes) -> Int? {
    let slot = slots[slot(of: bytes)]
    return slot == 0 ? nil : Int(slot) - 1
  }

  /// The number of a string, which is added when it is not there.
  mutating func insert(_ bytes: Bytes) -> (number: Int, isNew: Bool) {
    let place = slot(of: bytes)
    if slots[place] != 0 { return (Int(slots[place]) - 1, false) }
    storage.append(contentsOf: bytes)
    ends.append(storage.count)
    count += 1
    slots[place] = UInt32(truncatingIfNeeded: count)
    if count * 2 > slots.count { grow() }
    return (count - 1, true)
  }

  func find(_ text: String) -> Int? {
    var text = text
    return text.withUTF8 { find($0) }
  }

  mutating func insert(_ text: String) -> (number: Int, isNew: Bool) {
    var text = text
    return text.withUTF8 { insert($0) }
  }

  /// The bytes of a number that exists.
  func withBytes<Result>(_ number: Int, _ body: (Bytes) throws -> Result) rethrows -> Result {
    try storage.withUnsafeBufferPointer { try body(Bytes(rebasing: $0[range(number)])) }
  }

  private func range(_ number: Int) -> Range<Int> { (number == 0 ? 0 : ends[number - 1])..<ends[number] }

  /// Where the string stands or would stand.
  private func slot(of bytes: Bytes) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: Self.hash(bytes)) & mask
    while slots[place] != 0, !holds(Int(slots[place]) - 1, bytes) { place = (place + 1) & mask }
    return place
  }

  private func holds(_ number: Int, _ bytes: Bytes) -> Bool {
    let range = range(number)
    guard range.count == bytes.count else { return false }
    for (place, byte) in zip(range, bytes) where storage[place] != byte { return false }
    return true
  }

  private mutating func grow() {
    var fresh = [UInt32](repeating: 0, count: slots.count * 2)
    let mask = fresh.count - 1
    for number in 0..<count {
      var place = withBytes(number) { Int(truncatingIfNeeded: Self.hash($0)) } & mask
      while fresh[place] != 0 { place = (place + 1) & mask }
      fresh[place] = UInt32(truncatingIfNeeded: number + 1)
    }
    slots = fresh
  }

  /// FNV-1a with the high bits folded in.
  private static func hash(_ bytes: Bytes) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash ^ hash >> 29
  }
}
