import Basics
import Kernels
import Tensors

/// Which weights are the largest.
public enum Magnitude {
  /// What is ranked together.
  public enum Scope: String, CaseIterable, Sendable {
    /// All weights as one vector.
    case whole
    /// Each tensor by itself.
    case tensor
  }

  /// Ones at the share `keep` of the weights with the greatest magnitudes, zeros elsewhere; the number of ones is `keep`
  /// times the number of weights, rounded. Of equal magnitudes the first count as greater.
  public static func mask(_ weights: Weights, keep: Double, scope: Scope = .whole) throws -> Weights {
    guard keep >= 0, keep <= 1 else {
      throw Failure(.range, "'keep' must be a number from 0 to 1, found \(SettingValue.number(keep))")
    }
    if scope == .tensor {
      return try weights.map { name, tensor in
        try mask(Weights([(name, tensor)]), keep: keep, scope: .whole).tensor(name)
      }
    }
    var sizes: [Double] = []
    sizes.reserveCapacity(weights.elementCount)
    for (name, tensor) in weights.entries {
      guard tensor.dtype.isFloating else {
        throw Failure(
          .dtype, "'\(name)' is \(tensor.dtype.name); only floating-point tensors can be ranked by magnitude")
      }
      for value in tensor.toDoubles() {
        guard !value.isNaN else { throw Failure(.numerics, "'\(name)' contains nan, which has no rank by magnitude") }
        sizes.append(abs(value))
      }
    }
    let wanted = Int((keep * Double(sizes.count)).rounded())
    let limit = wanted == 0 ? Double.infinity : sizes.sorted(by: >)[wanted - 1]
    var ties = wanted - sizes.count { $0 > limit }
    var place = 0
    return try weights.map { _, tensor in
      let bits = (0..<tensor.count).map { _ -> Double in
        defer { place += 1 }
        if sizes[place] > limit { return 1 }
        guard sizes[place] == limit, ties > 0 else { return 0 }
        ties -= 1
        return 1
      }
      return try .from(bits, shape: tensor.shape, tensor.dtype)
    }
  }

  /// The weights with zeros in place of all but the share `keep` with the greatest magnitudes.
  public static func trim(_ weights: Weights, keep: Double, scope: Scope = .whole) throws -> Weights {
    try weights * mask(weights, keep: keep, scope: scope)
  }
}
