import ArgumentParser
import Basics
import Foundation
import Recipes

/// `perilune render FILE|RUN -o report.html`: a run as one page that needs nothing else.
struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render", abstract: "Write a run as one self-contained HTML page.",
    discussion: """
      A RUN (its name in `perilune runs`, the beginning of it, a folder, or an exported record) is rendered from its record; \
      nothing is executed. A FILE is rendered from its newest record when that has the same source, default parameters, \
      program and numerics; otherwise the file is run first. With options such as --set it is always run (finished trials \
      are reused).
      """)

  @Argument(help: ArgumentHelp("A recipe or a recorded run.", valueName: "FILE|RUN"))
  var subject: String

  @Option(name: [.short, .long], help: ArgumentHelp("Where to write the page.", valueName: "FILE"))
  var output: String

  @OptionGroup var arguments: RunArguments

  @Flag(help: "Run the recipe with its smoke values and render that.")
  var smoke = false

  func run() throws {
    let record = try record()
    for fault in record.faults { StandardError.write("perilune: \(fault)\n") }
    try TextFile.write(Report(record).html, to: output)
    if arguments.json {
      print(JSON.record(("run", .text(record.name)), ("output", .text(output))).compact)
    } else if !arguments.quiet {
      StandardError.write("\(output): run \(record.name)\n")
    }
  }

  private func record() throws -> StoredRun {
    guard RunReference.isRecipe(subject) else {
      return try StoredRun.find(subject, store: arguments.store ?? StoreFolder.ofCurrentFolder())
    }
    let file = try RecipeFile(path: subject)
    let store = arguments.store ?? StoreFolder.of(file)
    guard !arguments.noRecord else {
      throw Failure(.argument, "render makes the page from a record, so it cannot do with --no-record")
    }
    let fingerprint = try Fingerprint.current()
    if arguments.changesNothing, !smoke,
      let known = RecordSearch.newest(of: file, fingerprint: fingerprint, store: store)
    {
      return known
    }
    var options = try arguments.options(for: file)
    options.smoke = smoke
    options.isSilent = true
    options.printsFigures = false
    let script = try ScriptHost(file: file, options: options)
    script.catchControlC()
    let outcome = try script.run()
    guard let folder = arguments.record(outcome, fingerprint: fingerprint).folder else {
      throw Failure(.file, "there is no record to make the page from")
    }
    return try StoredRun(path: folder)
  }
}
