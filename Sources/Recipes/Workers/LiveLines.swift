import Glibc

/// A live line for each worker and one for all, on standard error when that is a terminal; never part of results.
final class LiveLines {
  private let isShown: Bool
  private let clock = Clock()
  private var lastShown = -1.0
  /// How many lines stand on the screen now.
  private var height = 0
  private var seconds: [Double] = []
  private let jobs: Int

  init(isShown: Bool, jobs: Int) {
    self.isShown = isShown && StandardError.isTerminal
    self.jobs = jobs
  }

  /// Notes how long a trial took.
  func ended(seconds: Double) { self.seconds.append(seconds) }

  typealias Line = (
    label: String, seconds: Double, step: (step: Double, values: [(name: String, value: Double)], seconds: Double)?
  )

  /// Shows the state of all workers, at most ten times a second.
  func show(_ workers: [Line], done: Int, of count: Int) {
    guard isShown, clock.seconds - lastShown >= 0.1 else { return }
    lastShown = clock.seconds
    // One quick trial says little when others have already taken longer.
    let longest = workers.map(\.seconds).max() ?? 0
    let mean = seconds.isEmpty ? nil : max(longest, seconds.reduce(0, +) / Double(seconds.count))
    var lines = workers.map { Self.text($0, usual: mean) }
    var total = "\(done) of \(NumberText.count(count, "trial"))"
    if let mean {
      let begun = workers.reduce(0) { $0 + min($1.seconds, mean) }
      let left = max(0, mean * Double(count - done) - begun) / Double(max(1, min(jobs, count - done)))
      total += ", about \(NumberText.duration(seconds: left)) left"
    }
    lines.append(total)
    let width = terminalWidth
    clear()
    StandardError.write(lines.map { String($0.prefix(width)) + "\n" }.joined())
    height = lines.count
  }

  private static func text(_ worker: Line, usual: Double?) -> String {
    var text = "  " + worker.label
    if let (step, values, seconds) = worker.step {
      text += ", step \(NumberText.short(step))"
      text += values.prefix(4).map { ", \($0.name) \(NumberText.short($0.value))" }.joined()
      text += ", \(NumberText.short((step / max(1e-9, seconds)).rounded())) steps/s"
    }
    text += ", \(NumberText.duration(seconds: worker.seconds))"
    if let usual, usual > worker.seconds {
      text += " of about \(NumberText.duration(seconds: usual))"
    }
    return text
  }

  /// Removes the lines, before anything else is written.
  func clear() {
    guard height > 0 else { return }
    StandardError.write("\u{1B}[\(height)A\r\u{1B}[J")
    height = 0
  }

  private var terminalWidth: Int {
    var size = winsize()
    guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 10 else { return 79 }
    return Int(size.ws_col) - 1
  }
}
