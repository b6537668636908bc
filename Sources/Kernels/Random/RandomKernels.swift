import Glibc

/// Fills memory with random numbers. Element `first + i` is a pure function of the stream's state and of its index, so
/// any ranges, filled in any order by any threads, give the same bits as one fill.
///
/// A fill does not advance the stream: its owner does, by ``blocks(elements:perBlock:)``. Elements of 32 bits or less
/// come four to a block, elements of 64 bits two to a block. Negative counts and positions count as 0.
public enum RandomKernels {
  /// Elements that one block serves: `Float`, `UInt32`, `Bool`, and masks of any type.
  public static let narrowPerBlock = 4
  /// Elements that one block serves: `Double`, `UInt64`, `Int64`.
  public static let widePerBlock = 2

  /// How many blocks a fill of so many elements takes.
  public static func blocks(elements: Int, perBlock: Int) -> UInt64 {
    elements <= 0 || perBlock <= 0 ? 0 : UInt64((elements - 1) / perBlock + 1)
  }

  // MARK: Raw bits

  /// 32 random bits each; 4 to a block.
  public static func bits(
    _ origin: RandomStream, first: Int, into destination: UnsafeMutablePointer<UInt32>, count: Int
  ) {
    fill(origin, first, destination, count, perBlock: 4) { words, out, n in
      for i in 0..<n { out[i] = words[i] }
    }
  }

  /// 64 random bits each; 2 to a block.
  public static func bits(
    _ origin: RandomStream, first: Int, into destination: UnsafeMutablePointer<UInt64>, count: Int
  ) {
    fill(origin, first, destination, count, perBlock: 2) { words, out, n in
      for i in 0..<n { out[i] = wide(words[2 &* i], words[2 &* i &+ 1]) }
    }
  }

  // MARK: Uniform

  /// Uniform in [0, 1), multiples of 2^-24; 4 to a block.
  public static func uniform(
    _ origin: RandomStream, first: Int, into destination: UnsafeMutablePointer<Float>, count: Int
  ) {
    fill(origin, first, destination, count, perBlock: 4) { words, out, n in
      for i in 0..<n { out[i] = unitFloat(words[i]) }
    }
  }

  /// Uniform in [0, 1), multiples of 2^-53; 2 to a block.
  public static func uniform(
    _ origin: RandomStream, first: Int, into destination: UnsafeMutablePointer<Double>, count: Int
  ) {
    fill(origin, first, destination, count, perBlock: 2) { words, out, n in
      for i in 0..<n { out[i] = unitDouble(wide(words[2 &* i], words[2 &* i &+ 1])) }
    }
  }

  /// Uniform integers in 0 ..< bound, all 0 when the bound is not positive; 2 to a block. The high half of 64 random
  /// bits times the bound: probabilities are off by less than bound * 2^-64 of their value.
  public static func integers(
    _ origin: RandomStream, below bound: Int64, first: Int, into destination: UnsafeMutablePointer<Int64>, count: Int
  ) {
    let factor = bound > 0 ? UInt64(bound) : 0
    fill(origin, first, destination, count, perBlock: 2) { words, out, n in
      for i in 0..<n {
        let random = wide(words[2 &* i], words[2 &* i &+ 1])
        out[i] = Int64(truncatingIfNeeded: random.multipliedFullWidth(by: factor).high)
      }
    }
  }

  // MARK: Bernoulli

  /// True with the given probability, rounded to a multiple of 2^-32 (NaN counts as 0); 4 to a block.
  public static func bernoulli(
    _ origin: RandomStream, probability: Double, first: Int, into destination: UnsafeMutablePointer<Bool>, count: Int
  ) {
    let threshold = threshold(probability)
    fill(origin, first, destination, count, perBlock: 4) { words, out, n in
      for i in 0..<n { out[i] = UInt64(words[i]) < threshold }
    }
  }

