/// The SplitMix64 generator (Steele, Lea & Flood 2014): the seeded source of resampling, equal on every machine.
public struct SplitMix: Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A uniform number strictly between 0 and 1, with 52 random bits.
  public mutating func unit() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// A uniform whole number in 0..<count (multiply-shift; its bias is below count / 2^64). Zero when `count` is below 1.
  public mutating func below(_ count: Int) -> Int {
    count < 1 ? 0 : Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }
}
