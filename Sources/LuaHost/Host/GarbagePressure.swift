import CLua

extension LuaHost {
  /// Tells Lua's collector about native memory that a new object holds, which it cannot see by itself.
  ///
  /// Every 64 KB of it advance the collector by as much work as if Lua had allocated them. Where `liveNativeBytes` is
  /// above `nativeCeiling`, a full collection runs, but not again before an eighth of the ceiling has been added.
  /// Objects may be released during the call, those that Lua can still reach excepted.
  public func addPressure(bytes: Int) {
    guard bytes > 0, let state = clua_current(control) else { return }
    let (sum, overflow) = pressure.addingReportingOverflow(bytes)
    pressure = overflow ? Int.max : sum
    guard pressure >= Self.pressureStep else { return }
    let kilobytes = pressure / 1024
    pressure = 0
    clua_step(state, Int32(clamping: kilobytes))
    guard nativeCeiling != Int.max, let live = liveNativeBytes?(), live > nativeCeiling else { return }
    if live - bytesAfterFullCollection >= nativeCeiling / 8 || live < bytesAfterFullCollection {
      clua_collect(state)
      bytesAfterFullCollection = liveNativeBytes?() ?? 0
    }
  }

  private static let pressureStep = 64 * 1024
}
