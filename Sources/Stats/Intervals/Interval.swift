/// A closed interval of numbers; a point when both ends agree, and possibly infinite on a side.
public struct Interval: Equatable, Hashable, Sendable {
  public let lower: Double
  public let upper: Double

  public init(_ lower: Double, _ upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Half the width.
  public var halfWidth: Double { (upper - lower) / 2 }

  /// Whether the value lies inside, ends included.
  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}
