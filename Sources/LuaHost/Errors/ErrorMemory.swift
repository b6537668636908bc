import Basics

/// Remembers what Lua cannot carry: the kinds of recent errors. In Lua an error is its message and nothing else.
struct ErrorMemory {
  private var recent: [(message: String, kind: Failure.Kind)] = []
  /// The last message that left through the reporter; meeting it again means that it passes through an outer call.
  var lastReported: String?

  mutating func begin() { lastReported = nil }

  /// Remembers an error that leaves Lua with this message.
  mutating func report(_ message: String, _ kind: Failure.Kind) {
    remember(message, kind)
    lastReported = message
  }

  mutating func remember(_ message: String, _ kind: Failure.Kind) {
    if recent.count == 8 { recent.removeFirst() }
    recent.append((message, kind))
  }

  /// The kind of an error by its message, which may have got a position in front since; `script` for unknown ones.
  func kind(of message: String) -> Failure.Kind {
    recent.last { message == $0.message || message.hasSuffix($0.message) }?.kind ?? .script
  }

  /// Whether this very message has come out of Lua already, with its position.
  func isOnItsWay(_ message: String) -> Bool {
    message == lastReported
  }
}
