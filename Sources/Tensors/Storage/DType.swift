/// The type of a tensor's elements.
public enum DType: UInt8, CaseIterable, Sendable {
  case float32, float64, int64, bool

  /// Bytes of one element.
  @inline(__always) public var stride: Int {
    switch self {
    case .float32: 4
    case .float64, .int64: 8
    case .bool: 1
    }
  }

  /// The name that scripts use.
  public var name: String {
    switch self {
    case .float32: "float32"
    case .float64: "float64"
    case .int64: "int64"
    case .bool: "bool"
    }
  }

  public init?(name: String) {
    guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// Whether elements are real numbers, which gradients need.
  @inline(__always) public var isFloating: Bool { self == .float32 || self == .float64 }
}
