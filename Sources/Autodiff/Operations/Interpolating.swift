import Basics
import Kernels
import Tensors

/// How positions between two elements are filled.
public enum InterpolationMode: String, CaseIterable, Sendable { case nearest, linear, bilinear }

extension Tensor {
  /// `{batch, channels, length}` or `{batch, channels, height, width}` resized by interpolation.
  ///
  /// - Parameters:
  ///   - size: the new length, or height and width.
  ///   - scale: factor of all dimensions; instead of `size`.
  ///   - alignsCorners: first and last elements stay where they are; else cells of equal width are resized.
  public func interpolate(
    size: [Int]? = nil, scale: Double? = nil, mode: InterpolationMode = .nearest, alignsCorners: Bool = false
  ) throws -> Tensor {
    guard rank == 3 || rank == 4 else {
      throw Failure(
        .shape, "needs {batch, channels, length} or {batch, channels, height, width}, found shape \(shape)")
    }
    let dims = rank - 2
    if mode != .nearest && (mode == .linear) != (dims == 1) {
      throw Failure(
        .argument,
        "mode '\(mode.rawValue)' needs \(mode == .linear ? "three" : "four") dimensions, found shape \(shape)")
    }
    if alignsCorners && mode == .nearest { throw Failure(.argument, "align_corners has no meaning in mode 'nearest'") }
    let x = try planes(dims)
    guard x.shape[2] > 0, x.shape[3] > 0 else {
      throw Failure(.shape, "cannot resize an empty input of shape \(shape)")
    }
    let target: (Int, Int)
    switch (size, scale) {
    case (let size?, nil):
      let pair = try Window.pair(size, dims, "size", least: 1)
      target = dims == 1 ? (1, pair.1) : pair
    case (nil, let scale?):
      guard scale.isFinite, scale > 0 else { throw Failure(.range, "scale_factor must be above 0, found \(scale)") }
      func scaled(_ n: Int) throws -> Int {
        let wanted = (Double(n) * scale).rounded(.down)
        guard wanted >= 1, wanted < 0x1p31 else {
          throw Failure(.range, "scale_factor \(scale) makes size \(n) into \(wanted)")
        }
        return Int(wanted)
      }
      target = (dims == 1 ? 1 : try scaled(x.shape[2]), try scaled(x.shape[3]))
    default: throw Failure(.argument, "needs either size or scale_factor")
    }
    _ = try Shape(Array(x.shape.dropLast(2)) + [target.0, target.1])
    func axis(_ size: Int, _ output: Int, isReal: Bool) -> InterpolationAxis {
      let step = isReal ? scale.map { 1 / $0 } ?? Double(size) / Double(output) : 1
      return mode == .nearest
        ? InterpolationAxis(nearest: size, output: output, scale: step)
        : InterpolationAxis(linear: size, output: output, scale: step, alignsCorners: alignsCorners)
    }
    return try x.interpolated(
      axis(x.shape[2], target.0, isReal: dims == 2), axis(x.shape[3], target.1, isReal: true)
    ).flattened(dims)
  }

  private func interpolated(_ rows: InterpolationAxis, _ columns: InterpolationAxis) throws -> Tensor {
    moved("interpolate", try Forward.interpolate(self, rows: rows, columns: columns, backward: false)) {
      try $0.interpolatedBack(rows, columns)
    }
  }

  private func interpolatedBack(_ rows: InterpolationAxis, _ columns: InterpolationAxis) throws -> Tensor {
    moved("interpolate", try Forward.interpolate(self, rows: rows, columns: columns, backward: true)) {
      try $0.interpolated(rows, columns)
    }
  }
}
