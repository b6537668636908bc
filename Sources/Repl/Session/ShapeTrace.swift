import LuaHost
import Tensors

/// Prints the shapes that go into and come out of every operation of an input.
final class ShapeTrace {
  /// Lines for one input; a training loop would print for ever.
  static let most = 60

  private let tensors: HostType<Tensor>
  private weak var host: LuaHost?
  private var lines = 0
  private var last: (text: String, times: Int)?

  init(_ tensors: HostType<Tensor>, _ host: LuaHost) { (self.tensors, self.host) = (tensors, host) }

  func begin() {
    lines = 0
    last = nil
    host?.callObserver = { [weak self] in self?.see($0) }
  }

  func end() {
    host?.callObserver = nil
    flush()
    if lines > Self.most { write("... and more; the first \(Self.most) lines are shown") }
  }

  private func see(_ call: ObservedCall) {
    let stack = call.stack
    let top = stack.count
    guard !call.name.isEmpty, top >= call.resultCount else { return }
    let results = (0..<min(call.resultCount, 4)).map { top - call.resultCount + 1 + $0 }.compactMap { shape($0, stack) }
    guard !results.isEmpty else { return }
    let inputs = (1..<max(1, min(call.argumentCount, 6) + 1)).compactMap { shape($0, stack) }
    let text =
      "\(call.name)  \(inputs.joined(separator: ", "))\(inputs.isEmpty ? "" : " -> ")\(results.joined(separator: ", "))"
    if last?.text == text {
      last?.times += 1
    } else {
      flush()
      last = (text, 1)
    }
  }

  private func shape(_ position: Int, _ stack: LuaStack) -> String? {
    stack.object(at: position, tensors).map { "\($0.shape)" }
  }

  private func flush() {
    guard let entry = last else { return }
    last = nil
    lines += 1
    if lines <= Self.most { write("  " + entry.text + (entry.times > 1 ? "  (\(entry.times) times)" : "")) }
  }

  private func write(_ text: String) {
    host?.write(text + "\n")
    host?.flushOutput()
  }
}
