import CLua

extension LuaHost {
  /// Tells Lua's collector about native memory that a new object holds, which it cannot see by itself.
  ///
  /// A cycle of the collector costs as much as Lua's heap is large, and frees native memory that may be much larger. So
  /// the collector goes once round for every `leastGarbage` bytes, or for a quarter of what is live where that is more.
  /// Before an object much larger than Lua's heap, a whole cycle costs little beside filling it, and lets it take the place
  /// of one that is garbage and still in the cache. Where `liveNativeBytes` is above `nativeCeiling`, a full collection runs, but not again before an eighth of the
  /// ceiling has been added. Objects may be released during the call, those that Lua can still reach excepted.
  public func addPressure(bytes: Int) {
    guard bytes > 0, let state = clua_current(control) else { return }
    let (sum, overflow) = pressure.addingReportingOverflow(bytes)
    pressure = overflow ? Int.max : sum
    var live = liveNativeBytes?() ?? 0
    if bytes >= Self.leastGarbage && bytes / Self.bytesPerHeapByte >= clua_bytes(control) {
      pressure = 0
      clua_collect(state)
      live = liveNativeBytes?() ?? 0
    } else if pressure >= stepAfter {
      pressure = 0
      clua_step(state)
      live = liveNativeBytes?() ?? 0
      let garbage = max(Self.leastGarbage, live / 4)
      stepAfter = max(Self.leastStep, garbage / max(1, clua_bytes(control) / Self.bytesPerStep))
    }
    guard nativeCeiling != Int.max, live > nativeCeiling else { return }
    if live - bytesAfterFullCollection >= nativeCeiling / 8 || live < bytesAfterFullCollection {
      clua_collect(state)
      bytesAfterFullCollection = liveNativeBytes?() ?? 0
    }
  }

  /// Little enough that small tensors find their memory in the processor's cache.
  static let leastGarbage = 8 << 20
  private static let bytesPerHeapByte = 8
  private static let leastStep = 64 << 10
  /// How much of Lua's heap one step walks, about.
  private static let bytesPerStep = 512 << 10
}
