import LuaHost
import Recipes
import Tensors

/// Time and bytes of native calls, by name and by the class of the module that made them.
final class CallProfile {
  struct Entry {
    var calls = 0
    var seconds = 0.0
    var bytes = 0
  }

  private(set) var operations: [String: Entry] = [:]
  private(set) var modules: [String: Entry] = [:]
  private let tensors: HostType<Tensor>
  /// Finished calls that may turn out to be parts of one that is still running.
  private var finished: [(start: ContinuousClock.Instant, seconds: Double)] = []

  init(_ tensors: HostType<Tensor>) { self.tensors = tensors }

  func see(_ call: ObservedCall) {
    var own = call.seconds
    while let inner = finished.last, inner.start >= call.start {
      own -= inner.seconds
      finished.removeLast()
    }
    finished.append((call.start, call.seconds))
    if finished.count > 10_000 { finished.removeFirst(5_000) }
    let name = call.name.isEmpty ? "(fields)" : call.name
    var bytes = 0
    let top = call.stack.count
    for place in max(1, top - call.resultCount + 1)..<(top + 1) {
      if let tensor = call.stack.object(at: place, tensors) { bytes += tensor.count * tensor.dtype.stride }
    }
    Self.add(&operations[name, default: Entry()], own, bytes)
    Self.add(&modules[module(call.stack), default: Entry()], own, bytes)
  }

  private static func add(_ entry: inout Entry, _ seconds: Double, _ bytes: Int) {
    entry.calls += 1
    entry.seconds += max(0, seconds)
    entry.bytes += bytes
  }

  /// The class of the innermost module that runs.
  private func module(_ stack: LuaStack) -> String {
    for frame in stack.frames(from: 1, limit: 24) where frame.line >= 0 {
      guard let value = (try? stack.local("self", level: frame.level)) ?? nil,
        let found = stack.host.inspect(value, prefix: "\u{1}"), found.kind == .table, let name = found.typeName
      else { continue }
      return name
    }
    return "(outside of modules)"
  }

  /// The tables of operations and modules, the slowest first.
  func text(seconds: Double) -> String {
    func rows(_ entries: [String: Entry], _ title: String) -> [String] {
      let sorted = entries.sorted { ($1.value.seconds, $0.key) < ($0.value.seconds, $1.key) }.prefix(15)
      let width = max(title.count, sorted.map(\.key.count).max() ?? 0)
      let head = Self.padded(title, width) + "      calls         ms   share          made"
      return [head]
        + sorted.map { name, entry in
          Self.padded(name, width) + Self.right("\(entry.calls)", 11)
            + Self.right(NumberText.fixed(entry.seconds * 1e3, digits: 2), 11)
            + Self.right(NumberText.fixed(100 * entry.seconds / max(seconds, 1e-9), digits: 1) + "%", 8)
            + Self.right(ReplText.bytes(entry.bytes), 14)
        }
    }
    return (rows(operations, "operation") + [""] + rows(modules, "module")).joined(separator: "\n")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

/// Numbers as the prompt writes them.
enum ReplText {
  static func bytes(_ count: Int) -> String {
    if count < 1024 { return "\(count) B" }
    let (value, unit) =
      count < 1 << 20
      ? (Double(count) / 1024, "KB")
      : count < 1 << 30
        ? (Double(count) / 1_048_576, "MB") : (Double(count) / 1_073_741_824, "GB")
    return NumberText.fixed(value, digits: 1) + " " + unit
  }

  static func time(_ seconds: Double) -> String {
    if seconds < 1e-3 { return NumberText.fixed(seconds * 1e6, digits: 1) + " us" }
    if seconds < 1 { return NumberText.fixed(seconds * 1e3, digits: 2) + " ms" }
    return NumberText.fixed(seconds, digits: 2) + " s"
  }
}
