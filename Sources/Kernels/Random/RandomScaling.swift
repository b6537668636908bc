/// From standard draws to others.
public enum RandomScaling {
  /// 1 where the uniform number is below its probability (never for NaN), else 0, in place of the probability.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func below<T: Real>(_ uniform: UnsafePointer<T>, _ probability: UnsafeMutablePointer<T>, count: Int) {
    for i in 0..<count { probability[i] = uniform[i] < probability[i] ? 1 : 0 }
  }
}
