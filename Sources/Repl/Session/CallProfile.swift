import Bindings
import LuaHost
import Recipes
import Tensors

/// Time and bytes of native calls, by name and by the module that made them.
final class CallProfile {
  struct Entry {
    var calls = 0
    var seconds = 0.0
    var bytes = 0
  }

  /// A module that was seen running; kept, so that no other gets its address.
  private struct Module {
    let reference: LuaReference
    let className: String
  }

  /// The innermost module that runs, and the outermost, to which the path belongs.
  private struct Place: Hashable {
    let root: UnsafeRawPointer
    let inner: UnsafeRawPointer
  }

  private var operations: [String: Entry] = [:]
  private var modules: [Place?: Entry] = [:]
  /// By address; `nil` for tables that are no modules.
  private var seen: [UnsafeRawPointer: Module?] = [:]
  private let lab: Lab
  /// Finished calls that may turn out to be parts of one that is still running.
  private var finished: [(start: ContinuousClock.Instant, seconds: Double)] = []

  init(_ lab: Lab) { self.lab = lab }

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
      if let tensor = call.stack.object(at: place, lab.tensors) { bytes += tensor.count * tensor.dtype.stride }
    }
    Self.add(&operations[name, default: Entry()], own, bytes)
    Self.add(&modules[place(call.stack), default: Entry()], own, bytes)
  }

  private static func add(_ entry: inout Entry, _ seconds: Double, _ bytes: Int) {
    entry.calls += 1
    entry.seconds += max(0, seconds)
    entry.bytes += bytes
  }

  private func place(_ stack: LuaStack) -> Place? {
    var place: Place?
    for frame in stack.frames(from: 1, limit: 64) where frame.line >= 0 {
      guard stack.pushLocal("self", level: frame.level) else { continue }
      defer { stack.pop() }
      guard stack.kind(at: -1) == .table, let address = stack.identity(at: -1), isModule(address, stack) else {
        continue
      }
      place = Place(root: address, inner: place?.inner ?? address)
    }
    return place
  }

  private func isModule(_ address: UnsafeRawPointer, _ stack: LuaStack) -> Bool {
    if let known = seen[address] { return known != nil }
    var module: Module?
    if let reference = try? stack.reference(to: -1),
      let name = stack.host.inspect(.reference(reference), prefix: "\u{1}")?.typeName
    {
      module = Module(reference: reference, className: name)
    }
    seen[address] = .some(module)
    return module != nil
  }

  /// The tables of operations and modules, the slowest first.
  ///
  /// - Parameter name: the variable that holds a network, where there is one.
  func text(seconds: Double, name: (UnsafeRawPointer) -> String?) -> String {
    let named: [(name: String, entry: Entry)] = modules.map { place, entry in
      (place.map { title($0, name) } ?? "(outside of modules)", entry)
    }
    return (Self.rows(operations.map { ($0, $1) }, "operation", seconds) + [""] + Self.rows(named, "module", seconds))
      .joined(separator: "\n")
  }

  /// "net.blocks.2: Linear".
  private func title(_ place: Place, _ name: (UnsafeRawPointer) -> String?) -> String {
    guard let root = seen[place.root] ?? nil, let inner = seen[place.inner] ?? nil else { return "?" }
    let variable = name(place.root)
    guard place.root != place.inner, let path = lab.path(of: inner.reference, below: root.reference), !path.isEmpty
    else {
      return variable.map { "\($0): \(inner.className)" } ?? inner.className
    }
    return "\(variable ?? root.className).\(path): \(inner.className)"
  }

  private static func rows(_ entries: [(name: String, entry: Entry)], _ title: String, _ seconds: Double) -> [String] {
    let sorted = entries.sorted { ($1.entry.seconds, $0.name) < ($0.entry.seconds, $1.name) }
    let shown = sorted.prefix(15)
    let width = max(title.count, shown.map(\.name.count).max() ?? 0)
    var lines = [padded(title, width) + "      calls         ms   share          made"]
    for (name, entry) in shown {
      lines.append(
        padded(name, width) + right("\(entry.calls)", 11)
          + right(NumberText.fixed(entry.seconds * 1e3, digits: 2), 11)
          + right(NumberText.fixed(100 * entry.seconds / max(seconds, 1e-9), digits: 1) + "%", 8)
          + right(ReplText.bytes(entry.bytes), 14))
    }
    if sorted.count > shown.count { lines.append("and \(sorted.count - shown.count) more") }
    return lines
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
