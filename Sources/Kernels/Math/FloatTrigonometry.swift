import Glibc

/// The reduction of an angle: x = n pi/2 + r, |r| <= 0.79 (Cody and Waite, three parts of pi/2 with fused products).
struct AngleReduction {
  /// Up to this magnitude the remainder is right to 1 ulp.
  static let limit: Float = 131_072

  let quadrant: UInt32
  let remainder: Float

  @inline(__always) init(_ x: Float) {
    let magic: Float = 12_582_912
    let shifted = magic.addingProduct(x, 0.636619747)
    let n = shifted - magic
    quadrant = shifted.bitPattern
    remainder = x.addingProduct(n, -1.57079637).addingProduct(n, 4.37113883e-08).addingProduct(n, 1.71512489e-15)
  }

  /// The sine of x + turns pi/2.
  @inline(__always) func sine(quarterTurns: UInt32) -> Float {
    let r = remainder
    let square = r * r
    var s: Float = 2.71802605e-06
    s = Float(-0.000198393027).addingProduct(s, square)
    s = Float(0.00833332911).addingProduct(s, square)
    s = Float(-0.166666672).addingProduct(s, square)
    let sine = r.addingProduct(r * square, s)
    var c: Float = 2.44322091e-05
    c = Float(-0.00138873083).addingProduct(c, square)
    c = Float(0.0416666456).addingProduct(c, square)
    c = Float(-0.5).addingProduct(c, square)
    let cosine = Float(1).addingProduct(c, square)
    let turns = quadrant &+ quarterTurns
    let y = turns & 1 == 0 ? sine : cosine
    return Float(bitPattern: y.bitPattern ^ ((turns & 2) << 30))
  }
}

extension Float {
  /// Error at most 1.5 ulp, for all finite numbers.
  @inline(__always) public static func sin(_ x: Float) -> Float {
    if x.magnitude > AngleReduction.limit { return Float(Glibc.sin(Double(x))) }
    return x == 0 ? x : AngleReduction(x).sine(quarterTurns: 0)
  }

  /// Error at most 1.5 ulp, for all finite numbers.
  @inline(__always) public static func cos(_ x: Float) -> Float {
    if x.magnitude > AngleReduction.limit { return Float(Glibc.cos(Double(x))) }
    return AngleReduction(x).sine(quarterTurns: 1)
  }

  public static func sin(_ source: UnsafePointer<Float>, into destination: UnsafeMutablePointer<Float>, count: Int) {
    sineInBlocks(source, destination, count, quarterTurns: 0) { Float(Glibc.sin(Double($0))) }
  }

  public static func cos(_ source: UnsafePointer<Float>, into destination: UnsafeMutablePointer<Float>, count: Int) {
    sineInBlocks(source, destination, count, quarterTurns: 1) { Float(Glibc.cos(Double($0))) }
  }

  /// A vectorised pass over each block where all angles are ordinary, and single steps where one is huge.
  @inline(__always) private static func sineInBlocks(
    _ source: UnsafePointer<Float>, _ destination: UnsafeMutablePointer<Float>, _ count: Int, quarterTurns: UInt32,
    huge: (Float) -> Float
  ) {
    var start = 0
    while start < count {
      let end = Swift.min(start + 256, count)
      var hugeAngles: UInt32 = 0
      for i in start..<end { hugeAngles |= source[i].magnitude > AngleReduction.limit ? 1 : 0 }
      if hugeAngles == 0 {
        for i in start..<end {
          let x = source[i]
          let y = AngleReduction(x).sine(quarterTurns: quarterTurns)
          destination[i] = quarterTurns == 0 && x == 0 ? x : y
        }
      } else {
        for i in start..<end {
          let x = source[i]
          let y = AngleReduction(x).sine(quarterTurns: quarterTurns)
          let small = quarterTurns == 0 && x == 0 ? x : y
          destination[i] = x.magnitude > AngleReduction.limit ? huge(x) : small
        }
      }
      start = end
    }
  }
}
