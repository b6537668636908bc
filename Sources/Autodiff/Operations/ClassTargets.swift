import Basics
import Tensors

/// Class ids as the classification losses use them: checked once, with those to be ignored marked.
struct ClassTargets {
  /// Contiguous int64 ids from 1, of the logits' shape without the last size; 0 where there is no loss.
  let ids: Tensor
  /// How many positions count.
  let counted: Int

  /// - Parameter ignore: the id that marks positions without a loss; any whole number, also one that is a class.
  init(_ targets: Tensor, logits: Tensor, ignore: Int?) throws {
    guard logits.rank >= 1, logits.shape[logits.rank - 1] > 0 else {
      throw Failure(.shape, "needs scores of at least one class in the last dimension, found shape \(logits.shape)")
    }
    guard targets.dtype == .int64 else {
      throw Failure(
        .dtype, "class ids must be an int64 tensor, found \(targets.dtype.name); convert with :to(\"int64\")")
    }
    let wanted = Forward.droppedShape(logits.shape, [logits.rank - 1])
    guard targets.shape == wanted else {
      throw Failure(
        .shape,
        "class ids of shape \(targets.shape) do not fit scores of shape \(logits.shape): wanted one id for each row, shape \(wanted)"
      )
    }
    let classes = Int64(logits.shape[logits.rank - 1])
    let plain = try targets.copy()
    var counted = 0
    for i in 0..<plain.count {
      let id = plain.integers[i]
      if let ignore, id == Int64(ignore) {
        plain.integers[i] = 0
        continue
      }
      let place = id < 0 ? id &+ classes + 1 : id
      guard place >= 1, place <= classes else {
        throw Failure(
          .range,
          id == 0
            ? "class id 0 is out of range: counting starts at 1" : "class id \(id) is out of range 1 to \(classes)")
      }
      plain.integers[i] = place
      counted += 1
    }
    ids = plain
    self.counted = counted
  }

  /// The ids with 1 in place of the ignored ones, as positions for `gather` along a new last dimension.
  func places() throws -> Tensor {
    let safe = try ids.copy()
    for i in 0..<safe.count where safe.integers[i] == 0 { safe.integers[i] = 1 }
    return try safe.unsqueezedView(safe.rank)
  }

  /// 1 where a position counts, else 0.
  func counting(_ dtype: DType) throws -> Tensor { try ids.converted(to: .bool).converted(to: dtype) }

  /// Checks class weights and gives them the dtype of the logits.
  static func checkedWeight(_ weight: Tensor?, logits: Tensor) throws -> Tensor? {
    guard let weight else { return nil }
    let classes = logits.rank == 0 ? 0 : logits.shape[logits.rank - 1]
    guard weight.shape == [classes] else {
      throw Failure(
        .shape, "the weight has shape \(weight.shape), wanted one number for each class, shape {\(classes)}")
    }
    return try Promotion.align(weight, logits).0
  }
}
