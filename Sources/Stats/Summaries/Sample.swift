import Basics

/// Checks that hold for every statistic of a sample.
enum Sample {
  /// Throws unless there are at least `count` values and all are finite; `what` names the computation in the message.
  static func check(_ values: [Double], atLeast count: Int, for what: String) throws {
    guard values.count >= count else {
      throw Failure(.numerics, "\(what) needs at least \(count) value\(count == 1 ? "" : "s"), got \(values.count)")
    }
    if let position = values.firstIndex(where: { !$0.isFinite }) {
      throw Failure(.numerics, "\(what) needs finite values, value \(position + 1) is \(values[position])")
    }
  }

  /// Throws unless both samples have the same length.
  static func checkPaired(_ a: [Double], _ b: [Double], for what: String) throws {
    guard a.count == b.count else {
      throw Failure(.numerics, "\(what) needs pairs, got \(a.count) and \(b.count) values")
    }
  }

  /// Throws unless `confidence` lies strictly between 0 and 1.
  static func check(confidence: Double) throws {
    guard confidence > 0, confidence < 1 else {
      throw Failure(.range, "confidence must lie strictly between 0 and 1, got \(confidence)")
    }
  }

  /// Whether all values are the same number.
  static func isConstant(_ values: [Double]) -> Bool {
    values.dropFirst().allSatisfy { $0 == values[0] }
  }
}
