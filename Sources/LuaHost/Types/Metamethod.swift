/// Events of Lua that a host type can answer.
public enum Metamethod: String, CaseIterable, Sendable {
  case add, subtract, multiply, divide, modulo, power, negate
  case floorDivide, bitAnd, bitOr, bitXor, bitNot, shiftLeft, shiftRight
  case concat, length, equal, less, lessOrEqual, call, pairs, close

  /// Lua's own name for it.
  var event: String {
    switch self {
    case .add: "__add"
    case .subtract: "__sub"
    case .multiply: "__mul"
    case .divide: "__div"
    case .modulo: "__mod"
    case .power: "__pow"
    case .negate: "__unm"
    case .floorDivide: "__idiv"
    case .bitAnd: "__band"
    case .bitOr: "__bor"
    case .bitXor: "__bxor"
    case .bitNot: "__bnot"
    case .shiftLeft: "__shl"
    case .shiftRight: "__shr"
    case .concat: "__concat"
    case .length: "__len"
    case .equal: "__eq"
    case .less: "__lt"
    case .lessOrEqual: "__le"
    case .call: "__call"
    case .pairs: "__pairs"
    case .close: "__close"
    }
  }

  /// Lua's own name for it without the underscores: `add`, `unm`.
  public var luaName: String { String(event.dropFirst(2)) }

  /// What messages call it: the operator as scripts write it.
  public var operatorName: String {
    switch self {
    case .add: "+"
    case .subtract, .negate: "-"
    case .multiply: "*"
    case .divide: "/"
    case .modulo: "%"
    case .power: "^"
    case .floorDivide: "//"
    case .bitAnd: "&"
    case .bitOr: "|"
    case .bitXor, .bitNot: "~"
    case .shiftLeft: "<<"
    case .shiftRight: ">>"
    case .concat: ".."
    case .length: "#"
    case .equal: "=="
    case .less: "<"
    case .lessOrEqual: "<="
    case .call: "call"
    case .pairs: "pairs"
    case .close: "close"
    }
  }
}
