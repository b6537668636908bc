import Basics
import Bindings
import Figures
import Foundation
import LineEditor
import LuaHost
import Recipes
import Tensors

/// What happens to each input at the prompt: statements, expressions, questions for help, commands.
public final class ReplSession {
  public let script: ScriptHost
  public let completer: Completer
  /// Whether output is painted.
  public var colour: Bool
  /// What figures are made of; what the terminal can show best when `nil`.
  public var graphics: TerminalStyle.Graphics?
  /// Columns of figures; those of the terminal when `nil`.
  var width: Int?
  /// What the terminal said about itself.
  var speaksSixel = false
  var cell: (width: Int, height: Int)?
  /// Whether a person types: inputs have numbers then, and notes are shown.
  let isInteractive: Bool
  /// Inputs that ran without an error as cells of a file, in order; commands and questions are not among them.
  public internal(set) var accepted: [String] = []
  /// Called with all cells after each new one.
  public var onAccepted: (([String]) -> Void)?

  /// The text of each input and file by the name that messages call it.
  var sources: [String: String] = [:]
  /// What is known about the last error.
  var failure: FailureRecord?
  /// Prints shapes of operations while they are wanted.
  var shapes: ShapeTrace?
  /// The line of standard input that the next input begins on, where no person types.
  private var line = 1
  /// The last cell that prints a value: its place and the expression.
  private var lastValue: (place: Int, expression: String)?
  /// What messages call the last input.
  private var lastName = ""
  private var explained: Set<String> = []

  var host: LuaHost { script.host }
  var docs: DocRegistry { script.lab.docs }

  public init(_ script: ScriptHost, colour: Bool, isInteractive: Bool) throws {
    self.script = script
    self.colour = colour
    self.isInteractive = isInteractive
    completer = Completer(script)
    sources[script.file.name] = script.file.source
    try installHelp()
    watchFailures()
    script.session.figureStyle = { [weak self] in self?.figureStyle ?? TerminalStyle() }
  }

  /// Whether the input is the beginning of something longer.
  public func wantsMore(_ input: String) -> Bool {
    guard Question(input) == nil, PromptCommand.find(in: input) == nil else { return false }
    return host.isIncomplete(TopLevelLocals(input).source)
  }

  /// Runs an input and prints what comes of it, errors included. The state of the script stays usable.
  public func enter(_ input: String) {
    let text = input.trimmingCharacters(in: .whitespacesAndNewlines)
    let first = line
    line += input.utf8.count { $0 == UInt8(ascii: "\n") } + 1
    guard !text.isEmpty else { return }
    // A Ctrl-C between two inputs meant neither.
    host.interruption.withdraw()
    do {
      if let question = Question(text) {
        show(try question.answer(docs, host, width: isInteractive ? Terminal.size.columns : Int.max))
      } else if let (command, argument) = PromptCommand.find(in: text) {
        try command.run(self, argument)
      } else {
        try run(input, line: first)
      }
    } catch {
      complain(error as? Failure ?? Failure(.script, "\(error)"))
    }
    host.flushOutput()
  }

  /// Runs Lua and prints its values; the first becomes `_`.
  private func run(_ input: String, line: Int) throws {
    failure = nil
    let values = try evaluate(input, name: nextName(), line: isInteractive ? 1 : line, shows: true)
    accept(input, printsValues: !values.allSatisfy(\.isNil))
  }

  /// Keeps what `:save` writes. An input that uses `_` makes the one before assign it.
  func accept(_ input: String, printsValues: Bool) {
    if let last = lastValue, LuaToken.all(of: input).contains(where: { $0.kind == .name && $0.text == "_" }) {
      accepted[last.place] = "-- %%\n_ = \(last.expression)\nprint(_)\n"
    }
    let cell = ReplCell(input, printsValues: printsValues, host)
    if let expression = cell.expression { lastValue = (accepted.count, expression) }
    accepted.append(cell.text)
    onAccepted?(accepted)
  }

  private func nextName() -> String { isInteractive ? "in[\(accepted.count + 1)]" : "input" }

  /// Runs Lua in which `local` names survive.
  ///
  /// - Returns: its values.
  @discardableResult
  func evaluate(_ input: String, name: String, line: Int = 1, shows: Bool) throws -> [LuaValue] {
    let rewritten = TopLevelLocals(input)
    lastName = name
    sources[name] = String(repeating: "\n", count: line - 1) + input
    if let note = rewritten.note, isInteractive, explained.insert(note).inserted { faint(note) }
    host.declaredNames.formUnion(rewritten.names)
    shapes?.begin()
    let source = String(repeating: "\n", count: line - 1) + rewritten.source
    let values = try host.evaluate(source, name: name)
    shapes?.end()
    let isQuiet = input.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix(";")
    guard shows, !values.allSatisfy(\.isNil) else { return values }
    if let first = values.first { try host.setGlobal("_", first) }
    if !isQuiet { try display(values) }
    return values
  }

  /// Prints values as `print` does; texts among several values keep their quotes off, too.
  func display(_ values: [LuaValue]) throws {
    guard let print = try host.global("print").reference else { return }
    let before = host.callObserver
    host.callObserver = nil
    defer { host.callObserver = before }
    _ = try print.call(arguments: values)
    host.flushOutput()
  }

  /// Prints text as the script would.
  func show(_ text: String) {
    host.write(text.hasSuffix("\n") || text.isEmpty ? text : text + "\n")
    host.flushOutput()
  }

  /// Prints a remark.
  func faint(_ text: String) { show(Style.faint.paint(text, isOn: colour)) }

  private func complain(_ failure: Failure) {
    host.flushOutput()
    shapes?.end()
    if failure.kind == .interrupted {
      StandardError.write(Style.failure.paint("interrupted", isOn: colour) + "; all names keep their values\n")
      return
    }
    let record = self.failure?.message == failure.message ? self.failure : nil
    let operation = record?.operation.flatMap { docs.exact("lab." + $0) ?? docs.exact("lab.nn." + $0) ?? docs.find($0) }
    let report = ErrorReport(
      failure.message, record, sources, current: lastName, parameters: operation?.parameters ?? [],
      hasTraceback: isInteractive)
    StandardError.write(report.lines(colour: colour, keepsPlace: !isInteractive).joined(separator: "\n") + "\n")
  }
}
