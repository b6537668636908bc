/// A place in an endless sequence of random blocks: a value, so a copy repeats what the original draws.
///
/// Streams are named: streams with different seeds or names are independent for all practical purposes, and what one
/// of them draws never changes another. `key` and `stream` say which sequence, `counter` says where in it, in blocks
/// of 128 bits. Every scalar draw and every fill starts on a new block.
public struct RandomStream: Sendable, Equatable {
  public private(set) var key: UInt64
  /// The high half of the generator's counter.
  public private(set) var stream: UInt64
  /// The number of the next block, the low half of the generator's counter.
  public private(set) var counter: UInt64

  /// The beginning of the stream `name` of a seed.
  public init(seed: UInt64, name: String) {
    self.init(state: (RandomHash.finalized(seed &+ RandomHash.golden), 0, 0))
    self = split(name)
  }

  /// A stream at a saved place.
  public init(state: (key: UInt64, stream: UInt64, counter: UInt64)) {
    (key, stream, counter) = state
  }

  /// All there is to save.
  public var state: (key: UInt64, stream: UInt64, counter: UInt64) { (key, stream, counter) }

  /// The beginning of another stream that belongs to this one. It depends on the name and on which stream this is, not
  /// on how much this one has drawn; the order of successive splits matters.
  public func split(_ name: String) -> RandomStream {
    split(hash: RandomHash.ofName(name))
  }

  /// Like ``split(_:)-(String)``, by number: for step, worker or sample numbers.
  public func split(_ number: UInt64) -> RandomStream {
    split(hash: RandomHash.finalized(number ^ 0x6A09_E667_F3BC_C908))
  }

  private func split(hash: UInt64) -> RandomStream {
    let newKey = RandomHash.finalized((key ^ hash) &+ RandomHash.golden)
    let rotated = (hash << 32) | (hash >> 32)
    let newStream = RandomHash.finalized(RandomHash.finalized(stream &+ RandomHash.golden) &+ rotated)
    return RandomStream(state: (newKey, newStream, 0))
  }

  /// Skips blocks; see ``RandomKernels/blocks(elements:perBlock:)``.
  public mutating func advance(by blocks: UInt64) { counter &+= blocks }

  /// The next block of four words.
  @inline(__always)
  public mutating func nextBlock() -> Philox.Block {
    let block = Philox.block(key: key, stream: stream, counter: counter)
    counter &+= 1
    return block
  }
}

/// The hash behind named streams: FNV-1a over the UTF-8 bytes, then the finaliser of SplitMix64.
/// Fixed for ever, because the bits of recorded results depend on it.
enum RandomHash {
  /// 2^64 divided by the golden ratio.
  static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15

  static func ofName(_ name: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return finalized(hash)
  }

  static func finalized(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