  /// `value` with the given probability (as for the fill of `Bool`, element by element), else 0: a dropout mask;
  /// 4 to a block.
  public static func mask(
    _ origin: RandomStream, probability: Double, value: Float, first: Int,
    into destination: UnsafeMutablePointer<Float>, count: Int
  ) {
    let threshold = threshold(probability)
    fill(origin, first, destination, count, perBlock: 4) { words, out, n in
      for i in 0..<n { out[i] = UInt64(words[i]) < threshold ? value : 0 }
    }
  }

  /// The same elements as the mask of `Float`; 4 to a block.
  public static func mask(
    _ origin: RandomStream, probability: Double, value: Double, first: Int,
    into destination: UnsafeMutablePointer<Double>, count: Int
  ) {
    let threshold = threshold(probability)
    fill(origin, first, destination, count, perBlock: 4) { words, out, n in
      for i in 0..<n { out[i] = UInt64(words[i]) < threshold ? value : 0 }
    }
  }

  // MARK: Normal, exponential, Gumbel

  /// The normal law with mean 0 and variance 1 (Box and Muller, 1958), |z| < 6.8; 4 to a block.
  public static func normal(
    _ origin: RandomStream, first: Int, into destination: UnsafeMutablePointer<Float>, count: Int
  ) {
    fill(origin, first, destination, count, perBlock: 4) { words, out, n in
      for pair in 0..<(n >> 1) {
        let radius = (2 * exponentialFloat(words[2 &* pair])).squareRoot()
        let angle = AngleReduction(turns: words[2 &* pair &+ 1])
        out[2 &* pair] = radius * angle.sine(quarterTurns: 1)
        out[2 &* pair &+ 1] = radius * angle.sine(quarterTurns: 0)
      }
    }
  }

  /// The normal law with mean 0 and variance 1 (Box and Muller, 1958), |z| < 8.7; 2 to a block. Uses the C library.
  public static func normal(
    _ origin: RandomStream, first: Int, into destination: UnsafeMutablePointer<Double>, count: Int
  ) {
    fill(origin, first, destination, count, perBlock: 2) { words, out, n in
      var i = 0
      while i < n {
        let w = words + 2 &* i
        (out[i], out[i &+ 1]) = normalPair((w[0], w[1], w[2], w[3]))
        i &+= 2
      }
    }
  }

  /// The exponential law with mean 1, positive and below 23; 4 to a block.
  public static func exponential(
    _ origin: RandomStream, first: Int, into destination: UnsafeMutablePointer<Float>, count: Int
  ) {
    fill(origin, first, destination, count, perBlock: 4) { words, out, n in
      for i in 0..<n { out[i] = exponentialFloat(words[i]) }
    }
  }

  /// The exponential law with mean 1, positive and below 38; 2 to a block. Uses the C library.
  public static func exponential(
    _ origin: RandomStream, first: Int, into destination: UnsafeMutablePointer<Double>, count: Int
  ) {
    fill(origin, first, destination, count, perBlock: 2) { words, out, n in
      for i in 0..<n { out[i] = exponentialDouble(wide(words[2 &* i], words[2 &* i &+ 1])) }
    }
  }

  /// The standard Gumbel law, finite: the position of the largest of `logits + gumbel` is a draw from their softmax;
  /// 4 to a block.
  public static func gumbel(
    _ origin: RandomStream, first: Int, into destination: UnsafeMutablePointer<Float>, count: Int
  ) {
    fill(origin, first, destination, count, perBlock: 4) { words, out, n in
      for i in 0..<n { out[i] = -Float.log(exponentialFloat(words[i])) }
    }
  }

  /// The standard Gumbel law, finite; 2 to a block. Uses the C library.
  public static func gumbel(
    _ origin: RandomStream, first: Int, into destination: UnsafeMutablePointer<Double>, count: Int
  ) {
    fill(origin, first, destination, count, perBlock: 2) { words, out, n in
      for i in 0..<n { out[i] = -Glibc.log(exponentialDouble(wide(words[2 &* i], words[2 &* i &+ 1]))) }
    }
  }
}
