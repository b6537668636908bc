/// Logic on numbers, where anything but 0 is true (NaN too), as loops that write 1 or 0.
extension ComparisonKernel {
  public static let and = logicKernel(And.self)
  public static let or = logicKernel(Or.self)
  public static let exclusiveOr = logicKernel(ExclusiveOr.self)
}

protocol LogicFunction: SendableMetatype {
  static func holds(_ a: Bool, _ b: Bool) -> Bool
}

@inline(__always)
func logicKernel<F: LogicFunction>(_: F.Type) -> ComparisonKernel {
  ComparisonKernel(
    float: { a, aStride, b, bStride, y, n in zipLoop(a, aStride, b, bStride, y, n) { F.holds($0 != 0, $1 != 0) ? 1 : 0 }
    },
    double: { a, aStride, b, bStride, y, n in
      zipLoop(a, aStride, b, bStride, y, n) { F.holds($0 != 0, $1 != 0) ? 1 : 0 }
    },
    integer: { a, aStride, b, bStride, y, n in
      zipLoop(a, aStride, b, bStride, y, n) { F.holds($0 != 0, $1 != 0) ? 1 : 0 }
    },
    bool: { a, aStride, b, bStride, y, n in zipLoop(a, aStride, b, bStride, y, n) { F.holds($0 != 0, $1 != 0) ? 1 : 0 }
    })
}

enum And: LogicFunction { @inline(__always) static func holds(_ a: Bool, _ b: Bool) -> Bool { a && b } }
enum Or: LogicFunction { @inline(__always) static func holds(_ a: Bool, _ b: Bool) -> Bool { a || b } }
enum ExclusiveOr: LogicFunction { @inline(__always) static func holds(_ a: Bool, _ b: Bool) -> Bool { a != b } }
