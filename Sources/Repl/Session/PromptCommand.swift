import Basics

/// A command of the prompt: a colon and a word.
struct PromptCommand: Sendable {
  let name: String
  let usage: String
  let summary: String
  let run: @Sendable (ReplSession, String) throws -> Void

  static let all: [PromptCommand] = [
    PromptCommand(name: "help", usage: ":help", summary: "this list") { session, _ in session.listCommands() },
    PromptCommand(name: "time", usage: ":time EXPRESSION", summary: "runs it once and says how long it took") {
      try $0.time($1)
    },
    PromptCommand(name: "bench", usage: ":bench EXPRESSION", summary: "runs it many times; the median and the spread") {
      try $0.bench($1)
    },
    PromptCommand(
      name: "profile", usage: ":profile EXPRESSION", summary: "time and bytes by operation and by module"
    ) { try $0.profile($1) },
    PromptCommand(name: "shapes", usage: ":shapes on | off", summary: "prints the shapes of every operation") {
      try $0.setShapes($1)
    },
    PromptCommand(name: "memory", usage: ":memory", summary: "bytes of tensors, live objects, the largest names") {
      session, _ in try session.memory()
    },
    PromptCommand(name: "diff", usage: ":diff A, B", summary: "how two tensors differ") { try $0.diff($1) },
    PromptCommand(name: "save", usage: ":save FILE", summary: "writes the accepted inputs as cells") {
      try $0.save($1)
    },
    PromptCommand(name: "load", usage: ":load FILE", summary: "runs a file; its names, also local ones, stay") {
      try $0.load($1)
    },
    PromptCommand(
      name: "reload", usage: ":reload MODULE", summary: "requires a module anew; says what kept the old one"
    ) {
      try $0.reload($1)
    },
    PromptCommand(name: "set", usage: ":set NAME VALUE", summary: "changes a setting; :set alone lists them") {
      try $0.set($1)
    },
    PromptCommand(name: "debug", usage: ":debug [NAME]", summary: "local variables where the last error happened") {
      try $0.debug($1)
    },
    PromptCommand(name: "up", usage: ":up", summary: "to the caller, after :debug") { session, _ in
      try session.moveFrame(1)
    },
    PromptCommand(name: "down", usage: ":down", summary: "back to the called function") { session, _ in
      try session.moveFrame(-1)
    },
  ]

  /// The command that an input is, with its argument; Lua's labels (`::name::`) are none.
  static func find(in input: String) -> (PromptCommand, String)? {
    let text = input.trimmingSpaces
    guard text.hasPrefix(":"), !text.hasPrefix("::") else { return nil }
    let name = text.dropFirst().prefix { !$0.isWhitespace }
    let argument = String(text.dropFirst(1 + name.count)).trimmingSpaces
    if let command = all.first(where: { $0.name == name }) { return (command, argument) }
    return (
      PromptCommand(name: String(name), usage: "", summary: "") { _, _ in
        let hint = NearestName.hint(String(name), among: all.map(\.name))
        throw Failure(.argument, "there is no command :\(name)" + (hint.isEmpty ? "; :help lists them" : hint))
      }, argument
    )
  }
}

extension ReplSession {
  func listCommands() {
    let width = PromptCommand.all.map(\.usage.count).max() ?? 0
    show(
      PromptCommand.all.map { command in
        "  " + command.usage + String(repeating: " ", count: width - command.usage.count + 2) + command.summary
      }.joined(separator: "\n"))
  }

  /// - Throws: when a command that needs an argument got none.
  func needed(_ argument: String, _ command: String) throws -> String {
    guard argument.isEmpty, let row = PromptCommand.all.first(where: { $0.name == command }) else { return argument }
    throw Failure(.argument, "write \(row.usage): it \(row.summary)")
  }
}
