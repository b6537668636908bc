import Basics
import Bindings
import Figures
import Kernels
import LineEditor

/// A setting of the prompt: what `:set` shows and changes.
struct PromptSetting: Sendable {
  let name: String
  /// What it takes, for the list and for messages.
  let takes: String
  let summary: String
  let get: @Sendable (ReplSession) -> String
  /// False when the text is none of what it takes.
  let set: @Sendable (ReplSession, String) throws -> Bool

  static let all: [PromptSetting] = [
    PromptSetting(
      name: "threads", takes: "1 to 256", summary: "cores for tensors",
      get: { _ in "\(Parallel.threads)" },
      set: { number($1, 1...256) { Parallel.threads = $0 } }),
    PromptSetting(
      name: "precision", takes: "0 to 17", summary: "decimals of tensors",
      get: { _ in "\(TensorText.precision)" }, set: { number($1, 0...17) { TensorText.precision = $0 } }),
    PromptSetting(
      name: "lines", takes: "1 to 50", summary: "rows and columns at the ends of large tensors",
      get: { _ in "\(TensorText.edge)" }, set: { number($1, 1...50) { TensorText.edge = $0 } }),
    PromptSetting(
      name: "graphics", takes: "auto, kitty, sixel, blocks, braille, none", summary: "figures",
      get: { $0.graphics?.rawValue ?? "auto (\($0.figureStyle.graphics.rawValue))" },
      set: { session, text in
        guard text != "auto" else {
          session.graphics = nil
          return true
        }
        guard let graphics = TerminalStyle.Graphics(rawValue: text) else { return false }
        session.graphics = graphics
        return true
      }),
    PromptSetting(
      name: "width", takes: "20 to 400, auto", summary: "columns of figures",
      get: { $0.width.map { "\($0)" } ?? "auto (\($0.figureStyle.width))" },
      set: { session, text in
        guard text != "auto" else {
          session.width = nil
          return true
        }
        return number(text, 20...400) { session.width = $0 }
      }),
    PromptSetting(
      name: "colour", takes: "on, off", summary: "painted text", get: { $0.colour ? "on" : "off" },
      set: { session, text in truth(text) { session.colour = $0 } }),
    PromptSetting(
      name: "shapes", takes: "on, off", summary: "shapes of every operation",
      get: { $0.shapes == nil ? "off" : "on" },
      set: { session, text in try truth(text) { _ in try session.setShapes(text) } }),
  ]

  private static func number(_ text: String, _ range: ClosedRange<Int>, _ use: (Int) -> Void) -> Bool {
    guard let number = Int(text), range.contains(number) else { return false }
    use(number)
    return true
  }

  private static func truth(_ text: String, _ use: (Bool) throws -> Void) rethrows -> Bool {
    guard text == "on" || text == "off" else { return false }
    try use(text == "on")
    return true
  }

  /// The setting of that name; American spelling, too.
  static func find(_ name: String) throws -> PromptSetting {
    if let setting = all.first(where: { $0.name == (name == "color" ? "colour" : name) }) { return setting }
    let hint = NearestName.hint(name, among: all.map(\.name))
    throw Failure(.argument, "there is no setting '\(name)'" + (hint.isEmpty ? "; :set lists them" : hint))
  }
}

extension ReplSession {
  /// `:set`, `:set NAME`, `:set NAME VALUE`.
  func set(_ argument: String) throws {
    let parts = argument.split(whereSeparator: { $0 == " " || $0 == "=" }).map(String.init)
    guard let name = parts.first else { return listSettings(PromptSetting.all) }
    let setting = try PromptSetting.find(name)
    guard parts.count > 1 else { return listSettings([setting]) }
    let value = parts.dropFirst().joined(separator: " ")
    guard try setting.set(self, value) else {
      throw Failure(.argument, ":set \(setting.name) takes \(setting.takes), not '\(value)'")
    }
  }

  private func listSettings(_ settings: [PromptSetting]) {
    let rows = settings.map { (":set " + $0.name, $0.get(self), "\($0.summary): \($0.takes)") }
    let widths = (rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0)
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    show(
      rows.map { padded($0.0, widths.0) + "  " + padded($0.1, widths.1) + "  " + Style.faint.paint($0.2, isOn: colour) }
        .joined(separator: "\n"))
  }

  /// How figures are drawn now: as it was set, else as the terminal is.
  var figureStyle: TerminalStyle {
    var style = TerminalStyle(terminal: 1)
    if let cell { style.setCell(width: cell.width, height: cell.height) }
    if speaksSixel, style.graphics == .braille { style.graphics = .sixel }
    if let graphics { style.graphics = graphics }
    if let width { style.width = width }
    if !colour { style.colors = .none } else if style.colors == .none { style.colors = .indexed }
    return style
  }

  /// Takes note of what the terminal says about itself.
  public func learn(_ report: TerminalReport) {
    switch report {
    case .attributes(let numbers): speaksSixel = numbers.dropFirst().contains(4)
    case .cell(let width, let height): cell = (width, height)
    }
  }
}
