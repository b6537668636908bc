/// A request to stop, raised by Ctrl-C and seen between the tiles of every parallel loop.
public enum Interrupt {
  /// Answers whether somebody asked to stop; set by the script language's host. Called from every thread.
  nonisolated(unsafe) public static var poll: (@Sendable () -> Bool)?

  /// Whether somebody asked to stop. Results of an interrupted kernel are incomplete and must be thrown away.
  @inline(__always) public static var isRequested: Bool { poll?() ?? false }
}
