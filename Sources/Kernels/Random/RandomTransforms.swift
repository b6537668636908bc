import Glibc

/// From random words to numbers, and the loop that all fills share.
extension RandomKernels {
  @inline(__always) static func wide(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(low) | (UInt64(high) << 32) }

  @inline(__always) static func unitFloat(_ word: UInt32) -> Float { Float(Int32(bitPattern: word >> 8)) * 0x1p-24 }

  @inline(__always) static func unitDouble(_ word: UInt64) -> Double {
    // The high 52 bits as a number in [1, 2), then the 53rd.
    let high = Double(bitPattern: (word >> 12) | 0x3FF0_0000_0000_0000) - 1
    return high + Double(bitPattern: 0x3CA0_0000_0000_0000 & (0 &- ((word >> 11) & 1)))
  }

  /// -log(u) for u in (0, 1], where the probability that rounding gave to u = 1 belongs to its mean, 2^-26.
  @inline(__always) static func exponentialFloat(_ word: UInt32) -> Float {
    // Half the word, because AVX2 converts signed integers only.
    let u = (Float(Int32(bitPattern: word >> 1)) + 0.5) * 0x1p-31
    return u < 1 ? -LogarithmReduction(u).log : 0x1p-26
  }

  @inline(__always) static func exponentialDouble(_ word: UInt64) -> Double {
    let u = (Double(word >> 12) + 0.5) * 0x1p-52
    return -Glibc.log(u)
  }

  /// Two independent normal numbers from four words.
  @inline(__always) static func normalPair(_ block: Philox.Block) -> (Double, Double) {
    let radius = (2 * exponentialDouble(wide(block.0, block.1))).squareRoot()
    let angle = unitDouble(wide(block.2, block.3)) * (2 * .pi)
    return (radius * Glibc.cos(angle), radius * Glibc.sin(angle))
  }

  /// How many of the 2^32 words mean true.
  @inline(__always) static func threshold(_ probability: Double) -> UInt64 {
    if !(probability > 0) { return 0 }
    return probability >= 1 ? 0x1_0000_0000 : UInt64((probability * 0x1p32).rounded())
  }

  /// Generates the words of up to 256 blocks at a time, transforms all of their elements, and copies out the wanted.
  @inline(__always) static func fill<T: BitwiseCopyable>(
    _ origin: RandomStream, _ first: Int, _ destination: UnsafeMutablePointer<T>, _ count: Int, perBlock: Int,
    transform: (_ words: UnsafePointer<UInt32>, _ out: UnsafeMutablePointer<T>, _ elements: Int) -> Void
  ) {
    let blocksPerChunk = 256
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * blocksPerChunk) { wordBuffer in
      withUnsafeTemporaryAllocation(of: T.self, capacity: perBlock * blocksPerChunk) { elementBuffer in
        guard let words = wordBuffer.baseAddress, let elements = elementBuffer.baseAddress else { return }
        var done = 0
        while done < count {
          let position = Swift.max(0, first) &+ done
          let skipped = position % perBlock
          let wanted = Swift.min(count &- done, perBlock &* blocksPerChunk &- skipped)
          let blocks = (skipped &+ wanted &+ perBlock &- 1) / perBlock
          Philox.fill(
            key: origin.key, stream: origin.stream, counter: origin.counter &+ UInt64(position / perBlock),
            into: words, blockCount: blocks)
          if skipped == 0 && wanted % perBlock == 0 {
            transform(words, destination + done, wanted)
          } else {
            transform(words, elements, blocks &* perBlock)
            (destination + done).update(from: elements + skipped, count: wanted)
          }
          done &+= wanted
        }
      }
    }
  }
}

extension AngleReduction {
  /// An angle of word / 2^32 turns.
  @inline(__always) init(turns word: UInt32) {
    quadrant = (word &+ 0x2000_0000) >> 30
    // What is left of the nearest quarter, as a signed fraction of a quarter turn.
    remainder = Float(Int32(bitPattern: word << 2)) * (1.57079637 * 0x1p-32)
  }
}
