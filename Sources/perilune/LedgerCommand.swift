import ArgumentParser
import Basics
import Foundation
import Recipes

/// `perilune ledger FOLDER`: the table of all recipes of a folder, from their records.
struct LedgerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Write FOLDER/README.md from the records in FOLDER/records; runs nothing.",
    discussion: """
      --export first copies the newest whole record of each recipe (planned seeds, default parameters, controls run, \
      unchanged source) from the store into FOLDER/records, as JSON below 20 KB. --check writes nothing and exits with 1 \
      when README.md is not what the records give.
      """)

  @Argument(help: ArgumentHelp("A folder of recipes.", valueName: "FOLDER"))
  var folder: String

  @Flag(help: "Take the newest whole records from the store first.")
  var export = false

  @Flag(help: "Only compare README.md with the records.")
  var check = false

  @Option(help: ArgumentHelp("Where records are (default: where each recipe's are kept).", valueName: "DIR"))
  var store: String?

  func run() throws {
    guard !(export && check) else { throw Failure(.argument, "--export and --check exclude each other") }
    let folder = self.folder.count > 1 && self.folder.hasSuffix("/") ? String(self.folder.dropLast()) : self.folder
    if export {
      try Ledger.export(folder: folder, store: store, fingerprint: try Fingerprint.current()) {
        StandardError.write($0 + "\n")
      }
    }
    let page = try Ledger(folder: folder).markdown
    let path = folder + "/README.md"
    guard check else {
      let before = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
      if let before, !before.contains(Ledger.mark) {
        throw Failure(.file, "'\(path)' was not written by perilune ledger; it stays as it is")
      }
      try TextFile.write(page, to: path)
      StandardError.write("\(path)\n")
      return
    }
    guard FileManager.default.contents(atPath: path) == Data(page.utf8) else {
      StandardError.write("perilune: \(path) is not what the records give; 'perilune ledger \(folder)' writes it\n")
      throw ExitCode(1)
    }
  }
}
