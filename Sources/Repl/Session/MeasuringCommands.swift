import Basics
import Kernels
import LineEditor
import LuaHost
import Recipes
import Tensors

/// `:time`, `:bench`, `:profile`, `:shapes`, `:memory`, `:diff`.
extension ReplSession {
  func time(_ argument: String) throws {
    let source = try needed(argument, "time")
    let clock = Clock()
    let values = try evaluate(source, name: ":time", shows: false)
    let seconds = clock.seconds
    if !values.allSatisfy(\.isNil) {
      if let first = values.first { try host.setGlobal("_", first) }
      try display(values)
    }
    faint(ReplText.time(seconds))
  }

  /// The input as a function without arguments.
  private func function(_ source: String) throws -> LuaReference {
    let expression = "return function() return \(source)\nend"
    let isExpression = !host.isSyntaxError(expression)
    let text = isExpression ? expression : "return function() \(source)\nend"
    sources[":bench"] = source
    guard let function = try host.evaluate("(function() \(text)\nend)()", name: ":bench").first?.reference else {
      throw Failure(.script, "there is nothing to run in '\(source)'")
    }
    return function
  }

  func bench(_ argument: String) throws {
    let function = try function(try needed(argument, "bench"))
    _ = try host.call(function)
    let all = Clock()
    var times: [Double] = []
    // Fast things are timed in groups, so that the clock does not count.
    var group = 1
    while times.count < 7 || (all.seconds < 1 && times.count < 1000) {
      let clock = Clock()
      for _ in 0..<group { _ = try host.call(function) }
      let seconds = clock.seconds
      if seconds < 2e-4, group < 1 << 20 {
        group *= 2
        continue
      }
      times.append(seconds / Double(group))
    }
    times.sort()
    let quarter = times.count / 4
    show(
      "median \(ReplText.time(times[times.count / 2])), half of them from \(ReplText.time(times[quarter])) to "
        + "\(ReplText.time(times[times.count - 1 - quarter])) (\(times.count * group) calls)")
  }

  func profile(_ argument: String) throws {
    let function = try function(try needed(argument, "profile"))
    let profile = CallProfile(script.lab)
    var taken = 0
    let onAllocation = Storage.onAllocation
    Storage.onAllocation = { bytes in
      taken += bytes
      onAllocation?(bytes)
    }
    host.callObserver = { profile.see($0) }
    defer {
      host.callObserver = nil
      Storage.onAllocation = onAllocation
    }
    let clock = Clock()
    _ = try host.call(function)
    let seconds = clock.seconds
    show(profile.text(seconds: seconds, name: try globalTables()))
    faint(
      "\(ReplText.time(seconds)) in all, measuring included; \(ReplText.bytes(taken)) were allocated for tensors, "
        + "which hold \(ReplText.bytes(Storage.statistics.bytes)) now")
  }

  /// Finds the global variable that holds a table.
  private func globalTables() throws -> (UnsafeRawPointer) -> String? {
    var names: [UnsafeRawPointer: String] = [:]
    let stack = try host.stack
    for member in host.inspect([])?.members ?? [] where member.kind == .table {
      guard let value = try? host.global(member.name), (try? stack.push(value)) != nil else { continue }
      defer { stack.pop() }
      if let address = stack.identity(at: -1), names[address] == nil { names[address] = member.name }
    }
    return { names[$0] }
  }

  func setShapes(_ argument: String) throws {
    switch argument {
    case "on", "": shapes = ShapeTrace(script.lab.tensors, host)
    case "off": shapes = nil
    default: throw Failure(.argument, "write :shapes on or :shapes off, not '\(argument)'")
    }
  }

  func memory() throws {
    host.collectGarbage()
    let statistics = Storage.statistics
    var lines = ["tensors \(ReplText.bytes(statistics.bytes)), at most \(ReplText.bytes(statistics.peak)) so far"]
    let live = host.liveObjects.filter { $0.key != "native function" }.sorted { $0.key < $1.key }
    lines.append(
      "live objects: " + (live.isEmpty ? "none" : live.map { "\($0.value) \($0.key)" }.joined(separator: ", ")))
    var sizes: [(name: String, bytes: Int, shape: String)] = []
    for member in host.inspect([])?.members ?? [] where member.kind == .object {
      if let tensor = try host.global(member.name).object(script.lab.tensors) {
        sizes.append((member.name, tensor.count * tensor.dtype.stride, "\(tensor.dtype.name) \(tensor.shape)"))
      }
    }
    sizes.sort { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
    for size in sizes.prefix(8) { lines.append("  \(size.name)  \(ReplText.bytes(size.bytes))  \(size.shape)") }
    show(lines.joined(separator: "\n"))
  }

  func diff(_ argument: String) throws {
    let values = try evaluate(try needed(argument, "diff"), name: ":diff", shows: false)
    let tensors = values.compactMap { $0.object(script.lab.tensors) }
    guard tensors.count == 2, values.count == 2 else {
      throw Failure(.argument, ":diff takes two tensors, as in :diff a, b")
    }
    let (a, b) = (tensors[0], tensors[1])
    guard a.shape == b.shape else { return show("shapes differ: \(a.shape) and \(b.shape)") }
    let pairs = zip(a.toDoubles(), b.toDoubles())
    let different = pairs.count { $0 != $1 && !($0.isNaN && $1.isNaN) }
    let largest = pairs.map { abs($0 - $1) }.filter { !$0.isNaN }.max() ?? 0
    let dtypes = a.dtype == b.dtype ? "" : "; dtypes \(a.dtype.name) and \(b.dtype.name)"
    show(
      different == 0
        ? "equal\(dtypes)"
        : "\(different) of \(a.count) elements differ, by \(NumberText.short(largest)) at most\(dtypes)")
  }
}
