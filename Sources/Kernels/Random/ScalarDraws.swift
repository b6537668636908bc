import Glibc

/// One number at a time. Each draw takes one block unless it says otherwise.
extension RandomStream {
  public mutating func nextUInt32() -> UInt32 { nextBlock().0 }

  public mutating func nextUInt64() -> UInt64 {
    let block = nextBlock()
    return RandomKernels.wide(block.0, block.1)
  }

  /// Uniform in [0, 1), a multiple of 2^-24.
  public mutating func nextFloat() -> Float { RandomKernels.unitFloat(nextUInt32()) }

  /// Uniform in [0, 1), a multiple of 2^-53.
  public mutating func nextDouble() -> Double { RandomKernels.unitDouble(nextUInt64()) }

  /// Uniform in 0 ..< bound without bias (Lemire, 2019); 0 when the bound is 0. Very rarely takes another block.
  public mutating func nextInteger(below bound: UInt64) -> UInt64 {
    if bound == 0 { return 0 }
    var product = nextUInt64().multipliedFullWidth(by: bound)
    if product.low < bound {
      let rejected = (0 &- bound) % bound
      while product.low < rejected { product = nextUInt64().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// Uniform in 0 ..< bound; 0 when the bound is not positive.
  public mutating func nextInteger(below bound: Int) -> Int {
    bound <= 0 ? 0 : Int(nextInteger(below: UInt64(bound)))
  }

  /// True with the given probability, rounded to a multiple of 2^-53; never for NaN.
  public mutating func nextBernoulli(_ probability: Double) -> Bool { nextDouble() < probability }

  /// The normal law with mean 0 and variance 1 (Box and Muller, 1958); always finite.
  public mutating func nextNormal() -> Double {
    let block = nextBlock()
    return RandomKernels.normalPair(block).0
  }

  /// The exponential law with mean 1; positive and finite.
  public mutating func nextExponential() -> Double { RandomKernels.exponentialDouble(nextUInt64()) }

  /// The standard Gumbel law; finite.
  public mutating func nextGumbel() -> Double { -Glibc.log(nextExponential()) }

  /// The gamma law of a positive shape, with scale 1 (Marsaglia and Tsang, 2000); NaN for any other shape.
  /// Takes a varying number of blocks. May round to 0 for shapes near 0.
  public mutating func nextGamma(shape: Double) -> Double {
    if !(shape > 0) || shape == .infinity { return .nan }
    if shape < 1 {
      let boosted = nextGamma(shape: shape + 1)
      return boosted * Glibc.exp(-nextExponential() / shape)
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = nextNormal()
      let root = 1 + c * x
      if root <= 0 { continue }
      let v = root * root * root
      let threshold = 0.5 * x * x + d * (1 - v + Glibc.log(v))
      if -nextExponential() < threshold { return d * v }
    }
  }

  /// The beta law of positive parameters; NaN for others. Takes a varying number of blocks.
  public mutating func nextBeta(_ alpha: Double, _ beta: Double) -> Double {
    if !(alpha > 0 && beta > 0) { return .nan }
    // Where both gamma draws could underflow, Jöhnk's method in logarithms.
    if alpha <= 1 && beta <= 1 {
      while true {
        let logX = -nextExponential() / alpha
        let logY = -nextExponential() / beta
        let larger = Swift.max(logX, logY)
        let logSum = larger + Glibc.log(Glibc.exp(logX - larger) + Glibc.exp(logY - larger))
        if logSum <= 0 { return Glibc.exp(logX - logSum) }
      }
    }
    let x = nextGamma(shape: alpha)
    let y = nextGamma(shape: beta)
    return x / (x + y)
  }

  /// The Dirichlet law: non-negative numbers with the sum 1; all NaN unless all parameters are positive.
  /// Takes a varying number of blocks.
  public mutating func nextDirichlet(_ concentrations: [Double]) -> [Double] {
    // Draws in logarithms, so that small concentrations do not all round to 0.
    var logs: [Double] = []
    for shape in concentrations {
      logs.append(Glibc.log(nextGamma(shape: shape + 1)) - nextExponential() / shape)
      if !(shape > 0) || shape == .infinity { return concentrations.map { _ in .nan } }
    }
    guard let largest = logs.max() else { return [] }
    let weights = logs.map { Glibc.exp($0 - largest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }
}
