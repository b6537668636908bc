import ArgumentParser
import Recipes

/// `perilune show FILE|RUN`: what is known without executing anything.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print a recipe's title, paper, parameters, claims and earlier verdicts.",
    discussion: """
      Executes nothing: a RUN is shown from its record; a FILE from its newest record, or, when there is none of the file \
      as it is now, from its source.
      """)

  @Argument(help: ArgumentHelp("A recipe or a recorded run.", valueName: "FILE|RUN"))
  var subject: String

  @Option(help: ArgumentHelp("The folder of records.", valueName: "DIR"))
  var store: String?

  func run() throws {
    let store = store ?? StoreFolder.of(subject: subject)
    guard RunReference.isRecipe(subject) else {
      let run = try StoredRun.find(subject, store: store)
      for fault in run.faults { StandardError.write("perilune: \(fault)\n") }
      return print(Declarations.render(run), terminator: "")
    }
    let file = try RecipeFile(path: subject)
    let known = RecordSearch.newest(of: file, fingerprint: nil, store: store)
    print(known.map { Declarations.render($0) } ?? Declarations.render(file), terminator: "")
  }
}
