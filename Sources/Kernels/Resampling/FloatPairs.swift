/// Greatest numbers of windows of two by two that touch, of Floats: four or eight windows at once, without branches, which
/// numbers in no order would mispredict. As in ``MaxPool`` the first of equal numbers wins, and NaN over all.
enum FloatPairs {
  /// One plane; `columns`, at least 4, counts windows, `width` the plane's numbers in a row.
  static func forward(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ places: UnsafeMutablePointer<Int32>, _ rows: Int,
    _ columns: Int, _ width: Int
  ) {
    let below = Int32(truncatingIfNeeded: width)
    for r in 0..<rows {
      let upper = x + 2 &* r &* width
      let base = 2 &* Int32(truncatingIfNeeded: r) &* below
      let (to, at) = (y + r &* columns, places + r &* columns)
      var c = 0
      while c &+ 8 <= columns {
        eight(upper + 2 &* c, width, to + c, at + c, base &+ 2 &* Int32(truncatingIfNeeded: c), below)
        c &+= 8
      }
      // The last vectors reach back over windows that are done.
      if c < columns && columns >= 8 {
        c = columns &- 8
        eight(upper + 2 &* c, width, to + c, at + c, base &+ 2 &* Int32(truncatingIfNeeded: c), below)
      } else if c < columns {
        four(upper, width, to, at, base, below)
        c = columns &- 4
        four(upper + 2 &* c, width, to + c, at + c, base &+ 2 &* Int32(truncatingIfNeeded: c), below)
      }
    }
  }

  @inline(__always)
  private static func eight(
    _ x: UnsafePointer<Float>, _ width: Int, _ y: UnsafeMutablePointer<Float>, _ places: UnsafeMutablePointer<Int32>,
    _ base: Int32, _ below: Int32
  ) {
    let (a, b) = (Lanes.load(x), Lanes.load(x + 8))
    let (d, e) = (Lanes.load(x + width), Lanes.load(x + (width &+ 8)))
    var best = even(a, b)
    var place = SIMD8<Int32>(repeating: 0)
    @inline(__always) func take(_ candidate: SIMD8<Float>, _ offset: Int32) {
      let wins = (candidate .> best) .| (candidate .!= candidate)
      best.replace(with: candidate, where: wins)
      place.replace(with: SIMD8(repeating: offset), where: wins)
    }
    take(odd(a, b), 1)
    take(even(d, e), below)
    take(odd(d, e), below &+ 1)
    Lanes.store(best, y)
    Lanes.store(place &+ SIMD8(0, 2, 4, 6, 8, 10, 12, 14) &+ SIMD8(repeating: base), places)
  }

  @inline(__always)
  private static func four(
    _ x: UnsafePointer<Float>, _ width: Int, _ y: UnsafeMutablePointer<Float>, _ places: UnsafeMutablePointer<Int32>,
    _ base: Int32, _ below: Int32
  ) {
    let (a, d) = (Lanes.load(x), Lanes.load(x + width))
    var best = a.evenHalf
    var place = SIMD4<Int32>(repeating: 0)
    @inline(__always) func take(_ candidate: SIMD4<Float>, _ offset: Int32) {
      let wins = (candidate .> best) .| (candidate .!= candidate)
      best.replace(with: candidate, where: wins)
      place.replace(with: SIMD4(repeating: offset), where: wins)
    }
    take(a.oddHalf, 1)
    take(d.evenHalf, below)
    take(d.oddHalf, below &+ 1)
    UnsafeMutableRawPointer(y).storeBytes(of: best, as: SIMD4<Float>.self)
    UnsafeMutableRawPointer(places).storeBytes(
      of: place &+ SIMD4(0, 2, 4, 6) &+ SIMD4(repeating: base), as: SIMD4<Int32>.self)
  }

  @inline(__always) private static func even(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(lowHalf: a.evenHalf, highHalf: b.evenHalf)
  }
  @inline(__always) private static func odd(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(lowHalf: a.oddHalf, highHalf: b.oddHalf)
  }
}
