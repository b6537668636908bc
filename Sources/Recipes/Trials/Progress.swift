import Glibc

/// A live line on standard error, at most ten times a second; never part of results.
final class Progress {
  private let isShown: Bool
  private let clock = Clock()
  private var lastShown = -1.0
  private var isDirty = false
  private var trialStart = 0.0

  init(isShown: Bool) { self.isShown = isShown && StandardError.isTerminal }

  func beginTrial(_ number: Int, of count: Int, _ label: String) {
    trialStart = clock.seconds
    let remaining = number > 1 ? clock.seconds / Double(number - 1) * Double(count - number + 1) : nil
    prefix = "trial \(number)/\(count), \(label)"
    suffix = remaining.map { ", about \(NumberText.duration(seconds: $0)) left" } ?? ""
    show(prefix + suffix, force: true)
  }

  private var prefix = ""
  private var suffix = ""

  /// Gets steps instead of the screen, in the process of a trial.
  var forward: ((Double, [(name: String, value: Double)]) -> Void)?

  func step(_ step: Double, _ values: [(name: String, value: Double)]) {
    if let forward {
      guard clock.seconds - lastShown >= 0.1 else { return }
      lastShown = clock.seconds
      return forward(step, values)
    }
    guard isShown, clock.seconds - lastShown >= 0.1 else { return }
    let rate = step / max(1e-9, clock.seconds - trialStart)
    let shown = values.prefix(4).map { ", \($0.name) \(NumberText.short($0.value))" }.joined()
    show(
      "\(prefix), step \(NumberText.short(step))\(shown), \(NumberText.short(rate.rounded())) steps/s\(suffix)",
      force: false)
  }

  private func show(_ line: String, force: Bool) {
    guard isShown else { return }
    lastShown = clock.seconds
    isDirty = true
    StandardError.write("\r\u{1B}[K" + String(line.prefix(terminalWidth)))
  }

  /// Removes the line, before anything else is written.
  func clear() {
    guard isDirty else { return }
    isDirty = false
    StandardError.write("\r\u{1B}[K")
  }

  private var terminalWidth: Int {
    var size = winsize()
    guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 10 else { return 79 }
    return Int(size.ws_col) - 1
  }
}
