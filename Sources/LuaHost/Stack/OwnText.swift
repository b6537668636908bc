import CLua

extension LuaStack {
  /// What `tostring` gives for a value; `nil` for tables without a `__tostring` of their own, whose address says
  /// nothing, and where the value's own function fails.
  public func ownText(at index: Int) -> String? {
    guard kind(at: index) != .nothing, clua_push_own_text(state, Int32(clamping: index)) else { return nil }
    defer { pop() }
    return text(at: -1)
  }
}

extension LuaReference {
  /// What `tostring` gives for the value, by its own `__tostring`; `nil` where it has none.
  public func describedByItself() throws -> String? {
    guard let stack = try owner?.stack else { return nil }
    stack.push(self)
    defer { stack.pop() }
    return stack.ownText(at: -1)
  }
}
