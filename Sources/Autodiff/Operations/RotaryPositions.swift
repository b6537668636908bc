import Basics
import Tensors

/// By which angles a tensor `{..., T, D}` is turned: what `rope` reads from its options, checked.
public struct Rotation {
  let angles: RotaryAngles
  let interleaved: Bool

  /// - Parameters:
  ///   - base: the slowest pair turns by `base^(-1 + 2 / dims)` for each position.
  ///   - dims: how many numbers of each row are turned, an even count; `nil` for all.
  ///   - positions: int64 ids from 1 that broadcast to all sizes of `x` but the last; `nil` for 1, 2, ...
  ///   - interleaved: pairs are neighbours instead of halves.
  ///   - offset: added to all positions.
  public init(of x: Tensor, base: Double, dims: Int?, positions: Tensor?, interleaved: Bool, offset: Int) throws {
    guard x.rank >= 2 else {
      throw Failure(.shape, "needs rows for positions, {..., T, D}, found shape \(x.shape)")
    }
    let size = x.shape[x.rank - 1]
    let turned = dims ?? size
    guard turned >= 0, turned <= size else {
      throw Failure(.argument, "dims must lie in 0 to \(size), the last size of the input, found \(turned)")
    }
    guard turned % 2 == 0 else {
      throw Failure(
        .argument,
        dims == nil
          ? "the last size of the input is \(size), but numbers are turned in pairs: pass an even 'dims'"
          : "dims must be even, because numbers are turned in pairs, found \(turned)")
    }
    guard base > 0, base.isFinite else { throw Failure(.argument, "base must be a number above 0, found \(base)") }
    guard offset >= 0, offset < 1 << 48 else {
      throw Failure(.argument, "offset must be a count of positions, not negative, found \(offset)")
    }
    var target = x.shape
    target.remove(at: x.rank - 1)
    let (places, shape) = try Rotation.places(positions, target, offset: offset)
    angles = RotaryAngles(
      places, shape: shape, base: base, pairs: turned / 2, x.dtype.isFloating ? x.dtype : .float32)
    self.interleaved = interleaved
  }

  /// Positions counted from 0, and their shape.
  private static func places(_ positions: Tensor?, _ target: Shape, offset: Int) throws -> ([Int], Shape) {
    guard let positions else {
      let count = target[target.rank - 1]
      return ((0..<count).map { $0 + offset }, [count])
    }
    guard positions.dtype == .int64 else {
      throw Failure(
        .dtype, "positions must be an int64 tensor, found \(positions.dtype.name); convert with :to(\"int64\")")
    }
    guard positions.broadcastView(to: target) != nil else {
      throw Failure(
        .shape,
        "positions of shape \(positions.shape) do not fit an input with rows {..., T} of shape \(target): wanted {\(target[target.rank - 1])} or sizes that broadcast to it"
      )
    }
    let places = try positions.toIntegers().map { position in
      guard position >= 1, position < 1 << 48 else {
        throw Failure(
          .range,
          position == 0 ? "position 0 is out of range: counting starts at 1" : "position \(position) is out of range")
      }
      return Int(position) - 1 + offset
    }
    return (places, positions.shape)
  }
}

extension Tensor {
  /// Rows with their pairs turned by the angles of their positions (rotary position embedding, Su et al. 2021).
  public func rotated(by rotation: Rotation, inverse: Bool = false) throws -> Tensor {
    let x = try Promotion.floating(self)
    let y = try Forward.rotate(x, rotation.angles, interleaved: rotation.interleaved, inverse: inverse)
    return x.moved("rope", y) { try $0.rotated(by: rotation, inverse: !inverse) }
  }
}
